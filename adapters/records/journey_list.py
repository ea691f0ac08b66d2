"""The list of journeys as one query: first the page's numbers alone, then what stands on its lines.

The inner query walks one index and stops at the end of the page; names and titles are looked up for
the lines of the page and for no others.
"""

from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement, Row, Select, exists, literal, literal_column, select
from sqlalchemy.orm import defer

from adapters.records.due_order import Sorting, due_cursor, numbers_by_due_time, sorted_page
from adapters.records.keyset import Cursor, SortedBy, at_most, earlier_than, inline, later_than
from adapters.records.list_values import JourneyFilter, JourneyLine, JourneyOrder, PromiseState
from adapters.records.search_book import fits
from adapters.records.tables import (
    AttentionRow,
    CatalogVersionRow,
    EnrollmentRow,
    OrderLineRow,
    OrderRow,
    PersonRow,
)

JourneyRow = Row[EnrollmentRow, PersonRow, str, OrderRow]

_ID = EnrollmentRow.id

_KEYS: dict[JourneyOrder, SortedBy] = {
    JourneyOrder.OLDEST: EnrollmentRow.opened_at,
    JourneyOrder.NEWEST: EnrollmentRow.opened_at,
    JourneyOrder.ACTIVITY: EnrollmentRow.last_at,
}
"""What decides before the number does; the order by due time is a module of its own."""

_DESCENDING = frozenset({JourneyOrder.NEWEST, JourneyOrder.ACTIVITY})


def journeys_query(
    wanted: JourneyFilter, order: JourneyOrder, after: Cursor | None, limit: int
) -> Select[EnrollmentRow, PersonRow, str, OrderRow]:
    """Return the query for one page and one line more, which tells whether there is another."""
    page = numbers_query(wanted, order, after, limit + 1).subquery("page")
    by_due_time = order is JourneyOrder.DUE
    return (
        select(EnrollmentRow, PersonRow, CatalogVersionRow.title, OrderRow)
        .options(defer(EnrollmentRow.journey))
        .join(page, page.c.id == EnrollmentRow.id)
        .join(PersonRow, PersonRow.id == EnrollmentRow.person_id)
        .join(CatalogVersionRow, CatalogVersionRow.id == EnrollmentRow.version_id)
        .join(OrderLineRow, OrderLineRow.id == EnrollmentRow.line_id)
        .join(OrderRow, OrderRow.id == OrderLineRow.order_id)
        .order_by(*(sorted_page(page) if by_due_time else _sorted_by(order)))
        .limit(at_most(limit + 1))
    )


def line_of(row: JourneyRow) -> JourneyLine:
    """Return one line of the list."""
    enrollment, person, title, order = row
    return JourneyLine(
        enrollment_id=enrollment.id,
        practitioner=person.name,
        address=person.address,
        organization=person.organization,
        order_id=order.id,
        order_number=order.external_id,
        title=title,
        library=enrollment.library,
        stage=enrollment.stage,
        round=enrollment.round,
        waiting_on=enrollment.waiting_on,
        waiting_until=enrollment.waiting_until,
        opened_at=enrollment.opened_at,
        last_at=enrollment.last_at,
        attention=enrollment.open_attention,
        ending=enrollment.ending,
    )


def cursor_of(order: JourneyOrder) -> Callable[[JourneyRow], Cursor]:
    """Return what makes the cursor of a line in this order."""

    def cursor(row: JourneyRow) -> Cursor:
        enrollment = row[0]
        match order:
            case JourneyOrder.DUE:
                return due_cursor(enrollment)
            case JourneyOrder.OLDEST | JourneyOrder.NEWEST:
                return Cursor(order=order, at=enrollment.opened_at, id=enrollment.id)
            case JourneyOrder.ACTIVITY:
                return Cursor(order=order, at=enrollment.last_at, id=enrollment.id)
            case JourneyOrder.NUMBER:
                return Cursor(order=order, id=enrollment.id)

    return cursor


