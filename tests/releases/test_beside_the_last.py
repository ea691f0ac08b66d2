"""Journeys that are open while a release is made: begun on the last one, finished on today's.

The last release is a worker process from its own archive, on today's database. It told the engine
no name, so the first step is the one that every installation takes once: from workers without a
release to workers with one. Then today's tree replaces itself under another name.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory

from adapters.embedded.processes import Child
from adapters.records.invariants import InvariantBook
from domain.enrollment import Ending, Stage
from domain.policy import Policy
from domain.releases import UNVERSIONED, ReleaseState
from office.scheduling import sweep_now
from tests.command_line import CommandLine
from tests.house import OPS, Assessor
from tests.releases.deployment import (
    NO_RELEASE,
    Deployment,
    failed_tasks,
    releases_met,
    running_deployment,
)
from tests.replay.playing import order_form
from tests.replay.scenarios import NEVER
from tests.servers import SqliteTemplate
from tests.waiting import eventually
from workflows.names import ALL_QUEUES, journey_id

FIRST, SECOND = "first", "second"
"""Two names of today's tree."""


@pytest.fixture
async def deployment(sqlite_template: SqliteTemplate, tmp_path: Path) -> AsyncIterator[Deployment]:
    """Servers that belong to one test, with today's tables."""
    async with sqlite_template.copy(tmp_path) as url, running_deployment(url, tmp_path) as running:
        yield running


class Crowd:
    """Journeys half-way, each waiting for something else."""

    def __init__(self, deployment: Deployment) -> None:
        self._house = deployment.house
        self.assessors: dict[str, Assessor] = {}
        self.unpaid = ""
        self.journeys: dict[str, str] = {}

    async def begin(self) -> None:
        """Bring everybody to where they wait, on whatever workers there are."""
        house = self._house
        for library in ("assessed", "revised", "verified", "paid"):
            self.assessors[library] = await house.hire(library)
        begun = await asyncio.gather(
            house.submitted("assessed"),
            house.submitted("revised"),
            house.enrolled("verified"),
            house.working("silent", Policy(working_days=200)),
            house.submitted("queued"),
            order_form(house, "paid"),
        )
        *ids, (self.unpaid, _) = begun
        names = ("assessed", "revised", "verified", "silent", "queued")
        self.journeys = dict(zip(names, (str(each) for each in ids), strict=True))
        await asyncio.gather(self._accept("assessed"), self._not_yet("revised"))
        await house.until_stage(self.journeys["queued"], Stage.QUEUED)

    async def _accept(self, name: str) -> None:
        journey = self.journeys[name]
        await self._house.until_stage(journey, Stage.OFFERED)
        await self._house.assessor.accept(self.assessors[name].id, journey)

    async def _not_yet(self, name: str) -> None:
        await self._accept(name)
        await self._house.marked(self.assessors[name], self.journeys[name], ("detail/1.1",))
        await self._house.assessor.judge(self.assessors[name].id, self.journeys[name])
        await self._house.until_stage(self.journeys[name], Stage.REVISING)

    async def judged(self, name: str) -> None:
        """An assessor who holds the round finds everything met."""
        await self._house.marked(self.assessors[name], self.journeys[name])
        await self._house.assessor.judge(self.assessors[name].id, self.journeys[name])

    async def assessed(self, name: str) -> None:
        """An assessor accepts the round and finds everything met."""
        await self._accept(name)
        await self.judged(name)

    async def revised(self) -> None:
        """The practitioner submits what was not met."""
        await self._house.submit_all(self.journeys["revised"])

    async def verified(self) -> None:
        """A practitioner verifies the account and gets access."""
        await self._house.practitioner.verify(self.journeys["verified"], OPS)
        await self._house.until_stage(self.journeys["verified"], Stage.WORKING)

    async def somebody_takes_the_queued_one(self) -> None:
        """Somebody is hired; the round that waited for nobody is offered."""
        self.assessors["queued"] = await self._house.hire("queued")
        await self._house.engine.wake((self.journeys["queued"],))
        await self._accept("queued")

    async def paid(self) -> None:
        """The cheque comes; the journey of the order begins."""
        await self._house.orders.settle(self.unpaid, OPS)
        self.journeys["paid"] = await self._house.enrollment_of(self.unpaid)

    async def handed_in(self, name: str) -> None:
        """A practitioner submits everything, and it is assessed."""
        await self._house.submit_all(self.journeys[name])
        await self.assessed(name)

    async def ending(self, name: str) -> Ending:
        """Wait for the end of a journey; returns how it ended."""
        ended = await self._house.client.get_workflow_handle(
            journey_id(self.journeys[name])
        ).result()
        return Ending(dict(ended)["ending"])

    async def history(self, name: str) -> WorkflowHistory:
        """Return what the engine has of a journey."""
        handle = self._house.client.get_workflow_handle(journey_id(self.journeys[name]))
        return await handle.fetch_history()


