"""What is open in an enrollment, its drafts and files, and what blocks a part."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.ports import Submitted
from adapters.records.round_tables import ArtifactRow, DraftRow, RevisionRow, RoundRow
from adapters.records.tables import CatalogVersionRow, EnrollmentRow
from domain.assessment import Item, items_of
from domain.catalog import CatalogEntry
from domain.enrollment import EnrollmentClosed, UnknownEnrollment
from domain.evidence import Inspection, Stored
from domain.submission import (
    Artifact,
    Draft,
    UnknownPart,
    carried_forward,
    part_items,
    preflight,
    seeded_draft,
)
from domain.values import Value


class OpenWork(Value):
    """What a practitioner may work on now."""

    enrollment_id: str
    round: int
    entry: CatalogEntry
    items: tuple[Item, ...]
    open_keys: frozenset[str]


async def open_work_of(session: AsyncSession, enrollment_id: str) -> OpenWork:
    """Return what is open in an enrollment. Raises ``UnknownEnrollment``, ``EnrollmentClosed``."""
    enrollment = await session.get(EnrollmentRow, enrollment_id)
    if enrollment is None:
        raise UnknownEnrollment(enrollment=enrollment_id)
    if enrollment.ending is not None:
        raise EnrollmentClosed(ending=enrollment.ending)
    version = await session.get_one(CatalogVersionRow, enrollment.version_id)
    entry = CatalogEntry.model_validate(version.content)
    items = items_of(entry)
    previous = await session.get(RoundRow, (enrollment_id, enrollment.round - 1))
    open_keys = frozenset(item.key for item in items)
    if previous is not None and previous.not_met is not None:
        kept = previous.not_met["items"]
        open_keys = frozenset(str(key) for key in (kept if isinstance(kept, list) else []))
    return OpenWork(
        enrollment_id=enrollment_id,
        round=enrollment.round,
        entry=entry,
        items=items,
        open_keys=open_keys,
    )


async def draft_of(session: AsyncSession, work: OpenWork, part: int) -> Draft:
    """Return the draft of a part in the open round. Raises ``UnknownPart``."""
    if part not in {1, 2, 3}:
        raise UnknownPart(part=part)
    row = await session.get(DraftRow, (work.enrollment_id, work.round, part))
    if row is not None:
        return Draft.model_validate(row.content)
    return seeded_draft(await previous_content(session, work, part), part, work.open_keys)


async def previous_content(session: AsyncSession, work: OpenWork, part: int) -> Draft | None:
    """Return the latest accepted content of a part before the open round."""
    row = await session.scalar(
        select(RevisionRow)
        .where(
            RevisionRow.enrollment_id == work.enrollment_id,
            RevisionRow.part == part,
            RevisionRow.round < work.round,
            RevisionRow.accepted_at.is_not(None),
        )
        .order_by(RevisionRow.round.desc())
        .limit(1)
    )
    return Draft.model_validate(row.content) if row is not None else None


async def artifacts_of(session: AsyncSession, enrollment_id: str) -> dict[str, Artifact]:
    """Return the uploaded and inspected files of an enrollment, by id."""
    rows = await session.scalars(
        select(ArtifactRow).where(
            ArtifactRow.enrollment_id == enrollment_id, ArtifactRow.inspection.is_not(None)
        )
    )
    return {
        row.id: Artifact(
            id=row.id,
            name=row.name,
            stored=Stored(sha256=row.sha256, size=row.size),
            inspection=Inspection.model_validate(row.inspection),
        )
        for row in rows
    }


async def submitted_of(session: AsyncSession, work: OpenWork, part: int) -> Submitted:
    """Return what would be frozen now, with everything that blocks it."""
    draft = await draft_of(session, work, part)
    whole = carried_forward(await previous_content(session, work, part), draft, work.open_keys)
    artifacts = await artifacts_of(session, work.enrollment_id)
    open_items = tuple(item for item in part_items(work.items, part) if item.key in work.open_keys)
    return Submitted(
        findings=preflight(work.entry, open_items, whole, artifacts),
        draft=whole,
        artifacts=tuple(artifacts.values()),
    )
