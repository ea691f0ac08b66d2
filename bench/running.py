"""A run of rows: what each is given, what it gives back, and what several of them share."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from bench.figures import Line
from domain.values import Value

PAIRS: Final = 5
"""Ours and the ceiling are taken in turns so many times."""

GivenT = TypeVar("GivenT")


class Measured(Value):
    """The figures of a row, and how the things stood that it measured."""

    lines: tuple[Line, ...]
    setup: tuple[str, ...] = ()


@dataclass
class Run:
    """What the rows of one process are given."""

    directory: Path
    """Nothing of it is kept."""
    is_quick: bool
    _given: dict[object, object] = field(default_factory=dict)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def pairs(self) -> int:
        """How often both sides are taken."""
        return 2 if self.is_quick else PAIRS

    def size(self, full: int, quick: int) -> int:
        """Return how much of something there is in this run."""
        return quick if self.is_quick else full

    async def shared(self, make: Callable[["Run"], AbstractAsyncContextManager[GivenT]]) -> GivenT:
        """Return what rows of this process share; it is made once, and ended with the run."""
        if make not in self._given:
            self._given[make] = await self._stack.enter_async_context(make(self))
        return self._given[make]  # type: ignore[return-value]

    async def once(self, measure: Callable[["Run"], Awaitable[GivenT]]) -> GivenT:
        """Measure something that several rows speak of, once."""
        if measure not in self._given:
            self._given[measure] = await measure(self)
        return self._given[measure]  # type: ignore[return-value]

    def folder(self, name: str) -> Path:
        """Return a folder of the run."""
        folder = self.directory / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder


@asynccontextmanager
async def begun(directory: Path, *, is_quick: bool) -> AsyncIterator[Run]:
    """Give a run; what its rows shared is ended with it."""
    run = Run(directory, is_quick)
    async with run._stack:
        yield run


Measure = Callable[[Run], Awaitable[Measured]]


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))
