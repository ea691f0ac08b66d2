"""Doing to the stack what the plan says, one fault after the other, and putting it right again."""

import asyncio
import os
import random
import signal
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Protocol

import asyncpg

from adapters.embedded.processes import LOOPBACK
from tests.chaos.acts import GaveUp, until
from tests.chaos.clocks import SHORT_DAY
from tests.chaos.injected import Injected, Outcome, nothing, standing
from tests.chaos.journal import Journal, lines_of
from tests.chaos.load import Load
from tests.chaos.occasions import Applied
from tests.chaos.orders import Cut, MailOrder, ProxyOrder, Route, order
from tests.chaos.plan import CUTS, FOR_A_WHILE, Course, Fault, JourneyPlan, PlannedFault
from tests.chaos.stack import ENGINE, MAIL, PROXY, RECORDS, SQL, ChaosStack, Service
from tests.waiting import pause

BOUNDARY_WITHIN: Final = 4.0
"""Seconds that the run waits for a worker to come to a boundary; the order stands after that."""

COMMIT_LATE: Final = 3.0
A_COMMIT_WITHIN: Final = 4.0
"""Seconds that the run waits for somebody to commit."""

STANDING_WITHIN: Final = 60.0
"""Seconds that the run waits for the journeys with short days to stand where they are to."""

STOPPED_FOR: Final = 3 * SHORT_DAY.total_seconds()
SHORT_DAYS_AT: Final = 900_000
"""Numbers of the journeys that stand still while everything is stopped begin here."""

WITH_SHORT_DAYS: Final = 2

INVERSIONS: Final = 12
"""Times that a second client takes its locks in the other order, for one planned deadlock."""


class Release(Protocol):
    """A worker of another release, where one is kept."""

    async def serve(self, stack: ChaosStack, seconds: float) -> Outcome:
        """Serve beside today's workers for a while; returns what came of it."""
        ...


