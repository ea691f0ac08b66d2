"""The shop's webhooks: an order is paid, an order was refunded. Answered only once it is durable.

A shop sends again until it hears 2xx, in any order and several times at once. So every answer but
2xx means "again later", what was taken is answered the same for ever, and an order's intake runs
before anything is acknowledged (trap 6).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import SecretStr
from temporalio.service import RPCError

from adapters.records.shop_book import OVERTAKEN_FOR, Received, ShopBook, online_order_id, received
from adapters.unreachable import Unreachable
from adapters.webhooks.shop_signing import verified_id
from domain.enrollment import Party
from domain.grounds import Grounds, grounds
from domain.orders import UnknownOrder
from domain.refusals import Conflict, Invalid, NotAllowed, NotFound, Refusal
from domain.shop_webhook import (
    LARGEST_BODY,
    OrderNotKnownYet,
    OrderWasPaid,
    OrderWasRefunded,
    PaidOrder,
    RefundedOrder,
    ShopAnswer,
    ShopMessage,
    ShopMessageTooLarge,
    ShopNotSigned,
    ShopWebhookOff,
    UnknownShopKind,
    heading_of,
    read_shop_message,
)
from office.orders import OrderDesk

OpenOrders = Callable[[], Awaitable[OrderDesk]]
"""Opens the desk that takes orders; raises ``EngineUnreachable``."""

ANSWER_WITHIN: Final = timedelta(seconds=20)
"""Shops wait for half a minute at most. What lasts longer is answered "again later", and is done
or found done when it is sent again."""

_LATER: Final = ShopAnswer(
    status=503,
    code="not_now",
    sentence="This could not be finished just now. Send it again; nothing happens twice.",
)

_STATUS: Final[dict[type[Refusal], int]] = {
    ShopMessageTooLarge: 413,
    ShopNotSigned: 401,
    ShopWebhookOff: 503,
    NotFound: 422,
    Conflict: 409,
    NotAllowed: 403,
    Invalid: 422,
}
"""How a refusal is answered; the first kind that fits decides."""


class ShopDesk:
    """Takes what the shop says."""

    def __init__(
        self, open_orders: OpenOrders, book: ShopBook, secrets: Sequence[SecretStr]
    ) -> None:
        self._open_orders = open_orders
        self._book = book
        self._secrets = tuple(secrets)

    async def receive(self, headers: Mapping[str, str], body: bytes) -> ShopAnswer:
        """Take one message as it arrived, and return what the shop is answered.

        Nothing is raised for what a shop may do wrong; a database that fails is.
        """
        at = datetime.now(UTC)
        try:
            webhook_id = self._verified(headers, body)
        except ShopNotSigned as refusal:
            await self._book.note_unsigned(_answer_to(refusal), at)
            return _answer_to(refusal)
        except Refusal as refusal:
            return _answer_to(refusal)
        message = received(webhook_id, heading_of(body), body)
        try:
            known = await self._book.answer_of(message, at)
            return known or await self._take(message, read_shop_message(body), at)
        except Refusal as refusal:
            return await self._refuse(message, refusal, at)

    def _verified(self, headers: Mapping[str, str], body: bytes) -> str:
        if not self._secrets:
            raise ShopWebhookOff
        if len(body) > LARGEST_BODY:
            raise ShopMessageTooLarge(most=LARGEST_BODY)
        return verified_id(self._secrets, headers, body)

    async def _take(self, message: Received, content: ShopMessage, at: datetime) -> ShopAnswer:
        try:
            async with asyncio.timeout(ANSWER_WITHIN.total_seconds()):
                answer = await self._done(content, at)
        except (TimeoutError, RPCError, Unreachable):
            return await self._book.keep(message, _LATER, at, is_final=False)
        return await self._book.keep(message, answer, at, is_final=True)

    async def _done(self, content: ShopMessage, at: datetime) -> ShopAnswer:
        match content:
            case OrderWasPaid(data=paid):
                return await self._paid(paid)
            case OrderWasRefunded(data=refunded):
                return await self._refunded(refunded, at)
            case UnknownShopKind():
                return ShopAnswer(
                    status=200, code="not_needed", sentence="Laurel has no use for this kind."
                )

    async def _paid(self, paid: PaidOrder) -> ShopAnswer:
        order_id = await (await self._open_orders()).take_paid_order(paid.as_order())
        return ShopAnswer(
            status=200,
            code="order_taken",
            sentence="The order is recorded, and access is on its way.",
            order_id=order_id,
        )

    async def _refunded(self, refunded: RefundedOrder, at: datetime) -> ShopAnswer:
        order_id = online_order_id(refunded.order)
        numbers = tuple(sorted(set(refunded.lines)))
        try:
            desk = await self._open_orders()
            await desk.refund(order_id, numbers, _because_the_shop_says_so(at))
        except UnknownOrder:
            raise OrderNotKnownYet(order=refunded.order) from None
        return ShopAnswer(
            status=200,
            code="refund_taken",
            sentence="The refund is recorded, and access ends.",
            order_id=order_id,
        )

    async def _refuse(self, message: Received, refusal: Refusal, at: datetime) -> ShopAnswer:
        """Answer with a refusal; ops hear of it, unless the order may still be on its way."""
        answer = await self._book.keep(message, _answer_to(refusal), at, is_final=False)
        is_early = isinstance(refusal, OrderNotKnownYet)
        patience = OVERTAKEN_FOR if is_early else timedelta()
        await self._book.bring_to_ops(message, refusal.code, at, patience)
        return answer


def _because_the_shop_says_so(at: datetime) -> Grounds:
    return grounds("The shop says that the money was given back.", "the shop", at, Party.OPS)


def _answer_to(refusal: Refusal) -> ShopAnswer:
    status = next(status for kind, status in _STATUS.items() if isinstance(refusal, kind))
    return ShopAnswer(status=status, code=refusal.code, sentence=str(refusal))
