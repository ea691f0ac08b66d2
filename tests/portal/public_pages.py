"""What tests of the open pages share: something for sale, and a portal with other settings."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from html import unescape
from itertools import count

import httpx2
from sqlalchemy import func, select

from adapters.records.tables import OrderLineRow, OrderRow
from domain.catalog import CatalogEntry
from portal.app import create_app
from tests.house import ENTRY, House
from tests.portal.served import Browser, Portal

PRICE = 95_00
NUMBERS = count(1)
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


def for_sale(**changes: object) -> CatalogEntry:
    """Return an entry with a price, not published yet."""
    return ENTRY.model_copy(update={"price_cents": PRICE, "member_price_cents": 75_00, **changes})


def carried(source: str) -> dict[str, str]:
    """Return what the last forms of a page carry hidden, such as the order's number."""
    found = {name: unescape(value) for name, value in _HIDDEN.findall(source)}
    return {name: value for name, value in found.items() if name != "form_token"}


def somebody() -> tuple[str, str]:
    """Return the name and the address of somebody new."""
    number = next(NUMBERS)
    return f"Newcomer Nr{number}", f"newcomer{number}@school.example.org"


async def orders_of(house: House, payer_address: str) -> list[OrderRow]:
    """Return the orders of a payer."""
    async with house.database.reading() as session:
        rows = await session.scalars(
            select(OrderRow).where(OrderRow.payer_address == payer_address)
        )
        return list(rows)


async def lines_of(house: House, order_id: str) -> int:
    """Return how many lines an order has."""
    async with house.database.reading() as session:
        found: int | None = await session.scalar(
            select(func.count()).select_from(OrderLineRow).where(OrderLineRow.order_id == order_id)
        )
        return found or 0


@asynccontextmanager
async def browser_of(
    portal: Portal, caller: str = "127.0.0.1", **settings: object
) -> AsyncIterator[Browser]:
    """Give a browser of the same portal with other settings, as ``caller`` sees it."""
    changed = portal.site.settings.model_copy(update=settings)
    app = create_app(replace(portal.site, settings=changed))
    transport = httpx2.ASGITransport(app=app, client=(caller, 4711))
    async with httpx2.AsyncClient(
        transport=transport,
        base_url=portal.url,
        headers={"accept": "text/html", "sec-fetch-site": "same-origin"},
    ) as client:
        yield Browser(client)
