"""The reports of operations: throughput, time in stage, first-round success, the access promise.

One query for each figure, over the months that were asked for; nothing is kept in between, so a
report always says what the records say.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Row, Select, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from adapters.records.database import Database
from adapters.records.journey_list import promise_is
from adapters.records.keyset import SortedBy
from adapters.records.list_values import PromiseState
from adapters.records.report_values import MonthLine, Report, ReportFilter, StageTime
from adapters.records.round_tables import RoundRow
from adapters.records.stage_times import month_number, stage_times_query
from adapters.records.tables import EnrollmentRow, MicroCredentialRow
from domain.enrollment import Ending
from domain.months import Month, months_between

Counted = dict[tuple[int, str], dict[str, int]]
"""By month and library, how often what happened."""

NOTHING: ColumnElement[int] = literal(0)
"""Stands where a query has no second thing to count."""


class ReportViews:
    """Reads for reports; ``zone`` is where their months begin."""

    def __init__(self, database: Database, zone: str) -> None:
        self._database = database
        self._zone = zone

    async def report(self, wanted: ReportFilter) -> Report:
        """Return the report of some months. Refuses ``period_not_valid``."""
        months = months_between(wanted.first, wanted.last)
        begins = [month.begins(self._zone) for month in (*months, months[-1].next)]
        async with self._database.reading() as session:
            libraries = (wanted.library,) if wanted.library else await self._libraries(session)
            counted: Counted = {}
            for names, query in _counts(begins, wanted.library):
                for month, library, *counts in await session.execute(query):
                    told = dict(zip(names, counts, strict=False))
                    counted.setdefault((month, library), {}).update(told)
            stages = await session.execute(stage_times_query(begins, wanted.library))
            return Report(
                filter=wanted,
                libraries=libraries,
                months=_lines(months, libraries, counted),
                stages=_stage_times(months, stages),
            )

    async def _libraries(self, session: AsyncSession) -> tuple[str, ...]:
        query = select(MicroCredentialRow.library).distinct().order_by(MicroCredentialRow.library)
        return tuple(await session.scalars(query))


def _counts(
    begins: Sequence[datetime], library: str | None
) -> Iterable[tuple[tuple[str, ...], Select[int, str, int, int]]]:
    """Yield what is counted by one sort of instant, with the query that counts it."""
    is_awarded = EnrollmentRow.ending == Ending.AWARDED
    is_proficient = RoundRow.is_proficient.is_(True)
    of_journey = _Monthly(begins, library, EnrollmentRow.library)
    of_first_round = _Monthly(begins, library, RoundRow.library, RoundRow.number == 1)
    yield ("enrolled",), of_journey.query(EnrollmentRow.opened_at, func.count())
    yield (
        ("awarded", "ended_otherwise"),
        of_journey.query(
            EnrollmentRow.ended_at,
            func.count().filter(is_awarded),
            func.count().filter(~is_awarded),
        ),
    )
    yield ("submitted",), of_first_round.query(RoundRow.opened_at, func.count())
    yield (
        ("first_rounds", "first_rounds_proficient"),
        of_first_round.query(RoundRow.decided_at, func.count(), func.count().filter(is_proficient)),
    )
    yield (
        ("promises_met", "promises_breached"),
        of_journey.query(
            EnrollmentRow.access_due_at,
            func.count().filter(*promise_is(PromiseState.MET)),
            func.count().filter(*promise_is(PromiseState.BREACHED)),
        ),
    )


class _Monthly:
    """Counts by month and library, over the months that begin at ``begins``."""

    def __init__(
        self,
        begins: Sequence[datetime],
        library: str | None,
        of: InstrumentedAttribute[str],
        *conditions: ColumnElement[bool],
    ) -> None:
        self._begins = begins
        self._of = of
        self._conditions = (*conditions, of == library) if library else conditions

    def query(
        self,
        instant: SortedBy,
        first: ColumnElement[int],
        second: ColumnElement[int] = NOTHING,
    ) -> Select[int, str, int, int]:
        """Return the query that counts by the month in which ``instant`` lies."""
        month = month_number(instant, self._begins)
        return (
            select(month, self._of, first, second)
            .where(instant >= self._begins[0], instant < self._begins[-1], *self._conditions)
            .group_by(month, self._of)
        )


def _lines(
    months: Sequence[Month], libraries: Sequence[str], counted: Counted
) -> tuple[MonthLine, ...]:
    return tuple(
        MonthLine(month=month, library=library, **counted.get((number, library), {}))
        for number, month in enumerate(months)
        for library in libraries
    )


def _stage_times(
    months: Sequence[Month], rows: Iterable[Row[str, int, str, int, float, float]]
) -> tuple[StageTime, ...]:
    return tuple(
        StageTime(
            stage=stage,
            month=None if month is None else months[month],
            library=library,
            stays=stays,
            median_seconds=float(median),
            ninetieth_seconds=float(ninetieth),
        )
        for stage, month, library, stays, median, ninetieth in rows
    )
