"""The endpoints as operations keep them, and what is sent to them by hand.

What happens by itself is recorded with what it tells of (``adapters/records/announcing.py``) and
sent by the engine. Each act here takes grounds, as every act of operations does.
"""

from collections.abc import Awaitable, Callable

from pydantic import SecretStr

from activities.webhook_contracts import DeliveryDispatch
from adapters.records.webhook_book import WebhookBook
from adapters.unreachable import EngineUnreachable
from adapters.webhooks.signing import new_secret
from domain.grounds import Grounds
from domain.values import Value
from domain.webhook_targets import TargetRule, target_of
from domain.webhooks import EventKind, refuse_no_kinds
from office.engine import WorkflowEngine

Connect = Callable[[], Awaitable[WorkflowEngine]]
"""Reaches the engine; raises ``EngineUnreachable``."""


class EndpointSecret(Value):
    """An endpoint with its secret, which is told at this moment and never again."""

    endpoint_id: str
    secret: SecretStr


class Sending(Value):
    """A delivery that was recorded; where the engine was not reached, the sweep starts it."""

    delivery_id: str
    is_engine_told: bool


class WebhookDesk:
    """Keeps the endpoints."""

    def __init__(self, book: WebhookBook, rule: TargetRule, connect: Connect) -> None:
        self._book = book
        self._rule = rule
        self._connect = connect

    async def register(
        self, url: str, kinds: frozenset[EventKind], grounds: Grounds
    ) -> EndpointSecret:
        """Tell an endpoint of what happens from now on; returns its secret, once.

        Raises ``EndpointAddressNotValid``, ``EndpointWithoutKinds``, ``EndpointExists``,
        ``TooManyEndpoints``.
        """
        target = target_of(url, self._rule)
        refuse_no_kinds(kinds)
        secret = new_secret()
        endpoint_id = await self._book.register(target.url, kinds, secret, grounds)
        return EndpointSecret(endpoint_id=endpoint_id, secret=secret)

    async def switch_off(self, endpoint_id: str, grounds: Grounds) -> bool:
        """Send nothing more to an endpoint, and cancel what is on its way; ``False``: it was."""
        return await self._book.switch_off(endpoint_id, grounds)

    async def switch_on(self, endpoint_id: str, grounds: Grounds) -> bool:
        """Tell an endpoint again, of what happens from now on; ``False``: it was told already."""
        return await self._book.switch_on(endpoint_id, grounds)

    async def rotate(self, endpoint_id: str, grounds: Grounds) -> EndpointSecret:
        """Give an endpoint a new secret; the one before it signs along for a day."""
        secret = new_secret()
        await self._book.rotate(endpoint_id, secret, grounds)
        return EndpointSecret(endpoint_id=endpoint_id, secret=secret)

    async def test(self, endpoint_id: str, token: str, grounds: Grounds) -> Sending:
        """Send an event that tells of nothing; the same form token is one test."""
        return await self._sent(await self._book.test(endpoint_id, token, grounds))

    async def resend(self, delivery_id: str, token: str, grounds: Grounds) -> Sending:
        """Send an event once more, under its own id; the same form token is one sending.

        A receiver that has seen the event knows it by that id. Raises ``DeliveryStillOut``,
        ``EndpointSwitchedOff``, ``UnknownDelivery``.
        """
        return await self._sent(await self._book.resend(delivery_id, token, grounds))

    async def _sent(self, delivery: DeliveryDispatch) -> Sending:
        try:
            await (await self._connect()).deliver((delivery,))
        except EngineUnreachable:
            return Sending(delivery_id=delivery.delivery_id, is_engine_told=False)
        return Sending(delivery_id=delivery.delivery_id, is_engine_told=True)
