"""The sweep: drift between records and engine is found, and what is stuck is woken."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from temporalio.testing import ActivityEnvironment

from activities.contracts import SweepReport, SweepRequest
from activities.sweeping import SweepActivities
from adapters.records.order_book import OrderBook
from adapters.records.refund_book import RefundBook
from adapters.records.round_tables import SweepRow
from adapters.records.tables import EnrollmentRow, NoticeRow, OrderLineRow
from adapters.unreachable import SweepNotEnded
from domain.enrollment import Ending, Stage
from domain.notices import NoticeKind, NoticeState
from domain.orders import LineState
from office import scheduling
from office.scheduling import SWEEP_EVERY, schedule_sweep, sweep_now
from tests.house import OPS, House
from tests.waiting import eventually
from workflows.names import SWEEP_SCHEDULE_ID

EMPTY = SweepReport(
    journeys_missing=0,
    journeys_restarted=0,
    records_missing=0,
    notices_dispatched=0,
    rounds_woken=0,
    orders_woken=0,
    refunds_finished=0,
    breaches=0,
)


async def test_an_order_whose_intake_never_started_gets_it(house: House, library: str) -> None:
    """Proves: a crash between the record of an order and the start of its intake is mended."""
    await house.publish(library)
    order = house.paid_order(library)
    now = datetime.now(UTC)
    book = OrderBook(house.database, house.settings.programme_zone, house.policy)
    order_id = await book.record(order, now, settled_at=now)

    report = await sweep_now(house.client)

    assert report.orders_woken >= 1
    enrollment_id = await house.enrollment_of(order_id)
    await house.until_stage(enrollment_id, Stage.VERIFYING)


async def test_a_journey_that_disappeared_is_brought_to_ops(house: House, library: str) -> None:
    """Proves: an open row whose workflow is gone opens attention, and is not started anew."""
    enrollment_id = await house.enrolled(library)
    await house.engine.journey(enrollment_id).terminate()

    async def is_noticed() -> bool:
        # The engine's own list may lag behind: a later sweep sees it.
        await sweep_now(house.client)
        return "journey_missing" in await house.attention(enrollment_id)

    await eventually(is_noticed)
    await close_by_hand(house, enrollment_id)


async def close_by_hand(house: House, enrollment_id: str) -> None:
    """Leave nothing behind that the sweeps of other tests would count."""
    async with house.database.transaction() as session:
        row = await session.get_one(EnrollmentRow, enrollment_id)
        row.stage, row.ending = Stage.ENDED, Ending.WITHDRAWN
        row.ended_at = datetime.now(UTC)


async def test_a_journey_without_an_open_row_is_brought_to_ops(house: House, library: str) -> None:
    """Proves: a running workflow whose row says that it ended opens attention."""
    enrollment_id = await house.enrolled(library)
    await close_by_hand(house, enrollment_id)

    async def is_listed() -> bool:
        report = await sweep_now(house.client)
        return report.records_missing >= 1

    await eventually(is_listed)
    assert "record_missing" in await house.attention(enrollment_id)
    await house.engine.journey(enrollment_id).terminate()


async def test_a_notice_that_was_never_dispatched_is_sent(house: House, library: str) -> None:
    """Proves: an intended notice without a sender goes out with the next sweep."""
    enrollment_id = await house.enrolled(library)
    first = (await house.all_settled(enrollment_id))[0]
    async with house.database.transaction() as session:
        lost = NoticeRow(
            id=f"{first.id}-lost",
            subject_id=enrollment_id,
            order_id=first.order_id,
            kind=NoticeKind.VERIFY_REMINDER,
            recipient=first.recipient,
            ordinal=9,
            state=NoticeState.INTENDED,
            intended_at=datetime.now(UTC) - timedelta(hours=1),
            due_id=first.due_id,
        )
        session.add(lost)

    report = await sweep_now(house.client)

    assert report.notices_dispatched >= 1
    notices = await house.all_settled(enrollment_id)
    assert {notice.id: notice.state for notice in notices}[lost.id] == NoticeState.ACCEPTED


async def test_a_refund_that_was_only_recorded_is_carried_out(house: House, library: str) -> None:
    """Proves: a crash between the intent of a refund and the journey's agreement is mended."""
    enrollment_id = await house.enrolled(library)
    line_id = (await house.row(enrollment_id)).line_id
    order_id = line_id.rpartition("-")[0]
    refunds = RefundBook(house.database, house.settings.programme_zone, house.policy)
    reason_id = (await house.requests.actor(f"refund-{line_id}", OPS)).reason_id or ""
    await refunds.begin_refund(order_id, (1,), reason_id, datetime.now(UTC))

    report = await sweep_now(house.client)

    assert report.refunds_finished >= 1
    row = await house.until_stage(enrollment_id, Stage.ENDED)
    assert row.ending == Ending.REFUNDED
    async with house.database.reading() as session:
        line = await session.get_one(OrderLineRow, line_id)
        assert line.state == LineState.REFUNDED


