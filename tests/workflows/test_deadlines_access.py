"""Deadlines before the work begins: the account is verified, and access is promised."""

from domain.enrollment import ClockKind, Party, Stage
from tests.house import OPS, House
from tests.workflows.clockwork import Clockwork, calendar_of, letters_held


async def test_an_unverified_account_is_reminded_and_then_brought_to_ops(
    house: House, library: str
) -> None:
    """Proves: reminders after 1, 3 and 5 business days, one each, to the practitioner; attention
    after 10; then ops are waited on from business day to business day, without another alarm.
    """
    enrollment_id = await house.enrolled(library)
    await house.all_settled(enrollment_id)
    journey = Clockwork(house, enrollment_id)
    for ordinal, days in enumerate((1, 3, 5), start=1):
        at = await journey.after(Stage.VERIFYING, days)
        await journey.passes(at, f"mail verify_reminder to practitioner {ordinal}")
    at = await journey.after(Stage.VERIFYING, 10)
    await journey.passes(at, "attention account_unverified", "stage verifying/escalation")
    assert (await house.row(enrollment_id)).waiting_on == Party.OPS
    at = await journey.after(Stage.VERIFYING, 1)
    await journey.passes(at, "stage verifying/escalation")
    assert await house.attention(enrollment_id) == {"account_unverified"}

    await house.practitioner.verify(enrollment_id, OPS)
    await house.until_stage(enrollment_id, Stage.WORKING)
    assert await house.attention(enrollment_id) == set()


async def test_a_promise_that_is_not_kept_stays_written(house: House, library: str) -> None:
    """Proves: attention at half time, the breach at two business days, ops waited on; when the
    mail is accepted after all, the work begins, the alarms close, and the breach stays.
    """
    async with letters_held(house):
        enrollment_id = await house.enrolled(library, is_verified=True)
        journey, calendar = Clockwork(house, enrollment_id), await calendar_of(house)
        row = await house.row(enrollment_id)
        settled = (await journey.due()).started_at
        half = calendar.half_way(settled, 2).at
        due = calendar.due_after_business_days(settled, 2).at
        assert row.access_due_at == due
        await journey.passes(half, "attention access_at_risk")
        await journey.passes(
            due,
            "access_promise_broken",
            "attention access_late",
            "stage granting_access/escalation",
        )
        again = await journey.after(Stage.GRANTING_ACCESS, 1)
        await journey.passes(again, "stage granting_access/escalation")
        assert await house.attention(enrollment_id) == {"access_at_risk", "access_late"}
        before = set(await journey.recorded())
    await journey.brings(
        before,
        "access_granted",
        "settled access_at_risk",
        "settled access_late",
        "stage working/working_period",
    )
    row = await house.row(enrollment_id)
    assert row.access_breached_at is not None
    assert row.access_met_at is not None
    assert due < row.access_breached_at < row.access_met_at


async def test_access_in_time_breaks_no_promise(house: House, library: str) -> None:
    """Proves: attention at half time closes when the mail is accepted before the due time, no
    breach is written then, and what was promised stays readable.
    """
    async with letters_held(house):
        enrollment_id = await house.enrolled(library, is_verified=True)
        journey, calendar = Clockwork(house, enrollment_id), await calendar_of(house)
        due = await journey.due()
        await journey.passes(calendar.half_way(due.started_at, 2).at, "attention access_at_risk")
    await house.until_stage(enrollment_id, Stage.WORKING)
    row = await house.row(enrollment_id)
    assert (row.access_breached_at, row.access_due_at) == (None, due.due_at)
    assert row.access_met_at is not None
    assert row.access_met_at < due.due_at
    assert await house.attention(enrollment_id) == set()


async def test_the_access_clock_stands_still_while_the_account_is_verified(
    house: House, library: str
) -> None:
    """Proves: the two business days go on from the verification, on the stored calendar, with a
    sentence that explains them; a late practitioner costs the programme nothing.
    """
    enrollment_id = await house.enrolled(library)
    await house.all_settled(enrollment_id)
    journey = Clockwork(house, enrollment_id)
    await journey.passes(
        await journey.after(Stage.VERIFYING, 1), "mail verify_reminder to practitioner 1"
    )
    async with letters_held(house):
        await house.practitioner.verify(enrollment_id, OPS)
        await house.until_stage(enrollment_id, Stage.GRANTING_ACCESS)
        calendar, due = await calendar_of(house), await journey.due()
        resumed = await journey.entered(Stage.GRANTING_ACCESS)
        expected = calendar.due_after_business_days(resumed, 2)
        assert (due.clock, due.due_at) == (ClockKind.ACCESS, expected.at)
        assert (due.calendar_name, due.calendar_version) == (calendar.name, calendar.version)
        assert due.explanation == expected.explanation
    await house.until_stage(enrollment_id, Stage.WORKING)
    assert (await house.row(enrollment_id)).access_breached_at is None
