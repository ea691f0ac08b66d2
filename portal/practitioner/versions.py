"""Earlier versions of a part: listed, shown one at a time, and put back as a new version."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from adapters.records.draft_versions import VersionLine
from domain.assessment import StaleVersion
from domain.draft_versions import KeptDraft, texts_of
from domain.enrollment import Party
from domain.locators import describe
from domain.submission import Artifact
from domain.values import Value
from domain.words import count_words
from portal.answers import after, page
from portal.faces import OpenSite
from portal.forms import OURS
from portal.practitioner.owning import AnyPart, OwnEnrollment, Practices, Versions
from portal.practitioner.posted import PostedSeen

router = APIRouter(prefix="/my/{enrollment_id}/parts/{part}/versions", dependencies=[OURS])

VersionNumber = Annotated[int, Path(ge=1)]


class FieldThen(Value):
    """One field as it was at a version, beside what stands in it now."""

    label: str
    text: str
    words: int
    is_as_now: bool


@router.get("")
async def versions(
    request: Request,
    practices: Practices,
    versions: Versions,
    enrollment_id: OwnEnrollment,
    part: AnyPart,
) -> Response:
    """List the versions that are kept of the open round."""
    view = await practices.part(enrollment_id, part)
    lines = await versions.kept(enrollment_id, view.round, part)
    return await page(
        request,
        "practitioner/versions.html",
        face=Party.PRACTITIONER,
        view=view,
        lines=lines,
        newest=lines[0].version if lines else 0,
    )


@router.get("/{version}")
async def version(
    request: Request,
    site: OpenSite,
    practices: Practices,
    versions: Versions,
    enrollment_id: OwnEnrollment,
    part: AnyPart,
    version: VersionNumber,
) -> Response:
    """Show a part as it was at one version."""
    view = await practices.part(enrollment_id, part)
    kept = await versions.version(enrollment_id, view.round, part, version)
    lines = await versions.kept(enrollment_id, view.round, part)
    labels = {field.key: field.label for field in view.fields}
    now = {field.key: field.text for field in view.fields}
    if part == 2:
        current = await versions.version(enrollment_id, view.round, part, view.version)
        now = texts_of(current.draft)
    artifacts = {each.id: each for each in await site.desks.parts.artifacts(enrollment_id)}
    return await page(
        request,
        "practitioner/version.html",
        face=Party.PRACTITIONER,
        view=view,
        version=version,
        saved_at=kept.saved_at,
        fields=_fields(kept, labels, now, artifacts),
        before=_neighbour(lines, version, -1),
        after=_neighbour(lines, version, 1),
    )


@router.post("/{earlier}/put-back")
async def put_back(
    request: Request,
    site: OpenSite,
    versions: Versions,
    enrollment_id: OwnEnrollment,
    part: AnyPart,
    earlier: VersionNumber,
    seen: PostedSeen,
) -> Response:
    """Make an earlier version the newest; what stood before stays among the versions."""
    kept = await versions.version(enrollment_id, seen.round, part, earlier)
    address = f"/my/{enrollment_id}/parts/{part}"
    try:
        await site.desks.drafts.put_back(enrollment_id, seen, kept.draft)
    except StaleVersion:
        said = "Nothing was put back: the part was changed in another tab. Look at it again first."
        return after(request, f"{address}/versions/{earlier}", said)
    return after(request, address, f"Version {earlier} is back; what stood here is kept, too.")


def _fields(
    kept: KeptDraft,
    labels: dict[str, str],
    now: dict[str, str],
    artifacts: dict[str, Artifact],
) -> tuple[FieldThen, ...]:
    then = texts_of(kept.draft)
    shown = dict(kept.draft.answers)
    for key, pieces in kept.draft.evidence.items():
        shown[key] = "\n\n".join(
            f"{artifacts[piece.artifact_id].name if piece.artifact_id in artifacts else 'A file'}, "
            f"{describe(piece.locator)}\n{piece.explanation}"
            for piece in pieces
        )
    return tuple(
        FieldThen(
            label=label,
            text=shown.get(key, ""),
            words=count_words(shown.get(key, "")),
            is_as_now=then.get(key, "") == now.get(key, ""),
        )
        for key, label in labels.items()
        if key in shown or now.get(key)
    )


def _neighbour(lines: tuple[VersionLine, ...], version: int, step: int) -> int | None:
    """Return the kept version before (-1) or after (1) one."""
    kept = [line.version for line in reversed(lines)]
    place = kept.index(version) + step
    return kept[place] if 0 <= place < len(kept) else None
