"""What people look at one by one: a journey, an order. The long lists are ``board_views``."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.database import Database
from adapters.records.journey_views import journey_view
from adapters.records.tables import (
    AttentionRow,
    CatalogVersionRow,
    DueTimeRow,
    NoticeRow,
    OrderLineRow,
    OrderRow,
    PersonRow,
)
from adapters.records.view_logs import actions_of
from adapters.records.view_values import (
    ActionLine,
    DueTimeLine,
    JourneyView,
    OpenAttentionLine,
    OrderLineView,
    OrderView,
)
from domain.notices import NoticeState
from domain.orders import OrderAmbiguous, UnknownOrder

PAGE = 100


class Views:
    """Reads; never writes, never asks the engine."""

    def __init__(self, database: Database, zone: str) -> None:
        self._database = database
        self._zone = zone

    async def journey(self, enrollment_id: str) -> JourneyView:
        """Return everything about one journey. Raises ``UnknownEnrollment``."""
        async with self._database.reading() as session:
            return await journey_view(session, enrollment_id, self._zone)

    async def orders(self, after: str = "", limit: int = PAGE) -> tuple[OrderView, ...]:
        """Return one page of orders without their lines."""
        async with self._database.reading() as session:
            rows = await session.scalars(
                select(OrderRow).where(OrderRow.id > after).order_by(OrderRow.id).limit(limit)
            )
            return tuple(_order_view(row, ()) for row in rows)

    async def order(self, order_id: str) -> OrderView:
        """Return one order with its lines, by its id or by its external number.

        Raises ``UnknownOrder``, and ``OrderAmbiguous`` where both channels have the number.
        """
        async with self._database.reading() as session:
            row = await _order_named(session, order_id)
            lines = await session.execute(
                select(OrderLineRow, PersonRow.name, CatalogVersionRow.title)
                .join(PersonRow, PersonRow.id == OrderLineRow.person_id)
                .join(CatalogVersionRow, CatalogVersionRow.id == OrderLineRow.version_id)
                .where(OrderLineRow.order_id == row.id)
                .order_by(OrderLineRow.number)
            )
            return _order_view(
                row,
                tuple(
                    OrderLineView(
                        number=line.number,
                        line_id=line.id,
                        learner=name,
                        micro_credential=title,
                        state=line.state,
                        enrollment_id=line.enrollment_id,
                    )
                    for line, name, title in lines
                ),
                await actions_of(session, row.id),
            )

    async def due_times(self, enrollment_id: str) -> dict[str, DueTimeLine]:
        """Return every due time that a journey had, by its id, with its explanation."""
        async with self._database.reading() as session:
            rows = await session.scalars(
                select(DueTimeRow).where(DueTimeRow.subject_id == enrollment_id)
            )
            return {
                row.id: DueTimeLine(due_at=row.due_at, zone=row.zone, why=row.explanation)
                for row in rows
            }

    async def open_attention(self) -> tuple[OpenAttentionLine, ...]:
        """Return everything that ops must look at, oldest first: journeys, orders and lines."""
        async with self._database.reading() as session:
            rows = await session.scalars(
                select(AttentionRow)
                .where(AttentionRow.closed_at.is_(None))
                .order_by(AttentionRow.opened_at, AttentionRow.id)
            )
            return tuple(
                OpenAttentionLine(
                    subject=row.subject_id,
                    kind=row.kind,
                    opened_at=row.opened_at,
                    why=row.opened_why,
                )
                for row in rows
            )

    async def notices_on_their_way(self) -> int:
        """Return how many notices are intended or being sent."""
        async with self._database.reading() as session:
            out = (NoticeState.INTENDED, NoticeState.SENDING)
            counted = await session.scalar(
                select(func.count()).select_from(NoticeRow).where(NoticeRow.state.in_(out))
            )
            return counted or 0


async def _order_named(session: AsyncSession, name: str) -> OrderRow:
    row = await session.get(OrderRow, name)
    if row is not None:
        return row
    numbered = (await session.scalars(select(OrderRow).where(OrderRow.external_id == name))).all()
    if not numbered:
        raise UnknownOrder(order=name)
    if len(numbered) > 1:
        raise OrderAmbiguous(order=name, ids=", ".join(sorted(each.id for each in numbered)))
    return numbered[0]


def _order_view(
    row: OrderRow, lines: tuple[OrderLineView, ...], actions: tuple[ActionLine, ...] = ()
) -> OrderView:
    return OrderView(
        order_id=row.id,
        channel=row.channel,
        external_id=row.external_id,
        payer=row.payer_name,
        purchase_order=row.purchase_order,
        placed_at=row.placed_at,
        settled_at=row.settled_at,
        lines=lines,
        actions=actions,
    )
