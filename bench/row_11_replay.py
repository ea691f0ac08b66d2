"""Row 11: how fast finished journeys are replayed, in the sandbox and outside of it."""

import time
from collections.abc import AsyncIterator, Sequence

from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, WorkflowRunner

from bench.figures import at_least, compared, series
from bench.running import Measured, Run
from tests.replay.transcript import kept_history
from workflows.registration import WORKFLOWS, sandboxed_runner

TITLE = "Replay of finished journeys"
JOURNEYS = ("credential_issued", "awarded")
"""Kept histories of journeys from the order to the award."""


async def measure(run: Run) -> Measured:
    """Replay recorded histories again and again, with both runners in turns."""
    histories = [kept_history(name) for name in JOURNEYS]
    times = run.size(60, 12)
    sandboxed, plain = [], []
    for _ in range(run.pairs):
        sandboxed.append(await _rate(sandboxed_runner(), histories, times))
        plain.append(await _rate(UnsandboxedWorkflowRunner(), histories, times))
    return Measured(
        lines=(
            compared(
                "journeys replayed, a second of one core",
                "/s",
                series(*sandboxed),
                series(*plain),
                "outside of the sandbox",
                at_least(0.9, is_ratio=True),
                clock=False,
            ),
        ),
        setup=("one process, histories of tests/replay, by the processor's time",),
    )


async def _rate(runner: WorkflowRunner, histories: Sequence[WorkflowHistory], times: int) -> float:
    """Return the journeys that one core replays in a second, on a worker that is there already."""
    replayer = Replayer(
        workflows=WORKFLOWS, workflow_runner=runner, data_converter=pydantic_data_converter
    )

    async def again_and_again() -> AsyncIterator[WorkflowHistory]:
        for _ in range(times + 1):
            for history in histories:
                yield history

    began, replayed = 0.0, 0
    async with replayer.workflow_replay_iterator(again_and_again()) as results:
        async for result in results:
            if result.replay_failure is not None:
                raise result.replay_failure
            replayed += 1
            if replayed == len(histories):  # the first ones also made the worker ready
                began = time.process_time()
    return (replayed - len(histories)) / (time.process_time() - began)
