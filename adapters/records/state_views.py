"""What is shown of the records for states: to earners their own choice, to operations the rest."""

from collections import Counter
from datetime import datetime

from sqlalchemy import Exists, Select, exists, select

from adapters.records.credential_tables import CredentialRow
from adapters.records.database import Database
from adapters.records.keyset import (
    PAGE,
    Cursor,
    Page,
    at_most,
    earlier_than,
    later_than,
    page_of,
    unsealed,
)
from adapters.records.round_tables import AwardRow
from adapters.records.state_book import report_of
from adapters.records.state_reading import (
    choice_of,
    is_award_pending,
    line_of,
    lines_due,
    pending,
)
from adapters.records.state_tables import StateChoiceRow, StateLineRow, StateReportRow
from adapters.records.tables import CatalogVersionRow, EnrollmentRow, PersonRow
from domain.months import Month, month_of
from domain.state_records import (
    FiscalYear,
    NoAwardToReport,
    StateChoice,
    StateLine,
    StateReport,
    UnknownStateReport,
    completion_day,
    fiscal_year_of,
)
from domain.us_states import UsState, suggested_state
from domain.values import Instant, Value

REPORTS = "state reports"
UNCHOSEN = "without a choice"


class ToldLine(Value):
    """A line that a state received, and when."""

    line: StateLine
    month: Month
    made_at: Instant


class StateRecord(Value):
    """What an earner sees: the award, the choice, and what was told to whom.

    ``suggested`` is the state that the library is named after. ``is_pending`` says that a state
    has yet to hear something; ``is_issued`` that there is a credential which counts.
    """

    enrollment_id: str
    title: str
    library: str
    hours: int
    awarded_at: Instant
    fiscal_year: FiscalYear
    choice: StateChoice | None
    suggested: UsState | None
    told: tuple[ToldLine, ...]
    is_pending: bool
    is_issued: bool


class DueMonth(Value):
    """A month of which a state has yet to hear: how many lines, and whether the month is over."""

    state: UsState
    month: Month
    lines: int
    is_over: bool


class Unchosen(Value):
    """An award whose earner has not said which state is to hear of it."""

    enrollment_id: str
    name: str
    address: str
    title: str
    library: str
    awarded_at: Instant
    suggested: UsState | None


class StateViews:
    """Reads; never writes. ``zone`` is where days and months begin."""

    def __init__(self, database: Database, zone: str) -> None:
        self._database = database
        self._zone = zone

    async def record(self, enrollment_id: str) -> StateRecord:
        """Return what an earner sees of one award. Refuses ``no_award_to_report``."""
        async with self._database.reading() as session:
            found = (await session.execute(_award(enrollment_id))).one_or_none()
            if found is None:
                raise NoAwardToReport(enrollment=enrollment_id)
            awarded_at, library, version, choice = found
            return StateRecord(
                enrollment_id=enrollment_id,
                title=version.title,
                library=library,
                hours=_hours(version),
                awarded_at=awarded_at,
                fiscal_year=fiscal_year_of(completion_day(awarded_at, self._zone)),
                choice=choice_of(choice),
                suggested=suggested_state(library),
                told=tuple(_told(*row) for row in await session.execute(_told_of(enrollment_id))),
                is_pending=await is_award_pending(session, enrollment_id),
                is_issued=bool(await session.scalar(select(_is_issued(enrollment_id)))),
            )

    async def due(self, at: datetime) -> tuple[DueMonth, ...]:
        """Return the months of which states have yet to hear, the oldest first."""
        async with self._database.reading() as session:
            found = await pending(session)
        counted = Counter((month_of(awarded, self._zone), state) for state, awarded in found)
        return tuple(
            DueMonth(
                state=UsState(state),
                month=month,
                lines=lines,
                is_over=month.next.begins(self._zone) <= at,
            )
            for (month, state), lines in sorted(
                counted.items(), key=lambda each: (str(each[0][0]), each[0][1])
            )
        )

    async def preview(self, state: UsState, month: Month) -> tuple[StateLine, ...]:
        """Return the lines that a report made now would have."""
        async with self._database.reading() as session:
            return await lines_due(session, state, month, self._zone)

    async def reports(
        self, state: UsState | None = None, after: str = "", limit: int = PAGE
    ) -> Page[StateReport]:
        """Return a page of the reports, of one state or of all; the latest first."""
        cursor = unsealed(after, REPORTS)
        query = select(StateReportRow).order_by(
            StateReportRow.made_at.desc(), StateReportRow.id.desc()
        )
        if state is not None:
            query = query.where(StateReportRow.state == state.value)
        if cursor is not None:
            query = query.where(earlier_than(StateReportRow.made_at, StateReportRow.id, cursor))
        async with self._database.reading() as session:
            rows = (await session.scalars(query.limit(at_most(limit + 1)))).all()
        return page_of(
            rows, limit, report_of, lambda row: Cursor(order=REPORTS, at=row.made_at, id=row.id)
        )

    async def report(self, report_id: str) -> tuple[StateReport, tuple[StateLine, ...]]:
        """Return a report with its lines. Refuses ``unknown_state_report``."""
        lines = (
            select(StateLineRow)
            .where(StateLineRow.report_id == report_id)
            .order_by(StateLineRow.position)
        )
        async with self._database.reading() as session:
            row = await session.get(StateReportRow, report_id)
            if row is None:
                raise UnknownStateReport(report=report_id)
            return report_of(row), tuple(line_of(each) for each in await session.scalars(lines))

    async def unchosen(self, after: str = "", limit: int = PAGE) -> Page[Unchosen]:
        """Return a page of the awards without a choice, the oldest first."""
        cursor = unsealed(after, UNCHOSEN)
        query = _without_a_choice()
        if cursor is not None:
            query = query.where(later_than(AwardRow.awarded_at, AwardRow.enrollment_id, cursor))
        query = query.order_by(AwardRow.awarded_at, AwardRow.enrollment_id)
        async with self._database.reading() as session:
            rows = (await session.execute(query.limit(at_most(limit + 1)))).all()
        return page_of(
            rows,
            limit,
            lambda row: _unchosen(*row),
            lambda row: Cursor(order=UNCHOSEN, at=row[0].awarded_at, id=row[0].enrollment_id),
        )


