"""Measures the lists and the board of operations on PostgreSQL: ``python -m bench.board [N]``.

Seeds ``N`` enrollments (50,000 by default), asks every list many times, from its first page on, and
prints how long the answers took, from the call to the last value. It fails nothing; the goal is
50 ms for each list. The board, a report and the checks are timed too; they are several queries.

The last figure is the processor time of one answer, of PostgreSQL and of this process together: it
says the same on a machine that is busy with something else, where the clock on the wall does not.
"""

import asyncio
import gc
import os
import sys
import time
from collections.abc import Awaitable, Callable
from functools import partial
from statistics import median, quantiles
from typing import TypeVar

from psutil import Process
from sqlalchemy import text

from adapters.records.board_views import BoardViews
from adapters.records.database import Database, make_engine, migrate
from adapters.records.invariants import InvariantBook
from adapters.records.keyset import Page
from adapters.records.list_values import (
    AttentionFilter,
    JourneyFilter,
    JourneyOrder,
    MailTrouble,
    NoticeFilter,
    OrderFilter,
    OrderStanding,
    PromiseState,
)
from adapters.records.report_values import ReportFilter
from adapters.records.report_views import ReportViews
from bench.programme import NOW, ZONE, seed
from cli.output import print_table, say
from domain.enrollment import AttentionKind, Ending
from domain.months import month_of
from domain.values import Value
from tests.servers import running_postgres

ROUNDS = 40
"""Times that each list is asked, besides once to warm up."""

GOAL_MS = 50.0

Ask = Callable[[str], Awaitable[Page[Value]]]
AnswerT = TypeVar("AnswerT")


class Measured(Value):
    """How long one list took, in milliseconds: by the wall's clock, and of processors' time."""

    name: str
    lines: int
    fastest: float
    p50: float
    p95: float
    processors: float


class Stopwatch:
    """Times answers; ``server`` is the PostgreSQL process that serves this bench's one session."""

    def __init__(self, server: Process) -> None:
        self._server = server
        self._taken: list[float] = []
        self._spent = 0.0

    async def time(self, ask: Awaitable[AnswerT]) -> AnswerT:
        """Return the answer, and remember how long it took."""
        spent, began = self._processors(), time.perf_counter()
        answer = await ask
        self._taken.append((time.perf_counter() - began) * 1000)
        self._spent += (self._processors() - spent) * 1000
        return answer

    def measured(self, name: str, lines: int = 1) -> Measured:
        """Return what was timed since the last time, and begin anew."""
        taken, spent = self._taken, self._spent
        self._taken, self._spent = [], 0.0
        return Measured(
            name=name,
            lines=lines,
            fastest=min(taken),
            p50=median(taken),
            p95=quantiles(taken, n=20)[-1],
            processors=spent / len(taken),
        )

    def _processors(self) -> float:
        of_server = self._server.cpu_times()
        return float(of_server.user + of_server.system) + time.process_time()


async def measure(watch: Stopwatch, name: str, ask: Ask) -> Measured:
    """Ask a list for its pages from the first to the last, round and round."""
    cursor, lines = "", 0
    await ask("")
    gc.collect()  # what was asked before is not to be tidied up on the time of this
    for _ in range(ROUNDS):
        page = await watch.time(ask(cursor))
        lines, cursor = max(lines, len(page.lines)), page.after or ""
    return watch.measured(name, lines)


async def measure_one(
    watch: Stopwatch, name: str, ask: Callable[[], Awaitable[object]], times: int
) -> Measured:
    """Ask for something that has no pages."""
    await ask()
    gc.collect()  # what was asked before is not to be tidied up on the time of this
    for _ in range(times):
        await watch.time(ask())
    return watch.measured(name)


async def deep_cursor(ask: Callable[[str, int], Awaitable[Page[Value]]]) -> str:
    """Return the cursor of a page far behind the first: half way at most, in long strides."""
    cursor = ""
    for _ in range(20):
        page = await ask(cursor, 1000)
        if page.after is None:
            break
        cursor = page.after
    return cursor


FILTERS = {
    "all": JourneyFilter(),
    "open": JourneyFilter(is_open=True),
    "a stage": JourneyFilter(stage="assessing"),
    "a rare stage": JourneyFilter(stage="out_of_rounds"),
    "waiting on approver": JourneyFilter(waiting_on="approver"),
    "late": JourneyFilter(is_open=True, is_late_at=NOW),
    "attention": JourneyFilter(has_attention=True),
    "attention of a kind": JourneyFilter(attention=AttentionKind.MAIL_BOUNCED),
    "promise breached": JourneyFilter(promise=PromiseState.BREACHED),
    "promise running": JourneyFilter(promise=PromiseState.RUNNING),
    "withdrawn": JourneyFilter(ending=Ending.WITHDRAWN),
    "library and stage": JourneyFilter(library="missouri", stage="approving"),
    "one number": JourneyFilter(text="e004711"),
    "one address": JourneyFilter(text="mara.10@school10.example.org"),
    "an order": JourneyFilter(text="shop-31415"),
    "a family name": JourneyFilter(text="lind"),
    "two words": JourneyFilter(text="mara ok"),
    "one letter": JourneyFilter(text="m"),
    "all addresses": JourneyFilter(text="example.org"),
    "nobody": JourneyFilter(text="zacharias"),
    "letter in a rare stage": JourneyFilter(text="m", stage="out_of_rounds"),
}


