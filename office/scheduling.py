"""The schedule of the sweep, and one sweep on demand."""

from datetime import timedelta
from uuid import uuid4

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    WorkflowFailureError,
)

from activities.contracts import SweepReport
from adapters.unreachable import SweepNotEnded
from workflows.names import JOURNEYS_QUEUE, SWEEP_SCHEDULE_ID

SWEEP_EVERY = timedelta(minutes=10)
MINUTE = timedelta(minutes=1)
WAITED_FOR = 5 * MINUTE
"""How long whoever starts a sweep by hand waits; those of the schedule try until it works."""

SWEEP_WORKFLOW = "Sweep"


async def schedule_sweep(client: Client) -> None:
    """Put the sweep on its schedule; one that is there already stays."""
    schedule = Schedule(
        action=ScheduleActionStartWorkflow(
            SWEEP_WORKFLOW, id=SWEEP_SCHEDULE_ID, task_queue=JOURNEYS_QUEUE
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=SWEEP_EVERY)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP),
    )
    try:
        await client.create_schedule(SWEEP_SCHEDULE_ID, schedule)
    except ScheduleAlreadyRunningError:
        return


async def sweep_now(client: Client) -> SweepReport:
    """Run one sweep and return its report. Raises ``SweepNotEnded``."""
    try:
        report: SweepReport = await client.execute_workflow(
            SWEEP_WORKFLOW,
            id=f"{SWEEP_SCHEDULE_ID}/{uuid4().hex}",
            task_queue=JOURNEYS_QUEUE,
            result_type=SweepReport,
            execution_timeout=WAITED_FOR,
        )
    except WorkflowFailureError as failure:
        raise SweepNotEnded(minutes=WAITED_FOR / MINUTE) from failure
    return report
