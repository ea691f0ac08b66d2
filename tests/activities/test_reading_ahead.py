"""Reading ahead: one chunk, in order, and nothing left at work."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from adapters.reading_ahead import ahead
from tests.waiting import pause


class Source:
    """Brings numbered chunks, then perhaps a fault, and remembers how far it was read."""

    def __init__(self, chunks: int, fault: Exception | None = None) -> None:
        self.read = 0
        self.is_closed = False
        self._chunks = chunks
        self._fault = fault

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the chunks."""
        try:
            for number in range(self._chunks):
                self.read += 1
                yield b"%d" % number
            if self._fault is not None:
                raise self._fault
        finally:
            self.is_closed = True


async def a_few_turns() -> None:
    """Let whatever is ready go on."""
    for _ in range(10):
        await pause(0)


async def test_the_next_one_is_read_meanwhile_and_no_further_one() -> None:
    """Proves: who works on a chunk finds the next one read, in order; memory holds no third."""
    source, seen = Source(5), []
    async for chunk in ahead(aiter(source)):
        seen.append(chunk)
        await a_few_turns()
        assert source.read == min(len(seen) + 1, 5)

    assert seen == [b"0", b"1", b"2", b"3", b"4"]
    assert source.is_closed


async def test_a_fault_comes_after_what_was_read_before_it() -> None:
    """Proves: a fault of the source does not overtake the chunks, and is not lost."""
    reading = ahead(aiter(Source(2, ConnectionResetError())))

    for expected in (b"0", b"1"):
        assert await anext(reading) == expected
        await a_few_turns()
    with pytest.raises(ConnectionResetError):
        await anext(reading)


async def test_who_stops_leaves_nothing_at_work() -> None:
    """Proves: when a reader stops in the middle, the read that is under way ends with it."""

    async def stalling() -> AsyncIterator[bytes]:
        yield b"beginning"
        try:
            await asyncio.Event().wait()
        finally:
            is_over.set()

    is_over = asyncio.Event()
    reading = ahead(stalling())
    assert await anext(reading) == b"beginning"
    await a_few_turns()
    await reading.aclose()
    assert is_over.is_set()
