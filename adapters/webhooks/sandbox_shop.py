"""A shop for one machine: after a payment that never was, it says what a real shop would say.

It signs and sends over HTTP as any shop does, so what is tried out is what later runs.
"""

from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus
from typing import Final

import httpx2
from pydantic import BaseModel, SecretStr, ValidationError

from adapters.unreachable import Unreachable
from adapters.webhooks.shop_signing import signed
from domain.orders import OrderDiffers
from domain.refusals import Conflict
from domain.shop_webhook import OrderWasPaid, PaidOrder
from domain.shopping import SentBefore

_PATH: Final = "/webhooks/shop"
_SECONDS: Final = 25.0


class NotTaken(Conflict):
    """The order could not be taken; the sandbox took no money, so nothing has to be given back."""

    code = "sandbox_not_taken"
    sentence = "The site did not take the order, and nothing was paid. It said: “{sentence}”."


class ShopUnheard(Unreachable):
    """Nobody answered the sandbox."""

    code = "sandbox_unheard"


class _Answered(BaseModel):
    code: str = ""
    sentence: str = "nobody said why."


class SandboxShop:
    """Tells the site at ``site_url`` of payments, signed with ``secret``."""

    def __init__(self, site_url: str, secret: SecretStr) -> None:
        self._address = site_url + _PATH
        self._secret = secret

    async def tell_paid(self, order: PaidOrder) -> None:
        """Say that an order is paid; equal orders are one message, however often they are sent.

        Raises ``NotTaken``, ``SentBefore`` and ``ShopUnheard``.
        """
        body = OrderWasPaid(type="order.paid", data=order).model_dump_json().encode()
        webhook_id = f"sandbox_{sha256(body).hexdigest()[:32]}"
        headers = signed(self._secret.get_secret_value(), body, datetime.now(UTC), webhook_id)
        try:
            async with httpx2.AsyncClient(trust_env=False, timeout=_SECONDS) as client:
                answer = await client.post(self._address, content=body, headers=headers)
        except httpx2.TransportError as failure:
            raise ShopUnheard from failure
        if answer.is_success:
            return
        if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise ShopUnheard
        said = _said(answer)
        if said.code == OrderDiffers.code:
            raise SentBefore(order=order.order)
        raise NotTaken(sentence=said.sentence)


def _said(answer: httpx2.Response) -> _Answered:
    try:
        return _Answered.model_validate_json(answer.content)
    except ValidationError:
        return _Answered()
