"""What one more closure would do to due times, if they were computed now.

Those that were promised stay as they are (domain.md, "Portal access"): this only says which ones
would be later by today's count, so that whoever closes a day knows who works to the old one.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from domain.calendar import DueTime, ProgrammeCalendar, Unit
from domain.enrollment import ClockKind

COUNTS_BUSINESS_DAYS: Final = frozenset(
    {
        ClockKind.VERIFICATION,
        ClockKind.ACCESS,
        ClockKind.ESCALATION,
        ClockKind.QUEUE_REVIEW,
        ClockKind.OFFER,
        ClockKind.ASSESSMENT,
        ClockKind.OVERDUE,
        ClockKind.APPROVAL,
    }
)
"""Clocks that a closure concerns; a test holds them to what ``workflows/clocks.py`` asks for."""


def first_instant_of(day: date, zone: str) -> datetime:
    """Return when a local day begins."""
    return datetime.combine(day, time.min, ZoneInfo(zone))


def with_closure(calendar: ProgrammeCalendar, day: date, name: str) -> ProgrammeCalendar:
    """Return the calendar as it would be with one more day closed: its next version."""
    closures = {**calendar.closures, day: name}
    return calendar.model_copy(update={"closures": closures, "version": calendar.version + 1})


def calendar_at(
    calendar: ProgrammeCalendar, version: int, recorded: Mapping[date, datetime]
) -> ProgrammeCalendar:
    """Return an earlier version: each closure made one, in the order of their recording."""
    in_order = sorted(recorded, key=lambda day: (recorded[day], day))
    known = {day: calendar.closures[day] for day in in_order[: version - 1]}
    return calendar.model_copy(update={"closures": known, "version": version})


def recounted(
    started_at: datetime,
    due_at: datetime,
    promised_on: ProgrammeCalendar,
    counted_on: ProgrammeCalendar,
) -> DueTime:
    """Return the due time of as many business days as were promised, on another calendar."""
    days = promised_on.business_days_between(started_at, due_at)
    return counted_on.due_after(started_at, days, Unit.BUSINESS_DAYS)