def command_line(deployment: Deployment) -> CommandLine:
    """Return the command line of an operator of this deployment."""
    ours = ("LAUREL_", "TEMPORAL_")
    environment = deployment.environment.items()
    return CommandLine().with_settings(**{k: v for k, v in environment if k.startswith(ours)})


async def test_open_journeys_go_through_two_releases(deployment: Deployment) -> None:
    """Proves: journeys that began on the last release, at every kind of wait, are finished by
    today's: nothing is handed to it before it is made current, the last release's workers end in
    order, no task fails, a timer that was started before fires after, and what must always be true
    is so. Then today's release is replaced by another one, and back, in the same way.
    """
    crowd = Crowd(deployment)
    last, first = await asyncio.gather(deployment.start_last(), deployment.start_today(FIRST))
    await crowd.begin()
    await _from_the_last_to_the_first(deployment, crowd, last)
    await _to_the_second_and_back(deployment, crowd, first)
    endings = {name: await crowd.ending(name) for name in crowd.journeys}
    assert endings == dict.fromkeys(crowd.journeys, Ending.AWARDED) | {"silent": Ending.LAPSED}
    await _nothing_was_lost(deployment, crowd)
    met = {name: releases_met(await crowd.history(name)) for name in crowd.journeys}
    assert met == {
        "assessed": [NO_RELEASE, FIRST],
        "silent": [NO_RELEASE, FIRST],
        "revised": [NO_RELEASE, FIRST, SECOND],
        "verified": [NO_RELEASE, FIRST, SECOND],
        "queued": [NO_RELEASE, FIRST, SECOND, FIRST],
        "paid": [FIRST, SECOND],
    }


async def _from_the_last_to_the_first(deployment: Deployment, crowd: Crowd, last: Child) -> None:
    """Take the step that every installation takes once, with the commands of an operator."""
    await _seen_at_every_queue(deployment, FIRST)
    states = {each.name: each.state for each in await deployment.desk.releases()}
    assert states == {FIRST: ReleaseState.WAITING, UNVERSIONED: ReleaseState.CURRENT}
    assert (await deployment.desk.release(UNVERSIONED)).is_needed
    outcome = await asyncio.to_thread(command_line(deployment), "release", "current", FIRST)
    assert outcome.code == 0, outcome.err
    assert not (await deployment.desk.release(UNVERSIONED)).is_needed
    await last.stop()
    assert last.exit_status == 0, last.log()
    await asyncio.gather(
        crowd.judged("assessed"),
        crowd.revised(),
        crowd.verified(),
        crowd.somebody_takes_the_queued_one(),
        crowd.paid(),
        deployment.house.forward(crowd.journeys["silent"], NEVER),
    )
    assert await crowd.ending("assessed") is Ending.AWARDED
    assert await crowd.ending("silent") is Ending.LAPSED
    await deployment.house.until_stage(crowd.journeys["paid"], Stage.VERIFYING)


async def _to_the_second_and_back(deployment: Deployment, crowd: Crowd, first: Child) -> None:
    """Replace a release that has a name: a share first, then all, back for one journey."""
    desk, house = deployment.desk, deployment.house
    second = await deployment.start_today(SECOND)
    await _seen_at_every_queue(deployment, SECOND)
    await desk.ramp(SECOND, 25)
    assert (await desk.release(SECOND)).state is ReleaseState.RAMPING
    assert (await desk.release(SECOND)).share == 25
    await desk.make_current(SECOND)
    assert not (await desk.release(FIRST)).is_needed
    await house.ops.extend(crowd.journeys["queued"], 1, OPS)
    await crowd.assessed("revised")
    await crowd.handed_in("verified")
    await house.practitioner.verify(crowd.journeys["paid"], OPS)
    await house.until_stage(crowd.journeys["paid"], Stage.WORKING)
    await crowd.handed_in("paid")
    await desk.make_current(FIRST)
    await second.stop()
    assert second.exit_status == 0, second.log()
    await crowd.judged("queued")
    assert first.is_running


async def _seen_at_every_queue(deployment: Deployment, name: str) -> None:
    async def is_seen() -> bool:
        names = {each.name: each.queues for each in await deployment.desk.releases()}
        return set(names.get(name, ())) == set(ALL_QUEUES)

    await eventually(is_seen)


async def _nothing_was_lost(deployment: Deployment, crowd: Crowd) -> None:
    """No task of a journey failed, no mail is on its way, and every invariant holds."""
    for name, journey in crowd.journeys.items():
        assert failed_tasks(await crowd.history(name)) == []
        await deployment.house.all_settled(journey)
    await sweep_now(deployment.house.client)  # makes the credentials of journeys begun before
    counted = await InvariantBook(deployment.house.database).count(datetime.now(UTC))
    assert [(each.sentence, each.breaches) for each in counted if each.breaches] == []
