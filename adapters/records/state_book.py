"""The earners' choices, and the reports for states: made once, their lines never told twice."""

from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.database import Database
from adapters.records.ops_actions import keep_action
from adapters.records.round_tables import AwardRow
from adapters.records.state_reading import choice_of, lines_due
from adapters.records.state_tables import StateChoiceRow, StateLineRow, StateReportRow
from domain.enrollment import Party
from domain.grounds import Grounds, OpsActionKind
from domain.months import Month, month_named
from domain.state_records import (
    MonthNotBegun,
    NoAwardToReport,
    NothingToReport,
    StateChoice,
    StateLine,
    StateReport,
)
from domain.us_states import UsState
from domain.values import opaque_id

LOCK_REPORTS = text("LOCK TABLE state_reports IN SHARE ROW EXCLUSIVE MODE")
"""Two who make a report at once do it one after the other, so the second finds what is left. Were
it not so, the constraints of ``state_lines`` would refuse the second line about the same."""


class StateBook:
    """Where choices and reports are kept. ``zone`` is where months and days begin."""

    def __init__(self, database: Database, zone: str) -> None:
        self._database = database
        self._zone = zone

    async def choose(self, enrollment_id: str, choice: StateChoice, at: datetime) -> None:
        """Keep what a practitioner chose for an award. Refuses ``no_award_to_report``."""
        async with self._database.transaction() as session:
            await _keep(session, enrollment_id, choice, Party.PRACTITIONER, at)

    async def choose_for(self, enrollment_id: str, choice: StateChoice, grounds: Grounds) -> None:
        """Keep what operations chose for a practitioner, with their reason.

        Refuses ``no_award_to_report``. The same choice again changes nothing.
        """
        async with self._database.transaction() as session:
            if await _keep(session, enrollment_id, choice, Party.OPS, grounds.at):
                await keep_action(session, OpsActionKind.STATE_CHOSEN, enrollment_id, grounds)

    async def report(
        self, state: UsState, month: Month, token: str, made_by: str, at: datetime
    ) -> StateReport:
        """Make a report of what ``state`` has yet to hear of a month; the same press is the same.

        ``token`` belongs to the press. Refuses ``month_not_begun`` and ``nothing_to_report``.
        """
        if month.begins(self._zone) > at:
            raise MonthNotBegun(month=month)
        report_id = opaque_id("g", token, state, str(month))
        async with self._database.transaction() as session:
            if self._database.has_row_locks:
                await session.execute(LOCK_REPORTS)
            made = await session.get(StateReportRow, report_id)
            if made is None:
                lines = await lines_due(session, state, month, self._zone)
                if not lines:
                    raise NothingToReport(state=state, month=month)
                made = await self._made(session, report_id, state, month, made_by, at, lines)
            return report_of(made)

    async def _made(
        self,
        session: AsyncSession,
        report_id: str,
        state: UsState,
        month: Month,
        made_by: str,
        at: datetime,
        lines: tuple[StateLine, ...],
    ) -> StateReportRow:
        earlier = select(func.max(StateReportRow.ordinal)).where(
            StateReportRow.state == state.value, StateReportRow.month == str(month)
        )
        row = StateReportRow(
            id=report_id,
            state=state.value,
            month=str(month),
            ordinal=(await session.scalar(earlier) or 0) + 1,
            made_at=at,
            made_by=made_by,
            lines=len(lines),
        )
        session.add(row)
        await session.flush()
        session.add_all(_row(report_id, at_, line) for at_, line in enumerate(lines, start=1))
        await session.flush()
        return row


async def _keep(
    session: AsyncSession, enrollment_id: str, choice: StateChoice, by: Party, at: datetime
) -> bool:
    """Keep a choice; says whether anything changed."""
    # The award is locked, so that a form pressed twice is kept once after the other.
    if await session.get(AwardRow, enrollment_id, with_for_update=True) is None:
        raise NoAwardToReport(enrollment=enrollment_id)
    row = await session.get(StateChoiceRow, enrollment_id)
    if choice_of(row) == choice:
        return False
    chosen = StateChoiceRow(
        enrollment_id=enrollment_id,
        state=choice.state.value if choice.state else None,
        credit=choice.credit.value,
        educator_number=choice.educator_number,
        chosen_by=by.value,
        chosen_at=at,
    )
    await session.merge(chosen)
    return True


def _row(report_id: str, position: int, line: StateLine) -> StateLineRow:
    key = (line.enrollment_id, line.state, str(line.number))
    return StateLineRow(
        id=opaque_id("l", *key),
        report_id=report_id,
        position=position,
        enrollment_id=line.enrollment_id,
        state=line.state.value,
        number=line.number,
        kind=line.kind.value,
        corrects_id=line.corrects,
        name=line.name,
        educator_number=line.educator_number,
        library=line.library,
        slug=line.slug,
        version=line.version,
        title=line.title,
        completed_on=line.completed_on,
        credit=line.credit.value,
        amount=line.amount,
        credential_id=line.credential_id,
    )


def report_of(row: StateReportRow) -> StateReport:
    """Return a report as it was made."""
    return StateReport(
        id=row.id,
        state=UsState(row.state),
        month=month_named(row.month),
        ordinal=row.ordinal,
        made_at=row.made_at,
        made_by=row.made_by,
        lines=row.lines,
    )
