"""What stands between Laurel and its mail server, records and files, and cuts connections by order.

``python -m tests.chaos.proxy --orders Q --occasions F mail=LISTEN:TARGET …``. It knows just
enough of each protocol to cut where it hurts: after a letter's final dot, at a commit, in the
middle of a part of an upload.
"""

import argparse
import asyncio
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from adapters.embedded.processes import LOOPBACK
from tests.chaos.journal import Journal
from tests.chaos.occasions import met
from tests.chaos.orders import Cut, ProxyOrder, Route, obeying

CHUNK = 256 * 1024
SAID_ALL = 0.3
"""Seconds of a request's body that are read away before it is answered in the server's place."""
FINAL_DOT = b"\r\n.\r\n"
COMMIT = b"COMMIT"
SIMPLE_QUERY = b"Q"
"""First byte of PostgreSQL's message that carries a statement as text."""
A_PART = b"partNumber="
WRITES = (b"PUT ", b"POST ")
REQUESTS = (*WRITES, b"GET ", b"HEAD ", b"DELETE ")
FULL_DISK = b"HTTP/1.1 507 Insufficient Storage\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
BROKEN = b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class _Cut(Exception):
    """The connection is cut here."""


class Proxy:
    """The orders of each route, and its open connections."""

    def __init__(self, occasions: Path) -> None:
        self._occasions = Journal(occasions)
        self._left: dict[Route, Counter[Cut]] = defaultdict(Counter)
        self._until: dict[tuple[Route, Cut], float] = {}
        self._late = 0.0
        self._after = b""
        self._released = asyncio.Event()
        self.open: dict[Route, set[Connection]] = defaultdict(set)

    def obey(self, ordered: ProxyOrder) -> None:
        """Carry an order out, or remember it for its occasion."""
        if ordered.cut is Cut.ALL:
            cut = list(self.open[ordered.route])
            for connection in cut:
                connection.abort()
            if cut:
                self._occasions.write(met(ordered.route, Cut.ALL, len(cut)))
        if ordered.cut is Cut.LATE_COMMIT:
            self._late, self._after = ordered.seconds, ordered.after.encode()
        if ordered.cut is Cut.RELEASE:
            self._released.set()
            self._released = asyncio.Event()
        elif ordered.times:
            self._left[ordered.route][ordered.cut] += ordered.times
        else:
            self._until[(ordered.route, ordered.cut)] = time.monotonic() + ordered.seconds

    def does(self, route: Route, cut: Cut) -> bool:
        """Tell whether it is time for a cut; one that was counted is then left once less."""
        is_time = self._is_time(route, cut)
        if is_time:
            self._occasions.write(met(route, cut))
        return is_time

    def _is_time(self, route: Route, cut: Cut) -> bool:
        if time.monotonic() < self._until.get((route, cut), 0.0):
            return True
        if self._left[route][cut] <= 0:
            return False
        self._left[route][cut] -= 1
        return True

    async def hold(self) -> None:
        """Wait as long as a commit is held back."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._late):
                await self._released.wait()

    def means(self, transaction: bytes) -> bool:
        """Tell whether the commit of a transaction may be held back, by what was said in it."""
        return self._after in transaction

    async def serve(self, route: Route, listen: int, target: int) -> asyncio.Server:
        """Pass on every connection to ``listen``."""

        async def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if self.does(route, Cut.ALL):
                writer.transport.abort()
                return
            try:
                there = await asyncio.open_connection(LOOPBACK, target, limit=CHUNK)
            except OSError:
                writer.transport.abort()
                return
            await Connection(self, route, (reader, writer), there).pass_on()

        return await asyncio.start_server(welcome, LOOPBACK, listen, limit=CHUNK)


Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Connection:
    """One connection through the proxy."""

    def __init__(self, proxy: Proxy, route: Route, client: Streams, server: Streams) -> None:
        self._proxy = proxy
        self._route = route
        self._client = client
        self._server = server
        self._swallows_reply = False
        self._holds = False
        self._tail = b""
        self._transaction = b""

    async def pass_on(self) -> None:
        """Pass bytes on in both directions until one side ends."""
        self._proxy.open[self._route].add(self)
        upwards = asyncio.create_task(self._upwards())
        downwards = asyncio.create_task(self._downwards())
        try:
            await asyncio.wait({upwards, downwards}, return_when=asyncio.FIRST_COMPLETED)
            if self._holds:  # what was sent arrives, even if its sender is gone
                await asyncio.wait({upwards})
                await asyncio.wait({downwards}, timeout=1.0)
        finally:
            self._proxy.open[self._route].discard(self)
            self.abort()
            for each in (upwards, downwards):
                each.cancel()
            await asyncio.gather(upwards, downwards, return_exceptions=True)

    def abort(self) -> None:
        """End both sides without a word."""
        for _, writer in (self._client, self._server):
            writer.transport.abort()

    async def _upwards(self) -> None:
        reader, writer = self._client[0], self._server[1]
        with suppress(_Cut, ConnectionError):
            while chunk := await reader.read(CHUNK):
                writer.write(await self._looked_at(chunk))
                await writer.drain()
            if self._holds and writer.can_write_eof():
                writer.write_eof()

    async def _downwards(self) -> None:
        reader, writer = self._server[0], self._client[1]
        with suppress(ConnectionError):
            while chunk := await reader.read(CHUNK):
                if self._swallows_reply:
                    return
                writer.write(chunk)
                await writer.drain()

    async def _looked_at(self, chunk: bytes) -> bytes:
        """Return what of a chunk goes on; raises ``_Cut`` where nothing does."""
        match self._route:
            case Route.MAIL:
                self._look_at_letter(chunk)
            case Route.RECORDS if chunk.startswith(SIMPLE_QUERY) and COMMIT in chunk:
                await self._look_at_commit()
                self._transaction = b""
            case Route.RECORDS:
                self._transaction = (self._transaction + chunk)[-CHUNK:]
            case Route.FILES if chunk.startswith(REQUESTS):
                return await self._looked_at_request(chunk)
        return chunk

    def _look_at_letter(self, chunk: bytes) -> None:
        self._tail = (self._tail + chunk)[-len(FINAL_DOT) :]
        if self._tail == FINAL_DOT and self._proxy.does(self._route, Cut.BEFORE_REPLY):
            self._swallows_reply = True

    async def _look_at_commit(self) -> None:
        if self._proxy.does(self._route, Cut.BEFORE_COMMIT):
            raise _Cut
        if self._proxy.does(self._route, Cut.AFTER_COMMIT):
            self._swallows_reply = True
        is_meant = self._proxy.means(self._transaction)
        if is_meant and self._proxy.does(self._route, Cut.LATE_COMMIT):
            self._holds = True
            await self._proxy.hold()

    async def _looked_at_request(self, chunk: bytes) -> bytes:
        is_writing = chunk.startswith(WRITES)
        if is_writing and self._proxy.does(self._route, Cut.FULL):
            await self._answer(FULL_DISK)
        if self._proxy.does(self._route, Cut.BROKEN):
            await self._answer(BROKEN)
        if A_PART in chunk.partition(b"\r\n")[0] and self._proxy.does(self._route, Cut.IN_PART):
            self._server[1].write(chunk[: len(chunk) // 2])
            raise _Cut
        return chunk

    async def _answer(self, answer: bytes) -> None:
        """Answer in the server's place, once the sender has said all; ends the connection."""
        reader, writer = self._client
        with suppress(TimeoutError):
            async with asyncio.timeout(SAID_ALL):
                while await reader.read(CHUNK):
                    pass
        writer.write(answer)
        await writer.drain()
        raise _Cut


async def serve(orders: int, occasions: Path, routes: dict[Route, tuple[int, int]]) -> None:
    """Pass on until the process is ended."""
    proxy = Proxy(occasions)
    listening = [await proxy.serve(route, *ports) for route, ports in routes.items()]
    await obeying(orders, ProxyOrder, proxy.obey)
    await asyncio.gather(*(each.serve_forever() for each in listening))


def main(arguments: Sequence[str]) -> None:
    """Run the proxy from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, required=True)
    parser.add_argument("--occasions", type=Path, required=True)
    parser.add_argument("routes", nargs="+")
    given = parser.parse_args(arguments)
    routes = {}
    for each in given.routes:
        name, _, ports = each.partition("=")
        listen, _, target = ports.partition(":")
        routes[Route(name)] = (int(listen), int(target))
    asyncio.run(serve(given.orders, given.occasions, routes))


if __name__ == "__main__":
    main(sys.argv[1:])
