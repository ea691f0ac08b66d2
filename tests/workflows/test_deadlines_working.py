"""Deadlines of the working period: unused access, its end, the grace, and what ops extend."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.calendar import Unit
from domain.enrollment import ClockKind, Ending, Stage
from domain.notices import NoticeKind, NoticeState
from domain.policy import Policy
from tests.house import OPS, House
from tests.workflows.clockwork import Clockwork, calendar_of

CALENDAR_DAYS = Unit.CALENDAR_DAYS
ENDING = NoticeKind.WORKING_PERIOD_ENDING
MONTH = Policy(working_days=40)
"""A shorter working period with the same reminders."""


async def test_a_working_period_is_reminded_graced_and_lapses(house: House, library: str) -> None:
    """Proves: access that nobody used is noticed after 10 business days; reminders 30, 7 and 1
    days before day 365; then 30 days of grace; then the journey lapses, and the person is told.
    """
    enrollment_id = await house.working(library)
    await house.all_settled(enrollment_id)
    journey, calendar = Clockwork(house, enrollment_id), await calendar_of(house)
    began = await journey.entered(Stage.WORKING)
    due = calendar.due_after_calendar_days(began, 365)
    assert (await journey.due()).due_at == due.at
    unused = await journey.after(Stage.WORKING, 10)
    await journey.passes(unused, "mail access_unused to practitioner 1")
    for ordinal, days in enumerate((30, 7, 1), start=1):
        (at,) = calendar.reminders_before(due, (days,), CALENDAR_DAYS)
        await journey.passes(at, f"mail {ENDING} to practitioner {ordinal}")
    await journey.passes(due.at, "stage working/grace", f"mail {ENDING} to practitioner 4")
    lapses = calendar.due_after_calendar_days(await journey.entered(Stage.WORKING), 30).at
    await journey.passes(lapses, "ended lapsed", "mail lapsed to practitioner 1")
    assert (await house.row(enrollment_id)).ending == Ending.LAPSED


async def test_access_that_was_used_is_not_called_unused(house: House, library: str) -> None:
    """Proves: whoever kept a draft hears nothing about unused access, though its time came."""
    enrollment_id = await house.working(library)
    await house.write(enrollment_id, 1)
    journey = Clockwork(house, enrollment_id)
    await house.all_settled(enrollment_id)
    letters = await journey.letters()
    await house.forward_to(
        enrollment_id, await journey.after(Stage.WORKING, 10) + timedelta(days=1)
    )
    await house.all_settled(enrollment_id)
    intended = await house.notices(enrollment_id, NoticeKind.ACCESS_UNUSED)
    assert [each.state for each in intended] == [NoticeState.CANCELLED]
    assert await journey.letters() == letters


async def test_the_last_part_may_come_in_the_grace(house: House, library: str) -> None:
    """Proves: what is handed in after the working period, in its grace, opens the round; the
    lapse that was near does not come.
    """
    enrollment_id = await house.working(library, Policy(working_days=1))
    journey, calendar = Clockwork(house, enrollment_id), await calendar_of(house)
    began = await journey.entered(Stage.WORKING)
    await house.forward_to(
        enrollment_id, calendar.due_after_calendar_days(began, 1).at + timedelta(days=29)
    )
    standing = await house.standing(enrollment_id)
    assert standing.clock is not None
    assert standing.clock.kind is ClockKind.GRACE
    await house.submit_all(enrollment_id)
    await house.until_stage(enrollment_id, Stage.QUEUED)
    await house.forward(enrollment_id, timedelta(days=3))
    assert (await house.row(enrollment_id)).ending is None


async def test_an_extension_moves_the_due_time_and_its_reminders(
    house: House, library: str
) -> None:
    """Proves: an extended working period ends later; the reminder that was due for the old end
    comes for the new one only, and the stored explanation belongs to the new one.
    """
    enrollment_id = await house.working(library, MONTH)
    await house.write(enrollment_id, 1)
    journey, calendar = Clockwork(house, enrollment_id), await calendar_of(house)
    old = calendar.due_after_calendar_days(await journey.entered(Stage.WORKING), 40)
    await house.ops.extend(enrollment_id, 20, OPS)
    new = calendar.due_after_calendar_days(old.at, 20)
    stored = await journey.due()
    assert (stored.due_at, stored.explanation) == (new.at, new.explanation)
    assert (await house.row(enrollment_id)).waiting_until == new.at
    (thirty,) = calendar.reminders_before(new, (30,), CALENDAR_DAYS)
    await house.forward_to(enrollment_id, thirty - timedelta(seconds=1))
    assert await house.notices(enrollment_id, ENDING) == []
    await journey.passes(thirty, f"mail {ENDING} to practitioner 1")
    for ordinal, days in enumerate((7, 1), start=2):
        (at,) = calendar.reminders_before(new, (days,), CALENDAR_DAYS)
        await journey.passes(at, f"mail {ENDING} to practitioner {ordinal}")
    await journey.passes(new.at, "stage working/grace", f"mail {ENDING} to practitioner 4")


async def test_an_extension_in_the_grace_puts_the_lapse_off(house: House, library: str) -> None:
    """Proves: ops can extend the grace; the journey lapses at the end of the extension alone."""
    enrollment_id = await house.working(library, Policy(working_days=1))
    journey, calendar = Clockwork(house, enrollment_id), await calendar_of(house)
    began = await journey.entered(Stage.WORKING)
    await house.forward_to(
        enrollment_id, calendar.due_after_calendar_days(began, 1).at + timedelta(hours=1)
    )
    grace = (await journey.due()).due_at
    await house.ops.extend(enrollment_id, 5, OPS)
    lapses = calendar.due_after_calendar_days(grace, 5).at
    await journey.passes(lapses, "ended lapsed", "mail lapsed to practitioner 1")


async def test_local_times_hold_over_clock_changes_and_the_new_year(
    house: House, library: str
) -> None:
    """Proves: reminders come at 09:00 of the programme's own time in summer and in winter, and a
    period that runs over a year's end and both clock changes ends at 23:59 of its last day.
    """
    before_end = (350, 250, 150, 50)
    policy = Policy(working_days=380, working_reminders=before_end)
    enrollment_id = await house.working(library, policy)
    await house.write(enrollment_id, 1)
    journey, zone = Clockwork(house, enrollment_id), ZoneInfo(house.settings.programme_zone)
    last_day = (await journey.entered(Stage.WORKING)).astimezone(zone).date() + timedelta(days=380)
    offsets = set()
    await house.forward_to(enrollment_id, await journey.after(Stage.WORKING, 11))
    await house.all_settled(enrollment_id)
    for ordinal, days in enumerate(before_end, start=1):
        local = datetime.combine(last_day - timedelta(days=days), time(9), zone)
        offsets.add(local.utcoffset())
        await journey.passes(local.astimezone(UTC), f"mail {ENDING} to practitioner {ordinal}")
    assert len(offsets) == 2
    ends = datetime.combine(last_day, time(23, 59), zone).astimezone(UTC)
    await journey.passes(ends, "stage working/grace", f"mail {ENDING} to practitioner 5")
