"""The load: all journeys of the plan, some at a time, spread over the faults of the run."""

import asyncio
import traceback
from dataclasses import dataclass, field
from typing import Final

from domain.refusals import Refusal
from tests.chaos.acts import OUT_OF_REACH, GaveUp
from tests.chaos.courses import library_of, play
from tests.chaos.crowd import Crowd
from tests.chaos.plan import JourneyPlan, Plan
from tests.chaos.traveller import Traveller

LANES: Final = 10
"""Journeys that go on at the same time."""


@dataclass
class Load:
    """Plays the journeys; ``stuck`` says of each that did not come to where it should, why."""

    crowd: Crowd
    plan: Plan
    begun: int = 0
    ended: int = 0
    beside: int = 0
    """Journeys that a fault brought along."""
    stuck: dict[int, str] = field(default_factory=dict)
    _injected: int = 0
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def run(self) -> None:
        """Play every journey to its end."""
        lanes = asyncio.Semaphore(LANES)
        async with asyncio.TaskGroup() as group:
            for journey in self.plan.journeys:
                await lanes.acquire()
                await self._may_begin()
                self.begun += 1
                group.create_task(self._play(journey, lanes))

    async def play_beside(self, journey: JourneyPlan) -> None:
        """Play a journey that stands in no plan of the load."""
        self.beside += 1
        await self._play(journey, None)

    async def injected(self, number: int) -> None:
        """Say that so many faults were begun: more journeys may begin."""
        async with self._news:
            self._injected = number
            self._news.notify_all()

    async def until_disturbable(self, number: int) -> None:
        """Wait until the journeys have come as far as a fault: they are spread over each other."""
        faults, journeys = len(self.plan.faults), len(self.plan.journeys)
        wanted = number * journeys // faults - min(LANES, max(1, journeys // 4))
        async with self._news:
            await self._news.wait_for(lambda: self.ended >= wanted)

    async def _may_begin(self) -> None:
        """Wait until the faults have come as far as the journeys: both are spread over the run."""
        faults, journeys = len(self.plan.faults), len(self.plan.journeys)
        wanted = (self.begun - LANES) * faults // journeys
        async with self._news:
            await self._news.wait_for(lambda: self._injected >= wanted)

    async def _play(self, journey: JourneyPlan, lanes: asyncio.Semaphore | None) -> None:
        traveller = Traveller(self.crowd, journey, library_of(journey))
        try:
            await play(traveller)
        except (GaveUp, AssertionError, Refusal, *OUT_OF_REACH) as wrong:
            place = traceback.extract_tb(wrong.__traceback__)[-1]
            told = f"{type(wrong).__name__}: {wrong}"[:300]
            self.stuck[journey.number] = (
                f"{journey.course} {traveller.enrollment_id}: {told} ({place.name})"
            )
        finally:
            if lanes is not None:
                lanes.release()
            async with self._news:
                self.ended += 1
                self._news.notify_all()
