"""Telling what changes: one look for everybody who watches, and none for nobody."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import timedelta
from itertools import count

import pytest

from portal.live import Watch, event
from tests.waiting import eventually

SOON = timedelta(milliseconds=5)
AN_HOUR = timedelta(hours=1)


class Counter:
    """Counts how often it was looked at; fails when it is told to."""

    def __init__(self) -> None:
        self.looks = count(1)
        self.seen = 0
        self.is_broken = False

    async def look(self) -> int:
        """Return the number of this look."""
        if self.is_broken:
            raise ConnectionError("the records are gone")
        self.seen = next(self.looks)
        return self.seen


async def first_of(told: AsyncIterator[int], number: int) -> list[int]:
    """Return the first things that somebody is told."""
    found = []
    async for each in told:
        found.append(each)
        if len(found) == number:
            break
    return found


async def test_many_watch_and_one_looks() -> None:
    """Proves: twenty who watch are told the same looks, made once for all of them."""
    counter = Counter()
    watch = Watch(counter.look, SOON)
    changes = [watch.changes() for _ in range(20)]
    found = await asyncio.gather(*(first_of(each, 3) for each in changes))
    for each in changes:
        await each.aclose()
    assert {tuple(each) for each in found} == {(1, 2, 3)}
    assert counter.seen <= 4


async def test_nobody_looks_when_nobody_watches() -> None:
    """Proves: looking starts with the first and ends with the last; whoever comes later looks
    anew.
    """
    counter = Counter()
    watch = Watch(counter.look, SOON)
    assert counter.seen == 0
    for _ in range(2):
        async with aclosing(watch.changes()) as changes:
            await first_of(changes, 2)
            assert watch.watched_by == 1
        assert watch.watched_by == 0
        left_at = counter.seen
        async with asyncio.timeout(5):
            await asyncio.to_thread(lambda: None)
        assert counter.seen == left_at


async def test_a_stream_ends_after_its_time() -> None:
    """Proves: nobody is told for longer without coming again, even when nothing is ever seen."""
    counter = Counter()
    quick = Watch(counter.look, SOON)
    async with asyncio.timeout(10):
        found = [each async for each in quick.changes(timedelta(milliseconds=60))]
        assert found == list(range(1, len(found) + 1))
        slow = Watch(counter.look, AN_HOUR)
        assert len([each async for each in slow.changes(timedelta(milliseconds=30))]) == 1
    assert quick.watched_by == slow.watched_by == 0


async def test_a_look_that_fails_ends_the_streams_and_is_not_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Proves: everybody's stream ends when the records cannot be read, and whoever comes again is
    told again once they can.
    """
    counter = Counter()
    watch = Watch(counter.look, SOON)
    both = [watch.changes(), watch.changes()]
    for each in both:
        await first_of(each, 1)
    counter.is_broken = True
    async with asyncio.timeout(10):
        rest = await asyncio.gather(*(rest_of(each) for each in both))
    assert all(len(each) <= 2 for each in rest)
    counter.is_broken = False
    known = counter.seen
    async with aclosing(watch.changes()) as changes:
        assert (await first_of(changes, 1))[0] > known
    await eventually(lambda: is_quiet(watch))
    assert "records are gone" in "".join(capsys.readouterr())


async def rest_of(told: AsyncIterator[int]) -> list[int]:
    """Return whatever else is told."""
    return [each async for each in told]


async def is_quiet(watch: Watch[int]) -> bool:
    """Whether nobody watches."""
    return watch.watched_by == 0


def test_an_event_keeps_its_lines() -> None:
    """Proves: content of several lines arrives whole, and cannot end the event early."""
    assert event("a\nb\n\nc", "board") == "event: board\ndata: a\ndata: b\ndata: \ndata: c\n\n"
