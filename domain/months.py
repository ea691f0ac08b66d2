"""Calendar months of the programme's own zone, as reports count them."""

import re
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import Field

from domain.refusals import Invalid
from domain.values import Value

MOST_MONTHS: Final = 24
"""Months of one report; a longer time is two reports."""

_WRITTEN: Final = re.compile(r"(\d{4})-(\d{2})")


class MonthNotValid(Invalid):
    """A month is written as a year and a number from 01 to 12."""

    code = "month_not_valid"
    sentence = "A month is written as 2026-05: the year, a dash, and 01 to 12."


class PeriodNotValid(Invalid):
    """A report runs from an earlier month to a later one, over a bounded time."""

    code = "period_not_valid"
    sentence = (
        "A report covers 1 to {most} months, the first of them not after the last. "
        "Choose other months."
    )


class Month(Value):
    """A month of a year; ``str`` writes it as ``2026-05``, which sorts as it should."""

    year: int = Field(ge=2000, le=2200)
    number: int = Field(ge=1, le=12)

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02}"

    @property
    def next(self) -> "Month":
        """The month after this one."""
        return self.moved(1)

    def moved(self, months: int) -> "Month":
        """Return the month that is so many later, or earlier for a negative number."""
        years, month = divmod(self.year * 12 + self.number - 1 + months, 12)
        return Month(year=years, number=month + 1)

    def begins(self, zone: str) -> datetime:
        """Return the instant at which the month begins on the clocks of ``zone`` (trap 14)."""
        return datetime(self.year, self.number, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def month_of(instant: datetime, zone: str) -> Month:
    """Return the month that the calendars of ``zone`` show at an instant."""
    local = instant.astimezone(ZoneInfo(zone))
    return Month(year=local.year, number=local.month)


def month_named(text: str) -> Month:
    """Return the month written as ``2026-05``; refuses ``month_not_valid``."""
    written = _WRITTEN.fullmatch(text.strip())
    if written is None:
        raise MonthNotValid
    year, number = int(written[1]), int(written[2])
    if not (2000 <= year <= 2200 and 1 <= number <= 12):
        raise MonthNotValid
    return Month(year=year, number=number)


def months_between(first: Month, last: Month) -> tuple[Month, ...]:
    """Return the months from ``first`` to ``last``, both included.

    Refuses ``period_not_valid`` when they stand the wrong way round or are too many.
    """
    count = (last.year - first.year) * 12 + last.number - first.number + 1
    if not 1 <= count <= MOST_MONTHS:
        raise PeriodNotValid(most=MOST_MONTHS)
    return tuple(first.moved(each) for each in range(count))
