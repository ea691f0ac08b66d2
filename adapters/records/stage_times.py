"""How long journeys stay at each stage, from their timelines, in one query on either database.

A stay begins with the first line that brings a stage and ends with the next line that brings
another one; a stage that is entered again with another clock is the same stay. A stay belongs to
the month in which it ended. The figures are nearest ranks, which both databases can count.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    Float,
    Integer,
    Select,
    case,
    cast,
    func,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy import String as Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from adapters.records.keyset import SortedBy
from adapters.records.tables import EnrollmentRow, TimelineRow
from domain.enrollment import Stage
from domain.timeline import Happening

Instants = SortedBy | ColumnElement[datetime]

_BRINGS = {
    Happening.OFFERED: Stage.OFFERED,
    Happening.NOBODY_TO_OFFER: Stage.QUEUED,
    Happening.ENDED: Stage.ENDED,
}
"""Lines that bring a stage without naming it; ``stage_entered`` names its own."""


class seconds_between(FunctionElement[float]):
    """Seconds from the first instant to the second."""

    type = Float()
    inherit_cache = True


@compiles(seconds_between, "postgresql")
def _on_postgresql(element: seconds_between, compiler: SQLCompiler, **options: object) -> str:
    first, second = (compiler.process(each, **options) for each in element.clauses)
    return f"EXTRACT(EPOCH FROM ({second} - {first}))"


@compiles(seconds_between, "sqlite")
def _on_sqlite(element: seconds_between, compiler: SQLCompiler, **options: object) -> str:
    first, second = (compiler.process(each, **options) for each in element.clauses)
    return f"((julianday({second}) - julianday({first})) * 86400.0)"


def month_number(instant: Instants, begins: Sequence[datetime]) -> ColumnElement[int]:
    """Return which month of a report an instant lies in, from 0; ``begins`` has one end more.

    Months begin where the programme's clocks say, so the boundaries are told and not computed by a
    database that may not know the zone.
    """
    return case(*((instant < end, number) for number, end in enumerate(begins[1:])))


def stage_times_query(
    begins: Sequence[datetime], library: str | None
) -> CompoundSelect[str, int, str, int, float, float]:
    """Return the query for the figures: of all stays, of each month, and of each library."""
    stays = _stays(begins, library)
    month, of = stays.c.month, stays.c.library
    no_month, no_library = cast(null(), Integer), cast(null(), Text)
    return union_all(
        _figures(stays, [stays.c.stage], no_month, no_library),
        _figures(stays, [stays.c.stage, month], month, no_library),
        _figures(stays, [stays.c.stage, of], no_month, of),
    )


def _stays(begins: Sequence[datetime], library: str | None) -> CTE:
    """Return every stay that ended within the months, with how long it took."""
    arrivals = _arrivals(begins, library)
    of_one, by_time = arrivals.c.enrollment_id, (arrivals.c.at, arrivals.c.id)
    left = (
        select(
            arrivals.c.library,
            func.lag(arrivals.c.stage).over(partition_by=of_one, order_by=by_time).label("stage"),
            func.lag(arrivals.c.at).over(partition_by=of_one, order_by=by_time).label("entered_at"),
            arrivals.c.at.label("left_at"),
        )
        .where(or_(arrivals.c.previous.is_(None), arrivals.c.stage != arrivals.c.previous))
        .subquery("left_stages")
    )
    return (
        select(
            left.c.stage,
            left.c.library,
            month_number(left.c.left_at, begins).label("month"),
            seconds_between(left.c.entered_at, left.c.left_at).label("seconds"),
        )
        .where(left.c.stage.is_not(None), left.c.left_at >= begins[0], left.c.left_at < begins[-1])
        .cte("stays")
    )


def _arrivals(begins: Sequence[datetime], library: str | None) -> CTE:
    """Return the lines that bring a stage, each with the stage that was before.

    Journeys that did nothing since the report's beginning cannot have left a stage within it.
    """
    stage = case(
        *((TimelineRow.kind == kind, brought.value) for kind, brought in _BRINGS.items()),
        else_=TimelineRow.facts["stage"].as_string(),
    )
    of_one, by_time = TimelineRow.enrollment_id, (TimelineRow.at, TimelineRow.id)
    lines = (
        select(
            TimelineRow.id,
            TimelineRow.enrollment_id,
            TimelineRow.at,
            EnrollmentRow.library,
            stage.label("stage"),
            func.lag(stage).over(partition_by=of_one, order_by=by_time).label("previous"),
        )
        .join(EnrollmentRow, EnrollmentRow.id == TimelineRow.enrollment_id)
        .where(
            TimelineRow.kind.in_([Happening.STAGE_ENTERED, *_BRINGS]),
            EnrollmentRow.last_at >= begins[0],
        )
    )
    if library:
        lines = lines.where(EnrollmentRow.library == library)
    return lines.cte("arrivals")


def _figures(
    stays: CTE,
    group: Sequence[ColumnElement[object]],
    month: ColumnElement[int],
    library: ColumnElement[str],
) -> Select[str, int, str, int, float, float]:
    """Return the figures of each group: its name, its size, and its two nearest ranks."""
    ranked = select(
        stays.c.stage,
        month.label("month"),
        library.label("library"),
        stays.c.seconds,
        func.row_number().over(partition_by=group, order_by=stays.c.seconds).label("rank"),
        func.count().over(partition_by=group).label("stays"),
    ).subquery()
    names = (ranked.c.stage, ranked.c.month, ranked.c.library, ranked.c.stays)
    middle, ninth_tenth = (ranked.c.stays + 1) // 2, (ranked.c.stays * 9 + 9) // 10
    return (
        select(
            *names,
            func.max(case((ranked.c.rank == middle, ranked.c.seconds))),
            func.max(case((ranked.c.rank == ninth_tenth, ranked.c.seconds))),
        )
        .where(or_(ranked.c.rank == middle, ranked.c.rank == ninth_tenth))
        .group_by(*names)
    )
