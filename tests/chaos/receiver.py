"""Somebody who wants to be told of awards, credentials and orders, and answers each event with 200.

It is there so that events are delivered at all: otherwise no worker would come to that step.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from sqlalchemy import func, select

from adapters.embedded.processes import LOOPBACK
from adapters.records.database import Database
from adapters.records.webhook_book import WebhookBook
from adapters.records.webhook_tables import WebhookDeliveryRow
from adapters.webhooks.signing import new_secret
from domain.webhooks import DeliveryState, EventKind
from tests.chaos.counts import Count, told
from tests.house import OPS

KINDS: Final = frozenset(
    {
        EventKind.AWARDED,
        EventKind.CREDENTIAL_ISSUED,
        EventKind.CREDENTIAL_REVOKED,
        EventKind.ORDER_SETTLED,
    }
)
END_OF_HEAD: Final = b"\r\n\r\n"
LENGTH: Final = b"content-length:"
TAKEN: Final = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


@asynccontextmanager
async def receiving(records: Database) -> AsyncIterator[None]:
    """Be told of what happens until the end of the block."""
    server = await asyncio.start_server(_take, LOOPBACK, 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        url = f"http://{LOOPBACK}:{port}/events"
        await WebhookBook(records).register(url, KINDS, new_secret(), OPS)
        yield


async def _take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError, asyncio.IncompleteReadError):
        head = await reader.readuntil(END_OF_HEAD)
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(LENGTH)]
        await reader.readexactly(int(lengths[0].removeprefix(LENGTH)) if lengths else 0)
        writer.write(TAKEN)
        await writer.drain()
    writer.close()


async def count_events(records: Database) -> list[Count]:
    """Return what became of the events; those on their way are tried for days."""
    async with records.reading() as session:
        rows = await session.execute(
            select(WebhookDeliveryRow.state, func.count()).group_by(WebhookDeliveryRow.state)
        )
        number = Counter[str]()
        for state, count in rows:
            number[state] = count
    return [
        told("events that their receiver took", number[DeliveryState.DELIVERED]),
        told("events that are still on their way", number[DeliveryState.PENDING]),
    ]
