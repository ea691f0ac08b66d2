"""Row 12: ten thousand open journeys that nobody touches: memory, and the answer to a command."""

import random
import sys
import time
from statistics import median
from uuid import uuid4

from bench.accounts import memory_mib
from bench.figures import Series, at_most, compared, series, told
from bench.open_journeys import open_journeys
from bench.running import Measured, Run
from bench.stack import SETUP, MeasuredStack, running_system
from tests.house import OPS

TITLE = "10,000 open journeys, idle"
WORKER = (sys.executable, "-m", "bench.quiet_worker")
CACHED = 1000
"""Journeys that a worker keeps in memory, as the library has it."""

BOUNDED = at_most(1.25, is_ratio=True)
WORKERS = 2
"""One would take twice as long to open so many."""

ANSWER = at_most(1.5, is_ratio=True)


async def measure(run: Run) -> Measured:
    """Open a hundred, then twice the cache, then all; look at memory and answers on the way."""
    few, full, many = run.size(100, 20), run.size(2 * WORKERS * CACHED, 40), run.size(10_000, 80)
    folder = run.folder("system")
    async with running_system(folder, worker_program=WORKER, workers=WORKERS) as system:
        pid, idle = system.embedded.worker().pid, memory_mib(system.embedded.worker().pid)
        journeys = await open_journeys(system.house, range(few))
        among_few = await _answers(run, system, journeys)
        journeys += await open_journeys(system.house, range(few, full))
        at_full = memory_mib(pid)
        began = time.perf_counter()
        journeys += await open_journeys(system.house, range(full, many))
        rate = (many - full) / (time.perf_counter() - began)
        at_many = memory_mib(pid)
        among_many = await _answers(run, system, journeys)
    return Measured(
        lines=(
            compared(
                f"memory of the worker, {many:,} open",
                "MiB",
                series(at_many),
                series(at_full),
                f"{full:,} open",
                BOUNDED,
                clock=False,
            ),
            told("of these before the first journey", "MiB", idle),
            compared(
                f"a command's answer, p50, {many:,} open",
                "ms",
                among_many,
                among_few,
                f"{few:,} open",
                ANSWER,
            ),
            told("opened a second, rows in bulk", "/s", rate),
        ),
        setup=(
            *SETUP,
            f"{WORKERS} worker processes, {CACHED:,} journeys at most in the memory of each; the "
            "memory is that of the first",
            "opened without mail work: their notices are written and stay intended; a command "
            "extends the due time of a journey drawn by lot",
        ),
    )


async def _answers(run: Run, system: MeasuredStack, journeys: list[str]) -> Series:
    """Return the medians of blocks of commands, each to a journey drawn by lot."""
    chance = random.Random(12)  # noqa: S311  a draw, not a secret
    blocks = []
    for _ in range(run.pairs):
        taken = []
        for _ in range(run.size(12, 4)):
            journey = chance.choice(journeys)
            began = time.perf_counter()
            await system.house.ops.extend(journey, 1, OPS, uuid4().hex)
            taken.append((time.perf_counter() - began) * 1000)
        blocks.append(median(taken))
    return series(*blocks)
