"""How clocks become due times with reminders: examples by the week, and what always holds."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import ProgrammeCalendar, Unit
from domain.due_times import compute_due, extended_due, reminders_of, running_part
from domain.enrollment import AttentionKind, Clock, ClockKind, ReminderRule, RemindFrom
from domain.notices import NoticeKind, Recipient

ZONE = ZoneInfo("America/Chicago")
CALENDAR = ProgrammeCalendar(
    name="test",
    version=7,
    covers=(2024, 2036),
    holidays={
        date(2025, 5, 26): "Memorial Day",
        date(2025, 12, 25): "Christmas Day",
        date(2026, 1, 1): "New Year's Day",
    },
    closures={date(2025, 12, 26): "winter break"},
)
BUSINESS, DAYS = Unit.BUSINESS_DAYS, Unit.CALENDAR_DAYS


def local(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """Return an instant by the programme's own time."""
    return datetime(year, month, day, hour, minute, tzinfo=ZONE)


def a_clock(
    start: datetime,
    days: int,
    unit: Unit = BUSINESS,
    *rules: ReminderRule,
    pause: tuple[datetime, datetime] | None = None,
) -> Clock:
    """Return a clock of the access promise, or of whatever else is counted."""
    return Clock(
        kind=ClockKind.ACCESS,
        start=start,
        days=days,
        unit=unit,
        reminders=rules,
        paused_from=pause[0] if pause else None,
        resumed_at=pause[1] if pause else None,
    )


def mail(
    days: int, counted_from: RemindFrom = RemindFrom.DUE, unit: Unit = BUSINESS
) -> ReminderRule:
    """Return the rule of a reminder that is mailed."""
    return ReminderRule(
        days=days, unit=unit, counted_from=counted_from, notice=NoticeKind.VERIFY_REMINDER
    )


@pytest.mark.parametrize(
    ("start", "days", "unit", "due"),
    [
        pytest.param(
            local(2025, 5, 23, 16, 10), 2, BUSINESS, local(2025, 5, 28, 17), id="a holiday"
        ),
        pytest.param(
            local(2025, 5, 24, 3), 1, BUSINESS, local(2025, 5, 27, 17), id="begun on a Saturday"
        ),
        pytest.param(
            local(2025, 12, 24, 9), 3, BUSINESS, local(2025, 12, 31, 17), id="holiday and closure"
        ),
        pytest.param(
            local(2025, 12, 31, 9), 1, BUSINESS, local(2026, 1, 2, 17), id="over the new year"
        ),
        pytest.param(
            local(2026, 3, 6, 12), 1, BUSINESS, local(2026, 3, 9, 17), id="clocks go forward"
        ),
        pytest.param(
            local(2026, 10, 30, 12), 1, BUSINESS, local(2026, 11, 2, 17), id="clocks go back"
        ),
        pytest.param(
            local(2026, 3, 1, 12), 7, DAYS, local(2026, 3, 8, 23, 59), id="ends on the short day"
        ),
        pytest.param(
            local(2026, 10, 2, 12), 30, DAYS, local(2026, 11, 1, 23, 59), id="ends on the long day"
        ),
        pytest.param(local(2027, 3, 1, 8), 365, DAYS, local(2028, 2, 29, 23, 59), id="a leap year"),
    ],
)
def test_due_times_of_known_weeks(start: datetime, days: int, unit: Unit, due: datetime) -> None:
    """Proves: due times stand at the close of business, or the end of the day, of the programme's
    own time, over holidays, closures, both clock changes, the new year and a leap day.
    """
    assert compute_due(a_clock(start, days, unit), CALENDAR).at == due.astimezone(UTC)


def test_a_due_time_explains_itself() -> None:
    """Proves: calendar, version and the reason go with the instant, as ops read it out."""
    due = compute_due(a_clock(local(2025, 5, 23, 16, 10), 2), CALENDAR)
    assert (due.calendar_name, due.calendar_version, due.zone) == ("test", 7, "America/Chicago")
    assert due.explanation == (
        "Fri 16:10 + 2 business days, Mon 26 May is Memorial Day: "
        "due Wed 28 May 17:00 (America/Chicago)"
    )


