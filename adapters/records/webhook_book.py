"""The endpoints as operations keep them: registered, switched on and off, with a new secret.

Every act is one transaction with its reason. What changes nothing is neither recorded nor told.
"""

from datetime import timedelta
from typing import Final

from pydantic import SecretStr
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from activities.webhook_contracts import DeliveryDispatch
from adapters.records.announcing import delivery_row, dispatch_of_delivery
from adapters.records.database import Database, is_added
from adapters.records.delivery_book import switch_off
from adapters.records.ops_actions import keep_action
from adapters.records.steps.turn import close_attention
from adapters.records.webhook_tables import WebhookDeliveryRow, WebhookEndpointRow
from domain.enrollment import AttentionKind
from domain.grounds import Grounds, OpsActionKind
from domain.values import opaque_id
from domain.webhooks import (
    MOST_ENDPOINTS,
    DeliveryState,
    DeliveryStillOut,
    EndpointExists,
    EndpointSwitchedOff,
    EndpointTest,
    Event,
    EventKind,
    TooManyEndpoints,
    UnknownDelivery,
    UnknownEndpoint,
)

OVERLAP: Final = timedelta(hours=24)
"""How long the secret before the newest one signs along."""

_LOCK: Final = text("LOCK TABLE webhook_endpoints IN SHARE ROW EXCLUSIVE MODE")
"""Endpoints are counted before one is added, so two are added one after the other."""


class WebhookBook:
    """Where endpoints are kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def register(
        self, url: str, kinds: frozenset[EventKind], secret: SecretStr, grounds: Grounds
    ) -> str:
        """Add an endpoint; returns its id. Raises ``EndpointExists``, ``TooManyEndpoints``."""
        endpoint_id = opaque_id("h", url, grounds.at.isoformat())
        async with self._database.transaction() as session:
            await self._refuse_too_many(session)
            row = WebhookEndpointRow(
                id=endpoint_id,
                url=url,
                secret=secret.get_secret_value(),
                kinds={"kinds": sorted(kinds)},
                is_active=True,
                registered_at=grounds.at,
                switched_off_why="",
            )
            if not await is_added(session, row):
                raise EndpointExists
            await keep_action(session, OpsActionKind.ENDPOINT_REGISTERED, endpoint_id, grounds)
        return endpoint_id

    async def switch_off(self, endpoint_id: str, grounds: Grounds) -> bool:
        """Send nothing more to an endpoint, and cancel what is on its way."""
        async with self._database.transaction() as session:
            await self._locked(session, endpoint_id)
            if not await switch_off(session, endpoint_id, grounds.at, "by operations"):
                return False
            await _settled(session, endpoint_id, grounds)
            kind = OpsActionKind.ENDPOINT_SWITCHED_OFF
            await keep_action(session, kind, endpoint_id, grounds)
            return True

    async def switch_on(self, endpoint_id: str, grounds: Grounds) -> bool:
        """Tell an endpoint again of what happens from now on. Raises as ``register`` does."""
        async with self._database.transaction() as session:
            row = await self._locked(session, endpoint_id)
            if row.is_active:
                return False
            await self._refuse_too_many(session)
            twin = await session.scalar(
                select(WebhookEndpointRow.id).where(
                    WebhookEndpointRow.url == row.url, WebhookEndpointRow.is_active
                )
            )
            if twin is not None:
                raise EndpointExists
            row.is_active, row.switched_off_at, row.switched_off_why = True, None, ""
            await _settled(session, endpoint_id, grounds)
            await keep_action(session, OpsActionKind.ENDPOINT_SWITCHED_ON, endpoint_id, grounds)
            return True

    async def rotate(self, endpoint_id: str, secret: SecretStr, grounds: Grounds) -> None:
        """Sign with a new secret; the one that the receiver knows signs along for a day.

        Pressed twice, the receiver's own one still signs along: the one in between was seen by
        nobody, or is in nobody's receiver yet.
        """
        async with self._database.transaction() as session:
            row = await self._locked(session, endpoint_id)
            if row.previous_until is None or row.previous_until <= grounds.at:
                row.previous_secret = row.secret
                row.previous_until = grounds.at + OVERLAP
            row.secret = secret.get_secret_value()
            await keep_action(session, OpsActionKind.ENDPOINT_SECRET_ROTATED, endpoint_id, grounds)

    async def test(self, endpoint_id: str, key: str, grounds: Grounds) -> DeliveryDispatch:
        """Record an event that tells of nothing; the same key is one test."""
        async with self._database.transaction() as session:
            endpoint = await self._switched_on(session, endpoint_id)
            data = EndpointTest(endpoint_id=endpoint.id)
            event = Event(type=EventKind.TEST, timestamp=grounds.at, data=data)
            event_id = opaque_id("v", EventKind.TEST, endpoint.id, key)
            row = delivery_row(endpoint.id, event_id, EventKind.TEST, endpoint.id, event.body())
            if await is_added(session, row):
                await keep_action(session, OpsActionKind.ENDPOINT_TESTED, endpoint.id, grounds)
            return dispatch_of_delivery(row)

    async def resend(self, delivery_id: str, key: str, grounds: Grounds) -> DeliveryDispatch:
        """Record a further delivery of the same event, with its id; the same key is one.

        Raises ``UnknownDelivery``, ``DeliveryStillOut``, ``EndpointSwitchedOff``.
        """
        async with self._database.transaction() as session:
            row = await session.get(WebhookDeliveryRow, delivery_id)
            if row is None:
                raise UnknownDelivery(delivery=delivery_id)
            if row.state == DeliveryState.PENDING:
                raise DeliveryStillOut(attempts=row.attempts)
            await self._switched_on(session, row.endpoint_id)
            again = delivery_row(
                row.endpoint_id,
                row.event_id,
                row.kind,
                row.subject_id,
                row.body,
                resent_from=row.id,
                again=f"{row.id}/{key}",
            )
            if await is_added(session, again):
                await keep_action(session, OpsActionKind.DELIVERY_RESENT, row.endpoint_id, grounds)
            return dispatch_of_delivery(again)

    async def _switched_on(self, session: AsyncSession, endpoint_id: str) -> WebhookEndpointRow:
        endpoint = await self._locked(session, endpoint_id)
        if not endpoint.is_active:
            raise EndpointSwitchedOff
        return endpoint

    async def _locked(self, session: AsyncSession, endpoint_id: str) -> WebhookEndpointRow:
        row = await session.get(
            WebhookEndpointRow, endpoint_id, with_for_update=self._database.has_row_locks or None
        )
        if row is None:
            raise UnknownEndpoint(endpoint=endpoint_id)
        return row

    async def _refuse_too_many(self, session: AsyncSession) -> None:
        if self._database.has_row_locks:
            await session.execute(_LOCK)
        count = await session.scalar(
            select(func.count()).select_from(WebhookEndpointRow).where(WebhookEndpointRow.is_active)
        )
        if (count or 0) >= MOST_ENDPOINTS:
            raise TooManyEndpoints(most=MOST_ENDPOINTS)


async def _settled(session: AsyncSession, endpoint_id: str, grounds: Grounds) -> None:
    """Ops have seen to an endpoint: nothing about it needs their attention any more."""
    kind = AttentionKind.WEBHOOK_FAILED
    await close_attention(session, endpoint_id, kind, grounds.at, grounds.reason)