@dataclass
class Injecting:
    """Injects the faults of the plan while the load goes on."""

    stack: ChaosStack
    load: Load
    journal: Journal
    release: Release | None = None
    tell: Callable[[str], None] = lambda _: None
    injected: list[Injected] = field(default_factory=list)
    _beside: list[asyncio.Task[None]] = field(default_factory=list)

    async def run(self) -> None:
        """Inject every fault; returns when the last one is over."""
        for planned in self.load.plan.faults:
            await self.load.until_disturbable(planned.number)
            await self.load.injected(planned.number + 1)
            await pause(planned.pause)
            self.tell(planned.told)
            begun = datetime.now(UTC)
            outcome = await self._inject(planned)
            line = Injected(
                number=planned.number,
                fault=planned.told,
                begun=begun,
                ended=datetime.now(UTC),
                **outcome.model_dump(),
            )
            self.injected.append(line)
            self.journal.write(line)
        await asyncio.gather(*self._beside)

    async def _inject(self, it: PlannedFault) -> Outcome:
        """Do it; returns what came of it."""
        if it.fault in CUTS:
            return await self._cut(it)
        doing: dict[Fault, Callable[[PlannedFault], Awaitable[Outcome]]] = {
            Fault.KILL_AT_BOUNDARY: self._kill_at_boundary,
            Fault.KILL_WORKER: lambda it: self._kill(self.stack.workers, it),
            Fault.KILL_PORTAL: lambda it: self._kill(self.stack.portals, it),
            Fault.KILL_SERVER: lambda it: self._kill([self.stack.services[ENGINE]], it),
            Fault.KILL_RECORDS: lambda it: self._kill([self.stack.services[SQL]], it),
            Fault.KILL_MAIL: lambda it: self._kill([self.stack.services[MAIL]], it),
            Fault.CUT_CONNECTIONS: self._cut_connections,
            Fault.LATE_COMMIT: self._late_commit,
            Fault.MAIL: self._misbehave,
            Fault.READ_ONLY: self._make_read_only,
            Fault.DEADLOCK: self._lock_in_the_other_order,
            Fault.CLOCK_JUMP: self._jump,
            Fault.THREE_DAYS: self._stop_for_three_days,
            Fault.OTHER_RELEASE: self._serve_another_release,
        }
        return await doing[it.fault](it)

    async def _kill(self, services: list[Service], it: PlannedFault) -> Outcome:
        """Kill one, and leave it down for a while."""
        if not services:
            return nothing("there is none")
        service = services[it.target % len(services)]
        if not service.is_running:
            return nothing(f"{service.name} was down already")
        service.is_held = True
        service.kill()
        await pause(it.seconds if service.name in {ENGINE, SQL, MAIL} else 0.0)
        service.is_held = False
        return Outcome(note=service.name)

    async def _kill_at_boundary(self, it: PlannedFault) -> Outcome:
        """Order a worker's death and those of servers; only the first is waited for, a little."""
        for order_ in (it.boundary, *it.standing):
            (self.stack.kill_orders / order_).touch()
        place = self.stack.kill_orders / it.boundary
        for _ in range(round(BOUNDARY_WITHIN / 0.1)):
            if not place.exists():
                return standing("killed")
            await pause(0.1)
        return standing("not reached at once")

    async def _cut(self, it: PlannedFault) -> Outcome:
        route, cut = CUTS[it.fault]
        is_lasting = it.fault in FOR_A_WHILE
        wanted = ProxyOrder(
            route=route,
            cut=cut,
            times=0 if is_lasting else it.times,
            seconds=it.seconds if is_lasting else 0.0,
        )
        return await self._order(wanted, f"{it.seconds} s" if is_lasting else f"{it.times} times")

    async def _cut_connections(self, it: PlannedFault) -> Outcome:
        route = it.route or Route.RECORDS
        wanted = ProxyOrder(route=route, cut=Cut.ALL, seconds=it.seconds)
        return await self._order(wanted, f"{it.seconds} s")

    async def _late_commit(self, it: PlannedFault) -> Outcome:
        """Hold a commit back and let its sender die: its last word arrives after its death.

        Nobody knows whose commit it is, so all workers and portals are killed. The harness's own
        desks commit too, and live on: a commit of theirs is then only late.
        """
        begun = datetime.now(UTC)
        late = ProxyOrder(route=Route.RECORDS, cut=Cut.LATE_COMMIT, times=1, seconds=COMMIT_LATE)
        outcome = await self._order(late, "every worker and portal was killed meanwhile")

        async def is_held() -> bool:
            lines = lines_of(self.stack.occasions_log, Applied)
            return any(each.deed is Cut.LATE_COMMIT and each.at >= begun for each in lines)

        try:
            await until("a commit", is_held, A_COMMIT_WITHIN)
        except GaveUp:
            return nothing("nobody committed anything")
        for service in (*self.stack.workers, *self.stack.portals):
            service.kill()
        return outcome

    async def _order(self, wanted: ProxyOrder | MailOrder, note: str) -> Outcome:
        is_for_mail = isinstance(wanted, MailOrder)
        port = self.stack.sink_orders if is_for_mail else self.stack.proxy_orders
        try:
            await order(port, wanted)
        except OSError:
            return nothing("the mail server was down" if is_for_mail else "the proxy was down")
        return standing(note)

    async def _misbehave(self, it: PlannedFault) -> Outcome:
        assert it.deed is not None
        return await self._order(MailOrder(deed=it.deed, times=it.times), f"{it.times} times")

    async def _make_read_only(self, it: PlannedFault) -> Outcome:
        """Let every new session be read-only, and end the old ones."""
        for is_on in ("on", "off"):
            while not await self._set_read_only(is_on):
                await pause(0.2)
            if is_on == "on":
                await pause(it.seconds)
        return Outcome(note=f"{it.seconds} s")

    async def _set_read_only(self, is_on: str) -> bool:
        try:
            async with self._session("postgres") as session:
                await session.execute(
                    f"ALTER DATABASE {RECORDS} SET default_transaction_read_only = {is_on}"
                )
                await session.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1",
                    RECORDS,
                )
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False
        return True

    def _session(self, database: str) -> "_Session":
        return _Session(self.stack.ports["sql"], database)

    async def _lock_in_the_other_order(self, it: PlannedFault) -> Outcome:
        """Lock assessors first and enrollments then, which the product does the other way round.

        Our session would find a deadlock later than theirs does, so theirs is the one that loses.
        """
        chance, deadlocks = random.Random(it.target), 0
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            async with self._session(RECORDS) as session:
                before = await session.fetchval(_DEADLOCKS, RECORDS)
                await session.execute("SET deadlock_timeout = '10s'")
                for _ in range(INVERSIONS):
                    async with session.transaction():
                        await session.execute("SET LOCAL lock_timeout = '2s'")
                        await session.execute("SELECT 1 FROM assessors FOR UPDATE")
                        await pause(chance.uniform(0.02, 0.15))
                        await session.execute(
                            "SELECT 1 FROM enrollments WHERE ended_at IS NULL FOR UPDATE"
                        )
                deadlocks = await session.fetchval(_DEADLOCKS, RECORDS) - before
        return Outcome(note=f"{deadlocks} deadlocks seen so far", has_struck=deadlocks > 0)

    async def _jump(self, it: PlannedFault) -> Outcome:
        """Let the clock of a worker be an hour ahead from now on, or right again."""
        workers = [each for each in self.stack.workers if each.is_running]
        if not workers:
            return nothing("no worker was there")
        service = workers[it.target % len(workers)]
        if not await service.does_its_work():
            return nothing("its worker was only starting")  # and would take the signal for its end
        if service.child is not None:
            os.kill(service.child.pid, signal.SIGUSR1)
        return Outcome(note=service.name)

    async def _stop_for_three_days(self, it: PlannedFault) -> Outcome:
        """Stop everything while journeys with short days wait, for three of their days."""
        crowd = self.load.crowd
        crowd.waiting_for_stop = 0
        crowd.has_started_again.clear()
        numbers = (SHORT_DAYS_AT + it.number * 10 + index for index in range(WITH_SHORT_DAYS))
        for number in numbers:
            journey = JourneyPlan(
                number=number, course=Course.SHORT_DAYS, is_doubled=False, has_large_file=False
            )
            self._begin_beside(self.load.play_beside(journey))

        async def are_standing() -> bool:
            return crowd.waiting_for_stop >= WITH_SHORT_DAYS

        with suppress(GaveUp):  # those that stand there are enough, and it is said how many
            await until("the journeys with short days", are_standing, STANDING_WITHIN)
        number = crowd.waiting_for_stop
        gone = await self._stop(STOPPED_FOR)
        crowd.has_started_again.set()
        note = f"{STOPPED_FOR:.0f} s, three days of {number} of {WITH_SHORT_DAYS} journeys"
        missing = f"; {', '.join(gone)} did not come back in time" if gone else ""
        return Outcome(note=note + missing, has_struck=number > 0)

    async def _stop(self, seconds: float) -> list[str]:
        """Stop everything for a while; returns what did not come back in time."""
        stopped = [each for name, each in self.stack.services.items() if name != PROXY]
        for service in stopped:
            service.is_held = True
            service.kill()
        await pause(seconds)
        for service in stopped:
            service.is_held = False
        gone = []
        for service in stopped:
            try:
                await self.stack.until_ready(service)
            except TimeoutError:  # it may come later, and is asked for once more at the end
                gone.append(service.name)
        return gone

    def _begin_beside(self, what: Coroutine[object, object, None]) -> None:
        self._beside.append(asyncio.create_task(what))

    async def _serve_another_release(self, it: PlannedFault) -> Outcome:
        if self.release is None:
            return nothing("no previous release is kept here")
        return await self.release.serve(self.stack, it.seconds)


_DEADLOCKS: Final = "SELECT deadlocks FROM pg_stat_database WHERE datname = $1"


class _Session:
    """A session of a second client, past the proxy."""

    def __init__(self, port: int, database: str) -> None:
        self._port = port
        self._database = database

    async def __aenter__(self) -> asyncpg.Connection:
        self._session = await asyncpg.connect(
            host=LOOPBACK, port=self._port, user="postgres", database=self._database, timeout=5
        )
        return self._session

    async def __aexit__(self, *_: object) -> None:
        self._session.terminate()
