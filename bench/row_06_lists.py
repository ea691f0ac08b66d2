"""Row 6: lists and counts of operations on PostgreSQL, at 10,000 and at a million enrollments."""

import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import asyncpg
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.records.board_views import BoardViews
from adapters.records.database import Database, make_engine, migrate
from adapters.records.list_values import (
    AttentionFilter,
    JourneyFilter,
    JourneyOrder,
    NoticeFilter,
    OrderFilter,
    PromiseState,
)
from bench.bulk import BYTES_EACH, fill, plain
from bench.figures import Line, Series, Verdict, at_most, compared, percentile, series, told
from bench.programme import NOW, ZONE, Programme
from bench.running import Measured, Run
from domain.enrollment import Ending
from tests.servers import running_postgres

TITLE = "Lists and counts of operations, p95, PostgreSQL"
GOAL: Final = at_most(1.5, is_ratio=True)
OPTIONS: Final = ("shared_buffers=512MB", "work_mem=16MB", "max_wal_size=4GB")
COUNTS: Final = "counts of the board"
SPARE: Final = 2.0
"""So many times what a programme takes must be free on the disk."""

ADDRESS: Final = str(Programme().batch(range(11))["people"][10][2])
"""Of somebody who is there: what nobody has is found sooner."""

JOURNEYS: Final = {
    "all": JourneyFilter(),
    "open": JourneyFilter(is_open=True),
    "at a stage": JourneyFilter(stage="assessing"),
    "late": JourneyFilter(is_open=True, is_late_at=NOW),
    "with attention": JourneyFilter(has_attention=True),
    "promise breached": JourneyFilter(promise=PromiseState.BREACHED),
    "withdrawn": JourneyFilter(ending=Ending.WITHDRAWN),
    "one address": JourneyFilter(text=ADDRESS),
    "two words": JourneyFilter(text="mara ok"),
}
Ask = Callable[[], Awaitable[object]]


@dataclass
class Times:
    """Milliseconds of one question, by blocks: as we ask it, and its statements alone."""

    ours: list[list[float]] = field(default_factory=list)
    alone: list[list[float]] = field(default_factory=list)


def questions(views: BoardViews) -> dict[str, Ask]:
    """Return everything that is asked: first pages of lists, and the counts."""
    asked: dict[str, Ask] = {
        f"journeys, {name}": partial(views.journeys, wanted, JourneyOrder.DUE)
        for name, wanted in JOURNEYS.items()
    }
    asked["orders"] = partial(views.orders, OrderFilter())
    asked["attention"] = partial(views.attention, AttentionFilter())
    asked["mail"] = partial(views.notices, NoticeFilter())
    asked["assessors"] = partial(views.assessors, NOW)
    asked[COUNTS] = partial(views.board, NOW)
    return asked


async def measure(run: Run) -> Measured:
    """Fill, ask, fill up to a hundredfold, ask again."""
    small, large = run.size(10_000, 1_000), run.size(1_000_000, 20_000)
    free = shutil.disk_usage(tempfile.gettempdir()).free
    large = min(large, int(free / SPARE / BYTES_EACH))
    async with running_postgres(*OPTIONS) as url:
        await migrate(url)
        await fill(url, 0, small)
        few = await _asked(run, url)
        began = time.perf_counter()
        await fill(url, small, large)
        filled = time.perf_counter() - began
        many = await _asked(run, url)
    lists = [name for name in many if name != COUNTS]
    times = large / small
    return Measured(
        lines=(
            _worst([_beside_sql(name, many, large) for name in lists]),
            _worst([_growth(name, few, many, times) for name in lists]),
            _beside_sql(COUNTS, many, large),
            _growth(COUNTS, few, many, times),
            *_slowest(few, many, lists),
        ),
        setup=(
            f"PostgreSQL 18, {', '.join(OPTIONS)}, one session; {len(lists)} lists, first pages of "
            "50, in the cache",
            f"{small:,} and {large:,} enrollments in the same shares, six of ten of them open; "
            f"filled in {filled:.0f} s",
        ),
    )


