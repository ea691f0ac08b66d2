"""What a closure would do to the due times that are running (``domain/closure_effects.py``)."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.calendar_book import current_calendar
from adapters.records.database import Database
from adapters.records.round_tables import ClosureRow, OpsActionRow
from adapters.records.tables import DueTimeRow, EnrollmentRow, PersonRow, ReasonRow
from domain.calendar import ProgrammeCalendar
from domain.closure_effects import (
    COUNTS_BUSINESS_DAYS,
    calendar_at,
    first_instant_of,
    recounted,
    with_closure,
)
from domain.enrollment import ClockKind
from domain.grounds import OpsActionKind
from domain.values import Instant, Value

MOST_SHOWN = 50
"""Due times that are shown; their count says how many there are."""


class DueTimeMoved(Value):
    """A running due time, as it was promised and as it would be if it were computed now."""

    enrollment_id: str
    practitioner: str
    stage: str
    waiting_on: str
    clock: ClockKind
    promised: Instant
    why: str
    would_be: Instant
    would_be_why: str


class ClosureEffects(Value):
    """What a closure would do. Nothing of it where the day is none of our business days anyway."""

    day: date
    name: str
    free_anyway: str
    calendar_version: int
    count: int = 0
    moved: tuple[DueTimeMoved, ...] = ()


class ClosureNote(Value):
    """Who closed a day, when and why."""

    by: str
    why: str
    at: Instant


class ClosureViews:
    """Reads; never writes. ``zone`` is where its days begin."""

    def __init__(self, database: Database, zone: str) -> None:
        self._database = database
        self._zone = zone

    async def effects(self, day: date, name: str) -> ClosureEffects:
        """Return what closing ``day`` would do."""
        async with self._database.reading() as session:
            calendar = await current_calendar(session, self._zone)
            closed = with_closure(calendar, day, name)
            free_anyway = _free_anyway(calendar, day)
            if free_anyway:
                version = calendar.version if day in calendar.closures else closed.version
                return ClosureEffects(
                    day=day, name=name, free_anyway=free_anyway, calendar_version=version
                )
            concerned = _concerned(first_instant_of(day, self._zone))
            count = await session.scalar(
                select(func.count())
                .select_from(EnrollmentRow)
                .join(DueTimeRow, DueTimeRow.id == EnrollmentRow.due_id)
                .join(PersonRow, PersonRow.id == EnrollmentRow.person_id)
                .where(*concerned)
            )
            return ClosureEffects(
                day=day,
                name=name,
                free_anyway="",
                calendar_version=closed.version,
                count=count or 0,
                moved=await _moved(session, concerned, calendar, closed),
            )

    async def notes(self) -> dict[date, ClosureNote]:
        """Return who closed which day, and why."""
        query = (
            select(OpsActionRow.subject_id, OpsActionRow.at, ReasonRow.by_name, ReasonRow.text)
            .join(ReasonRow, ReasonRow.id == OpsActionRow.reason_id)
            .where(OpsActionRow.kind == OpsActionKind.CLOSURE_RECORDED)
        )
        async with self._database.reading() as session:
            return {
                date.fromisoformat(day): ClosureNote(by=by, why=why, at=at)
                for day, at, by, why in await session.execute(query)
            }


def _free_anyway(calendar: ProgrammeCalendar, day: date) -> str:
    if calendar.is_business_day(day):
        return ""
    if day in calendar.closures:
        return f"it is closed already: {calendar.closures[day]}"
    return calendar.holidays.get(day, "it lies on a weekend")


def _counts_from() -> ColumnElement[datetime]:
    """Return from when a clock counts: that of the access promise stands while somebody has to
    verify the account, and goes on when they did.
    """
    stood = and_(
        DueTimeRow.clock == ClockKind.ACCESS, PersonRow.verified_at > DueTimeRow.started_at
    )
    return case((stood, PersonRow.verified_at), else_=DueTimeRow.started_at)


def _concerned(begins: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return what a running due time is like that counts the day which begins at ``begins``."""
    return (
        EnrollmentRow.ended_at.is_(None),
        DueTimeRow.clock.in_(COUNTS_BUSINESS_DAYS),
        _counts_from() < begins,
        DueTimeRow.due_at >= begins,
    )


async def _moved(
    session: AsyncSession,
    concerned: tuple[ColumnElement[bool], ...],
    calendar: ProgrammeCalendar,
    closed: ProgrammeCalendar,
) -> tuple[DueTimeMoved, ...]:
    recorded = {row.day: row.recorded_at for row in await session.scalars(select(ClosureRow))}
    rows = await session.execute(
        select(EnrollmentRow, DueTimeRow, PersonRow.name, _counts_from())
        .join(DueTimeRow, DueTimeRow.id == EnrollmentRow.due_id)
        .join(PersonRow, PersonRow.id == EnrollmentRow.person_id)
        .where(*concerned)
        .order_by(DueTimeRow.due_at, EnrollmentRow.id)
        .limit(MOST_SHOWN)
    )
    found = []
    for journey, due, practitioner, counts_from in rows:
        promised_on = calendar_at(calendar, due.calendar_version, recorded)
        again = recounted(counts_from, due.due_at, promised_on, closed)
        found.append(
            DueTimeMoved(
                enrollment_id=journey.id,
                practitioner=practitioner,
                stage=journey.stage,
                waiting_on=journey.waiting_on,
                clock=ClockKind(due.clock),
                promised=due.due_at,
                why=due.explanation,
                would_be=again.at,
                would_be_why=again.explanation,
            )
        )
    return tuple(found)
