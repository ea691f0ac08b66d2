"""What assessors hold as one query: whoever is overdue for longest comes first.

The one place that says when an assessment is overdue; the board counts by the same words.
"""

from datetime import date, datetime

from sqlalchemy import ColumnElement, Row, Select, Subquery, and_, exists, func, or_, select

from adapters.records.keyset import Cursor, at_most, inline
from adapters.records.list_values import AssessorLine
from adapters.records.round_tables import AssessorRow, AssignmentRow, LeaveRow
from adapters.records.tables import DueTimeRow, EnrollmentRow
from domain.assignment import AssignmentState
from domain.enrollment import ClockKind, Stage

ORDER = "overdue"
"""Overdue for longest first, then everybody who is not; the only order of this list."""

AssessorHolding = Row[AssessorRow, bool, int, int, int, datetime]
"""Whoever holds nothing has ``None`` in place of each number."""


def overdue_assessments(now: datetime) -> Subquery:
    """Return the assessments that are past their due time: of whom, and since when.

    The journey starts the clock ``overdue`` when the time is up, so that clock tells; until it
    does, the due time that has passed tells as well.
    """
    is_called = and_(
        DueTimeRow.id == EnrollmentRow.due_id, DueTimeRow.clock == inline(ClockKind.OVERDUE)
    )
    since = func.coalesce(DueTimeRow.started_at, EnrollmentRow.waiting_until)
    return (
        select(AssignmentRow.id, AssignmentRow.assessor_id, since.label("since"))
        .join(
            EnrollmentRow,
            and_(
                EnrollmentRow.id == AssignmentRow.enrollment_id,
                EnrollmentRow.round == AssignmentRow.round,
            ),
        )
        # Only the clocks that are called so are looked up, and not those of all that is assessed.
        .outerjoin(DueTimeRow, is_called)
        .where(
            EnrollmentRow.stage == inline(Stage.ASSESSING),
            AssignmentRow.is_live,
            AssignmentRow.state == AssignmentState.ACCEPTED,
            or_(DueTimeRow.id.is_not(None), EnrollmentRow.waiting_until < now),
        )
        .subquery("late")
    )


def assessors_query(
    now: datetime, today: date, is_overdue_only: bool, after: Cursor | None, limit: int
) -> Select[AssessorRow, bool, int, int, int, datetime]:
    """Return the query for one page and one assessor more."""
    held = _held(now)
    is_away = exists().where(
        LeaveRow.assessor_id == AssessorRow.id,
        LeaveRow.first_day <= today,
        LeaveRow.last_day >= today,
    )
    query = (
        select(
            AssessorRow,
            is_away.label("is_away"),
            held.c.offered,
            held.c.taken,
            held.c.overdue,
            held.c.since,
        )
        .outerjoin(held, held.c.assessor_id == AssessorRow.id)
        .order_by(held.c.since.is_(None), held.c.since, AssessorRow.id)
        .limit(at_most(limit + 1))
    )
    if is_overdue_only:
        query = query.where(held.c.since.is_not(None))
    return query if after is None else query.where(_beyond(held.c.since, after))


def _held(now: datetime) -> Subquery:
    """Return how many rounds each assessor holds, of each sort, and since when one is overdue."""
    late = overdue_assessments(now)
    return (
        select(
            AssignmentRow.assessor_id,
            func.count().filter(AssignmentRow.state == AssignmentState.OFFERED).label("offered"),
            func.count().filter(AssignmentRow.state == AssignmentState.ACCEPTED).label("taken"),
            func.count(late.c.id).label("overdue"),
            func.min(late.c.since).label("since"),
        )
        .outerjoin(late, late.c.id == AssignmentRow.id)
        .where(AssignmentRow.is_live)
        .group_by(AssignmentRow.assessor_id)
        .subquery("held")
    )


def _beyond(since: ColumnElement[datetime | None], after: Cursor) -> ColumnElement[bool]:
    later_number = AssessorRow.id > after.id
    if after.at is None:
        return and_(since.is_(None), later_number)
    return or_(since > after.at, and_(since == after.at, later_number), since.is_(None))


def line_of(row: AssessorHolding) -> AssessorLine:
    """Return one line of the list."""
    assessor, is_away, offered, taken, overdue, since = row
    return AssessorLine(
        assessor_id=assessor.id,
        name=assessor.name,
        address=assessor.address,
        is_active=assessor.is_active,
        is_on_leave=is_away,
        capacity=assessor.capacity,
        load=assessor.load,
        offered=offered or 0,
        assessing=taken or 0,
        overdue=overdue or 0,
        overdue_since=since,
    )


def cursor_of(row: AssessorHolding) -> Cursor:
    """Return the cursor of a line."""
    return Cursor(order=ORDER, at=row.since, id=row[0].id)
