"""Events for other systems, written in the transaction of what they tell of.

Nobody is asked here and nothing is sent: a delivery is a row, and whoever recorded it puts it on
its queue after the commit. What was recorded and never started, the sweep starts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Exists, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.steps import RecordAward, RefundLine
from activities.webhook_contracts import DeliveryDispatch
from adapters.records.steps.turn import Turn
from adapters.records.tables import EnrollmentRow, MicroCredentialRow, OrderLineRow, OrderRow
from adapters.records.webhook_tables import WebhookDeliveryRow, WebhookEndpointRow
from domain.enrollment import Ending, Party, Stage
from domain.orders import Channel, LineState
from domain.values import opaque_id
from domain.webhooks import (
    Awarded,
    DeliveryState,
    Event,
    EventData,
    EventKind,
    OrderRefunded,
    OrderSettled,
    StageChanged,
)

DELIVERY_PERSISTENCE: Final = timedelta(days=3)
"""How long a delivery is tried."""

_LISTENERS: Final = "webhook_listeners"


def somebody_listens() -> Exists:
    """Return the condition that an endpoint is switched on; asked along with another query."""
    return exists().where(WebhookEndpointRow.is_active)


@dataclass(frozen=True)
class Stood:
    """Where a journey stood before a turn."""

    stage: str
    round: int

    @classmethod
    def of(cls, enrollment: EnrollmentRow) -> "Stood":
        """Return where the journey stands now, to be compared later."""
        return cls(enrollment.stage, enrollment.round)


async def announce_turn(turn: Turn, before: Stood) -> tuple[DeliveryDispatch, ...]:
    """Write what a turn of a journey has to tell; only called when somebody listens.

    A turn may pass several stages at the same instant: told is where the journey stands after it.
    """
    told: list[DeliveryDispatch] = []
    if Stood.of(turn.enrollment) != before:
        told += await _announce_stage(turn)
    for step in turn.entry.steps:
        if isinstance(step, RecordAward):
            told += await _announce_award(turn, step)
        if isinstance(step, RefundLine):
            line = await turn.session.get_one(OrderLineRow, step.line_id)
            told += await announce_refund(turn.session, line, turn.at)
    return tuple(told)


async def _announce_stage(turn: Turn) -> list[DeliveryDispatch]:
    row = turn.enrollment
    data = StageChanged(
        enrollment_id=row.id,
        library=row.library,
        slug=await _slug_of(turn),
        stage=Stage(row.stage),
        waiting_on=Party(row.waiting_on),
        waiting_until=row.waiting_until,
        round=row.round,
        ending=Ending(row.ending) if row.ending else None,
        sequence=turn.entry.sequence,
    )
    key = f"{row.id}/{turn.entry.sequence}"
    return await announce(
        turn.session, EventKind.STAGE_CHANGED, subject_id=row.id, key=key, at=turn.at, data=data
    )


async def _announce_award(turn: Turn, step: RecordAward) -> list[DeliveryDispatch]:
    row = turn.enrollment
    data = Awarded(
        enrollment_id=row.id,
        library=row.library,
        slug=await _slug_of(turn),
        round=step.round,
        awarded_at=turn.at,
    )
    return await announce(
        turn.session, EventKind.AWARDED, subject_id=row.id, key=row.id, at=turn.at, data=data
    )


async def _slug_of(turn: Turn) -> str:
    micro = await turn.session.get_one(MicroCredentialRow, turn.enrollment.micro_credential_id)
    return micro.slug


async def announce_settled(
    session: AsyncSession, order: OrderRow, at: datetime
) -> list[DeliveryDispatch]:
    """Write that the money of an order is there."""
    if not await _listeners(session, EventKind.ORDER_SETTLED):
        return []
    await session.flush()
    lines = await session.scalar(
        select(func.count()).select_from(OrderLineRow).where(OrderLineRow.order_id == order.id)
    )
    data = OrderSettled(
        order_id=order.id,
        number=order.external_id,
        channel=Channel(order.channel),
        lines=lines or 0,
        settled_at=at,
    )
    return await announce(
        session, EventKind.ORDER_SETTLED, subject_id=order.id, key=order.id, at=at, data=data
    )


async def announce_refund(
    session: AsyncSession, line: OrderLineRow, at: datetime
) -> list[DeliveryDispatch]:
    """Write that a line was refunded."""
    if not await _listeners(session, EventKind.ORDER_REFUNDED):
        return []
    await session.flush()
    order = await session.get_one(OrderRow, line.order_id)
    left = await session.scalar(
        select(func.count())
        .select_from(OrderLineRow)
        .where(OrderLineRow.order_id == order.id, OrderLineRow.state != LineState.REFUNDED)
    )
    data = OrderRefunded(
        order_id=order.id,
        number=order.external_id,
        channel=Channel(order.channel),
        line=line.number,
        enrollment_id=line.enrollment_id,
        lines_left=left or 0,
        refunded_at=at,
    )
    return await announce(
        session, EventKind.ORDER_REFUNDED, subject_id=order.id, key=line.id, at=at, data=data
    )


async def announce(
    session: AsyncSession,
    kind: EventKind,
    *,
    subject_id: str,
    key: str,
    at: datetime,
    data: EventData,
) -> list[DeliveryDispatch]:
    """Write one event for every endpoint that is told of its kind; the key makes it one event."""
    event_id = opaque_id("v", kind, key)
    body = Event(type=kind, timestamp=at, data=data).body()
    rows = [
        delivery_row(each.id, event_id, kind, subject_id, body)
        for each in await _listeners(session, kind)
    ]
    session.add_all(rows)
    return [dispatch_of_delivery(row) for row in rows]


async def _listeners(session: AsyncSession, kind: EventKind) -> list[WebhookEndpointRow]:
    """Return the endpoints that are told of a kind; one query for a whole transaction."""
    rows: Sequence[WebhookEndpointRow] | None = session.info.get(_LISTENERS)
    if rows is None:
        query = select(WebhookEndpointRow).where(WebhookEndpointRow.is_active)
        rows = (await session.scalars(query.order_by(WebhookEndpointRow.id))).all()
        session.info[_LISTENERS] = rows
    return [row for row in rows if kind in kinds_of(row)]


def kinds_of(endpoint: WebhookEndpointRow) -> frozenset[EventKind]:
    """Return the kinds that an endpoint is told of; what a newer Laurel wrote is passed over."""
    chosen = endpoint.kinds.get("kinds")
    return frozenset(kind for kind in EventKind if isinstance(chosen, list) and kind in chosen)


def delivery_row(
    endpoint_id: str,
    event_id: str,
    kind: str,
    subject_id: str,
    body: str,
    *,
    resent_from: str | None = None,
    again: str = "",
) -> WebhookDeliveryRow:
    """Return a delivery that is still to be made; the same event twice is the same row.

    Its times are those of the wall clock: a receiver lives by that, whatever clock a journey has.
    """
    now = datetime.now(UTC)
    return WebhookDeliveryRow(
        id=opaque_id("w", event_id, endpoint_id, again),
        endpoint_id=endpoint_id,
        event_id=event_id,
        kind=kind,
        subject_id=subject_id,
        body=body,
        state=DeliveryState.PENDING,
        recorded_at=now,
        give_up_at=now + DELIVERY_PERSISTENCE,
        attempts=0,
        last_reply="",
        resent_from=resent_from,
    )


def dispatch_of_delivery(row: WebhookDeliveryRow) -> DeliveryDispatch:
    """Return the task that makes a delivery."""
    return DeliveryDispatch(delivery_id=row.id, endpoint_id=row.endpoint_id)


async def never_started(session: AsyncSession, subject_id: str) -> tuple[DeliveryDispatch, ...]:
    """Return the deliveries about an order or an enrollment that nobody has tried yet."""
    rows = await session.scalars(
        select(WebhookDeliveryRow)
        .where(
            WebhookDeliveryRow.subject_id == subject_id,
            WebhookDeliveryRow.state == DeliveryState.PENDING,
            WebhookDeliveryRow.attempts == 0,
        )
        .order_by(WebhookDeliveryRow.recorded_at, WebhookDeliveryRow.id)
    )
    return tuple(dispatch_of_delivery(row) for row in rows)
