"""What the harness tells its own servers to do next: one line of JSON over a port of their own."""

import asyncio
from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from adapters.embedded.processes import LOOPBACK
from domain.values import Value

OrderT = TypeVar("OrderT", bound=Value)


class MailDeed(StrEnum):
    """What the mail server does in place of taking a letter."""

    BUSY = "busy"
    """421 in place of its greeting."""
    LATER = "later"
    """450 to the recipient."""
    NEVER = "never"
    """550 to the recipient."""
    LATER_AT_END = "later_at_end"
    """450 to the whole letter, which it does not keep."""
    SILENT = "silent"
    """It reads the letter to its end, keeps nothing, and says nothing any more."""
    SLOW = "slow"
    """One byte a second, as long as the connection lasts."""


class MailOrder(Value):
    """So many times, this."""

    deed: MailDeed
    times: int = 1


class Route(StrEnum):
    """What the proxy stands before."""

    MAIL = "mail"
    RECORDS = "records"
    FILES = "files"


class Cut(StrEnum):
    """What the proxy does to connections."""

    ALL = "all"
    """Ends every open one."""
    BEFORE_REPLY = "before_reply"
    """Lets a letter through to its final dot, and ends the connection in place of the reply."""
    BEFORE_COMMIT = "before_commit"
    """Ends a connection in the middle of a transaction."""
    AFTER_COMMIT = "after_commit"
    """Lets the commit through, and ends the connection in place of its answer."""
    LATE_COMMIT = "late_commit"
    """Holds a commit back, and delivers it even if its sender is dead by then."""
    RELEASE = "release"
    """Delivers at once what was held back."""
    IN_PART = "in_part"
    """Ends a connection in the middle of a part of a multipart upload."""
    FULL = "full"
    """Answers whatever would write with 507, as a store whose disk is full."""
    BROKEN = "broken"
    """Answers everything with 500."""


class ProxyOrder(Value):
    """What to do on a route: the next ``times`` occasions, or for ``seconds``."""

    route: Route
    cut: Cut
    times: int = 0
    seconds: float = 0.0
    after: str = ""
    """What must have been said in a transaction whose commit is meant; any, without it."""


async def obeying(port: int, kind: type[OrderT], obey: Callable[[OrderT], None]) -> asyncio.Server:
    """Listen for orders and carry each out before it is answered."""

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        obey(kind.model_validate_json(await reader.readline()))
        writer.write(b"done\n")
        await writer.drain()
        writer.close()

    return await asyncio.start_server(take, LOOPBACK, port)


async def order(port: int, what: Value) -> None:
    """Give an order and return once it is carried out; raises ``OSError`` when nobody is there."""
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        writer.write(what.model_dump_json().encode() + b"\n")
        if await reader.readline() != b"done\n":
            raise ConnectionResetError("the order was not carried out")
    finally:
        writer.close()
