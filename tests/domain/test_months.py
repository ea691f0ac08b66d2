"""Months of the programme's own zone: where they begin, how they are written, how many fit."""

from datetime import UTC, datetime

import pytest

from domain.months import (
    MOST_MONTHS,
    Month,
    MonthNotValid,
    PeriodNotValid,
    month_named,
    month_of,
    months_between,
)

ZONE = "America/Chicago"


@pytest.mark.parametrize(
    ("month", "begins"),
    [
        (Month(year=2026, number=1), datetime(2026, 1, 1, 6, tzinfo=UTC)),
        (Month(year=2026, number=3), datetime(2026, 3, 1, 6, tzinfo=UTC)),
        (Month(year=2026, number=4), datetime(2026, 4, 1, 5, tzinfo=UTC)),
        (Month(year=2026, number=12), datetime(2026, 12, 1, 6, tzinfo=UTC)),
    ],
)
def test_a_month_begins_on_the_clocks_of_the_zone(month: Month, begins: datetime) -> None:
    """Proves: a month begins at local midnight, in winter and in summer time (trap 14); the
    instant before belongs to the month before.
    """
    assert month.begins(ZONE) == begins
    assert month_of(begins, ZONE) == month
    just_before = datetime.fromtimestamp(begins.timestamp() - 1, UTC)
    assert month_of(just_before, ZONE) == month.moved(-1)


def test_months_follow_each_other_over_the_years() -> None:
    """Proves: the month after December is January, and going back undoes going on."""
    december = Month(year=2025, number=12)
    assert december.next == Month(year=2026, number=1)
    assert december.moved(25).moved(-25) == december
    assert str(december.next) == "2026-01"


@pytest.mark.parametrize("text", ["2026-05", " 2026-05 ", "2026-12"])
def test_a_month_is_read_as_it_is_written(text: str) -> None:
    """Proves: what a report writes into its address is what it reads there."""
    assert str(month_named(text)) == text.strip()


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-5", "2026-13", "2026-00", "0026-05", "May 2026"]
)
def test_what_is_no_month_is_refused(text: str) -> None:
    """Proves: a month that nobody can mean is refused with the way to write one."""
    with pytest.raises(MonthNotValid, match="2026-05"):
        month_named(text)


def test_a_period_runs_forward_and_is_bounded() -> None:
    """Proves: both ends are included; backwards, and one month too many, are refused."""
    first = Month(year=2025, number=11)
    assert [str(each) for each in months_between(first, first.moved(2))] == [
        "2025-11",
        "2025-12",
        "2026-01",
    ]
    assert len(months_between(first, first.moved(MOST_MONTHS - 1))) == MOST_MONTHS
    for last in (first.moved(-1), first.moved(MOST_MONTHS)):
        with pytest.raises(PeriodNotValid):
            months_between(first, last)