MONDAY = local(2025, 6, 2, 10)


@pytest.mark.parametrize(
    ("paused_from", "resumed_at", "due"),
    [
        pytest.param(MONDAY, local(2025, 6, 2, 12), local(2025, 6, 4, 17), id="the same day"),
        pytest.param(MONDAY, local(2025, 6, 12, 9), local(2025, 6, 16, 17), id="nothing used"),
        pytest.param(
            local(2025, 6, 3, 9), local(2025, 6, 12, 9), local(2025, 6, 13, 17), id="one day used"
        ),
        pytest.param(
            local(2025, 6, 4, 9), local(2025, 6, 12, 9), local(2025, 6, 4, 17), id="all used"
        ),
        pytest.param(
            local(2025, 6, 20, 9), local(2025, 6, 30, 9), local(2025, 6, 4, 17), id="long over"
        ),
    ],
)
def test_a_clock_that_stood_still(
    paused_from: datetime, resumed_at: datetime, due: datetime
) -> None:
    """Proves: what was left of two business days goes on from the verification; what had run out
    before it stays due when it was.
    """
    clock = a_clock(MONDAY, 2, pause=(paused_from, resumed_at))
    assert compute_due(clock, CALENDAR).at == due.astimezone(UTC)


def test_a_clock_that_has_not_gone_on_yet_counts_as_one_without_a_pause() -> None:
    """Proves: half a pause is none."""
    clock = a_clock(MONDAY, 2).model_copy(update={"paused_from": MONDAY})
    assert running_part(clock, CALENDAR) == (MONDAY, 2)


def test_reminders_are_counted_from_both_ends_and_from_the_middle() -> None:
    """Proves: from the start in business days, before the due time in its unit, and at half."""
    half = ReminderRule(counted_from=RemindFrom.HALF, attention=AttentionKind.ACCESS_AT_RISK)
    clock = a_clock(MONDAY, 10, BUSINESS, mail(1), mail(5), half, mail(3, RemindFrom.START))
    due = compute_due(clock, CALENDAR)
    assert due.at == local(2025, 6, 16, 17)
    reminders = reminders_of(clock, due, CALENDAR, MONDAY)
    assert [(each.at, each.attention or each.notice) for each in reminders] == [
        (local(2025, 6, 5, 17), NoticeKind.VERIFY_REMINDER),
        (local(2025, 6, 9, 17), NoticeKind.VERIFY_REMINDER),
        (local(2025, 6, 9, 17), AttentionKind.ACCESS_AT_RISK),
        (local(2025, 6, 13, 17), NoticeKind.VERIFY_REMINDER),
    ]


def test_reminders_in_calendar_days_come_in_the_morning() -> None:
    """Proves: 09:00 of the programme's own time, in the week in which the clocks change as well."""
    clock = a_clock(local(2026, 1, 10, 22), 60, DAYS, mail(2, unit=DAYS), mail(1, unit=DAYS))
    due = compute_due(clock, CALENDAR)
    assert due.at == local(2026, 3, 11, 23, 59)
    clock = a_clock(local(2026, 1, 8, 22), 60, DAYS, mail(2, unit=DAYS), mail(1, unit=DAYS))
    due = compute_due(clock, CALENDAR)
    reminders = reminders_of(clock, due, CALENDAR, clock.start)
    assert [each.at for each in reminders] == [local(2026, 3, 7, 9), local(2026, 3, 8, 9)]
    assert [each.at.astimezone(UTC).hour for each in reminders] == [15, 14]


