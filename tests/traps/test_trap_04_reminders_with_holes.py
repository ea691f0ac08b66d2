"""Trap 4: reminders that are skipped because nothing ran on the day they were due."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.worker import Worker

from adapters.time_skipping import current_time, fast_forward
from domain.enrollment import AttentionKind, ClockKind, Due, Party, Reminder, Stage
from domain.notices import NoticeKind
from tests.house import House
from tests.traps.late import Late, Told
from tests.traps.outage import Outpost
from tests.waiting import eventually
from workflows.names import journey_id
from workflows.registration import sandboxed_runner

HOUR = timedelta(hours=1)


async def test_a_reminder_that_was_due_during_an_outage_is_sent_afterwards(
    house: House, library: str
) -> None:
    """Proves: with no worker there on the day of the first reminder it goes out, once, when one
    is back; the later reminders and the attention of the due time come as if nothing had been.
    """
    outpost = Outpost.of(house)
    journey = await outpost.opened(library)
    async with outpost.at_work():
        enrollment_id = await outpost.start(journey)
        await house.until_stage(enrollment_id, Stage.VERIFYING)
        due = (await house.standing(enrollment_id)).due
    assert due is not None
    first = due.reminders[0].at

    time_passes = asyncio.create_task(house.forward_to(enrollment_id, first + HOUR))

    async def is_past() -> bool:
        return await current_time(house.client, journey_id(enrollment_id)) >= first

    await eventually(is_past)
    assert await house.notices(enrollment_id, NoticeKind.VERIFY_REMINDER) == []
    async with outpost.at_work():
        await time_passes
        await house.forward_to(enrollment_id, due.at + HOUR)
        await house.all_settled(enrollment_id)
        row = await house.row(enrollment_id)
    reminded = await house.notices(enrollment_id, NoticeKind.VERIFY_REMINDER)
    assert [notice.ordinal for notice in reminded] == [1, 2, 3]
    late = [n.intended_at - r.at for n, r in zip(reminded, due.reminders, strict=True)]
    assert all(timedelta(0) <= each < timedelta(minutes=5) for each in late[1:])
    assert row.waiting_on == Party.OPS
    assert await house.attention(enrollment_id) == {AttentionKind.ACCOUNT_UNVERIFIED}


@pytest.mark.parametrize(
    ("reminders", "due_at", "told"),
    [
        pytest.param((-72, -48, -24), 24, (-24,), id="three missed, one is sent"),
        pytest.param((-48, -24, 12), 24, (-24, 12), id="the next one is not swallowed"),
        pytest.param((-72, -48), -24, (), id="over: nobody is reminded of what has passed"),
        pytest.param((12, 18), 24, (12, 18), id="no outage: each at its time"),
    ],
)
async def test_missed_reminders_become_one(
    house: House, reminders: tuple[int, ...], due_at: int, told: tuple[int, ...]
) -> None:
    """Proves: whoever comes back from an outage gets the latest of the missed reminders, once,
    and every one that is still to come (hours from now).
    """
    now = datetime.now(UTC)
    due = Due(
        id="d-test",
        clock=ClockKind.OFFER,
        at=now + due_at * HOUR,
        reminders=tuple(
            Reminder(at=now + each * HOUR, notice=NoticeKind.OFFER_REMINDER) for each in reminders
        ),
    )
    name = f"late/{reminders}/{due_at}"
    async with Worker(
        house.client, task_queue=name, workflows=[Late], workflow_runner=sandboxed_runner()
    ):
        handle = await house.client.start_workflow(Late.run, due, id=name, task_queue=name)
        if due_at > 0:
            await fast_forward(house.client, name, timedelta(hours=due_at + 1))
        answer: Told = await handle.result()
    assert answer.reminders == tuple(now + each * HOUR for each in told)
    assert answer.times_reminded == len(told)
