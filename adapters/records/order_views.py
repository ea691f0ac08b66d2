"""One order before operations: its lines page by page, its mails, and who did what with it."""

from collections.abc import Sequence

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.database import Database
from adapters.records.tables import (
    AttentionRow,
    CatalogVersionRow,
    DueTimeRow,
    EnrollmentRow,
    OrderLineRow,
    OrderRow,
    PersonRow,
    ReasonRow,
)
from adapters.records.view_logs import actions_of, notices_of
from adapters.records.view_values import ActionLine, NoticeLine, OpenAttentionLine
from domain.orders import Channel, LineState, UnknownLine, UnknownOrder
from domain.values import Instant, Value

PAGE = 100
"""Lines of an order that are shown at once."""

MOST_ATTENTION = 50
"""Open attention of an order and its lines that is shown; its count of held lines says the rest."""


class OrderLineFacts(Value):
    """One line with its learner, its journey and why it was refunded."""

    number: int
    line_id: str
    learner: str
    address: str
    organization: str
    title: str
    library: str
    version: int
    price_cents: int
    state: LineState
    enrollment_id: str | None
    stage: str
    ending: str | None
    held_until: Instant | None
    refunded_at: Instant | None
    refund_reason: str


class OrderFacts(Value):
    """An order as it stands; ``counts`` are its lines by state."""

    order_id: str
    channel: Channel
    external_id: str
    payer_name: str
    payer_address: str
    payer_organization: str
    purchase_order: str
    placed_at: Instant
    settled_at: Instant | None
    due_at: Instant | None
    due_why: str
    price_cents: int
    counts: dict[LineState, int]
    notices: tuple[NoticeLine, ...]
    attention: tuple[OpenAttentionLine, ...]
    actions: tuple[ActionLine, ...]

    @property
    def lines(self) -> int:
        """How many lines the order has."""
        return sum(self.counts.values())

    @property
    def refundable(self) -> int:
        """How many lines nobody has begun to refund."""
        return self.lines - self.refunding - self.refunded

    @property
    def refunding(self) -> int:
        """How many lines wait for their journeys to end."""
        return self.counts.get(LineState.REFUNDING, 0)

    @property
    def refunded(self) -> int:
        """How many lines are refunded."""
        return self.counts.get(LineState.REFUNDED, 0)


class OrderViews:
    """Reads; never writes, never asks the engine."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def order(self, order_id: str) -> OrderFacts:
        """Return an order without its lines. Raises ``UnknownOrder``."""
        async with self._database.reading() as session:
            row = await session.get(OrderRow, order_id)
            if row is None:
                raise UnknownOrder(order=order_id)
            counts, cents = await _counted(session, order_id)
            return OrderFacts(
                order_id=row.id,
                channel=Channel(row.channel),
                external_id=row.external_id,
                payer_name=row.payer_name,
                payer_address=row.payer_address,
                payer_organization=row.payer_organization,
                purchase_order=row.purchase_order,
                placed_at=row.placed_at,
                settled_at=row.settled_at,
                due_at=row.due_at if row.settled_at is None else None,
                due_why=await _why_due(session, row),
                price_cents=cents,
                counts=counts,
                notices=await notices_of(session, (row.id,)),
                attention=await _attention(session, row.id),
                actions=await actions_of(session, row.id),
            )

    async def lines(
        self, order_id: str, after: int = 0, state: LineState | None = None
    ) -> tuple[OrderLineFacts, ...]:
        """Return a page of lines behind number ``after``, all of them or those of a state."""
        query = _lines(order_id).where(OrderLineRow.number > after).limit(PAGE)
        if state is not None:
            query = query.where(OrderLineRow.state == state)
        return await self._read(query)

    async def chosen_lines(
        self, order_id: str, numbers: Sequence[int] = ()
    ) -> tuple[OrderLineFacts, ...]:
        """Return the lines of these numbers, or all of the order. Raises ``UnknownLine``."""
        query = _lines(order_id)
        if numbers:
            query = query.where(OrderLineRow.number.in_(sorted(set(numbers))))
        found = await self._read(query)
        for missing in sorted(set(numbers) - {line.number for line in found}):
            raise UnknownLine(line=f"{order_id}-{missing}")
        return found

    async def counts(self, order_id: str) -> dict[LineState, int]:
        """Return how many lines of an order are in which state."""
        async with self._database.reading() as session:
            return (await _counted(session, order_id))[0]

    async def _read(self, query: Select[*tuple[object, ...]]) -> tuple[OrderLineFacts, ...]:
        async with self._database.reading() as session:
            rows = await session.execute(query)
            return tuple(OrderLineFacts.model_validate(dict(row)) for row in rows.mappings())


def _lines(order_id: str) -> Select[*tuple[object, ...]]:
    """Return the query for lines; its columns are named as the fields of `OrderLineFacts`."""
    return (
        select(
            OrderLineRow.number,
            OrderLineRow.id.label("line_id"),
            PersonRow.name.label("learner"),
            PersonRow.address,
            PersonRow.organization,
            CatalogVersionRow.title,
            CatalogVersionRow.library,
            CatalogVersionRow.number.label("version"),
            OrderLineRow.price_cents,
            OrderLineRow.state,
            OrderLineRow.enrollment_id,
            func.coalesce(EnrollmentRow.stage, "").label("stage"),
            EnrollmentRow.ending,
            OrderLineRow.held_until,
            OrderLineRow.refunded_at,
            func.coalesce(ReasonRow.text, "").label("refund_reason"),
        )
        .join(PersonRow, PersonRow.id == OrderLineRow.person_id)
        .join(CatalogVersionRow, CatalogVersionRow.id == OrderLineRow.version_id)
        .outerjoin(EnrollmentRow, EnrollmentRow.id == OrderLineRow.enrollment_id)
        .outerjoin(ReasonRow, ReasonRow.id == OrderLineRow.refund_reason_id)
        .where(OrderLineRow.order_id == order_id)
        .order_by(OrderLineRow.number)
    )


async def _counted(session: AsyncSession, order_id: str) -> tuple[dict[LineState, int], int]:
    """Return the lines of an order by state, and what all of them cost (cents)."""
    rows = await session.execute(
        select(OrderLineRow.state, func.count(), func.sum(OrderLineRow.price_cents))
        .where(OrderLineRow.order_id == order_id)
        .group_by(OrderLineRow.state)
    )
    counts: dict[LineState, int] = {}
    cents = 0
    for state, count, sum_of_state in rows:
        counts[LineState(state)] = count
        cents += sum_of_state or 0
    return counts, cents


async def _why_due(session: AsyncSession, order: OrderRow) -> str:
    if order.settled_at is not None or order.due_at is None:
        return ""
    found = await session.scalar(
        select(DueTimeRow.explanation).where(
            DueTimeRow.subject_id == order.id, DueTimeRow.due_at == order.due_at
        )
    )
    return found or ""


async def _attention(session: AsyncSession, order_id: str) -> tuple[OpenAttentionLine, ...]:
    """Return what is open of an order and of its lines, the oldest first."""
    lines = select(OrderLineRow.id).where(OrderLineRow.order_id == order_id)
    rows = await session.scalars(
        select(AttentionRow)
        .where(
            AttentionRow.closed_at.is_(None),
            or_(AttentionRow.subject_id == order_id, AttentionRow.subject_id.in_(lines)),
        )
        .order_by(AttentionRow.opened_at, AttentionRow.id)
        .limit(MOST_ATTENTION)
    )
    return tuple(
        OpenAttentionLine(
            subject=row.subject_id, kind=row.kind, opened_at=row.opened_at, why=row.opened_why
        )
        for row in rows
    )
