"""What an assessor sees of their work: offers, rounds in hand, what is done, their own standing.

A number, never a person or a school. A page is a few queries, however much there is.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.assessing_reading import due_line
from adapters.records.assessing_values import (
    DoneLine,
    Holding,
    OwnMark,
    OwnMarks,
    OwnStanding,
    OwnWork,
    WorkLine,
)
from adapters.records.database import Database
from adapters.records.keyset import PAGE, Cursor, Page, earlier_than, page_of, unsealed
from adapters.records.mark_reading import marks_of, open_items_of
from adapters.records.round_tables import (
    AssessorRow,
    AssignmentRow,
    LeaveRow,
    MarkRow,
    QualificationRow,
    RoundRow,
)
from adapters.records.tables import CatalogVersionRow, DueTimeRow, EnrollmentRow
from domain.assessment import items_of
from domain.assignment import AssignmentState, UnknownAssessor
from domain.catalog import CatalogEntry
from domain.refusals import NotFound
from domain.roster import Leave

DONE_LATELY = 5
"""Ended rounds on the page of what there is to do."""

_DONE = "assessor/done"


class NothingDone(NotFound):
    """No ended assignment of this assessor has this number."""

    code = "nothing_done"
    sentence = "There is no such round among those that you have had. See the list of what is done."


class AssessingViews:
    """What assessors look at; ``zone`` is where their days of leave begin."""

    def __init__(self, database: Database, zone: str) -> None:
        self._database = database
        self._zone = zone

    async def work(self, assessor_id: str, at: datetime) -> OwnWork:
        """Return what lies before an assessor, most urgent first. Raises ``UnknownAssessor``."""
        async with self._database.reading() as session:
            lines = await _work_lines(session, assessor_id)
            done = await session.execute(_done_lines(assessor_id).limit(DONE_LATELY))
            return OwnWork(
                offers=tuple(each for each in lines if each.state is AssignmentState.OFFERED),
                in_hand=tuple(each for each in lines if each.state is AssignmentState.ACCEPTED),
                done=tuple(_done_line(row) for row in done),
                standing=await self._standing(session, assessor_id, at),
            )

    async def done(self, assessor_id: str, after: str = "", limit: int = PAGE) -> Page[DoneLine]:
        """Return what is no longer in an assessor's hands, latest first."""
        cursor = unsealed(after, _DONE)
        query = _done_lines(assessor_id).limit(limit + 1)
        if cursor is not None:
            query = query.where(earlier_than(AssignmentRow.ended_at, AssignmentRow.id, cursor))
        async with self._database.reading() as session:
            rows = (await session.execute(query)).all()
        return page_of(rows, limit, _done_line, _done_cursor)

    async def own_marks(self, assessor_id: str, assignment_id: str) -> OwnMarks:
        """Return what an assessor wrote in a round that ended for them. Raises ``NothingDone``.

        Only their own words and the rubric: the work itself is no longer theirs to see.
        """
        query = _done_lines(assessor_id).where(AssignmentRow.id == assignment_id)
        async with self._database.reading() as session:
            row = (await session.execute(query)).first()
            if row is None:
                raise NothingDone
            line = _done_line(row)
            enrollment = await session.get_one(EnrollmentRow, line.enrollment_id)
            version = await session.get_one(CatalogVersionRow, enrollment.version_id)
            marks = {
                mark.item: mark
                for mark in await marks_of(session, enrollment.id, line.round, assessor_id)
            }
            items = items_of(CatalogEntry.model_validate(version.content))
            own = (OwnMark(item=i, mark=marks[i.key]) for i in items if i.key in marks)
            return OwnMarks(line=line, marks=tuple(own))

    async def holding(self, assessor_id: str, enrollment_id: str) -> Holding | None:
        """Return the latest assignment of an enrollment to an assessor; None if there was none."""
        query = (
            select(AssignmentRow)
            .where(
                AssignmentRow.assessor_id == assessor_id,
                AssignmentRow.enrollment_id == enrollment_id,
            )
            .order_by(
                AssignmentRow.is_live.desc(),
                AssignmentRow.round.desc(),
                AssignmentRow.offered_at.desc(),
            )
            .limit(1)
        )
        async with self._database.reading() as session:
            row = await session.scalar(query)
        if row is None:
            return None
        return Holding(
            assignment_id=row.id,
            enrollment_id=row.enrollment_id,
            round=row.round,
            state=AssignmentState(row.state),
            is_live=row.is_live,
        )

    async def standing(self, assessor_id: str, at: datetime) -> OwnStanding:
        """Return load, capacity and leave of an assessor. Raises ``UnknownAssessor``."""
        async with self._database.reading() as session:
            return await self._standing(session, assessor_id, at)

    async def _standing(self, session: AsyncSession, assessor_id: str, at: datetime) -> OwnStanding:
        row = await session.get(AssessorRow, assessor_id)
        if row is None:
            raise UnknownAssessor(assessor=assessor_id)
        today = at.astimezone(ZoneInfo(self._zone)).date()
        libraries = await session.scalars(
            select(QualificationRow.library)
            .where(QualificationRow.assessor_id == assessor_id)
            .order_by(QualificationRow.library)
        )
        leaves = await session.scalars(
            select(LeaveRow)
            .where(LeaveRow.assessor_id == assessor_id, LeaveRow.last_day >= today)
            .order_by(LeaveRow.first_day, LeaveRow.last_day)
        )
        away = tuple(Leave(first_day=row.first_day, last_day=row.last_day) for row in leaves)
        return OwnStanding(
            load=row.load,
            capacity=row.capacity,
            is_active=row.is_active,
            libraries=tuple(libraries),
            leaves=away,
            is_on_leave=any(each.covers(today) for each in away),
        )


