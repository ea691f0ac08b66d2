"""The calendar as operations keep it: the programme's own closures beside the public holidays."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from adapters.records.closure_book import ClosureBook
from domain.closures import CalendarYear, Closed, closure_name, year_of
from domain.grounds import Grounds


class CalendarDesk:
    """Keeps the closures; every act may be repeated."""

    def __init__(self, book: ClosureBook) -> None:
        self._book = book

    async def close(self, day: date, name: str, grounds: Grounds) -> Closed:
        """Close a day of the programme; due times that were promised before stay as they are."""
        return await self._book.close(day, closure_name(name), grounds)

    async def year(self, year: int | None, at: datetime) -> CalendarYear:
        """Return the days on which the programme is closed, by default of the year of ``at``."""
        calendar = await self._book.calendar()
        return year_of(calendar, year or at.astimezone(ZoneInfo(calendar.zone)).year)
