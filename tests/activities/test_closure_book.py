"""Closures on real databases: recorded once, within the calendar, each a version of it."""

import asyncio
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.records.closure_book import ClosureBook
from adapters.records.database import Database
from adapters.records.round_tables import OpsActionRow
from domain.calendar import CalendarTooShort
from domain.closures import (
    ClosedAlready,
    ClosureInPast,
    ClosureNameNotValid,
    ClosureNotCovered,
    DayKind,
)
from domain.grounds import Grounds, grounds
from office.closures import CalendarDesk

NOW = datetime(2026, 3, 3, 4, tzinfo=UTC)  # 22:00 on 2 March in the programme's zone
CLOSED = date(2026, 4, 1)


def because() -> Grounds:
    """Return grounds given now."""
    return grounds("The office moves.", "operations", NOW)


@pytest.fixture
def records(database: AsyncEngine) -> Database:
    """Empty records on each kind of database."""
    return Database(database)


@pytest.fixture
def desk(records: Database) -> CalendarDesk:
    """The desk that is tried."""
    return CalendarDesk(ClosureBook(records, "America/Chicago"))


async def test_a_closure_is_a_new_version_once(desk: CalendarDesk, records: Database) -> None:
    """Proves: repeated, a closure makes no second version; due times skip the day from then on."""
    before = await desk.year(2026, NOW)
    first = await desk.close(CLOSED, " Moving  day ", because())
    again = await desk.close(CLOSED, "Moving day", because())
    assert (first.is_new, again.is_new) == (True, False)
    assert first.calendar_version == again.calendar_version == before.version + 1
    calendar = await ClosureBook(records, "America/Chicago").calendar()
    assert not calendar.is_business_day(CLOSED)
    async with records.reading() as session:
        assert await session.scalar(select(func.count()).select_from(OpsActionRow)) == 1


async def test_the_year_shows_holidays_and_closures_in_order(desk: CalendarDesk) -> None:
    """Proves: what is shown are the days of that year, sorted, each with why it is closed."""
    await desk.close(CLOSED, "Moving day", because())
    shown = await desk.year(None, NOW)
    assert shown.year == 2026
    assert [each.day for each in shown.days] == sorted(each.day for each in shown.days)
    closures = [each for each in shown.days if each.kind is DayKind.CLOSURE]
    assert [(each.day, each.name) for each in closures] == [(CLOSED, "Moving day")]
    assert date(2026, 5, 25) in {each.day for each in shown.days}
    assert not [each for each in (await desk.year(2027, NOW)).days if each.day == CLOSED]


async def test_days_that_are_free_anyway_are_closed_and_said(desk: CalendarDesk) -> None:
    """Proves: a weekend or a holiday may be closed, and the answer tells that it was free."""
    assert (await desk.close(date(2026, 4, 4), "Repairs", because())).is_weekend
    holiday = await desk.close(date(2026, 5, 25), "Repairs", because())
    assert (holiday.is_weekend, holiday.holiday) == (False, "Memorial Day")
    assert (await desk.close(CLOSED, "Repairs", because())).holiday is None


async def test_what_cannot_be_closed_is_refused(desk: CalendarDesk) -> None:
    """Proves: the past, years without a table, another name and unreadable names are refused."""
    await desk.close(date(2026, 3, 2), "Today, in the zone of the programme", because())
    with pytest.raises(ClosureInPast):
        await desk.close(date(2026, 3, 1), "Yesterday", because())
    for year in (1999, 2999):
        with pytest.raises(ClosureNotCovered):
            await desk.close(date(year, 1, 4), "Far away", because())
        with pytest.raises(CalendarTooShort):
            await desk.year(year, NOW)
    for name in ("", "  ", "x" * 161, "a\x1b[31m"):
        with pytest.raises(ClosureNameNotValid):
            await desk.close(CLOSED, name, because())
    await desk.close(CLOSED, "Moving day", because())
    with pytest.raises(ClosedAlready):
        await desk.close(CLOSED, "Another day", because())
    assert (await desk.year(2026, NOW)).version == 3


async def test_two_closures_at_once_are_two_versions(desk: CalendarDesk) -> None:
    """Proves: nobody is told a version that somebody else's closure got as well."""
    days = [date(2026, 4, day) for day in range(6, 11)]
    closed = await asyncio.gather(*(desk.close(day, f"Day {day}", because()) for day in days))
    assert sorted(each.calendar_version for each in closed) == [2, 3, 4, 5, 6]
