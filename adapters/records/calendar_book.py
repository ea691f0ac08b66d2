"""The programme's calendar as it is now: public holidays plus ops' own closures."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.holiday_table import us_calendar
from adapters.records.round_tables import ClosureRow
from domain.calendar import ProgrammeCalendar


async def current_calendar(session: AsyncSession, zone: str) -> ProgrammeCalendar:
    """Return the calendar; its version counts the closures that were recorded, from 1."""
    rows = (await session.scalars(select(ClosureRow))).all()
    closures: dict[date, str] = {row.day: row.name for row in rows}
    return us_calendar(version=1 + len(closures), zone=zone, closures=closures)