async def _asked(run: Run, url: str) -> dict[str, Times]:
    """Ask everything again and again, in turns with the same statements alone."""
    engine = make_engine(url)
    bare = await asyncpg.connect(plain(url))
    asked = questions(BoardViews(Database(engine), ZONE))
    found = {name: Times() for name in asked}
    for name, ask in asked.items():
        statements = await _statements(engine, ask)
        for _ in range(run.pairs):
            ours, alone = [], []
            for _ in range(run.size(12, 4)):
                ours.append(await _timed(ask))
                alone.append(await _timed(partial(_fetch, bare, statements)))
            found[name].ours.append(ours)
            found[name].alone.append(alone)
    await bare.close()
    await engine.dispose()
    return found


async def _statements(engine: AsyncEngine, ask: Ask) -> list[tuple[str, tuple[object, ...]]]:
    """Return the statements of a question, with what they were asked with."""
    seen: list[tuple[str, tuple[object, ...]]] = []

    def note(
        _: object, __: object, statement: str, given: tuple[object, ...], *___: object
    ) -> None:
        seen.append((statement, given))

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    await ask()
    event.remove(engine.sync_engine, "before_cursor_execute", note)
    return seen


async def _fetch(
    bare: asyncpg.Connection, statements: Sequence[tuple[str, tuple[object, ...]]]
) -> None:
    async with bare.transaction(readonly=True):
        for statement, given in statements:
            await bare.fetch(statement, *given)


async def _timed(ask: Ask) -> float:
    began = time.perf_counter()
    await ask()
    return (time.perf_counter() - began) * 1000


def _p95(blocks: Sequence[list[float]]) -> Series:
    """Return the p95 of each block of one question."""
    return series(*(percentile(block, 95) for block in blocks))


def _beside_sql(name: str, many: dict[str, Times], enrollments: int) -> Line:
    """Return one question beside its statements alone, which were taken in turns with it."""
    ours, alone = _p95(many[name].ours), _p95(many[name].alone)
    said = f"{name}, p95 at {enrollments:,}"
    return compared(said, "ms", ours, alone, "the SQL alone", GOAL)


def _growth(name: str, few: dict[str, Times], many: dict[str, Times], times: float) -> Line:
    """Return one question beside itself when there were few; that was before, not in turns."""
    ours, before = _p95(many[name].ours), _p95(few[name].ours)
    return compared(f"{name}, growth at {times:g} ×", "ms", ours, before, "few", GOAL)


def _worst(lists: Sequence[Line]) -> Line:
    """Return the list that is furthest from its ceiling, one that missed for certain first.

    Pooled, a fast list could grow tenfold below the slowest one, and nobody would see it.
    """
    beyond = sum(not GOAL.is_met_by(line.judged) for line in lists)
    unsteady = sum(line.verdict is Verdict.UNSTEADY for line in lists)
    worst = max(lists, key=lambda line: (line.verdict is Verdict.MISSED, line.judged))
    said = f"{beyond} of {len(lists)} lists lie beyond the goal; {unsteady} are unsteady"
    return worst.model_copy(update={"name": f"worst: {worst.name}", "remark": said})


def _slowest(
    few: dict[str, Times], many: dict[str, Times], names: Sequence[str]
) -> tuple[Line, ...]:
    """Return the three slowest lists by name, beside what they took when there were few."""
    slowest = sorted(names, key=lambda name: -_p95(many[name].ours).middle)[:3]
    return tuple(
        told(
            f"the slowest: {name}",
            "ms",
            _p95(many[name].ours).middle,
            f"{_p95(few[name].ours).middle:.1f} ms when few; the SQL alone "
            f"{_p95(many[name].alone).middle:.1f} ms",
        )
        for name in slowest
    )
