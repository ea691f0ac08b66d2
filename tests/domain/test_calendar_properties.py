"""The business calendar against a second, naive way of counting, in many zones."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.holiday_table import us_calendar
from domain.calendar import ProgrammeCalendar, Unit

# Clocks change at midnight in Havana and Beirut, by half an hour on Lord Howe, by two hours at
# Troll; the others stand for far offsets on both sides, odd ones, and none at all.
ZONES = (
    "America/Chicago",
    "America/Havana",
    "America/St_Johns",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/London",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "UTC",
)
CALENDARS = {
    zone: us_calendar(version=1, zone=zone, closures={date(2024, 7, 5): "Office move"})
    for zone in ZONES
}

zones = st.sampled_from(ZONES)
instants = st.datetimes(
    datetime(2021, 1, 2),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2040, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
counts = st.integers(1, 60)
a_property = settings(deadline=None, derandomize=True, max_examples=200)


def naive_business_day(calendar: ProgrammeCalendar, start: date, count: int) -> date:
    """Count on one's fingers: look at one day after the other."""
    day = start
    while count > 0:
        day = day + timedelta(days=1)
        is_weekend = day.isoweekday() in (6, 7)
        if not is_weekend and day not in calendar.holidays and day not in calendar.closures:
            count = count - 1
    return day


def local(calendar: ProgrammeCalendar, instant: datetime) -> datetime:
    """The instant as a clock on the wall of the programme's zone shows it."""
    return instant.astimezone(ZoneInfo(calendar.zone))


@a_property
@given(zones, instants, counts)
def test_due_is_the_nth_business_day_at_closing(zone: str, start: datetime, days: int) -> None:
    """Proves for any start and zone: the naive day, at 17:00 on the wall, strictly later."""
    calendar = CALENDARS[zone]
    due = local(calendar, calendar.due_after_business_days(start, days).at)

    assert due.date() == naive_business_day(calendar, local(calendar, start).date(), days)
    assert (due.hour, due.minute) == (17, 0)
    assert due.astimezone(UTC) > start
    assert calendar.is_business_day(due.date())


@a_property
@given(zones, instants, instants, st.integers(0, 40))
def test_a_later_start_is_never_due_earlier(
    zone: str, one: datetime, other: datetime, days: int
) -> None:
    """Proves that nobody gains by being late, and that a longer period ends later."""
    calendar, (early, late) = CALENDARS[zone], sorted((one, other))
    for unit in Unit:
        first = calendar.due_after(early, days, unit).at
        assert first <= calendar.due_after(late, days, unit).at
        assert first < calendar.due_after(early, days + 1, unit).at


@a_property
@given(zones, instants, st.integers(0, 800))
def test_calendar_days_land_on_the_date(zone: str, start: datetime, days: int) -> None:
    """Proves that the local date is the start's plus the days, at 23:59, whatever DST did."""
    calendar = CALENDARS[zone]
    due = local(calendar, calendar.due_after_calendar_days(start, days).at)
    assert due.date() == local(calendar, start).date() + timedelta(days=days)
    assert (due.hour, due.minute) == (23, 59)


@a_property
@given(zones, instants, counts)
def test_counting_and_adding_agree(zone: str, start: datetime, days: int) -> None:
    """Proves that the days between a start and its due time are the days that were given."""
    calendar = CALENDARS[zone]
    due = calendar.due_after_business_days(start, days)
    assert calendar.business_days_between(start, due.at) == days


@a_property
@given(zones, instants, counts)
def test_half_way_lies_within(zone: str, start: datetime, days: int) -> None:
    """Proves that attention opens after the start and before the due time."""
    calendar = CALENDARS[zone]
    half, due = calendar.half_way(start, days), calendar.due_after_business_days(start, days)
    assert start < half.at < due.at
    if days > 1:
        assert calendar.business_days_between(start, half.at) == -(-days // 2)


@a_property
@given(zones, instants, st.lists(counts, min_size=2, max_size=5, unique=True))
def test_reminders_rise_towards_the_due_time(zone: str, start: datetime, days: list[int]) -> None:
    """Proves for both units: one reminder for each day asked for, distinct, all before."""
    calendar = CALENDARS[zone]
    due = calendar.due_after_business_days(start, 61)
    asked = tuple(sorted(days, reverse=True))
    for unit in Unit:
        reminders = calendar.reminders_before(due, asked, unit)
        assert len(reminders) == len(asked)
        assert all(one < other for one, other in pairwise((*reminders, due.at)))
    backwards = calendar.reminders_before(due, asked, Unit.BUSINESS_DAYS)
    assert [calendar.business_days_between(at, due.at) for at in backwards] == list(asked)


@a_property
@given(zones, instants)
def test_all_instants_are_utc(zone: str, start: datetime) -> None:
    """Proves that what leaves the calendar is UTC, whichever zone went in."""
    calendar = CALENDARS[zone]
    due = calendar.due_after(start.astimezone(ZoneInfo(zone)), 3, Unit.BUSINESS_DAYS)
    assert due.at.tzinfo is UTC
    assert due == calendar.due_after(start, 3, Unit.BUSINESS_DAYS)
    for reminder in calendar.reminders_before(due, (2,), Unit.CALENDAR_DAYS):
        assert reminder.tzinfo is UTC
