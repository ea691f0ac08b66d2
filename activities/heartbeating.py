"""Signs of life: so that an activity whose worker was killed is taken up again within seconds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Final

from temporalio import activity

BEAT: Final = timedelta(seconds=4)
"""Between two signs; the engine waits for several of them before it gives a worker up."""


class Heart:
    """Beats while an activity works, and says at each beat what the next attempt has to know."""

    def __init__(self) -> None:
        self._details: tuple[str, ...] = ()

    def remember(self, *details: str) -> None:
        """Tell the engine at once, and with every later beat, what must not be forgotten."""
        self._details = details
        self.beat()

    def beat(self) -> None:
        """Give one sign of life."""
        activity.heartbeat(*self._details)


@asynccontextmanager
async def heartbeating() -> AsyncIterator[Heart]:
    """Beat until the end of the block."""
    heart = Heart()
    beating = asyncio.create_task(_beat(heart))
    try:
        yield heart
    finally:
        beating.cancel()
        with suppress(asyncio.CancelledError):
            await beating


async def _beat(heart: Heart) -> None:
    while True:
        heart.beat()
        await asyncio.sleep(BEAT.total_seconds())
