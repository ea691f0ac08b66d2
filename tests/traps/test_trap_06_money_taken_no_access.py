"""Trap 6: money that was taken, and access that never came."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from activities.contracts import LinesToStart, SweepReport
from adapters.records.order_book import OrderBook
from adapters.records.tables import EnrollmentRow, OrderLineRow, OrderRow
from domain.enrollment import AttentionKind, Ending, Stage
from domain.orders import LineState, Order, OrderDiffers
from domain.policy import Policy
from tests.house import OPS, House
from tests.waiting import eventually
from workflows import names
from workflows.sweep import Sweep


async def known_order(house: House, library: str) -> Order:
    """Return a paid order of a learner whom the directory knows as verified."""
    await house.publish(library)
    order = house.paid_order(library)
    await house.know(order.lines[0].learner)
    return order


async def line(house: House, order_id: str) -> OrderLineRow:
    """Return the one line of an order."""
    async with house.database.reading() as session:
        return await session.get_one(OrderLineRow, f"{order_id}-1")


async def sweep(house: House) -> SweepReport:
    """Let the worker sweep once, as its schedule does."""
    report: SweepReport = await house.client.execute_workflow(
        Sweep.run, id=f"sweep-{uuid4()}", task_queue=names.JOURNEYS_QUEUE
    )
    return report


async def test_a_crash_before_the_intake_is_mended_by_the_sweep(house: House, library: str) -> None:
    """Proves: an order that was recorded and whose process died before anything was started gets
    its access from the next sweep, and a second sweep starts nothing twice.
    """
    order = await known_order(house, library)
    now = datetime.now(UTC)
    book = OrderBook(house.database, house.settings.programme_zone, Policy())
    order_id = await book.record(order, now, settled_at=now)

    assert (await sweep(house)).orders_woken >= 1
    enrollment_id = await house.enrollment_of(order_id)
    await house.until_stage(enrollment_id, Stage.WORKING)
    await sweep(house)
    assert len(await house.notices(enrollment_id, "access")) == 1


async def test_a_crash_before_the_journey_is_mended_by_the_sweep(
    house: House, library: str
) -> None:
    """Proves: an enrollment whose journey was never started is found and started."""
    order = await known_order(house, library)
    now = datetime.now(UTC)
    book = OrderBook(house.database, house.settings.programme_zone, Policy())
    order_id = await book.record(order, now, settled_at=now)
    chunk = await book.open_lines(LinesToStart(order_id=order_id, after=0, at=now))
    assert chunk.is_complete
    assert (await sweep(house)).journeys_restarted >= 1
    await house.until_stage(chunk.journeys[0].enrollment_id, Stage.WORKING)


async def test_twenty_webhooks_at_once_are_one_order_and_one_journey(
    house: House, library: str
) -> None:
    """Proves: overlapping deliveries of a webhook all get the one order; the learner has one
    enrollment and one access mail. The same number with other content is refused.
    """
    order = await known_order(house, library)
    ids = await asyncio.gather(*(house.orders.take_paid_order(order) for _ in range(20)))
    (order_id,) = set(ids)
    enrollment_id = await house.enrollment_of(order_id)
    await house.until_stage(enrollment_id, Stage.WORKING)

    async with house.database.reading() as session:
        orders = select(func.count()).where(OrderRow.external_id == order.external_id)
        assert await session.scalar(orders) == 1
        person = (await session.get_one(EnrollmentRow, enrollment_id)).person_id
        enrollments = select(func.count()).where(EnrollmentRow.person_id == person)
        assert await session.scalar(enrollments) == 1
    await house.all_settled(enrollment_id)
    assert len(await house.notices(enrollment_id, "access")) == 1
    with pytest.raises(OrderDiffers):
        await house.orders.take_paid_order(order.model_copy(update={"payer_name": "Else"}))


async def test_refunding_one_of_two_orders_keeps_the_access(house: House, library: str) -> None:
    """Proves: the journey goes on under the second order when the first is refunded, and ends
    when nothing grants it any more.
    """
    order = await known_order(house, library)
    first = await house.orders.take_paid_order(order)
    enrollment_id = await house.enrollment_of(first)
    await house.until_stage(enrollment_id, Stage.WORKING)
    again = order.model_copy(update={"external_id": f"{order.external_id}-again"})
    second = await house.orders.take_paid_order(again)
    await until_held(house, second)
    assert await house.attention(f"{second}-1") == {AttentionKind.SECOND_ENROLLMENT}

    await house.orders.refund(first, (), OPS)

    assert (await line(house, first)).state == LineState.REFUNDED
    assert (await line(house, second)).state == LineState.ENROLLED
    assert (await house.row(enrollment_id)).stage == Stage.WORKING
    await house.orders.refund(second, (), OPS)
    row = await house.until_stage(enrollment_id, Stage.ENDED)
    assert row.ending == Ending.REFUNDED


async def until_held(house: House, order_id: str) -> None:
    """Wait until the order's line is held."""

    async def is_held() -> bool:
        return (await line(house, order_id)).state == LineState.HELD

    await eventually(is_held)
