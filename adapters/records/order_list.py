"""The list of orders as one query: the page's numbers first, then their lines counted."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Row, Select, exists, func, select

from adapters.records.keyset import Cursor, at_most, earlier_than, inline
from adapters.records.list_values import ListedOrder, OrderFilter, OrderStanding
from adapters.records.search_book import fits
from adapters.records.tables import OrderLineRow, OrderRow
from domain.orders import LineState

ORDER = "placed"
"""Placed last comes first; the only order of this list."""

OrderCounted = Row[OrderRow, int, int, int, int, int, int]


def orders_query(
    wanted: OrderFilter, after: Cursor | None, limit: int
) -> Select[OrderRow, int, int, int, int, int, int]:
    """Return the query for one page and one order more."""
    numbers = select(OrderRow.id).where(*_conditions(wanted))
    if after is not None:
        numbers = numbers.where(earlier_than(OrderRow.placed_at, OrderRow.id, after))
    newest_first = (OrderRow.placed_at.desc(), OrderRow.id.desc())
    page = numbers.order_by(*newest_first).limit(at_most(limit + 1)).subquery("page")
    return (
        select(
            OrderRow,
            func.coalesce(func.sum(OrderLineRow.price_cents), 0),
            _lines_that_are(LineState.WAITING),
            _lines_that_are(LineState.ENROLLED),
            _lines_that_are(LineState.HELD),
            _lines_that_are(LineState.REFUNDING),
            _lines_that_are(LineState.REFUNDED),
        )
        .join(page, page.c.id == OrderRow.id)
        .outerjoin(OrderLineRow, OrderLineRow.order_id == OrderRow.id)
        .group_by(OrderRow.id)
        .order_by(*newest_first)
    )


def _lines_that_are(state: LineState) -> ColumnElement[int]:
    return func.count(OrderLineRow.id).filter(OrderLineRow.state == state)


def line_of(row: OrderCounted) -> ListedOrder:
    """Return one line of the list."""
    order, cents, waiting, enrolled, held, refunding, refunded = row
    return ListedOrder(
        order_id=order.id,
        channel=order.channel,
        external_id=order.external_id,
        payer=order.payer_name,
        payer_address=order.payer_address,
        payer_organization=order.payer_organization,
        purchase_order=order.purchase_order,
        placed_at=order.placed_at,
        settled_at=order.settled_at,
        settlement_due_at=order.due_at if order.settled_at is None else None,
        price_cents=cents,
        lines=waiting + enrolled + held + refunding + refunded,
        waiting=waiting,
        enrolled=enrolled,
        held=held,
        refunding=refunding,
        refunded=refunded,
    )


def cursor_of(row: OrderCounted) -> Cursor:
    """Return the cursor of a line."""
    return Cursor(order=ORDER, at=row[0].placed_at, id=row[0].id)


def _conditions(wanted: OrderFilter) -> Sequence[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.channel:
        conditions.append(OrderRow.channel == inline(wanted.channel))
    match wanted.standing:
        case OrderStanding.UNSETTLED:
            # A complete one was refunded before anybody paid: nothing is waited for.
            conditions += (OrderRow.settled_at.is_(None), ~OrderRow.is_complete)
        case OrderStanding.HELD:
            conditions.append(_has_line(LineState.HELD))
        case OrderStanding.REFUNDING:
            conditions.append(_has_line(LineState.REFUNDING))
        case None:
            pass
    return [*conditions, *(fits(wanted.text, OrderRow.id) if wanted.text else ())]


def _has_line(state: LineState) -> ColumnElement[bool]:
    return exists().where(OrderLineRow.order_id == OrderRow.id, OrderLineRow.state == inline(state))