def cursor_after(enrollment_id: str) -> str:
    """Return the cursor behind an enrollment number, which somebody typed; ``""`` for none."""
    return Cursor(order=JourneyOrder.NUMBER, id=enrollment_id).sealed() if enrollment_id else ""


def _sorted_by(order: JourneyOrder) -> tuple[Sorting, ...]:
    """Return what the list is ordered by; the number decides ties in the same direction."""
    key = _KEYS.get(order)
    if key is None:
        return (_ID.asc(),)
    return (key.desc(), _ID.desc()) if order in _DESCENDING else (key.asc(), _ID.asc())


def _beyond(order: JourneyOrder, after: Cursor) -> ColumnElement[bool]:
    """Return what holds for the lines after a cursor."""
    key = _KEYS.get(order)
    if key is None:
        return EnrollmentRow.id > after.id
    return (earlier_than if order in _DESCENDING else later_than)(key, _ID, after)


def numbers_query(
    wanted: JourneyFilter, order: JourneyOrder, after: Cursor | None, limit: int
) -> Select[str, int]:
    """Return the query for the numbers of a page: it walks one index and stops."""
    conditions = _conditions(wanted)
    if order is JourneyOrder.DUE:
        return numbers_by_due_time(wanted, conditions, after, limit)
    numbers = select(_ID.label("id"), literal(0).label("part")).where(*conditions)
    if after is not None:
        numbers = numbers.where(_beyond(order, after))
    return numbers.order_by(*_sorted_by(order)).limit(at_most(limit))


def _conditions(wanted: JourneyFilter) -> Sequence[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.stage:
        conditions.append(EnrollmentRow.stage == inline(wanted.stage))
    if wanted.waiting_on:
        conditions.append(EnrollmentRow.waiting_on == inline(wanted.waiting_on))
    if wanted.library:
        conditions.append(EnrollmentRow.library == inline(wanted.library))
    if wanted.has_attention:
        # As the index over these says it: with a parameter in its place it would not be used.
        conditions.append(EnrollmentRow.open_attention > literal_column("0"))
    if wanted.is_open:
        conditions.append(EnrollmentRow.ended_at.is_(None))
    if wanted.is_late_at:
        conditions.append(EnrollmentRow.waiting_until < wanted.is_late_at)
    return [*conditions, *_of_promise(wanted), *_of_ending(wanted), *_of_others(wanted)]


def _of_promise(wanted: JourneyFilter) -> Sequence[ColumnElement[bool]]:
    if wanted.promise is None:
        return ()
    conditions = promise_is(wanted.promise)
    if wanted.promise_since:
        conditions = (*conditions, EnrollmentRow.access_due_at >= wanted.promise_since)
    return conditions


def promise_is(state: PromiseState) -> tuple[ColumnElement[bool], ...]:
    """Return what holds for enrollments whose access promise is in a state."""
    is_met = EnrollmentRow.access_met_at.is_not(None)
    is_breached = EnrollmentRow.access_breached_at.is_not(None)
    match state:
        case PromiseState.MET:
            return is_met, EnrollmentRow.access_breached_at.is_(None)
        case PromiseState.BREACHED:
            return (is_breached,)
        case PromiseState.RUNNING:
            return (
                EnrollmentRow.access_due_at.is_not(None),
                EnrollmentRow.access_met_at.is_(None),
                EnrollmentRow.access_breached_at.is_(None),
                EnrollmentRow.ended_at.is_(None),
            )


def _of_ending(wanted: JourneyFilter) -> Sequence[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.ending:
        conditions.append(EnrollmentRow.ending == inline(wanted.ending))
    if wanted.ended_since:
        conditions.append(EnrollmentRow.ended_at >= wanted.ended_since)
    return conditions


def _of_others(wanted: JourneyFilter) -> Sequence[ColumnElement[bool]]:
    """What stands in other tables than the flat row."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.attention:
        conditions.append(
            exists().where(
                AttentionRow.subject_id == _ID,
                AttentionRow.kind == inline(wanted.attention),
                AttentionRow.closed_at.is_(None),
            )
        )
    return [*conditions, *(fits(wanted.text, _ID) if wanted.text else ())]
