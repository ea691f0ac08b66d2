"""Marks as they are made: drafts of the assessor, saved one by one, kept across rounds."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.database import Database
from adapters.records.mark_reading import (
    LockedItem,
    assigned,
    locked_items,
    mark_of,
    marks_of,
    open_items_of,
    parts_of,
)
from adapters.records.round_tables import AssessorRow, AssignmentRow, MarkRow, RoundRow
from adapters.records.tables import CatalogVersionRow, EnrollmentRow
from domain.assessment import (
    Item,
    ItemLocked,
    Mark,
    StaleVersion,
    UnknownItem,
    items_of,
)
from domain.assignment import (
    AssignmentState,
    NotYourOffer,
    OfferExpired,
    OfferTaken,
    UnknownAssessor,
)
from domain.catalog import CatalogEntry
from domain.enrollment import NotAtThisStage, Stage, StaleRound, UnknownEnrollment
from domain.refusals import Refusal
from domain.submission import Draft
from domain.values import Instant, Value


class OfferLine(Value):
    """An offer or assignment as its assessor sees it: a number, never a person or a school."""

    assignment_id: str
    enrollment_id: str
    round: int
    title: str
    state: AssignmentState
    offered_at: Instant
    due_at: Instant | None
    items: int


class Sheet(Value):
    """What an assessor has before them: the rubric, the work, and the marks so far."""

    enrollment_id: str
    round: int
    assignment_id: str
    items: tuple[Item, ...]
    open_items: tuple[str, ...]
    marks: tuple[Mark, ...]
    marks_version: int
    parts: tuple[Draft, ...]
    locked: tuple[LockedItem, ...]


class MarkBook:
    """Where marks are kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def offers(self, assessor_id: str) -> tuple[OfferLine, ...]:
        """Return the live offers and assignments of an assessor, most urgent first.

        Raises ``UnknownAssessor``.
        """
        async with self._database.reading() as session:
            if await session.get(AssessorRow, assessor_id) is None:
                raise UnknownAssessor(assessor=assessor_id)
            rows = await session.execute(
                select(AssignmentRow, EnrollmentRow, RoundRow, CatalogVersionRow.title)
                .join(EnrollmentRow, EnrollmentRow.id == AssignmentRow.enrollment_id)
                .join(
                    RoundRow,
                    (RoundRow.enrollment_id == AssignmentRow.enrollment_id)
                    & (RoundRow.number == AssignmentRow.round),
                )
                .join(CatalogVersionRow, CatalogVersionRow.id == EnrollmentRow.version_id)
                .where(AssignmentRow.assessor_id == assessor_id, AssignmentRow.is_live)
                .order_by(EnrollmentRow.waiting_until, AssignmentRow.id)
            )
            return tuple(
                OfferLine(
                    assignment_id=assignment.id,
                    enrollment_id=assignment.enrollment_id,
                    round=assignment.round,
                    title=title,
                    state=AssignmentState(assignment.state),
                    offered_at=assignment.offered_at,
                    due_at=enrollment.waiting_until,
                    items=len(open_items_of(round_row)),
                )
                for assignment, enrollment, round_row, title in rows
            )

    async def why_not_offered(self, assessor_id: str, enrollment_id: str) -> Refusal:
        """Return why an assessor has no open offer of an enrollment's round."""
        async with self._database.reading() as session:
            if await session.get(EnrollmentRow, enrollment_id) is None:
                return UnknownEnrollment(enrollment=enrollment_id)
            live = await session.scalar(
                select(AssignmentRow).where(
                    AssignmentRow.enrollment_id == enrollment_id, AssignmentRow.is_live
                )
            )
            if live is None or await _was_offered(session, assessor_id, live):
                return OfferExpired()
            is_taken = live.state == AssignmentState.ACCEPTED
            return OfferTaken() if is_taken else NotYourOffer()

    async def sheet(self, assessor_id: str, enrollment_id: str) -> Sheet:
        """Return the work of the round that is assigned to an assessor.

        Raises ``UnknownEnrollment`` and ``NotYourAssignment``.
        """
        async with self._database.reading() as session:
            assignment, row = await assigned(session, assessor_id, enrollment_id)
            enrollment = await session.get_one(EnrollmentRow, enrollment_id)
            version = await session.get_one(CatalogVersionRow, enrollment.version_id)
            return Sheet(
                enrollment_id=enrollment_id,
                round=row.number,
                assignment_id=assignment.id,
                items=items_of(CatalogEntry.model_validate(version.content)),
                open_items=open_items_of(row),
                marks=await marks_of(session, enrollment_id, row.number, assessor_id),
                marks_version=row.marks_version,
                parts=await parts_of(session, enrollment_id, row.number),
                locked=await locked_items(session, enrollment_id, row.number),
            )

    async def save(
        self,
        assessor_id: str,
        enrollment_id: str,
        mark: Mark,
        at: datetime,
        round_number: int | None = None,
    ) -> tuple[Mark, int]:
        """Save one mark that was based on ``mark.version``, 0 for a new one.

        ``round_number`` is the round that it was made in (trap 10). Returns it with its new
        version, and the version of the whole sheet. Raises ``NotYourAssignment``, ``StaleRound``,
        ``UnknownItem``, ``ItemLocked``, ``StaleVersion`` with the mark that was saved meanwhile,
        and ``NotAtThisStage`` once the round was judged: the judgement is of the marks as they
        were.
        """
        async with self._database.transaction() as session:
            # One after the other, and after what the journey writes: each save counts.
            lock = self._database.has_row_locks or None
            await session.get(EnrollmentRow, enrollment_id, with_for_update=lock)
            assignment, row = await assigned(session, assessor_id, enrollment_id)
            if round_number not in {None, row.number}:
                raise StaleRound(named=round_number, open=row.number)
            if row.judged_by is not None:
                raise NotAtThisStage(stage=Stage.APPROVING)
            await self._refuse_wrong_item(session, enrollment_id, row, mark.item)
            key = (enrollment_id, row.number, assessor_id, mark.item)
            kept = await session.get(MarkRow, key)
            _refuse_stale(mark, kept)
            if kept is None:
                kept = MarkRow(
                    enrollment_id=enrollment_id,
                    round=row.number,
                    assessor_id=assignment.assessor_id,
                    item=mark.item,
                )
                session.add(kept)
            kept.kind, kept.obstacle, kept.feedback = mark.kind, mark.obstacle, mark.feedback
            kept.version, kept.marked_at = mark.version + 1, at
            row.marks_version += 1
            return mark_of(kept), row.marks_version

    async def _refuse_wrong_item(
        self, session: AsyncSession, enrollment_id: str, row: RoundRow, key: str
    ) -> None:
        open_items = open_items_of(row)
        if key in open_items:
            return
        for locked in await locked_items(session, enrollment_id, row.number):
            if locked.item == key:
                raise ItemLocked(item=key, round=locked.round)
        raise UnknownItem(item=key, items=", ".join(open_items))


async def _was_offered(session: AsyncSession, assessor_id: str, live: AssignmentRow) -> bool:
    """Tell whether the round was offered to an assessor before it was to whoever has it now."""
    earlier = await session.scalar(
        select(AssignmentRow.id)
        .where(
            AssignmentRow.enrollment_id == live.enrollment_id,
            AssignmentRow.round == live.round,
            AssignmentRow.assessor_id == assessor_id,
            AssignmentRow.is_live.is_(False),
        )
        .limit(1)
    )
    return earlier is not None


def _refuse_stale(mark: Mark, kept: MarkRow | None) -> None:
    current = kept.version if kept else 0
    if mark.version == current:
        return
    refusal = StaleVersion(current=current, based_on=mark.version)
    refusal.points = (mark_of(kept),) if kept else ()
    raise refusal