async def measure_lists(watch: Stopwatch, views: BoardViews) -> list[Measured]:
    """Measure every list: journeys by every filter in every order, then the others."""
    found = []
    for name, wanted in FILTERS.items():
        for order in JourneyOrder:

            async def ask(
                cursor: str,
                limit: int = 50,
                wanted: JourneyFilter = wanted,
                order: JourneyOrder = order,
            ) -> Page[Value]:
                page = await views.journeys(wanted, order, cursor, limit)
                return Page[Value](lines=page.lines, after=page.after)

            found.append(await measure(watch, f"journeys, {name}, by {order}", ask))
            deep = await deep_cursor(ask)
            if deep:
                again = partial(ask, deep)
                found.append(
                    await measure_one(watch, f"journeys, {name}, by {order}, deep", again, 20)
                )
    return found + await _measure_others(watch, views)


async def _measure_others(watch: Stopwatch, views: BoardViews) -> list[Measured]:
    found = []
    for standing in (None, *OrderStanding):
        orders = OrderFilter(standing=standing)
        found.append(await measure(watch, f"orders, {standing or 'all'}", _orders(views, orders)))
    for words in ("shop-31415", "lind", "school"):
        orders = OrderFilter(text=words)
        found.append(await measure(watch, f"orders, text “{words}”", _orders(views, orders)))
    for kind in (None, AttentionKind.NO_ASSESSOR):
        attention = AttentionFilter(kind=kind)
        found.append(
            await measure(watch, f"attention, {kind or 'all'}", _attention(views, attention))
        )
    for trouble in (None, *MailTrouble):
        notices = NoticeFilter(trouble=trouble, with_seen=True)
        found.append(await measure(watch, f"mail, {trouble or 'all'}", _notices(views, notices)))
    found.append(await measure(watch, "mail, unseen", _notices(views, NoticeFilter())))
    found.append(await measure(watch, "assessors", _assessors(views)))
    return found


def _orders(views: BoardViews, wanted: OrderFilter) -> Ask:
    async def ask(cursor: str) -> Page[Value]:
        page = await views.orders(wanted, cursor)
        return Page[Value](lines=page.lines, after=page.after)

    return ask


def _attention(views: BoardViews, wanted: AttentionFilter) -> Ask:
    async def ask(cursor: str) -> Page[Value]:
        page = await views.attention(wanted, cursor)
        return Page[Value](lines=page.lines, after=page.after)

    return ask


def _notices(views: BoardViews, wanted: NoticeFilter) -> Ask:
    async def ask(cursor: str) -> Page[Value]:
        page = await views.notices(wanted, cursor)
        return Page[Value](lines=page.lines, after=page.after)

    return ask


def _assessors(views: BoardViews) -> Ask:
    async def ask(cursor: str) -> Page[Value]:
        page = await views.assessors(NOW, after=cursor)
        return Page[Value](lines=page.lines, after=page.after)

    return ask


async def main(count: int) -> None:
    """Seed, measure, print."""
    async with running_postgres() as url:
        await migrate(url)
        engine = make_engine(url)
        began = time.perf_counter()
        await seed(engine, count)
        say(f"{count:,} enrollments seeded in {time.perf_counter() - began:.0f} s.")
        async with engine.connect() as connection:
            server = Process(await connection.scalar(text("SELECT pg_backend_pid()")))
        found = await measure_all(Stopwatch(server), Database(engine))
        await engine.dispose()
    columns = ("list", "lines", "fastest ms", "p50 ms", "p95 ms", "processors ms", "")
    print_table(columns, [_row(each) for each in found])
    load, processors = os.getloadavg()[0], os.cpu_count() or 1
    say(f"Load of the machine at the end: {load:.1f} on {processors} processors.")
    if load > processors:
        say("It was busy with something else: no verdict by the wall's clock.")


async def measure_all(watch: Stopwatch, database: Database) -> list[Measured]:
    """Measure every list, then what is more than one query."""
    views, last = BoardViews(database, ZONE), month_of(NOW, ZONE)
    report = ReportFilter(first=last.moved(-11), last=last)
    reports, checks = ReportViews(database, ZONE), InvariantBook(database)
    return [
        *await measure_lists(watch, views),
        await measure_one(watch, "the board, all tiles", partial(views.board, NOW), ROUNDS),
        await measure_one(watch, "report of 12 months", partial(reports.report, report), 5),
        await measure_one(watch, "checks", partial(checks.count, NOW), 5),
    ]


def _row(each: Measured) -> tuple[str | int, ...]:
    figures = (each.fastest, each.p50, each.p95, each.processors)
    over = "over" if each.p95 > GOAL_MS else ""
    return (each.name, each.lines, *(f"{figure:.1f}" for figure in figures), over)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000))
