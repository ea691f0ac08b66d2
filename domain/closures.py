"""The programme's own closures: which days may be closed, and what stands on the calendar."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Final

from domain.calendar import ProgrammeCalendar
from domain.refusals import Conflict, Invalid
from domain.values import Value

NAME_LIMIT: Final = 160
"""Characters of a closure's name; it stands in the explanations of due times."""

_SATURDAY: Final = 5


class ClosureInPast(Invalid):
    """A day that is over cannot be closed: due times were counted with it."""

    code = "closure_in_past"
    sentence = "{day} is over; it cannot be closed any more. Name a day from {today} on."


class ClosureNotCovered(Invalid):
    """The table of holidays does not reach that day."""

    code = "closure_not_covered"
    sentence = "The calendar covers the years {first} to {last}. Name a day in one of those."


class ClosureNameNotValid(Invalid):
    """The name would not be readable in an explanation."""

    code = "closure_name_not_valid"
    sentence = "The name of a closure is one line of 1 to {limit} characters. Write a shorter one."


class ClosedAlready(Conflict):
    """The day is closed under another name."""

    code = "closed_already"
    sentence = "{day} is closed already, under another name. Nothing needs to be done."


class DayKind(StrEnum):
    """Why the programme does not work on a day."""

    HOLIDAY = "holiday"
    CLOSURE = "closure"


class ClosedDay(Value):
    """One day on which the programme is closed, and what it is called."""

    day: date
    name: str
    kind: DayKind


class CalendarYear(Value):
    """One year of the programme's calendar: name, version and the days that are none of ours."""

    name: str
    version: int
    zone: str
    year: int
    days: tuple[ClosedDay, ...]


class Closed(Value):
    """A closure as it stands: whether it is new, and whether the day was free anyway."""

    day: date
    name: str
    is_new: bool
    calendar_version: int
    is_weekend: bool
    holiday: str | None


def closure_name(text: str) -> str:
    """Return the name of a closure in its one spelling, or refuse."""
    name = " ".join(text.split())
    if not 1 <= len(name) <= NAME_LIMIT or not name.isprintable():
        raise ClosureNameNotValid(limit=NAME_LIMIT)
    return name


def refuse_closure(day: date, name: str, today: date, calendar: ProgrammeCalendar) -> None:
    """Refuse to close ``day`` where it is over, beyond the tables, or closed as something else."""
    first, last = calendar.covers
    if not first <= day.year <= last:
        raise ClosureNotCovered(first=first, last=last)
    if calendar.closures.get(day, name) != name:
        raise ClosedAlready(day=day)
    # A repeated command is no refusal, even when the day has passed meanwhile.
    if day < today and day not in calendar.closures:
        raise ClosureInPast(day=day, today=today)


def closed_day(day: date, calendar: ProgrammeCalendar, *, is_new: bool) -> Closed:
    """Return how a closure that ``calendar`` has stands beside weekends and holidays."""
    return Closed(
        day=day,
        name=calendar.closures[day],
        is_new=is_new,
        calendar_version=calendar.version,
        is_weekend=day.weekday() >= _SATURDAY,
        holiday=calendar.holidays.get(day),
    )


def year_of(calendar: ProgrammeCalendar, year: int) -> CalendarYear:
    """Return one year of ``calendar``, or refuse a year that it knows nothing about."""
    # The calendar itself refuses what it does not cover; a date needs a year that exists.
    calendar.is_business_day(date(min(max(year, 1), 9999), 1, 1))
    return CalendarYear(
        name=calendar.name,
        version=calendar.version,
        zone=calendar.zone,
        year=year,
        days=tuple(sorted(_closed_days(calendar, year), key=lambda each: (each.day, each.kind))),
    )


def _closed_days(calendar: ProgrammeCalendar, year: int) -> Iterator[ClosedDay]:
    tables = ((DayKind.HOLIDAY, calendar.holidays), (DayKind.CLOSURE, calendar.closures))
    for kind, table in tables:
        for day, name in table.items():
            if day.year == year:
                yield ClosedDay(day=day, name=name, kind=kind)
