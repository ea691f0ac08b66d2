"""Endings: withdrawn and refunded at every stage, and that nothing comes after an end."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import func, select
from temporalio.client import WorkflowExecutionStatus

from adapters.records.round_tables import AssessorRow, AssignmentRow, AwardRow
from adapters.records.tables import EnrollmentRow, OrderLineRow
from domain.assignment import AssignmentState
from domain.enrollment import Ending, Stage
from domain.notices import NoticeKind, NoticeState, Recipient
from domain.orders import LineState
from tests.house import OPS, House
from tests.smtp_servers import At
from tests.waiting import eventually
from tests.workflows.clockwork import Clockwork, letters_held
from tests.workflows.stages import Placed, judged, placed_at

OPEN = [stage for stage in Stage if stage is not Stage.ENDED]
HELD_BY_AN_ASSESSOR = {Stage.ASSESSING, Stage.APPROVING}


@pytest.fixture
async def placed(house: House, library: str, stage: Stage) -> AsyncIterator[Placed]:
    """A journey at ``stage``; the access mail of one that waits for it is held back."""
    async with AsyncExitStack() as stack:
        if stage is Stage.GRANTING_ACCESS:
            await stack.enter_async_context(letters_held(house))
        yield await placed_at(house, library, stage)


async def line_of(house: House, enrollment_id: str) -> OrderLineRow:
    """Return the order line under which a journey runs."""
    async with house.database.reading() as session:
        enrollment = await session.get_one(EnrollmentRow, enrollment_id)
        return await session.get_one(OrderLineRow, enrollment.line_id)


async def is_over(house: House, enrollment_id: str) -> None:
    """Nothing is held, open or running: no place, no offer, no attention, no timer, no task."""
    handle = house.engine.journey(enrollment_id)
    await handle.result()
    description = await handle.describe()
    assert description.status is WorkflowExecutionStatus.COMPLETED
    row = await house.row(enrollment_id)
    assert (row.stage, row.waiting_until, row.due_id) == (Stage.ENDED, None, None)
    assert row.open_attention == 0
    assert await house.attention(enrollment_id) == set()
    async with house.database.reading() as session:
        live = await session.scalar(
            select(func.count())
            .select_from(AssignmentRow)
            .where(AssignmentRow.enrollment_id == enrollment_id, AssignmentRow.is_live)
        )
    assert live == 0


async def hears_of_it(house: House, placed: Placed, stage: Stage) -> None:
    """The assessor who held the round is told, a merely asked one is not; both are free."""
    notices = await house.notices(placed.enrollment_id, NoticeKind.ASSIGNMENT_ENDED)
    told = {notice.recipient for notice in notices}
    assert told == ({Recipient.ASSESSOR} if stage in HELD_BY_AN_ASSESSOR else set())
    await Clockwork(house, placed.enrollment_id).arrived({notice.id for notice in notices})
    async with house.database.reading() as session:
        for assessor in placed.assessors:
            assert (await session.get_one(AssessorRow, assessor.id)).load == 0


@pytest.mark.parametrize("stage", OPEN)
async def test_a_withdrawal_ends_it_at_every_stage(
    house: House, placed: Placed, stage: Stage
) -> None:
    """Proves: a practitioner can end the journey at each stage; they are told so once, nothing of
    it stays open, the assessor is free, and no timer is left that could tell more.
    """
    await house.practitioner.withdraw(placed.enrollment_id, OPS)
    await is_over(house, placed.enrollment_id)
    assert (await house.row(placed.enrollment_id)).ending == Ending.WITHDRAWN
    if stage is Stage.GRANTING_ACCESS:
        return  # its letters are held until the test is over
    await hears_of_it(house, placed, stage)
    (told,) = await house.notices(placed.enrollment_id, NoticeKind.WITHDRAWN)
    journey = Clockwork(house, placed.enrollment_id)
    await journey.arrived({told.id})
    await journey.is_silent_for_good()


@pytest.mark.parametrize("stage", OPEN)
async def test_a_refund_ends_it_at_every_stage(house: House, placed: Placed, stage: Stage) -> None:
    """Proves: a refund takes the access back at each stage; payer and practitioner are told once
    each, nothing of it stays open, and no timer is left that could tell more.
    """
    line = await line_of(house, placed.enrollment_id)
    await house.orders.refund(line.order_id, (line.number,), OPS)
    await is_over(house, placed.enrollment_id)
    assert (await house.row(placed.enrollment_id)).ending == Ending.REFUNDED
    assert (await line_of(house, placed.enrollment_id)).state == LineState.REFUNDED
    told = await house.notices(placed.enrollment_id, NoticeKind.REFUNDED)
    assert sorted(each.recipient for each in told) == [Recipient.PAYER, Recipient.PRACTITIONER]
    if stage is Stage.GRANTING_ACCESS:
        return  # its letters are held until the test is over
    await hears_of_it(house, placed, stage)
    journey = Clockwork(house, placed.enrollment_id)
    await journey.arrived({each.id for each in told})
    await journey.is_silent_for_good()


async def test_a_reminder_that_waits_for_the_mail_server_is_cancelled(
    house: House, library: str
) -> None:
    """Proves: a notice that was put off by the mail server when the journey ended is never sent,
    though the server would take it by now.
    """
    enrollment_id = await house.enrolled(library)
    await house.all_settled(enrollment_id)
    journey = Clockwork(house, enrollment_id)
    house.smtp.expect(At.RECIPIENT, *["450 4.2.1 later"] * 3)
    await house.forward_to(enrollment_id, await journey.after(Stage.VERIFYING, 1))
    await eventually(lambda: is_put_off(house, enrollment_id))
    await house.practitioner.withdraw(enrollment_id, OPS)
    house.smtp._script.clear()
    await is_over(house, enrollment_id)
    (reminder,) = await house.notices(enrollment_id, NoticeKind.VERIFY_REMINDER)
    assert reminder.state == NoticeState.CANCELLED
    (told,) = await house.notices(enrollment_id, NoticeKind.WITHDRAWN)
    await journey.arrived({told.id})
    assert not any(f"<{reminder.id}@".encode() in each.body for each in house.smtp.received)


async def is_put_off(house: House, enrollment_id: str) -> bool:
    """Tell whether the mail server has put the reminder off, and it is to be sent again."""
    reminders = await house.notices(enrollment_id, NoticeKind.VERIFY_REMINDER)
    return [(each.state, each.reply[:3]) for each in reminders] == [(NoticeState.INTENDED, "450")]


async def test_an_award_is_one_fact_and_the_end(house: House, library: str) -> None:
    """Proves: a proficient judgement has exactly one award, told once, and the place is free."""
    placed = await judged(house, library, not_met=())
    await is_over(house, placed.enrollment_id)
    async with house.database.reading() as session:
        award = await session.get_one(AwardRow, placed.enrollment_id)
        states = await session.scalars(
            select(AssignmentRow.state).where(AssignmentRow.enrollment_id == placed.enrollment_id)
        )
        assert list(states) == [AssignmentState.COMPLETED]
    assert award.round == 1
    (told,) = await house.notices(placed.enrollment_id, NoticeKind.AWARDED)
    journey = Clockwork(house, placed.enrollment_id)
    await journey.arrived({told.id})
    await journey.is_silent_for_good()


async def test_a_second_order_keeps_the_access_that_the_first_gave(
    house: House, library: str
) -> None:
    """Proves: the refund of one order does not end a journey that another one still grants; it
    goes on under that one, and the payer who is told is the one who gets the money back.
    """
    enrollment_id = await house.working(library)
    first = await line_of(house, enrollment_id)
    learner = await house.learner_of(enrollment_id)
    order = house.paid_order(library)
    line = order.lines[0].model_copy(update={"learner": learner})
    second_id = await house.orders.take_paid_order(order.model_copy(update={"lines": (line,)}))
    await eventually(lambda: is_held(house, f"{second_id}-1"))

    journey = Clockwork(house, enrollment_id)
    await house.all_settled(enrollment_id)
    before = set(await journey.recorded())
    await house.orders.refund(first.order_id, (), OPS)
    await journey.brings(before, "line_refunded", "access_continues", "mail refunded to payer 1")
    row = await house.row(enrollment_id)
    assert (row.stage, row.line_id) == (Stage.WORKING, f"{second_id}-1")
    (told,) = await house.notices(enrollment_id, NoticeKind.REFUNDED)
    assert told.order_id == first.order_id
    assert await house.attention(f"{second_id}-1") == set()

    await house.orders.refund(second_id, (), OPS)
    await is_over(house, enrollment_id)
    assert (await house.row(enrollment_id)).ending == Ending.REFUNDED


async def is_held(house: House, line_id: str) -> bool:
    """Tell whether a line waits because its learner is enrolled already."""
    async with house.database.reading() as session:
        return (await session.get_one(OrderLineRow, line_id)).state == LineState.HELD
