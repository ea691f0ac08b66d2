"""The engine's own word: failed tasks, failed workflows, and what runs without a row."""

from collections import Counter
from typing import Final

from sqlalchemy import select
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.client import Client, WorkflowExecutionStatus

from adapters.records.database import Database
from adapters.records.tables import EnrollmentRow
from tests.chaos.counts import Count, told, wrong
from workflows.ledger import NotAsFarAsWritten
from workflows.names import journey_id

EXPECTED: Final = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND
"""No failure: a message came while a worker answered, so it is asked again with the message."""

LOST: Final = "worker"
BEHIND: Final = NotAsFarAsWritten.__name__
"""No failure: the attempt was dropped until an act that was lost is there again (decision 0029)."""

GONE_WRONG: Final = frozenset(
    {
        WorkflowExecutionStatus.FAILED,
        WorkflowExecutionStatus.TERMINATED,
        WorkflowExecutionStatus.TIMED_OUT,
        WorkflowExecutionStatus.CANCELED,
    }
)


async def count_engine(client: Client, records: Database) -> list[Count]:
    """Look into every history."""
    async with records.reading() as session:
        journeys = (await session.scalars(select(EnrollmentRow))).all()
    states: dict[str, WorkflowExecutionStatus | None] = {}
    failed, ended_wrong, dropped = [], [], Counter[str]()
    async for execution in client.list_workflows():
        states[execution.id] = execution.status
        if execution.status in GONE_WRONG:
            ended_wrong.append(execution.id)
        causes, lost = await _tasks(client, execution.id, execution.run_id)
        dropped += lost
        failed += [f"{execution.id}: {cause}" for cause in causes.elements()]
    running = {key for key, state in states.items() if state is WorkflowExecutionStatus.RUNNING}
    is_open = {journey_id(each.id) for each in journeys if each.ended_at is None}
    drifted = (running ^ is_open) - {key for key in running if not key.startswith(journey_id(""))}
    return [
        told("workflows looked into", len(states)),
        told("workflow tasks that lost their worker", dropped[LOST]),
        told("workflow tasks that waited for a lost act", dropped[BEHIND]),
        wrong("failed workflow tasks", failed),
        wrong("workflows that failed", ended_wrong),
        wrong("journeys without a workflow, or the reverse", drifted),
    ]


async def _tasks(
    client: Client, workflow_id: str, run_id: str
) -> tuple[Counter[str], Counter[str]]:
    """Return why tasks of a workflow failed, and why attempts at others were dropped."""
    causes: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    handle = client.get_workflow_handle(workflow_id, run_id=run_id)
    async for event in handle.fetch_history_events():
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT:
            lost[LOST] += 1
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
            failed = event.workflow_task_failed_event_attributes
            if failed.failure.application_failure_info.type == BEHIND:
                lost[BEHIND] += 1
            elif failed.cause != EXPECTED:
                causes[WorkflowTaskFailedCause.Name(failed.cause)] += 1
    return causes, lost