def _award(enrollment_id: str) -> Select[datetime, str, CatalogVersionRow, StateChoiceRow | None]:
    return (
        select(AwardRow.awarded_at, EnrollmentRow.library, CatalogVersionRow, StateChoiceRow)
        .join(EnrollmentRow, EnrollmentRow.id == AwardRow.enrollment_id)
        .join(CatalogVersionRow, CatalogVersionRow.id == EnrollmentRow.version_id)
        .outerjoin(StateChoiceRow, StateChoiceRow.enrollment_id == AwardRow.enrollment_id)
        .where(AwardRow.enrollment_id == enrollment_id)
    )


def _told_of(enrollment_id: str) -> Select[StateLineRow, StateReportRow]:
    return (
        select(StateLineRow, StateReportRow)
        .join(StateReportRow, StateReportRow.id == StateLineRow.report_id)
        .where(StateLineRow.enrollment_id == enrollment_id)
        .order_by(StateReportRow.made_at, StateLineRow.state, StateLineRow.number)
    )


def _hours(version: CatalogVersionRow) -> int:
    hours = version.content.get("pd_hours")
    return hours if isinstance(hours, int) else 0


def _without_a_choice() -> Select[AwardRow, PersonRow, str, str]:
    return (
        select(AwardRow, PersonRow, EnrollmentRow.library, CatalogVersionRow.title)
        .join(EnrollmentRow, EnrollmentRow.id == AwardRow.enrollment_id)
        .join(PersonRow, PersonRow.id == EnrollmentRow.person_id)
        .join(CatalogVersionRow, CatalogVersionRow.id == EnrollmentRow.version_id)
        .where(~exists().where(StateChoiceRow.enrollment_id == AwardRow.enrollment_id))
    )


def _is_issued(enrollment_id: str) -> Exists:
    return exists().where(
        CredentialRow.enrollment_id == enrollment_id, CredentialRow.revoked_at.is_(None)
    )


def _told(line: StateLineRow, report: StateReportRow) -> ToldLine:
    made = report_of(report)
    return ToldLine(line=line_of(line), month=made.month, made_at=made.made_at)


def _unchosen(award: AwardRow, person: PersonRow, library: str, title: str) -> Unchosen:
    return Unchosen(
        enrollment_id=award.enrollment_id,
        name=person.name,
        address=person.address,
        title=title,
        library=library,
        awarded_at=award.awarded_at,
        suggested=suggested_state(library),
    )
