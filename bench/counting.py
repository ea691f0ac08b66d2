"""One journey on the real engine, counted: events, transitions, calls, commits, statements.

Counts are the same on every machine. ``tests/bench/test_budgets.py`` holds them to their budgets
with this very code. Who acts and who looks have databases of their own: only acts are counted.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import event
from temporalio.api.enums.v1 import EventType

from adapters.assembly import database_of
from adapters.embedded.temporal_server import TemporalServer
from adapters.records.database import Database, migrate
from bench.engine_metrics import EngineCounts, settled_counts
from domain.enrollment import Stage
from domain.values import Value
from tests.house import AGREED, Assessor, House, running_house

LIBRARY = "general"
NOT_MET = ("detail/1.2",)
_FRAMES = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "SAVEPOINT", "RELEASE")


class Statements:
    """Counts what reaches a database, without what opens and closes transactions."""

    def __init__(self) -> None:
        self.count = 0
        self.commits = 0

    @contextmanager
    def counting(self, database: Database) -> Iterator[None]:
        """Count until the end of the block."""
        engine = database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", self._note)
        event.listen(engine, "commit", self._committed)
        try:
            yield
        finally:
            event.remove(engine, "before_cursor_execute", self._note)
            event.remove(engine, "commit", self._committed)

    def _note(self, _: object, __: object, statement: str, *___: object) -> None:
        if not statement.upper().startswith(_FRAMES):
            self.count += 1

    def _committed(self, _: object) -> None:
        self.commits += 1


class HistoryCounts(Value):
    """What a workflow has cost the engine."""

    events: int
    transitions: int
    visibility_writes: int

    def since(self, before: "HistoryCounts") -> "HistoryCounts":
        """Return what came after ``before``."""
        return HistoryCounts(
            events=self.events - before.events,
            transitions=self.transitions - before.transitions,
            visibility_writes=self.visibility_writes - before.visibility_writes,
        )


@dataclass
class JourneyCounts:
    """What one journey came to, and its further round."""

    happy: HistoryCounts
    statements: dict[str, int]
    """Statements of each act, those of its turns and its mails included."""
    commits: dict[str, int]
    whole: EngineCounts
    """Everything of a happy journey, its order, files and mails included."""


async def history_counts(house: House, enrollment_id: str) -> HistoryCounts:
    """Return what a journey has cost so far; one that ended is waited for."""
    handle = house.engine.journey(enrollment_id)
    if (await house.row(enrollment_id)).ended_at is not None:
        await handle.result()
    description = await handle.describe()
    history = await handle.fetch_history()
    upserts = {
        EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
        EventType.EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED,
    }
    ends = 0 if description.close_time is None else 1
    return HistoryCounts(
        events=description.history_length,
        transitions=description.raw_description.workflow_execution_info.state_transition_count,
        visibility_writes=1 + ends + sum(each.event_type in upserts for each in history.events),
    )


class CountedHouse:
    """A house whose acts are counted, and who looks at it."""

    def __init__(self, acting: House, looking: House, metrics_url: str) -> None:
        self.acting = acting
        self.looking = looking
        self.statements: dict[str, int] = {}
        self.commits: dict[str, int] = {}
        self._metrics_url = metrics_url
        self._counting = Statements()

    async def engine(self) -> EngineCounts:
        """Return the server's counters, once nothing is on its way."""
        return await settled_counts(self._metrics_url)

    @asynccontextmanager
    async def act(self, name: str, *subjects: str) -> AsyncIterator[None]:
        """Count an act with all that follows from it: its turns, and its mails to their end."""
        before, commits = self._counting.count, self._counting.commits
        yield
        for subject in subjects:
            await self.looking.all_settled(subject)
        self.statements[name] = self._counting.count - before
        self.commits[name] = self._counting.commits - commits

    async def happy_journey(self) -> JourneyCounts:
        """Take a known practitioner from the paid order to the award, one act after the other."""
        with self._counting.counting(self.acting.database):
            assessor = await self.looking.hire(LIBRARY)
            enrollment_id, whole = await self._pursue(assessor)
            return JourneyCounts(
                happy=await history_counts(self.looking, enrollment_id),
                statements=dict(self.statements),
                commits=dict(self.commits),
                whole=whole,
            )

    async def _pursue(self, assessor: Assessor) -> tuple[str, EngineCounts]:
        await self.looking.publish(LIBRARY)
        order = self.looking.paid_order(LIBRARY)
        await self.looking.know(order.lines[0].learner)
        before = await self.engine()
        async with self.act("order to access"):
            order_id = await self.acting.orders.take_paid_order(order)
            enrollment_id = await self.looking.enrollment_of(order_id)
            await self.looking.until_stage(enrollment_id, Stage.WORKING)
            await self.looking.all_settled(enrollment_id)
            await self.looking.all_settled(order_id)
        for part in (1, 2, 3):
            async with self.act(f"write part {part}"):
                await self.acting.write(enrollment_id, part)
            async with self.act(f"submit part {part}", enrollment_id):
                await self._submit(enrollment_id, part)
        await self._assess(assessor, enrollment_id)
        return enrollment_id, (await self.engine()).since(before)

    async def _submit(self, enrollment_id: str, part: int) -> None:
        await self.acting.practitioner.submit(enrollment_id, part, AGREED)

    async def _assess(self, assessor: Assessor, enrollment_id: str) -> None:
        async with self.act("accept", enrollment_id):
            await self.acting.assessor.accept(assessor.id, enrollment_id)
        async with self.act("mark all"):
            await self.acting.marked(assessor, enrollment_id)
        async with self.act("judge to award", enrollment_id):
            await self.acting.assessor.judge(assessor.id, enrollment_id)
            await self.looking.until_stage(enrollment_id, Stage.ENDED)
            await self.looking.engine.journey(enrollment_id).result()

    async def further_round(self) -> HistoryCounts:
        """Return what a second round adds, from the revision to the award."""
        house = self.looking
        library = "further"
        assessor = await house.hire(library)
        enrollment_id = await house.submitted(library)
        await _judged(house, assessor, enrollment_id, NOT_MET)
        await house.until_stage(enrollment_id, Stage.REVISING)
        await house.all_settled(enrollment_id)
        before = await history_counts(house, enrollment_id)
        await house.submit_all(enrollment_id)
        await _judged(house, assessor, enrollment_id, ())
        await house.until_stage(enrollment_id, Stage.ENDED)
        return (await history_counts(house, enrollment_id)).since(before)


async def _judged(
    house: House, assessor: Assessor, enrollment_id: str, not_met: tuple[str, ...]
) -> None:
    await house.until_stage(enrollment_id, Stage.OFFERED)
    await house.all_settled(enrollment_id)
    await house.assessor.accept(assessor.id, enrollment_id)
    await house.all_settled(enrollment_id)
    await house.marked(assessor, enrollment_id, not_met)
    await house.assessor.judge(assessor.id, enrollment_id)


@asynccontextmanager
async def counted_house(directory: Path) -> AsyncIterator[CountedHouse]:
    """Run a house on a server of its own, whose counters nobody else moves."""
    server = await TemporalServer.start(directory)
    try:
        url = f"sqlite+aiosqlite:///{directory}/records.db"
        await migrate(url)
        async with running_house(server.address, url, directory) as acting:
            database = database_of(acting.settings)
            looking = House(acting.client, acting.settings, database, acting.smtp)
            yield CountedHouse(acting, looking, server.metrics_url)
            await database.close()
    finally:
        await server.stop()
