"""Deliveries on their way: what to send, and what the receiver said. Their states change here."""

from datetime import datetime, timedelta
from typing import Final

from pydantic import SecretStr
from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from activities.webhook_contracts import DeliveryDispatch
from activities.webhook_ports import Answer, OutgoingEvent, Verdict
from adapters.records.announcing import dispatch_of_delivery
from adapters.records.database import Database
from adapters.records.steps.turn import close_attention, open_attention
from adapters.records.webhook_tables import (
    WebhookAttemptRow,
    WebhookDeliveryRow,
    WebhookEndpointRow,
)
from domain.enrollment import AttentionKind
from domain.webhooks import DeliveryState, UnknownDelivery

MOST_DECLINED: Final = 5
"""Times that a receiver may decline an event before it is believed."""

LONGEST_PAUSE: Final = timedelta(hours=6)
"""Between two attempts at a delivery; a silence beyond that means that nobody tries any more."""

NEVER_STARTED_AFTER: Final = timedelta(minutes=15)
"""A delivery that nobody tried for longer than this is put on its queue again."""

_PAGE: Final = 500


class DeliveryBook:
    """The port through which deliveries are made."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def prepare(self, delivery_id: str, now: datetime) -> OutgoingEvent | DeliveryState:
        """Return what to send, or the state in which there is nothing to send.

        What belongs to an endpoint that was switched off is cancelled; what is older than a
        delivery is tried has failed. Raises ``UnknownDelivery``.
        """
        async with self._database.transaction() as session:
            row = await self._locked(session, delivery_id)
            if row.state != DeliveryState.PENDING:
                return DeliveryState(row.state)
            endpoint = await session.get_one(WebhookEndpointRow, row.endpoint_id)
            if not endpoint.is_active:
                row.state, row.settled_at = DeliveryState.CANCELLED, now
                return DeliveryState.CANCELLED
            if row.give_up_at <= now:
                await _fail(session, row, now)
                return DeliveryState.FAILED
            return OutgoingEvent(
                url=endpoint.url,
                secrets=_secrets(endpoint, now),
                event_id=row.event_id,
                body=row.body,
            )

    async def answered(self, delivery_id: str, answer: Answer, at: datetime) -> DeliveryState:
        """Keep an attempt with the receiver's reply; returns where the delivery stands now.

        A 410 switches its endpoint off. Ops hear of that, and of an event that failed for good.
        """
        async with self._database.transaction() as session:
            row = await self._locked(session, delivery_id)
            row.attempts += 1
            row.last_attempt_at, row.last_status, row.last_reply = at, answer.status, answer.reply
            session.add(
                WebhookAttemptRow(
                    delivery_id=row.id,
                    number=row.attempts,
                    at=at,
                    verdict=answer.verdict,
                    status=answer.status,
                    reply=answer.reply,
                    duration_ms=answer.duration_ms,
                )
            )
            await session.flush()
            if row.state == DeliveryState.PENDING:  # or it was switched off while it was sent
                await self._judge(session, row, answer, at)
            return DeliveryState(row.state)

    async def _judge(
        self, session: AsyncSession, row: WebhookDeliveryRow, answer: Answer, at: datetime
    ) -> None:
        match answer.verdict:
            case Verdict.TAKEN:
                row.state, row.settled_at = DeliveryState.DELIVERED, at
                failed = AttentionKind.WEBHOOK_FAILED
                await close_attention(session, row.endpoint_id, failed, at, "an event was taken")
            case Verdict.GONE:
                await _fail(session, row, at)
                await switch_off(session, row.endpoint_id, at, "the receiver answered 410")
            case Verdict.FORBIDDEN:
                await _fail(session, row, at)
            case Verdict.DECLINED:
                if await _times_declined(session, row) >= MOST_DECLINED:
                    await _fail(session, row, at)
            case Verdict.UNANSWERED:
                if row.give_up_at <= at:
                    await _fail(session, row, at)

    async def _locked(self, session: AsyncSession, delivery_id: str) -> WebhookDeliveryRow:
        row = await session.get(
            WebhookDeliveryRow, delivery_id, with_for_update=self._database.has_row_locks or None
        )
        if row is None:
            raise UnknownDelivery(delivery=delivery_id)
        return row

    async def lost(self, now: datetime) -> tuple[DeliveryDispatch, ...]:
        """Return the deliveries that somebody should be trying and nobody does, oldest first."""
        recorded, tried = WebhookDeliveryRow.recorded_at, WebhookDeliveryRow.last_attempt_at
        nobody_began = and_(tried.is_(None), recorded < now - NEVER_STARTED_AFTER)
        nobody_goes_on = tried < now - LONGEST_PAUSE - NEVER_STARTED_AFTER
        async with self._database.reading() as session:
            rows = await session.scalars(
                select(WebhookDeliveryRow)
                .where(
                    WebhookDeliveryRow.state == DeliveryState.PENDING,
                    WebhookDeliveryRow.give_up_at > now,
                    or_(nobody_began, nobody_goes_on),
                )
                .order_by(recorded, WebhookDeliveryRow.id)
                .limit(_PAGE)
            )
            return tuple(dispatch_of_delivery(row) for row in rows)

    async def give_up(self, now: datetime) -> int:
        """Fail the deliveries whose time is over; returns how many there were."""
        async with self._database.transaction() as session:
            rows = await session.scalars(
                select(WebhookDeliveryRow)
                .where(
                    WebhookDeliveryRow.state == DeliveryState.PENDING,
                    WebhookDeliveryRow.give_up_at <= now,
                )
                .order_by(WebhookDeliveryRow.recorded_at)
                .limit(_PAGE)
            )
            found = rows.all()
            for row in found:
                await _fail(session, row, now)
            return len(found)


def _secrets(endpoint: WebhookEndpointRow, now: datetime) -> tuple[SecretStr, ...]:
    secrets = [endpoint.secret]
    if endpoint.previous_secret and endpoint.previous_until and endpoint.previous_until > now:
        secrets.append(endpoint.previous_secret)
    return tuple(SecretStr(each) for each in secrets)


async def _times_declined(session: AsyncSession, row: WebhookDeliveryRow) -> int:
    counted = await session.scalar(
        select(func.count())
        .select_from(WebhookAttemptRow)
        .where(
            WebhookAttemptRow.delivery_id == row.id,
            WebhookAttemptRow.verdict == Verdict.DECLINED,
        )
    )
    return counted or 0


async def _fail(session: AsyncSession, row: WebhookDeliveryRow, at: datetime) -> None:
    row.state, row.settled_at = DeliveryState.FAILED, at
    why = f"delivery {row.id}"
    await open_attention(session, row.endpoint_id, AttentionKind.WEBHOOK_FAILED, at, why)


async def switch_off(session: AsyncSession, endpoint_id: str, at: datetime, why: str) -> bool:
    """Switch an endpoint off and cancel what was on its way; ``False``: it was off already."""
    endpoint = await session.get_one(WebhookEndpointRow, endpoint_id)
    if not endpoint.is_active:
        return False
    endpoint.is_active, endpoint.switched_off_at, endpoint.switched_off_why = False, at, why
    await session.execute(
        update(WebhookDeliveryRow)
        .where(
            WebhookDeliveryRow.endpoint_id == endpoint_id,
            WebhookDeliveryRow.state == DeliveryState.PENDING,
        )
        .values(state=DeliveryState.CANCELLED, settled_at=at)
        .execution_options(synchronize_session=False)
    )
    return True