def test_half_of_what_was_left_after_a_pause() -> None:
    """Proves: the alarm at half time counts from where the clock went on, not from the order."""
    half = ReminderRule(counted_from=RemindFrom.HALF, attention=AttentionKind.ACCESS_AT_RISK)
    resumed = local(2025, 6, 12, 9)
    clock = a_clock(MONDAY, 2, BUSINESS, half, pause=(MONDAY, resumed))
    due = compute_due(clock, CALENDAR)
    (reminder,) = reminders_of(clock, due, CALENDAR, resumed)
    assert reminder.at == local(2025, 6, 13, 17)


@pytest.mark.parametrize(
    ("due", "days", "unit", "extended"),
    [
        (local(2025, 5, 23, 17), 1, BUSINESS, local(2025, 5, 27, 17)),
        (local(2026, 3, 7, 23, 59), 1, DAYS, local(2026, 3, 8, 23, 59)),
        (local(2025, 12, 31, 23, 59), 1, DAYS, local(2026, 1, 1, 23, 59)),
        (local(2026, 10, 31, 23, 59), 2, DAYS, local(2026, 11, 2, 23, 59)),
    ],
)
def test_an_extension_counts_in_the_clock_s_own_unit(
    due: datetime, days: int, unit: Unit, extended: datetime
) -> None:
    """Proves: an extension is counted from the due time, in its unit, over holidays and changes."""
    assert extended_due(due, days, unit, CALENDAR).at == extended.astimezone(UTC)


FIRST = datetime(2024, 6, 1, tzinfo=UTC)
STARTS = st.integers(0, 7 * 365 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))
RULES = st.builds(
    ReminderRule,
    days=st.integers(0, 40),
    unit=st.sampled_from(Unit),
    counted_from=st.sampled_from(RemindFrom),
    notice=st.just(NoticeKind.ASSESSMENT_DUE),
    to=st.just(Recipient.ASSESSOR),
)


@given(STARTS, st.integers(1, 400), st.sampled_from(Unit), st.lists(RULES, max_size=6), st.data())
def test_reminders_lie_ahead_and_before_the_due_time(
    start: datetime, days: int, unit: Unit, rules: list[ReminderRule], data: st.DataObject
) -> None:
    """Proves: whatever the rules, no reminder is past when the clock starts or at its end, and
    they come in order; so none is sent at once, twice or too late.
    """
    clock = a_clock(start, days, unit, *rules)
    due = compute_due(clock, CALENDAR)
    now = start + (due.at - start) * data.draw(st.floats(0, 1))
    reminders = reminders_of(clock, due, CALENDAR, now)
    assert all(now < each.at < due.at for each in reminders)
    assert list(reminders) == sorted(reminders, key=lambda each: each.at)
    assert len(reminders) <= len(rules)


@given(STARTS, st.integers(1, 10), st.integers(0, 60 * 24 * 60), st.integers(0, 60 * 24 * 60))
def test_a_pause_costs_the_programme_nothing_and_gives_nothing(
    start: datetime, days: int, until_pause: int, length: int
) -> None:
    """Proves: a pause never makes a due time earlier, and the business days before and after it
    come to what was promised; unless the promise had run out before the pause.
    """
    paused_from = start + timedelta(minutes=until_pause)
    resumed_at = paused_from + timedelta(minutes=length)
    without = compute_due(a_clock(start, days), CALENDAR)
    due = compute_due(a_clock(start, days, pause=(paused_from, resumed_at)), CALENDAR)
    used = CALENDAR.business_days_between(start, paused_from)
    assert due.at >= without.at
    if used >= days:
        assert due.at == without.at
    else:
        assert used + CALENDAR.business_days_between(resumed_at, due.at) == days
        assert due.at > resumed_at


@given(STARTS, st.integers(1, 60), st.integers(1, 60), st.sampled_from(Unit))
def test_an_extension_adds_exactly_its_days(
    start: datetime, days: int, more: int, unit: Unit
) -> None:
    """Proves: extended by n, a clock is due when one of n days more would have been."""
    due = compute_due(a_clock(start, days, unit), CALENDAR)
    longer = compute_due(a_clock(start, days + more, unit), CALENDAR)
    assert extended_due(due.at, more, unit, CALENDAR).at == longer.at
