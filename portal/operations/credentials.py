"""Credentials before operations: the list, one of them, and what became of an award."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from adapters.records.credential_values import CorrectionState, CredentialFilter, CredentialLine
from adapters.records.keyset import Page
from domain.credentials import CorrectionKind, CredentialState
from domain.enrollment import Party
from domain.months import month_named
from domain.refusals import Refusal
from portal.answers import page
from portal.credentials.parts import CredentialId
from portal.faces import OpenSite, Operations
from portal.failures import status_of
from portal.forms import OURS
from portal.operations.asking import NONE, After, LibraryName, Words, places
from portal.operations.csv_answers import LINES_AT_ONCE, AsShape, Cell, Shape, csv_list
from portal.site import Site

router = APIRouter(prefix="/ops/credentials", dependencies=[OURS])

AwardId = Annotated[str, Path(max_length=40)]
Month = Annotated[str | None, NONE, Query(max_length=7)]

COLUMNS = (
    *("credential", "enrollment", "practitioner", "micro-credential", "library", "state"),
    *("issued", "revoked"),
)

TONES: Final = {
    CredentialState.VALID: "good",
    CredentialState.REVOKED: "bad",
    CredentialState.REPLACED: "warn",
}
"""How each state is marked; a test holds it complete."""

CORRECTION_TONES: Final = {
    CorrectionState.DONE: "good",
    CorrectionState.IN_HAND: "news",
    CorrectionState.REFUSED: "bad",
}


@router.get("")
async def credentials(
    request: Request,
    site: OpenSite,
    _: Operations,
    text: Words = "",
    state: Annotated[CredentialState | None, NONE, Query()] = None,
    library: LibraryName = "",
    month: Month = None,
    after: After = "",
    shape: AsShape = None,
) -> Response:
    """List credentials, issued last first, or all that fit as CSV."""
    issued_in = month_named(month) if month else None
    zone = site.settings.programme_zone
    wanted = CredentialFilter(
        text=text or None,
        state=state,
        library=library or None,
        issued_since=issued_in.begins(zone) if issued_in else None,
        issued_before=issued_in.next.begins(zone) if issued_in else None,
    )
    views = site.desks.credentials
    if shape is Shape.CSV:

        async def ask(cursor: str) -> Page[CredentialLine]:
            return await views.page(wanted, cursor, LINES_AT_ONCE)

        return await csv_list("credentials", COLUMNS, ask, _row, site.zone)
    found = await views.page(wanted, after)
    return await page(
        request,
        "operations/credentials/list.html",
        face=Party.OPS,
        wanted=wanted,
        month=month or "",
        lines=found.lines,
        libraries=await site.desks.board.libraries(),
        states=tuple(CredentialState),
        tones=TONES,
        places=places(request, found.after),
    )


@router.get("/awards/{enrollment_id}")
async def award(
    request: Request, site: OpenSite, _: Operations, enrollment_id: AwardId
) -> Response:
    """Show every credential of an award, and issue one if none counts."""
    return await award_page(request, site, enrollment_id)


@router.get("/{credential_id}")
async def credential(
    request: Request, site: OpenSite, _: Operations, credential_id: CredentialId
) -> Response:
    """Show one credential with its corrections and its neighbours."""
    views = site.desks.credentials
    view = await views.credential(credential_id)
    return await page(
        request,
        "operations/credentials/one.html",
        face=Party.OPS,
        credential=view,
        chain=await views.of_enrollment(view.enrollment_id),
        tones=TONES,
        correction_tones=CORRECTION_TONES,
        kinds=tuple(CorrectionKind),
        address=site.addresses.credential(view.id),
    )


async def award_page(
    request: Request,
    site: Site,
    enrollment_id: str,
    refusal: Refusal | None = None,
    reason: str = "",
) -> Response:
    """Answer with the page of an award. Raises ``UnknownEnrollment``."""
    views = site.desks.credentials
    chain = await views.of_enrollment(enrollment_id)
    return await page(
        request,
        "operations/credentials/award.html",
        face=Party.OPS,
        status=status_of(refusal) if refusal else HTTPStatus.OK,
        journey=await site.desks.views.journey(enrollment_id),
        chain=chain,
        counts=any(each.state is CredentialState.VALID for each in chain),
        why=await views.why_not_signed(enrollment_id),
        tones=TONES,
        refusal=refusal,
        reason=reason,
    )


def _row(line: CredentialLine) -> Sequence[Cell]:
    return (
        line.id,
        line.enrollment_id,
        line.practitioner,
        line.title,
        line.library,
        line.state,
        line.issued_at,
        line.revoked_at,
    )
