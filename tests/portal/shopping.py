"""A shop, as far as Laurel meets it: it signs what it says and sends it until it hears 2xx."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from uuid import uuid4

import httpx2

from adapters.webhooks.shop_signing import signed
from domain.orders import Order
from settings import LOCAL_SHOP_SECRET

SECRET = LOCAL_SHOP_SECRET.get_secret_value()
ORDERS = count(1)


def paid(order: Order) -> bytes:
    """Return what a shop says of a paid order."""
    lines = [
        {
            "learner": {"name": line.learner.name, "address": line.learner.address},
            "library": line.library,
            "slug": line.slug,
            "price_cents": line.price_cents,
        }
        for line in order.lines
    ]
    payer = {"name": order.payer_name, "address": order.payer_address}
    return said("order.paid", {"order": order.external_id, "payer": payer, "lines": lines})


def refunded(number: str, *lines: int) -> bytes:
    """Return what a shop says of money that it gave back."""
    return said("order.refunded", {"order": number, "lines": list(lines)})


def said(kind: str, data: dict[str, object]) -> bytes:
    """Return one message."""
    content = {"type": kind, "timestamp": datetime.now(UTC).isoformat(), "data": data}
    return json.dumps(content).encode()


@dataclass
class Shop:
    """Sends webhooks to a portal."""

    url: str

    async def send(
        self,
        body: bytes,
        *,
        webhook_id: str = "",
        secret: str = SECRET,
        at: datetime | None = None,
    ) -> httpx2.Response:
        """Send one message, signed at this moment unless told otherwise."""
        headers = signed(secret, body, at or datetime.now(UTC), webhook_id or f"msg_{uuid4().hex}")
        return await self.post(body, headers)

    async def post(self, body: bytes, headers: dict[str, str]) -> httpx2.Response:
        """Send anything at all."""
        async with httpx2.AsyncClient(base_url=self.url, timeout=30) as client:
            return await client.post("/webhooks/shop", content=body, headers=headers)
