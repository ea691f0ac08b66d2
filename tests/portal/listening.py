"""Endpoints of tests: registered at the desk of a house, switched off when their test is over."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import select

from adapters.records.webhook_book import WebhookBook
from adapters.records.webhook_tables import WebhookDeliveryRow
from domain.webhook_targets import TargetRule
from domain.webhooks import CHOSEN_KINDS, DeliveryState, EventKind
from office.engine import WorkflowEngine
from office.webhooks import WebhookDesk
from tests.house import OPS, House
from tests.portal.receivers import Hook, Receiver, running_receiver
from tests.waiting import eventually


def webhook_desk(house: House) -> WebhookDesk:
    """Return the desk that keeps the endpoints of a house."""

    async def connect() -> WorkflowEngine:
        return house.engine

    return WebhookDesk(WebhookBook(house.database), TargetRule(is_on_this_machine=True), connect)


@dataclass
class Listener:
    """A registered endpoint and the server behind it."""

    house: House
    receiver: Receiver
    endpoint_id: str
    secret: str

    async def heard(self, subject_id: str, kind: EventKind, times: int = 1) -> list[Hook]:
        """Return what arrived of a kind about a subject, once it is there; all are genuine."""

        def found() -> list[Hook]:
            hooks = self.receiver.about(subject_id)
            return [hook for hook in hooks if hook.content["type"] == kind]

        await self.receiver.until(lambda _: len(found()) >= times)
        for hook in found():
            hook.verified_by(self.secret)
        return found()

    async def deliveries(self, subject_id: str = "") -> list[WebhookDeliveryRow]:
        """Return the deliveries to this endpoint, in the order in which they were recorded."""
        query = select(WebhookDeliveryRow).where(WebhookDeliveryRow.endpoint_id == self.endpoint_id)
        if subject_id:
            query = query.where(WebhookDeliveryRow.subject_id == subject_id)
        async with self.house.database.reading() as session:
            rows = await session.scalars(
                query.order_by(WebhookDeliveryRow.recorded_at, WebhookDeliveryRow.id)
            )
            return list(rows)

    async def until(self, delivery_id: str, state: DeliveryState) -> WebhookDeliveryRow:
        """Wait until a delivery has a state."""
        found: list[WebhookDeliveryRow] = []

        async def has_state() -> bool:
            async with self.house.database.reading() as session:
                row = await session.get_one(WebhookDeliveryRow, delivery_id)
                found[:] = [row]
            return row.state == state

        await eventually(has_state)
        return found[0]


@asynccontextmanager
async def listening(
    house: House, kinds: tuple[EventKind, ...] = CHOSEN_KINDS
) -> AsyncIterator[Listener]:
    """Let a receiver of its own be told, until the end of the block."""
    desk = webhook_desk(house)
    async with running_receiver() as receiver:
        made = await desk.register(receiver.url, frozenset(kinds), OPS)
        try:
            yield Listener(house, receiver, made.endpoint_id, made.secret.get_secret_value())
        finally:
            await desk.switch_off(made.endpoint_id, OPS)
