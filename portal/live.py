"""What changes is told as it changes: one look for each process, however many watch.

A page that wants to be told opens a stream of server-sent events. The first one who watches starts
the looking, the last one who goes ends it. A stream ends by itself after a while: the browser then
comes again, and shows again that it is still signed in.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from datetime import timedelta
from time import monotonic
from typing import Final, Generic, TypeVar

from fastapi.responses import StreamingResponse

from adapters.telemetry import logger_named

PAUSE: Final = timedelta(seconds=4)
"""Between two looks at the records."""

LONGEST_STREAM: Final = timedelta(minutes=2)
"""How long somebody is told without showing again who they are."""

COME_BACK: Final = timedelta(seconds=3)
"""After which a browser comes again when its stream has ended."""

_LOG = logger_named(__name__)
SeenT = TypeVar("SeenT")


class Watch(Generic[SeenT]):
    """Looks at one thing again and again while somebody watches, and tells all what it saw."""

    def __init__(self, look: Callable[[], Awaitable[SeenT]], pause: timedelta = PAUSE) -> None:
        self._look = look
        self._pause = pause
        self._looking: asyncio.Task[SeenT] | None = None
        self._coming: asyncio.Future[SeenT] | None = None
        self.watched_by = 0
        """How many are told at the moment."""

    async def changes(self, longest: timedelta = LONGEST_STREAM) -> AsyncGenerator[SeenT, None]:
        """Yield what each look sees from now on, for a while at most.

        Whoever is slow misses looks, never the newest. Ends early when a look fails: that is
        logged, and whoever comes again starts the looking anew.
        """
        ends_at = monotonic() + longest.total_seconds()
        self.watched_by += 1
        try:
            while (patience := ends_at - monotonic()) > 0:
                looking, coming = self._running()
                await asyncio.wait(
                    {looking, coming}, timeout=patience, return_when=asyncio.FIRST_COMPLETED
                )
                if not coming.done():
                    return
                yield coming.result()
        finally:
            self.watched_by -= 1
            if not self.watched_by and self._looking is not None:
                self._looking.cancel()
                self._looking = None

    def _running(self) -> "tuple[asyncio.Task[SeenT], asyncio.Future[SeenT]]":
        """Return the looking, started where nobody looks, and what its next look will see."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_on())
            self._looking.add_done_callback(_report)
            self._coming = None
        if self._coming is None:
            self._coming = asyncio.get_running_loop().create_future()
        return self._looking, self._coming

    async def _look_on(self) -> SeenT:
        while True:
            found = await self._look()
            coming, self._coming = self._coming, None
            if coming is not None:
                coming.set_result(found)
            await asyncio.sleep(self._pause.total_seconds())


def _report(looking: "asyncio.Task[object]") -> None:
    if not looking.cancelled() and (failure := looking.exception()) is not None:
        _LOG.error("look_failed", exc_info=failure)


def event(content: str, name: str = "message") -> str:
    """Return one event as it goes over the wire."""
    lines = "".join(f"data: {line}\n" for line in content.splitlines())
    return f"event: {name}\n{lines}\n"


def told(events: AsyncIterator[str]) -> StreamingResponse:
    """Answer with a stream of events; nothing on the way may keep them back."""

    async def stream() -> AsyncIterator[str]:
        yield f"retry: {COME_BACK // timedelta(milliseconds=1)}\n\n"
        async for each in events:
            yield each

    headers = {"x-accel-buffering": "no"}
    return StreamingResponse(stream(), media_type="text/event-stream", headers=headers)
