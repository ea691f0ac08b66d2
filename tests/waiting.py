"""Waiting for something to become so, without a fixed sleep."""

import asyncio
import time
from collections.abc import Awaitable, Callable

PATIENCE_SECONDS = 60.0


async def eventually(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Return as soon as ``is_so``; fail when it does not become so in time."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not await is_so():
        if time.monotonic() > deadline:
            raise AssertionError(f"did not become so within {PATIENCE_SECONDS:.0f} s: {is_so}")
        await asyncio.sleep(0.02)


async def pause(seconds: float) -> None:
    """Let time pass; only for a test whose very subject is an arbitrary moment."""
    await asyncio.sleep(seconds)


def stand_still(seconds: float) -> None:
    """Let time pass with everything of this process at rest, for a process that is to be killed."""
    time.sleep(seconds)