async def test_a_waiting_round_is_woken(house: House, library: str) -> None:
    """Proves: a round that waits finds an assessor whose place appeared without a signal."""
    enrollment_id = await house.submitted(library)
    await house.until_stage(enrollment_id, Stage.QUEUED)
    await house.hire(library)

    report = await sweep_now(house.client)

    assert report.rounds_woken >= 1
    await house.until_stage(enrollment_id, Stage.OFFERED)
    assert "no_assessor" not in await house.attention(enrollment_id)


async def test_each_sweep_is_kept_and_the_digest_goes_out_once_a_day(house: House) -> None:
    """Proves: two sweeps of one day leave two reports and intend one digest."""
    await sweep_now(house.client)
    await sweep_now(house.client)
    async with house.database.reading() as session:
        reports = (await session.scalars(select(SweepRow))).all()
        digests = (
            await session.scalars(select(NoticeRow).where(NoticeRow.kind == NoticeKind.OPS_DIGEST))
        ).all()
    assert len(reports) >= 2
    days = {digest.subject_id for digest in digests}
    assert len(digests) == len(days)


async def test_the_sweep_is_on_a_schedule_once(house: House) -> None:
    """Proves: putting the sweep on its schedule twice leaves one schedule, every ten minutes."""
    await schedule_sweep(house.client)
    await schedule_sweep(house.client)
    handle = house.client.get_schedule_handle(SWEEP_SCHEDULE_ID)
    description = await handle.describe()
    await handle.delete()
    assert [each.every for each in description.schedule.spec.intervals] == [SWEEP_EVERY]


async def test_a_sweep_that_nobody_carries_out_is_not_waited_for(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves: whoever starts one by hand hears that it did not end, and what to look at."""
    monkeypatch.setattr(scheduling, "JOURNEYS_QUEUE", "a-queue-without-a-worker")
    monkeypatch.setattr(scheduling, "WAITED_FOR", timedelta(seconds=1))
    with pytest.raises(SweepNotEnded, match="that a worker runs"):
        await sweep_now(house.client)


async def test_a_sweep_looks_at_the_moment_at_which_it_is_tried() -> None:
    """Proves: one that was asked for before an outage and works after it sees what is late now."""

    class Sweeper:
        async def sweep(self, at: datetime, alive: Callable[[], None]) -> SweepReport:
            seen.append(at)
            return EMPTY

    seen: list[datetime] = []
    asked_at = datetime.now(UTC) - timedelta(hours=3)
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, scheduled_time=asked_at)
    ahead = timedelta(days=2)
    await environment.run(SweepActivities(Sweeper()).sweep, SweepRequest(at=asked_at + ahead))
    assert abs(seen[0] - ahead - datetime.now(UTC)) < timedelta(minutes=1)


async def test_a_breach_is_counted(house: House, library: str) -> None:
    """Proves: a journey that waits for nothing is counted by the sweep, and no longer when mended.

    The sweep's counts are the sum over all journeys of the house, so only the change is looked at.
    """
    enrollment_id = await house.enrolled(library)
    before = (await sweep_now(house.client)).breaches
    until = (await house.row(enrollment_id)).waiting_until
    long_ago = datetime.now(UTC) - timedelta(days=1)
    await set_waiting_until(house, enrollment_id, long_ago)
    during = (await sweep_now(house.client)).breaches
    await set_waiting_until(house, enrollment_id, until)
    after = (await sweep_now(house.client)).breaches
    assert (during - before, after - before) == (1, 0)


async def set_waiting_until(house: House, enrollment_id: str, until: datetime | None) -> None:
    """Write another due time into the flat row."""
    async with house.database.transaction() as session:
        await session.execute(
            update(EnrollmentRow)
            .where(EnrollmentRow.id == enrollment_id)
            .values(waiting_until=until)
        )
