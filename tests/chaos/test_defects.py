"""The harness finds what it is there to find: three defects of its own, each aimed at."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import TypeAdapter
from sqlalchemy import TextClause, select, text

from adapters.records.tables import DueTimeRow, EnrollmentRow
from adapters.temporal import connect_to
from domain.enrollment import Reminder
from tests.chaos.acts import ActLog, until
from tests.chaos.browsers import Web
from tests.chaos.clocks import SHORT_DAY
from tests.chaos.counting_mail import count_mail
from tests.chaos.counting_records import count_records
from tests.chaos.counts import Count
from tests.chaos.crowd import Crowd
from tests.chaos.defects import DROP_CONSTRAINT, Defect
from tests.chaos.journal import Journal
from tests.chaos.load import Load
from tests.chaos.orders import Cut, MailDeed, MailOrder, ProxyOrder, Route, order
from tests.chaos.plan import Course, JourneyPlan, planned
from tests.chaos.settling import in_motion
from tests.chaos.stack import ChaosStack, Shape, running_stack
from tests.waiting import pause

LONG = 60.0
"""Seconds: longer than the engine leaves a task to a worker that is gone (ten)."""

HELD = text(
    "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'"
    " AND query LIKE 'INSERT INTO assignments%' AND state_change < now() - interval '500 ms'"
)
"""Sessions that have inserted an assignment and whose commit is held back."""

LOOKED = text(
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    " AND query LIKE 'UPDATE assessors%'"
)
"""Sessions that found no assignment, and wait for a place that another one has not let go yet."""

_REMINDERS = TypeAdapter(tuple[Reminder, ...])


@dataclass
class Scene:
    """A small stack, one worker of which may be defective, and somebody who acts on it."""

    stack: ChaosStack
    crowd: Crowd
    load: Load

    async def spoil(self, defect: Defect | None) -> None:
        """Replace the worker by one with a defect."""
        self.stack.shape = self.stack.shape.model_copy(update={"defect": defect})
        (worker,) = self.stack.workers
        worker.is_held = True
        worker.kill()
        replaced = self.stack.worker_service(0)
        self.stack.services[worker.name] = replaced
        replaced.begin()
        await self.stack.until_ready(replaced)

    async def play(self, number: int, course: Course) -> None:
        """Play a journey along its course."""
        journey = JourneyPlan(number=number, course=course, is_doubled=False, has_large_file=False)
        await self.load.play_beside(journey)
        assert self.load.stuck == {}

    async def at_rest(self) -> None:
        """Wait until nothing is on its way."""

        async def is_so() -> bool:
            return await in_motion(self.crowd) == 0

        await until("everything to come to rest", is_so)


@asynccontextmanager
async def scene_in(directory: Path) -> AsyncIterator[Scene]:
    """Set the scene until the end of the block."""
    shape = Shape(workers=1, portals=1, has_bucket=False)
    async with running_stack(directory, shape) as stack, Web(stack.portal_urls) as web:
        client = await connect_to(stack.engine_address)
        log = ActLog(Journal(directory / "acts.jsonl"))
        acting, looking = stack.settings(), stack.settings(through_proxy=False)
        crowd = Crowd.of(client, acting, looking, web, log)
        await crowd.open_programme()
        yield Scene(stack, crowd, Load(crowd, planned(0, 1, 0)))
        await crowd.close()


@pytest.fixture(scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """One stack for the three defects; each is put into a worker of its own."""
    async with scene_in(tmp_path_factory.mktemp("defects")) as scene:
        yield scene


def number_of(counts: list[Count], name: str) -> int:
    """Return a line of the table."""
    (found,) = [each for each in counts if each.name == name]
    assert found.is_fault
    return found.number


async def test_mail_that_is_called_accepted_before_the_reply_is_found(scene: Scene) -> None:
    """Proves: a letter that the server did not take and the records call accepted is counted as
    lost, and only with the defect: before it, everything that was accepted was taken.
    """
    records, log = scene.crowd.observer, scene.stack.sink_log
    name = "notices lost: accepted, never taken"
    later = MailOrder(deed=MailDeed.LATER_AT_END, times=2)
    await order(scene.stack.sink_orders, later)
    await scene.play(1, Course.WORKING)
    await scene.at_rest()
    assert number_of(await count_mail(records, log), name) == 0

    await scene.spoil(Defect.ACCEPTED_BEFORE_REPLY)
    await order(scene.stack.sink_orders, later)
    await scene.play(2, Course.WORKING)
    await scene.at_rest()
    assert number_of(await count_mail(records, log), name) > 0


async def test_an_assignment_that_is_looked_for_before_it_is_inserted_is_found(
    scene: Scene,
) -> None:
    """Proves: where a look takes the place of the constraint, and a worker's last word arrives
    after its death, a round has two assessors, and the harness counts it.
    """
    records = scene.crowd.observer
    assert number_of(await count_records(records), "double assignments") == 0
    async with records.transaction() as session:
        await session.execute(DROP_CONSTRAINT)
    await scene.spoil(Defect.CHECK_THEN_INSERT)
    late = ProxyOrder(
        route=Route.RECORDS,
        cut=Cut.LATE_COMMIT,
        times=1,
        seconds=LONG,
        after="INSERT INTO assignments",
    )
    await order(scene.stack.proxy_orders, late)
    playing = asyncio.create_task(scene.play(3, Course.OFFERED))

    async def has_session(query: TextClause) -> bool:
        assert not playing.done(), playing.result()
        async with records.reading() as session:
            return bool(await session.scalar(query))

    await until("a worker to insert an assignment", lambda: has_session(HELD))
    scene.stack.workers[0].kill()
    await until("another worker to look", lambda: has_session(LOOKED))
    release = ProxyOrder(route=Route.RECORDS, cut=Cut.RELEASE)
    await order(scene.stack.proxy_orders, release)

    async def is_double() -> bool:
        return number_of(await count_records(records), "double assignments") > 0

    await until("the worker's last word", is_double)
    await playing


async def test_a_reminder_by_exact_date_is_found(scene: Scene) -> None:
    """Proves: a reminder whose day passed while no worker ran, and that is then never sent, is
    counted as missing.
    """
    crowd, name = scene.crowd, "reminders that never came"
    assert number_of(await count_mail(crowd.observer, scene.stack.sink_log), name) == 0
    await scene.spoil(Defect.EXACT_DATE)
    playing = asyncio.create_task(scene.play(4, Course.SHORT_DAYS))

    async def is_waiting() -> bool:
        return crowd.waiting_for_stop > 0

    await until("the verification", is_waiting)
    (worker,) = scene.stack.workers
    worker.is_held = True
    worker.kill()
    over = await last_reminder(crowd) + 2 * SHORT_DAY
    await pause((over - datetime.now(UTC)).total_seconds())
    worker.is_held = False
    await scene.stack.until_ready(worker)
    crowd.has_started_again.set()
    await playing
    await scene.at_rest()
    assert number_of(await count_mail(crowd.observer, scene.stack.sink_log), name) > 0


async def last_reminder(crowd: Crowd) -> datetime:
    """Return when the verification is reminded of for the last time."""
    async with crowd.observer.reading() as session:
        due = await session.scalar(
            select(DueTimeRow)
            .join(EnrollmentRow, EnrollmentRow.due_id == DueTimeRow.id)
            .where(EnrollmentRow.stage == "verifying")
        )
        assert due is not None
        return max(each.at for each in _REMINDERS.validate_python(due.reminders["reminders"]))
