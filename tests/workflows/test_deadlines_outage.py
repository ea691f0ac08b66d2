"""A deadline after an outage: what was missed is caught up once, and what passed is past."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from adapters.time_skipping import fast_forward
from domain.enrollment import AttentionKind, ClockKind, Due, Reminder
from domain.notices import NoticeKind
from workflows.deadline import Deadline, Passed, Reminded

QUEUE = "deadlines-alone"
HOUR = timedelta(hours=1)


@workflow.defn
class Waiting:
    """Waits under one deadline and tells what it was told, in order."""

    @workflow.init
    def __init__(self, due: Due) -> None:
        self._happened = False
        self._told: list[str] = []

    @workflow.run
    async def run(self, due: Due) -> list[str]:
        """Wait until the time is up or something happened."""
        deadline = Deadline(due)
        while True:
            match await deadline.wait(lambda: self._happened):
                case Reminded(reminders=reminders):
                    self._told += [
                        f"{each.notice or each.attention} of {each.at:%H:%M}" for each in reminders
                    ]
                case Passed():
                    return [*self._told, "passed"]
                case None:
                    return [*self._told, "happened"]

    @workflow.signal
    def happened(self) -> None:
        """What is waited for has come."""
        self._happened = True


@pytest.fixture
async def client(temporal: WorkflowEnvironment) -> AsyncIterator[Client]:
    """A client beside a worker for ``Waiting`` alone."""
    async with Worker(
        temporal.client,
        task_queue=QUEUE,
        workflows=[Waiting],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        yield temporal.client


def a_due(now: datetime, ends_in: timedelta, *reminders: Reminder) -> Due:
    """Return a due time with reminders."""
    return Due(
        id="d-1", clock=ClockKind.ASSESSMENT, at=now + ends_in, reminders=tuple(reversed(reminders))
    )


def mail(at: datetime) -> Reminder:
    """Return a reminder that is mailed."""
    return Reminder(at=at, notice=NoticeKind.ASSESSMENT_DUE)


def attention(at: datetime) -> Reminder:
    """Return a reminder that opens attention."""
    return Reminder(at=at, attention=AttentionKind.ACCESS_AT_RISK)


async def waits(client: Client, due: Due) -> WorkflowHandle[Waiting, list[str]]:
    """Start waiting, as a journey does that comes back after an outage."""
    return await client.start_workflow(
        Waiting.run, due, id=f"waiting/{uuid4().hex}", task_queue=QUEUE
    )


async def test_missed_reminders_collapse_into_the_last_of_their_kind(client: Client) -> None:
    """Proves: three missed mails are one, the newest; a missed attention is none of them; the
    next reminder still comes at its own time, and the due time at its own.
    """
    now = datetime.now(UTC)
    missed = [mail(now - each * HOUR) for each in (5, 4, 3)]
    at_risk, next_one = attention(now - 2 * HOUR), mail(now + 2 * HOUR)
    due = a_due(now, 4 * HOUR, *missed, at_risk, next_one)
    waiting = await waits(client, due)
    await fast_forward(client, waiting.id, 5 * HOUR)
    assert sorted((await waiting.result())[:2]) == sorted(
        [f"assessment_due of {missed[2].at:%H:%M}", f"access_at_risk of {at_risk.at:%H:%M}"]
    )
    assert (await waiting.result())[2:] == [f"assessment_due of {next_one.at:%H:%M}", "passed"]


async def test_a_due_time_that_passed_silences_its_reminders(client: Client) -> None:
    """Proves: after an outage over the due time nobody is reminded of what is over already."""
    now = datetime.now(UTC)
    due = a_due(now, -HOUR, mail(now - 3 * HOUR), attention(now - 2 * HOUR))
    waiting = await waits(client, due)
    assert await waiting.result() == ["passed"]


async def test_what_was_missed_comes_before_what_arrives(client: Client) -> None:
    """Proves: whoever acts after an outage was reminded first; then the wait is over for good."""
    now = datetime.now(UTC)
    missed = mail(now - HOUR)
    waiting = await waits(client, a_due(now, HOUR, missed))
    await waiting.signal(Waiting.happened)
    assert await waiting.result() == [f"assessment_due of {missed.at:%H:%M}", "happened"]
