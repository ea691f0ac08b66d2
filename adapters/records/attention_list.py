"""Open attention as one query: of journeys, of orders and of their lines, oldest first."""

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import defer

from adapters.records.keyset import Cursor, at_most, inline, later_than
from adapters.records.list_values import AttentionFilter, AttentionItem, SubjectKind
from adapters.records.tables import (
    AttentionRow,
    CatalogVersionRow,
    EnrollmentRow,
    OrderLineRow,
    OrderRow,
    PersonRow,
)

ORDER = "opened"
"""Opened first comes first; the only order of this list."""

AttentionLine = Row[AttentionRow, EnrollmentRow, OrderLineRow, OrderRow, PersonRow, str]
"""Whatever a subject does not have is ``None``, also where the type cannot say so."""


def attention_query(
    wanted: AttentionFilter, after: Cursor | None, limit: int
) -> Select[AttentionRow, EnrollmentRow, OrderLineRow, OrderRow, PersonRow, str]:
    """Return the query for one page and one line more.

    What needs attention is a journey, a line or an order; each knows the next, so that everything
    that is told of it is found on one way.
    """
    numbers = select(AttentionRow.id).where(AttentionRow.closed_at.is_(None))
    if wanted.kind:
        numbers = numbers.where(AttentionRow.kind == inline(wanted.kind))
    if after is not None:
        numbers = numbers.where(later_than(AttentionRow.opened_at, AttentionRow.id, after))
    oldest_first = (AttentionRow.opened_at, AttentionRow.id)
    page = numbers.order_by(*oldest_first).limit(at_most(limit + 1)).subquery("page")
    subject = AttentionRow.subject_id
    version = func.coalesce(EnrollmentRow.version_id, OrderLineRow.version_id)
    return (
        select(
            AttentionRow,
            EnrollmentRow,
            OrderLineRow,
            OrderRow,
            PersonRow,
            CatalogVersionRow.title,
        )
        .options(defer(EnrollmentRow.journey))
        .join(page, page.c.id == AttentionRow.id)
        .outerjoin(EnrollmentRow, EnrollmentRow.id == subject)
        .outerjoin(OrderLineRow, OrderLineRow.id == func.coalesce(EnrollmentRow.line_id, subject))
        .outerjoin(OrderRow, OrderRow.id == func.coalesce(OrderLineRow.order_id, subject))
        .outerjoin(PersonRow, PersonRow.id == OrderLineRow.person_id)
        .outerjoin(CatalogVersionRow, CatalogVersionRow.id == version)
        .order_by(*oldest_first)
    )


def line_of(row: AttentionLine) -> AttentionItem:
    """Return one line of the list."""
    attention, enrollment, line, order, person, title = row
    payer = order.payer_name if order else ""
    return AttentionItem(
        kind=attention.kind,
        subject=attention.subject_id,
        subject_kind=_kind(enrollment, line, order),
        order_id=order.id if order else None,
        opened_at=attention.opened_at,
        why=attention.opened_why,
        practitioner=person.name if person else payer,
        title=title or "",
        stage=enrollment.stage if enrollment else "",
        order_number=order.external_id if order else "",
    )


def cursor_of(row: AttentionLine) -> Cursor:
    """Return the cursor of a line."""
    return Cursor(order=ORDER, at=row[0].opened_at, id=str(row[0].id))


def _kind(
    enrollment: EnrollmentRow | None, line: OrderLineRow | None, order: OrderRow | None
) -> SubjectKind:
    if enrollment is not None:
        return SubjectKind.ENROLLMENT
    if line is not None:
        return SubjectKind.LINE
    return SubjectKind.ORDER if order is not None else SubjectKind.OTHER
