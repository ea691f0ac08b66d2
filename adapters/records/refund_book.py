"""Lines after the order: settling, refunding, releasing what was held."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.ports import JourneyToStart
from adapters.records.announcing import announce_refund, announce_settled
from adapters.records.database import Database
from adapters.records.enrolling import enroll_or_hold, journey_to_start
from adapters.records.ops_actions import keep_action
from adapters.records.steps.turn import close_attention
from adapters.records.tables import (
    EnrollmentRow,
    OrderLineRow,
    OrderRow,
    SubscriptionGrantRow,
)
from domain.enrollment import AttentionKind
from domain.grounds import Grounds, OpsActionKind
from domain.orders import (
    LineNotHeld,
    LineState,
    NotSettled,
    StillEnrolled,
    UnknownLine,
    UnknownOrder,
)
from domain.policy import Policy
from domain.values import Value


class OrderKey(Value):
    """An order with the key under which its intake runs."""

    order_id: str
    channel: str
    external_id: str


class LineToRefund(Value):
    """One line that is being refunded; its open journey has to agree, if there is one."""

    line_id: str
    enrollment_id: str | None
    reason_id: str


class RefundBook:
    """Where lines are settled, refunded and released."""

    def __init__(self, database: Database, zone: str, policy: Policy) -> None:
        self._database = database
        self._zone = zone
        self._policy = policy

    async def settle(self, order_id: str, at: datetime, grounds: Grounds | None = None) -> OrderKey:
        """The money is there; once. Raises ``UnknownOrder``."""
        async with self._database.transaction() as session:
            order = await _order(session, order_id)
            if order.settled_at is None:
                order.settled_at = at
                await _keep(session, OpsActionKind.ORDER_SETTLED, order_id, grounds)
                await announce_settled(session, order, at)
            return _key(order)

    async def begin_refund(
        self,
        order_id: str,
        numbers: tuple[int, ...],
        reason_id: str,
        at: datetime,
        grounds: Grounds | None = None,
    ) -> tuple[OrderKey, tuple[LineToRefund, ...]]:
        """Mark lines as being refunded; those without an open journey are refunded at once.

        Without ``numbers`` it is the whole order. Raises ``UnknownOrder`` and ``UnknownLine``.
        """
        async with self._database.transaction() as session:
            order = await _order(session, order_id)
            query = (
                select(OrderLineRow)
                .where(OrderLineRow.order_id == order_id)
                .order_by(OrderLineRow.number)
            )
            # Locked, so that lines which are opened at the same moment are opened before or not.
            if self._database.has_row_locks:
                query = query.with_for_update()
            lines = (await session.scalars(query)).all()
            for number in sorted(set(numbers) - {line.number for line in lines}):
                raise UnknownLine(line=f"{order_id}-{number}")
            chosen = [line for line in lines if not numbers or line.number in numbers]
            if any(line.refunding_since is None for line in chosen):
                await _keep(session, OpsActionKind.ORDER_REFUNDED, order_id, grounds)
            refunds = [await _begin_line(session, line, reason_id, at) for line in chosen]
            return _key(order), tuple(each for each in refunds if each is not None)

    async def unfinished_refunds(self) -> tuple[LineToRefund, ...]:
        """Return the lines whose journey has not yet agreed to the refund."""
        async with self._database.reading() as session:
            rows = await session.scalars(
                select(OrderLineRow)
                .where(OrderLineRow.state == LineState.REFUNDING)
                .order_by(OrderLineRow.refunding_since)
                .limit(500)
            )
            return tuple(_to_refund(row) for row in rows)

    async def finish_refund(self, line_id: str, at: datetime) -> None:
        """Refund a line whose journey has ended meanwhile."""
        async with self._database.transaction() as session:
            line = await session.get_one(OrderLineRow, line_id)
            if line.state == LineState.REFUNDING:
                await _refund(session, line, at)

    async def release(
        self, line_id: str, at: datetime, grounds: Grounds | None = None
    ) -> JourneyToStart:
        """Start a held line after all. Raises ``LineNotHeld``, ``StillEnrolled``."""
        async with self._database.transaction() as session:
            line = await session.get(
                OrderLineRow, line_id, with_for_update=self._database.has_row_locks or None
            )
            if line is None:
                raise UnknownLine(line=line_id)
            if line.state == LineState.ENROLLED and line.enrollment_id is not None:
                return journey_to_start(await session.get_one(EnrollmentRow, line.enrollment_id))
            if line.state != LineState.HELD:
                raise LineNotHeld(line=line_id, state=line.state)
            order = await _order(session, line.order_id)
            if order.settled_at is None:
                raise NotSettled(order=order.external_id)
            await enroll_or_hold(session, order, line, at, self._policy, self._zone)
            if line.enrollment_id is None:
                raise StillEnrolled(enrollment="of this micro-credential")
            await close_attention(session, line.id, AttentionKind.SECOND_ENROLLMENT, at)
            await _keep(session, OpsActionKind.LINE_RELEASED, line.order_id, grounds)
            return journey_to_start(await session.get_one(EnrollmentRow, line.enrollment_id))


async def _keep(
    session: AsyncSession, kind: OpsActionKind, order_id: str, grounds: Grounds | None
) -> None:
    """Keep who did it and why; a shop's own message brings no grounds."""
    if grounds is not None:
        await keep_action(session, kind, order_id, grounds)


async def _order(session: AsyncSession, order_id: str) -> OrderRow:
    order = await session.get(OrderRow, order_id)
    if order is None:
        raise UnknownOrder(order=order_id)
    return order


def _key(order: OrderRow) -> OrderKey:
    return OrderKey(order_id=order.id, channel=order.channel, external_id=order.external_id)


def _to_refund(line: OrderLineRow) -> LineToRefund:
    return LineToRefund(
        line_id=line.id,
        enrollment_id=line.enrollment_id,
        reason_id=line.refund_reason_id or "",
    )


async def _begin_line(
    session: AsyncSession, line: OrderLineRow, reason_id: str, at: datetime
) -> LineToRefund | None:
    """Return the line if its journey has to be asked; a refunded one needs nothing more."""
    if line.state == LineState.REFUNDED:
        return None
    enrollment = (
        await session.get(EnrollmentRow, line.enrollment_id) if line.enrollment_id else None
    )
    if line.state != LineState.REFUNDING:
        line.refund_reason_id, line.refunding_since = reason_id, at
    if enrollment is None or enrollment.ended_at is not None:
        await _refund(session, line, at)
        return None
    line.state = LineState.REFUNDING
    return _to_refund(line)


async def _refund(session: AsyncSession, line: OrderLineRow, at: datetime) -> None:
    line.state, line.refunded_at = LineState.REFUNDED, at
    grant = await session.get(SubscriptionGrantRow, line.id)
    if grant is not None:
        grant.revoked_at = at
    await close_attention(session, line.id, AttentionKind.SECOND_ENROLLMENT, at, "refunded")
    await announce_refund(session, line, at)
