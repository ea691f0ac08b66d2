"""Trap 14: a due time that the time zone, or a change of the clocks, moved."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from activities.steps import EnterStage
from adapters.records.tables import DueTimeRow, EnrollmentRow
from domain.calendar import Unit
from domain.enrollment import ClockKind, Party, Stage
from tests.traps.books import ZONE, Books, clock

LOCAL = ZoneInfo(ZONE)


async def due_of(
    books: Books, start: datetime, days: int, unit: Unit = Unit.BUSINESS_DAYS
) -> DueTimeRow:
    """Start a clock in a new enrollment and return the due time that was stored."""
    enrollment_id = await books.enrolled(1)
    entry = EnterStage(
        stage=Stage.WORKING,
        waiting_on=Party.PRACTITIONER,
        clock=clock(ClockKind.WORKING_PERIOD, days, start, unit),
    )
    answer = (await books.enter(enrollment_id, entry, at=start)).entered
    row = await books.row(EnrollmentRow, enrollment_id)
    due = await books.row(DueTimeRow, row.due_id)
    assert answer.due is not None
    assert row.waiting_until == due.due_at == answer.due.at
    return due


@pytest.mark.parametrize(
    ("start", "days", "unit", "local_due"),
    [
        # The clocks go forward on Sunday 9 March 2025, back on Sunday 2 November 2025.
        ("2025-03-07T16:10", 2, Unit.BUSINESS_DAYS, "2025-03-11T17:00-05:00"),
        ("2025-10-31T16:10", 2, Unit.BUSINESS_DAYS, "2025-11-04T17:00-06:00"),
        ("2025-03-08T23:30", 1, Unit.CALENDAR_DAYS, "2025-03-09T23:59-05:00"),
        ("2025-11-01T00:15", 1, Unit.CALENDAR_DAYS, "2025-11-02T23:59-06:00"),
        ("2025-01-15T09:00", 365, Unit.CALENDAR_DAYS, "2026-01-15T23:59-06:00"),
        # Late in the evening it is the next day in UTC already, but not for the programme.
        ("2025-03-03T23:30", 1, Unit.BUSINESS_DAYS, "2025-03-04T17:00-06:00"),
    ],
)
async def test_days_are_added_on_the_local_calendar(
    books: Books, start: str, days: int, unit: Unit, local_due: str
) -> None:
    """Proves: across a change of the clocks, and around midnight, a due time is the same local
    time of day; it comes back from either database as the same aware instant.
    """
    begins = datetime.fromisoformat(start).replace(tzinfo=LOCAL)
    due = await due_of(books, begins, days, unit)
    assert due.due_at == datetime.fromisoformat(local_due)
    assert due.due_at.utcoffset() == timedelta(0)
    assert due.started_at == begins


async def test_a_due_time_says_its_zone_and_its_rule(books: Books) -> None:
    """Proves: instant, zone, calendar and the sentence are stored together, once."""
    start = datetime(2025, 3, 7, 22, 10, tzinfo=UTC)
    due = await due_of(books, start, 2)
    assert due.zone == ZONE
    assert due.calendar_name
    assert due.calendar_version == 1
    assert ZONE in due.explanation
    assert "16:10" in due.explanation, "in local time, as people read it"
    assert len(await books.rows(DueTimeRow)) == 1
