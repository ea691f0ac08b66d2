"""Reading a round that is assessed: whose it is, what is open in it, what was marked and met."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.round_tables import AssignmentRow, MarkRow, RevisionRow, RoundRow
from adapters.records.tables import EnrollmentRow
from domain.assessment import Mark, MarkKind, NotYourAssignment, Obstacle
from domain.assignment import AssignmentState
from domain.enrollment import EnrollmentClosed, UnknownEnrollment
from domain.submission import Draft
from domain.values import Instant, Value


class LockedItem(Value):
    """What was met: by whom, when, and in which round (trap 21)."""

    item: str
    round: int
    assessor_id: str
    at: Instant


async def assigned(
    session: AsyncSession, assessor_id: str, enrollment_id: str
) -> tuple[AssignmentRow, RoundRow]:
    """Return an assessor's accepted assignment of an enrollment, and its round.

    Raises ``UnknownEnrollment``, ``EnrollmentClosed`` and ``NotYourAssignment``.
    """
    enrollment = await session.get(EnrollmentRow, enrollment_id)
    if enrollment is None:
        raise UnknownEnrollment(enrollment=enrollment_id)
    if enrollment.ending is not None:
        raise EnrollmentClosed(ending=enrollment.ending)
    assignment = await session.scalar(
        select(AssignmentRow).where(
            AssignmentRow.enrollment_id == enrollment_id,
            AssignmentRow.assessor_id == assessor_id,
            AssignmentRow.state == AssignmentState.ACCEPTED,
            AssignmentRow.is_live,
        )
    )
    if assignment is None:
        raise NotYourAssignment
    row = await session.get_one(RoundRow, (enrollment_id, assignment.round))
    return assignment, row


def open_items_of(row: RoundRow) -> tuple[str, ...]:
    """Return the items that are marked in a round."""
    kept = row.open_items["items"]
    return tuple(str(key) for key in (kept if isinstance(kept, list) else []))


async def marks_of(
    session: AsyncSession, enrollment_id: str, number: int, assessor_id: str
) -> tuple[Mark, ...]:
    """Return what an assessor has marked in a round so far."""
    rows = await session.scalars(
        select(MarkRow)
        .where(
            MarkRow.enrollment_id == enrollment_id,
            MarkRow.round == number,
            MarkRow.assessor_id == assessor_id,
        )
        .order_by(MarkRow.item)
    )
    return tuple(mark_of(row) for row in rows)


def mark_of(row: MarkRow) -> Mark:
    """Return a mark as it was saved."""
    return Mark(
        item=row.item,
        kind=MarkKind(row.kind) if row.kind else None,
        obstacle=Obstacle(row.obstacle) if row.obstacle else None,
        feedback=row.feedback,
        version=row.version,
    )


async def parts_of(session: AsyncSession, enrollment_id: str, number: int) -> tuple[Draft, ...]:
    """Return the newest accepted content of each part up to a round."""
    rows = await session.scalars(
        select(RevisionRow)
        .where(
            RevisionRow.enrollment_id == enrollment_id,
            RevisionRow.round <= number,
            RevisionRow.accepted_at.is_not(None),
        )
        .order_by(RevisionRow.round)
    )
    newest = {row.part: Draft.model_validate(row.content) for row in rows}
    return tuple(newest[part] for part in sorted(newest))


async def locked_items(
    session: AsyncSession, enrollment_id: str, before_round: int
) -> tuple[LockedItem, ...]:
    """Return what was met in the rounds before ``before_round``, with its provenance."""
    rows = await session.scalars(
        select(MarkRow)
        .where(
            MarkRow.enrollment_id == enrollment_id,
            MarkRow.round < before_round,
            MarkRow.kind == MarkKind.MET,
            MarkRow.decided_at.is_not(None),
        )
        .order_by(MarkRow.item, MarkRow.round)
    )
    return tuple(
        LockedItem(
            item=row.item,
            round=row.round,
            assessor_id=row.assessor_id,
            at=row.decided_at or row.marked_at,
        )
        for row in rows
    )
