"""The programme's own closures, recorded under the rules of the calendar."""

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import text

from adapters.records.calendar_book import current_calendar
from adapters.records.database import Database
from adapters.records.ops_actions import keep_action
from adapters.records.round_tables import ClosureRow
from domain.calendar import ProgrammeCalendar
from domain.closures import Closed, closed_day, refuse_closure
from domain.grounds import Grounds, OpsActionKind

LOCK_CLOSURES = text("LOCK TABLE closures IN SHARE ROW EXCLUSIVE MODE")
"""Each closure makes a version of the calendar, so two are recorded one after the other."""


class ClosureBook:
    """Where closures are kept."""

    def __init__(self, database: Database, zone: str) -> None:
        self._database = database
        self._zone = zone

    async def calendar(self) -> ProgrammeCalendar:
        """Return the calendar as it is now."""
        async with self._database.reading() as session:
            return await current_calendar(session, self._zone)

    async def close(self, day: date, name: str, grounds: Grounds) -> Closed:
        """Close a day, or refuse; the same closure again changes nothing."""
        async with self._database.transaction() as session:
            if self._database.has_row_locks:
                await session.execute(LOCK_CLOSURES)
            calendar = await current_calendar(session, self._zone)
            today = grounds.at.astimezone(ZoneInfo(self._zone)).date()
            refuse_closure(day, name, today, calendar)
            if day in calendar.closures:
                return closed_day(day, calendar, is_new=False)
            session.add(ClosureRow(day=day, name=name, recorded_at=grounds.at))
            await session.flush()
            await keep_action(session, OpsActionKind.CLOSURE_RECORDED, day.isoformat(), grounds)
            calendar = await current_calendar(session, self._zone)
            return closed_day(day, calendar, is_new=True)
