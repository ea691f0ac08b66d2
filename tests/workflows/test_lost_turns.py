"""An attempt at a journey's task that was lost after it had written (docs/decisions/0029).

What the lost attempt wrote is planted, as it would stand in the records; then the journey's worker
begins, and meets more than the attempt did, or less.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import select
from temporalio.api.enums.v1 import EventType

from activities.steps import OpenAttention
from adapters.records.request_book import ON_ITS_WAY, RequestBook
from adapters.records.turn_tables import EntryRow
from domain.enrollment import AttentionKind, Ending, Stage
from domain.notices import NoticeKind
from office.scheduling import sweep_now
from tests.house import House
from tests.lost_turns import VERIFY, WITHDRAW, WITHDRAWN, begun, planted, verified_at
from tests.traps.outage import Outpost
from tests.waiting import eventually
from workflows.contracts import Done
from workflows.ledger import START


async def causes(house: House, enrollment_id: str) -> list[str | None]:
    """Return what the entries of a journey were caused by, in their order."""
    async with house.database.reading() as session:
        query = select(EntryRow.cause).where(EntryRow.enrollment_id == enrollment_id)
        return list(await session.scalars(query.order_by(EntryRow.sequence)))


async def test_messages_are_taken_in_the_order_that_was_written(house: House, library: str) -> None:
    """Proves: a fact that came between a lost attempt and the next one stands before the request
    that the attempt had dealt with; still the request comes first, as the records say.
    """
    outpost = Outpost.of(house)
    enrollment_id, written = await begun(house, outpost, library, now := datetime.now(UTC))
    await planted(house, enrollment_id, 2, "u-withdraw", *WITHDRAWN, at=now)
    await house.engine.tell_access_mail_accepted(enrollment_id, written.notices[0].notice_id)
    journey = house.engine.journey(enrollment_id)
    asking = asyncio.create_task(
        journey.execute_update("withdraw", WITHDRAW, id="u-withdraw", result_type=Done)
    )

    async with outpost.at_work():
        assert (await asking).stage is Stage.ENDED
        await journey.result()
        assert (await house.standing(enrollment_id)).ending is Ending.WITHDRAWN

    assert await causes(house, enrollment_id) == [START, "u-withdraw"]
    assert (await house.row(enrollment_id)).ending == Ending.WITHDRAWN


async def test_the_clock_is_heard_as_far_as_it_was_written(house: House, library: str) -> None:
    """Proves: when the due time passes between a lost attempt, which dealt with a reminder, and
    the next one, then the reminder stands as it was written, and the due time comes after it.
    """
    outpost = Outpost.of(house)
    long_ago = datetime.now(UTC) - timedelta(days=9)
    enrollment_id, written = await begun(house, outpost, library, long_ago)
    due = written.entered.due
    assert due is not None
    half = due.reminders[0].at
    at_risk = OpenAttention(kind=AttentionKind.ACCESS_AT_RISK)
    await planted(house, enrollment_id, 2, half.isoformat(), at_risk, at=half)

    async with outpost.at_work():
        await house.until_stage(enrollment_id, Stage.WORKING)
        standing = await house.standing(enrollment_id)

    assert await causes(house, enrollment_id) == [
        *(START, half.isoformat(), due.at.isoformat()),
        "AccessMailAccepted",
    ]
    assert standing.due is not None
    assert standing.due.id == (await house.row(enrollment_id)).due_id


async def test_a_fact_is_kept_for_the_turn_it_was_meant_for(house: House, library: str) -> None:
    """Proves: the verification was written and lost, and its access mail is accepted before the
    request comes again: the fact is not let go at a stage that has no use for it, and once the
    sweep has brought the request back, the practitioner may work.
    """
    outpost = Outpost.of(house)
    enrollment_id = await outpost.start(await outpost.opened(library))
    async with outpost.at_work():
        await house.until_stage(enrollment_id, Stage.VERIFYING)
        await house.all_settled(enrollment_id)
    now = datetime.now(UTC)
    kept, long_ago = VERIFY.model_dump(mode="json"), now - 2 * ON_ITS_WAY
    book = RequestBook(house.database)
    await book.sent("u-verify", enrollment_id, "verify_account", kept, long_ago)
    written = await planted(house, enrollment_id, 2, "u-verify", *verified_at(now, now), at=now)
    await house.engine.tell_access_mail_accepted(enrollment_id, written.notices[0].notice_id)

    async with outpost.at_work():
        await eventually(partial(has_failed_tasks, house, enrollment_id))
        await sweep_now(house.client)
        await house.until_stage(enrollment_id, Stage.WORKING)
        standing = await house.standing(enrollment_id)

    assert standing.stage is Stage.WORKING
    assert await causes(house, enrollment_id) == [START, "u-verify", "AccessMailAccepted"]


async def has_failed_tasks(house: House, enrollment_id: str) -> bool:
    """Tell whether the records refused an attempt."""
    failed = EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
    events = house.engine.journey(enrollment_id).fetch_history_events()
    return failed in {each.event_type async for each in events}


async def test_a_task_waits_for_the_request_that_was_lost(house: House, library: str) -> None:
    """Proves: with the request lost as well, the journey does not go on with what came instead:
    its task fails, and after the sweep asked once more, journey and records say the same.
    """
    outpost = Outpost.of(house)
    enrollment_id, written = await begun(house, outpost, library, now := datetime.now(UTC))
    kept, long_ago = WITHDRAW.model_dump(mode="json"), now - 2 * ON_ITS_WAY
    await RequestBook(house.database).sent("u-lost", enrollment_id, "withdraw", kept, long_ago)
    await planted(house, enrollment_id, 2, "u-lost", *WITHDRAWN, at=now)
    await house.engine.tell_access_mail_accepted(enrollment_id, written.notices[0].notice_id)
    journey = house.engine.journey(enrollment_id)

    async with outpost.at_work():
        await eventually(partial(has_failed_tasks, house, enrollment_id))
        assert await causes(house, enrollment_id) == [START, "u-lost"]
        report = await sweep_now(house.client)
        assert report.requests_asked_again >= 1
        await journey.result()
        assert (await house.standing(enrollment_id)).ending is Ending.WITHDRAWN

    assert await causes(house, enrollment_id) == [START, "u-lost"]
    assert len(await house.notices(enrollment_id, NoticeKind.WITHDRAWN)) == 1
