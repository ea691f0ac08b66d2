"""Journeys through the whole system and skeletons through the same server, in turns."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from bench.accounts import Accounts
from bench.figures import Series, series
from bench.people import People
from bench.running import Run
from bench.skeleton import play_skeleton
from bench.stack import MeasuredStack, shared_system

LANES: Final = 8
"""Journeys that go on at the same time."""

NUMBERS = count(1)


@dataclass
class Town:
    """A running system and everybody in it."""

    system: MeasuredStack
    people: People


@asynccontextmanager
async def shared_town(run: Run) -> AsyncIterator[Town]:
    """Give the town that the rows of one process share."""
    system = await run.shared(shared_system)
    async with People(system.house, system.url) as people:
        town = Town(system, people)
        await in_lanes(LANES, town.people.pursue)  # everything was used once
        yield town


async def in_lanes(journeys: int, play: Callable[[int], Awaitable[object]]) -> None:
    """Play journeys, some at a time."""
    lanes = asyncio.Semaphore(LANES)

    async def one(number: int) -> None:
        async with lanes:
            await play(number)

    async with asyncio.TaskGroup() as group:
        for number in (next(NUMBERS) for _ in range(journeys)):
            group.create_task(one(number))


@dataclass
class Taken:
    """What batches of one kind took: journeys a second, and processor seconds a journey."""

    rates: list[float] = field(default_factory=list)
    spent: dict[str, list[float]] = field(default_factory=dict)

    def add(self, journeys: int, seconds: float, spent: dict[str, float]) -> None:
        """Take a batch down."""
        self.rates.append(journeys / seconds)
        for name, used in spent.items():
            self.spent.setdefault(name, []).append(used / journeys)

    @property
    def rate(self) -> Series:
        """Journeys a second."""
        return series(*self.rates)

    def milliseconds(self, *names: str) -> Series:
        """Processor milliseconds of some processes together, for each journey."""
        sums = zip(*(self.spent[name] for name in names), strict=True)
        return series(*(sum(each) * 1000 for each in sums))


@dataclass
class Throughput:
    """Ours and the skeleton's."""

    ours: Taken = field(default_factory=Taken)
    skeleton: Taken = field(default_factory=Taken)
    mails: float = 0.0
    """Mails that were accepted, for each journey."""


async def throughput(run: Run) -> Throughput:
    """Take journeys and skeletons through the system, batch by batch in turns."""
    town = await run.shared(shared_town)
    found = Throughput()
    await in_lanes(LANES, lambda number: play_skeleton(town.system.client, f"{number}"))
    journeys, before = run.size(16, 8), await town.people.watch.accepted()
    for _ in range(run.pairs):
        await _ours(town, journeys, found.ours)
        await _skeletons(town, run.size(40, 16), found.skeleton)
    mails = await town.people.watch.accepted() - before
    found.mails = mails / (journeys * run.pairs)
    return found


async def _ours(town: Town, journeys: int, taken: Taken) -> None:
    accounts, began = Accounts(dict(town.system.pids)), time.perf_counter()
    await in_lanes(journeys, town.people.pursue)
    taken.add(journeys, time.perf_counter() - began, accounts.since())


async def _skeletons(town: Town, journeys: int, taken: Taken) -> None:
    accounts, began = Accounts(dict(town.system.pids)), time.perf_counter()
    await in_lanes(journeys, lambda number: play_skeleton(town.system.client, f"{number}"))
    taken.add(journeys, time.perf_counter() - began, accounts.since())