_WorkRow = Row[AssignmentRow, EnrollmentRow, RoundRow, str, DueTimeRow]


async def _work_lines(session: AsyncSession, assessor_id: str) -> tuple[WorkLine, ...]:
    rows = await session.execute(_live(assessor_id))
    marked = {
        (enrollment_id, number): found
        for enrollment_id, number, found in await session.execute(_marked(assessor_id))
    }
    return tuple(_work_line(row, marked) for row in rows)


def _live(assessor_id: str) -> Select[AssignmentRow, EnrollmentRow, RoundRow, str, DueTimeRow]:
    return (
        select(AssignmentRow, EnrollmentRow, RoundRow, CatalogVersionRow.title, DueTimeRow)
        .join(EnrollmentRow, EnrollmentRow.id == AssignmentRow.enrollment_id)
        .join(RoundRow, _round_of_assignment())
        .join(CatalogVersionRow, CatalogVersionRow.id == EnrollmentRow.version_id)
        .outerjoin(DueTimeRow, DueTimeRow.id == EnrollmentRow.due_id)
        .where(AssignmentRow.assessor_id == assessor_id, AssignmentRow.is_live)
        .order_by(EnrollmentRow.waiting_until, AssignmentRow.id)
    )


def _marked(assessor_id: str) -> Select[str, int, int]:
    """Count what an assessor has marked, in the rounds that they hold."""
    return (
        select(MarkRow.enrollment_id, MarkRow.round, func.count())
        .join(
            AssignmentRow,
            and_(
                AssignmentRow.enrollment_id == MarkRow.enrollment_id,
                AssignmentRow.round == MarkRow.round,
                AssignmentRow.assessor_id == MarkRow.assessor_id,
            ),
        )
        .where(MarkRow.assessor_id == assessor_id, MarkRow.kind.is_not(None), AssignmentRow.is_live)
        .group_by(MarkRow.enrollment_id, MarkRow.round)
    )


def _work_line(row: _WorkRow, marked: dict[tuple[str, int], int]) -> WorkLine:
    assignment, enrollment, round_row, title, due = row
    is_handed_in = round_row.judged_by is not None
    return WorkLine(
        enrollment_id=enrollment.id,
        round=assignment.round,
        title=title,
        library=enrollment.library,
        state=AssignmentState(assignment.state),
        offered_at=assignment.offered_at,
        items=len(open_items_of(round_row)),
        marked=marked.get((enrollment.id, assignment.round), 0),
        # What an approver has to do by when is nothing that the assessor can be late with.
        due=None if is_handed_in else due_line(due),
        is_handed_in=is_handed_in,
    )


def _done_lines(
    assessor_id: str,
) -> Select[AssignmentRow, str, str, bool, str, int]:
    marks = (
        select(func.count())
        .select_from(MarkRow)
        .where(
            MarkRow.enrollment_id == AssignmentRow.enrollment_id,
            MarkRow.round == AssignmentRow.round,
            MarkRow.assessor_id == assessor_id,
        )
        .correlate(AssignmentRow)
        .scalar_subquery()
    )
    return (
        select(
            AssignmentRow,
            CatalogVersionRow.title,
            EnrollmentRow.library,
            RoundRow.is_proficient,
            RoundRow.judged_by,
            marks,
        )
        .join(EnrollmentRow, EnrollmentRow.id == AssignmentRow.enrollment_id)
        .join(RoundRow, _round_of_assignment())
        .join(CatalogVersionRow, CatalogVersionRow.id == EnrollmentRow.version_id)
        .where(AssignmentRow.assessor_id == assessor_id, AssignmentRow.ended_at.is_not(None))
        .order_by(AssignmentRow.ended_at.desc(), AssignmentRow.id.desc())
    )


def _round_of_assignment() -> ColumnElement[bool]:
    return and_(
        RoundRow.enrollment_id == AssignmentRow.enrollment_id,
        RoundRow.number == AssignmentRow.round,
    )


def _done_line(row: Row[AssignmentRow, str, str, bool, str, int]) -> DoneLine:
    assignment, title, library, is_proficient, judged_by, marks = row
    state = AssignmentState(assignment.state)
    is_own = judged_by == assignment.assessor_id and state is AssignmentState.COMPLETED
    return DoneLine(
        assignment_id=assignment.id,
        enrollment_id=assignment.enrollment_id,
        round=assignment.round,
        title=title,
        library=library,
        state=state,
        ended_at=assignment.ended_at or assignment.offered_at,
        is_proficient=is_proficient if is_own else None,
        marks=marks,
    )


def _done_cursor(row: Row[AssignmentRow, str, str, bool, str, int]) -> Cursor:
    assignment = row[0]
    return Cursor(order=_DONE, at=assignment.ended_at, id=assignment.id)
