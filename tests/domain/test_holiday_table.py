"""The table of holidays: complete, observed, and the one that was published."""

import hashlib
from datetime import date

import pytest

from adapters.holiday_table import us_calendar

FEDERAL = us_calendar(version=1)


def test_every_year_has_its_eleven_holidays() -> None:
    """Proves that no year of the range lost one: each federal holiday stands in each year."""
    for year in range(2022, 2046):
        names = {
            name.removesuffix(" (observed)")
            for day, name in FEDERAL.holidays.items()
            if day.year == year
        }
        assert len(names) >= 11, year


def test_observed_days() -> None:
    """Proves that a holiday on a weekend frees the weekday in its place."""
    assert not FEDERAL.is_business_day(date(2026, 7, 3))
    assert not FEDERAL.is_business_day(date(2027, 7, 5))


def test_a_new_year_observed_outside_the_range() -> None:
    """Proves both edges: the last year's 31 December is known, the year before is not ours."""
    edge = us_calendar(version=1, years=(2027, 2027))
    assert not edge.is_business_day(date(2027, 12, 31))
    # 1 January 2022 was a Saturday, observed on a day of 2021, which is not covered here.
    assert min(us_calendar(version=1, years=(2022, 2022)).holidays) == date(2022, 1, 1)


def test_a_state_has_its_own_table_and_name() -> None:
    """Proves that Missouri's Truman Day is free there, and only there."""
    missouri = us_calendar(version=1, subdivision="MO")
    assert missouri.name == "us-mo"
    assert not missouri.is_business_day(date(2026, 5, 8))
    assert FEDERAL.is_business_day(date(2026, 5, 8))
    with pytest.raises(ValueError, match="no holidays of 'XX'"):
        us_calendar(version=1, subdivision="XX")


def test_calendars_do_not_share_their_tables() -> None:
    """Proves that the table which is kept for speed cannot be changed through a calendar."""
    us_calendar(version=1).holidays.clear()
    assert us_calendar(version=1).holidays == FEDERAL.holidays


def test_the_table_is_the_one_that_was_published() -> None:
    """Proves that no release of the library moved a day unseen.

    When this fails, look at what changed, raise the calendar's version in the settings, and
    write the new fingerprint down here.
    """
    days = "\n".join(day.isoformat() for day in sorted(FEDERAL.holidays))
    assert hashlib.sha256(days.encode()).hexdigest()[:16] == "fb5b6ca5f36b7d1d"
