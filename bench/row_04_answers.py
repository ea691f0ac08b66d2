"""Row 4: from the press of a form to its answer, beside an update that does nothing."""

import time
from collections.abc import Awaitable, Callable
from functools import partial
from statistics import median
from uuid import uuid4

from temporalio.client import WorkflowHandle

from bench.figures import Line, Series, at_most, compared, series, told
from bench.people import People
from bench.running import Measured, Run
from bench.skeleton import QUEUE
from bench.stack import SETUP
from bench.whole_system import NUMBERS, in_lanes, shared_town

TITLE = "Answer to a command, p50, from the press to the answer"
GOAL = at_most(1.5, is_ratio=True)
Press = Callable[[], Awaitable[object]]
Ready = Callable[[], Awaitable[Press]]
"""Looks up what a press needs, before the clock; returns the press."""


async def measure(run: Run) -> Measured:
    """Press accept and extend, each in turns with an update that does nothing."""
    town = await run.shared(shared_town)
    people, client = town.people, town.system.client
    presses = run.size(10, 3)
    offered: list[str] = []

    async def offer(number: int) -> None:
        enrollment_id = await people.buy(number)
        await people.hand_in(enrollment_id)
        offered.append(enrollment_id)

    await in_lanes(run.pairs * presses + 1, offer)
    bare = await client.start_workflow("Bare", id=f"bare/{next(NUMBERS)}", task_queue=QUEUE)
    extended = offered.pop()

    async def accept() -> Press:
        return partial(people.accept, offered.pop())

    extend = partial(_extend, people, extended)
    try:
        accepting = await _compare(run, "accept an offer", presses, accept, bare)
        extending = await _compare(run, "extend a due time", presses, extend, bare)
        looking = await _looks(people, extended, presses * 2)
    finally:
        await bare.signal("end")
    return Measured(lines=(accepting, extending, looking), setup=(*SETUP, "one press at a time"))


async def _compare(
    run: Run, name: str, presses: int, ready: Ready, bare: WorkflowHandle[object, object]
) -> Line:
    ours, nothing = [], []
    for _ in range(run.pairs):
        found = await _block(presses, ready, bare)
        ours.append(found[0])
        nothing.append(found[1])
    return compared(
        name, "ms", Series(figures=tuple(ours)), series(*nothing), "update of nothing", GOAL
    )


async def _block(
    presses: int, ready: Ready, bare: WorkflowHandle[object, object]
) -> tuple[float, float]:
    """Return the medians of some presses and of as many updates, taken in turns."""
    ours, nothing = [], []
    for _ in range(presses):
        press = await ready()
        ours.append(await _timed(press))
        nothing.append(await _timed(lambda: bare.execute_update("nothing")))
    return median(ours), median(nothing)


async def _timed(press: Press) -> float:
    """Return the milliseconds that an answer took."""
    began = time.perf_counter()
    await press()
    return (time.perf_counter() - began) * 1000


async def _extend(people: People, enrollment_id: str) -> Press:
    row = await people.house.row(enrollment_id)
    sent = {"reason": "They asked for it.", "press": uuid4().hex, "as_of": row.last_sequence}
    path = f"/ops/journeys/{enrollment_id}/acts/extend"
    return partial(people.operations.press, path, days=1, **sent)


async def _looks(people: People, enrollment_id: str, times: int) -> Line:
    taken = [
        await _timed(lambda: people.operations.open(f"/ops/journeys/{enrollment_id}"))
        for _ in range(times)
    ]
    return told("open the page of a journey, for comparison", "ms", median(taken))
