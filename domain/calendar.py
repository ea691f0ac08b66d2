"""The business calendar: due times, counted once on local dates, each with its explanation.

A calendar is named and versioned (trap 16), and a due time carries both with it. Days are added
to the local date and never as 24 hours (trap 14), so a change of the clocks in between moves no
due time. The table of holidays is data and arrives from outside; nothing here reads a clock.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Final, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, field_validator, model_validator

from domain.refusals import Invalid
from domain.values import Contract, Instant, Value

END_OF_DAY: Final = time(23, 59)
"""Local time at which a period of calendar days ends: its last day counts in full."""

REMINDER_HOUR: Final = time(9)
"""Local time of reminders that are counted in calendar days: the start of a working morning."""

MOST_DAYS_NAMED: Final = 4
"""Up to so many skipped days are named one by one in an explanation."""

_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)
_SATURDAY: Final = 5
# strftime would follow the locale of the machine; a stored sentence must not.
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


class Unit(StrEnum):
    """In which days a period is counted."""

    BUSINESS_DAYS = "business_days"
    CALENDAR_DAYS = "calendar_days"


class CalendarTooShort(Invalid):
    """A date lies outside the years that the table knows; taking it for a working day would lie."""

    code = "calendar_too_short"
    sentence = (
        "The calendar {calendar}, version {version}, covers {first} to {last} and knows nothing "
        "about {year}. Publish a version that covers it."
    )


class DueTime(Contract):
    """When something is due, on which calendar that was counted, and why it is then.

    ``at`` is in UTC; ``explanation`` is one sentence in local times of ``zone``.
    """

    at: Annotated[Instant, AfterValidator(lambda at: at.astimezone(UTC))]
    zone: str
    calendar_name: str
    calendar_version: int
    explanation: str


Years = tuple[
    Annotated[int, Field(ge=1970, le=2200)],
    Annotated[int, Field(ge=1970, le=2200)],
]
"""First and last year of a table, both included."""

DayName = Annotated[str, Field(min_length=1, max_length=160)]
"""What a holiday or a closure is called; it stands in explanations."""


class ProgrammeCalendar(Value):
    """The working days of the programme: Monday to Friday without holidays and own closures.

    ``closes`` is the local time at which a business day ends. ``covers`` are the years that the
    tables are complete for; asking about any other is refused, never answered with a guess.

    A local time that the clocks skip or repeat is read as the later of its two possible instants:
    the doubt is settled in favour of the party that is waited on.
    """

    name: str = Field(min_length=1, max_length=80)
    version: int = Field(ge=1)
    covers: Years
    zone: str = "America/Chicago"
    closes: time = time(17)
    holidays: dict[date, DayName] = Field(default_factory=dict)
    closures: dict[date, DayName] = Field(default_factory=dict)

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError) as reason:
            raise ValueError(f"there is no time zone {zone!r}") from reason
        return zone

    @field_validator("closes")
    @classmethod
    def _closes_on_a_minute(cls, closes: time) -> time:
        if closes.tzinfo or closes != closes.replace(second=0, microsecond=0):
            raise ValueError("the closing time is a local time in whole minutes")
        return closes

    @field_validator("holidays", "closures")
    @classmethod
    def _names_are_one_line(cls, days: dict[date, str]) -> dict[date, str]:
        if not all(name.isprintable() and name.strip() for name in days.values()):
            raise ValueError("the name of a day is one printable line")
        return days

    @model_validator(mode="after")
    def _days_are_covered(self) -> Self:
        first, last = self.covers
        if first > last:
            raise ValueError("the first year that is covered comes after the last one")
        if not all(first <= day.year <= last for day in (*self.holidays, *self.closures)):
            raise ValueError("a holiday or a closure lies outside the years that are covered")
        return self

    def is_business_day(self, day: date) -> bool:
        """Tell whether the programme works on the local date ``day``."""
        self._require_cover(day)
        return day.weekday() < _SATURDAY and day not in self.holidays and day not in self.closures

    def due_after(self, start: datetime, days: int, unit: Unit) -> DueTime:
        """Return when something is due that is given ``days`` of ``unit`` from ``start`` on."""
        if unit is Unit.BUSINESS_DAYS:
            return self.due_after_business_days(start, days)
        return self.due_after_calendar_days(start, days)

    def due_after_business_days(self, start: datetime, days: int) -> DueTime:
        """Return the closing time of the ``days``-th business day after the local day of ``start``.

        Whatever is left of the day of ``start`` does not count. With 0 days it is due at once.
        """
        return self._due_after_business_days(start, days, counted=_days(days, "business day"))

    def due_after_calendar_days(self, start: datetime, days: int) -> DueTime:
        """Return 23:59 local on the date ``days`` after that of ``start``, or a later ``start``."""
        begins = self._local(start)
        day = self._moved(begins.date(), _at_least_none(days))
        at = max(self._instant(day, END_OF_DAY), start.astimezone(UTC))
        return self._due(begins, at, _days(days, "calendar day"), skipped=())

    def half_way(self, start: datetime, days: int) -> DueTime:
        """Return when half of ``days`` business days is used up, and attention is due.

        That is the closing time of day ⌈days / 2⌉; of a single day, the instant midway.
        """
        if _at_least_none(days) != 1:
            half = (days + 1) // 2
            counted = f"{half} of {_days(days, 'business day')}"
            return self._due_after_business_days(start, half, counted=counted)
        whole = self.due_after_business_days(start, days)
        begins = self._local(start)
        at = start.astimezone(UTC) + (whole.at - start.astimezone(UTC)) / 2
        skipped = tuple(self._skipped(begins.date(), self._local(whole.at).date()))
        return self._due(begins, at, "half of 1 business day", skipped)

    def business_days_between(self, start: datetime, end: datetime) -> int:
        """Count the business days after the local date of ``start`` up to that of ``end``.

        0 when ``end`` lies on the same date or before it.
        """
        first, last = self._local(start).date(), self._local(end).date()
        return sum(self.is_business_day(day) for day in _days_after(first, last))

    def reminders_before(
        self, due: DueTime, days: tuple[int, ...], unit: Unit
    ) -> tuple[datetime, ...]:
        """Return one instant in UTC for each of ``days`` before ``due``, in their order.

        Business days: the closing time of the n-th business day before the due date. Calendar
        days: 09:00 local on the date n days before. None is later than ``due`` itself; whether
        one is past already is for the caller to see.
        """
        return tuple(min(self._reminder_before(due, each, unit), due.at) for each in days)

    def reminders_after(
        self, start: datetime, business_days: tuple[int, ...]
    ) -> tuple[datetime, ...]:
        """Return the closing time of each n-th business day after ``start``, in UTC."""
        return tuple(self.due_after_business_days(start, each).at for each in business_days)

    def _reminder_before(self, due: DueTime, days: int, unit: Unit) -> datetime:
        day = self._local(due.at).date()
        if unit is Unit.CALENDAR_DAYS:
            return self._instant(self._moved(day, -_at_least_none(days)), REMINDER_HOUR)
        if _at_least_none(days) == 0:
            return due.at
        return self._instant(self._business_day(day, days, -_DAY), self.closes)

    def _due_after_business_days(self, start: datetime, days: int, *, counted: str) -> DueTime:
        begins = self._local(start)
        if _at_least_none(days) == 0:
            return self._due(begins, start.astimezone(UTC), counted, skipped=())
        day = self._business_day(begins.date(), days, _DAY)
        skipped = tuple(self._skipped(begins.date(), day))
        return self._due(begins, self._instant(day, self.closes), counted, skipped)

    def _business_day(self, day: date, count: int, step: timedelta) -> date:
        # Ends for any count: beyond the table is_business_day refuses.
        while count:
            day += step
            count -= self.is_business_day(day)
        return day

    def _skipped(self, first: date, last: date) -> Iterator[date]:
        """Yield the weekdays between that are none of ours; weekends need no explanation."""
        for day in _days_after(first, last):
            if day.weekday() < _SATURDAY and not self.is_business_day(day):
                yield day

    def _moved(self, day: date, days: int) -> date:
        first, last = date(self.covers[0], 1, 1), date(self.covers[1], 12, 31)
        ordinal = day.toordinal() + days
        if not first.toordinal() <= ordinal <= last.toordinal():
            # Any year beyond will do to name; the exact one may not exist as a date.
            raise self._too_short(last.year + 1 if days > 0 else first.year - 1)
        return date.fromordinal(ordinal)

    def _local(self, instant: datetime) -> datetime:
        if instant.tzinfo is None:
            raise ValueError("an instant needs its zone; this one has none")
        local = instant.astimezone(ZoneInfo(self.zone))
        self._require_cover(local.date())
        return local

    def _instant(self, day: date, local_time: time) -> datetime:
        wall = datetime.combine(day, local_time, ZoneInfo(self.zone))
        return max(wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))

    def _require_cover(self, day: date) -> None:
        if not self.covers[0] <= day.year <= self.covers[1]:
            raise self._too_short(day.year)

    def _too_short(self, year: int) -> CalendarTooShort:
        first, last = self.covers
        return CalendarTooShort(
            calendar=self.name, version=self.version, first=first, last=last, year=year
        )

    def _due(
        self, begins: datetime, at: datetime, counted: str, skipped: tuple[date, ...]
    ) -> DueTime:
        due = at.astimezone(begins.tzinfo)
        with_year = begins.year != due.year
        is_near = not with_year and due.date() - begins.date() < _WEEK
        begun = _WEEKDAYS[begins.weekday()] if is_near else _spoken(begins, with_year)
        because = self._reasons(skipped, with_year)
        return DueTime(
            at=at,
            zone=self.zone,
            calendar_name=self.name,
            calendar_version=self.version,
            explanation=f"{begun} {begins:%H:%M} + {counted}{because}: "
            f"due {_spoken(due, with_year)} {due:%H:%M} ({self.zone})",
        )

    def _reasons(self, skipped: tuple[date, ...], with_year: bool) -> str:
        if len(skipped) > MOST_DAYS_NAMED:
            first, last = skipped[0], skipped[-1]
            return (
                f", {len(skipped)} days are closed from {_spoken(first, with_year)} "
                f"({self._name_of(first)}) to {_spoken(last, with_year)} ({self._name_of(last)})"
            )
        return "".join(f", {_spoken(day, with_year)} is {self._name_of(day)}" for day in skipped)

    def _name_of(self, day: date) -> str:
        return self.holidays.get(day) or f"closed: {self.closures[day]}"


def _at_least_none(days: int) -> int:
    if days < 0:
        raise ValueError(f"a number of days is 0 or more, not {days}")
    return days


def _days_after(first: date, last: date) -> Iterator[date]:
    return map(date.fromordinal, range(first.toordinal() + 1, last.toordinal() + 1))


def _days(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _spoken(day: date, with_year: bool) -> str:
    spoken = f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"
    return f"{spoken} {day.year}" if with_year else spoken
