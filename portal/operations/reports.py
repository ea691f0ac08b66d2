"""Reports by month and library: throughput, time in stage, first-round success, the promise."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from adapters.records.report_values import MonthLine, Report, ReportFilter, StageTime
from adapters.records.report_views import ReportViews
from domain.enrollment import Party, Stage
from domain.months import MOST_MONTHS, month_named, month_of
from portal.answers import page
from portal.faces import OpenSite, Operations
from portal.forms import OURS
from portal.operations.asking import STAGES, LibraryName
from portal.operations.charts import HALF, Chart, Series, columns, rows, share_said, time_said
from portal.operations.csv_answers import AsShape, Cell, Shape, csv_answer, rows_of
from portal.site import Site, now

router = APIRouter(prefix="/ops/reports", dependencies=[OURS])

MONTHS_AT_FIRST = 12

MONTH_COLUMNS = (
    *("month", "library", "enrolled", "submitted", "awarded", "ended otherwise"),
    *("first rounds decided", "of them proficient", "first-round success"),
    *("promises met", "promises broken", "promise kept"),
)
STAGE_COLUMNS = ("stage", "month", "library", "stays", "median hours", "ninetieth hours")


class Table(StrEnum):
    """Which figures of a report a file holds."""

    MONTHS = "months"
    STAGES = "stages"


@router.get("")
async def report(
    request: Request,
    site: OpenSite,
    _: Operations,
    first: Annotated[str, Query(max_length=10)] = "",
    last: Annotated[str, Query(max_length=10)] = "",
    library: LibraryName = "",
    shape: AsShape = None,
    table: Annotated[Table, Query()] = Table.MONTHS,
) -> Response:
    """Show a report, or one of its tables as CSV."""
    wanted = _wanted(site, first, last, library)
    zone = site.settings.programme_zone
    found = await ReportViews(site.database, zone).report(wanted)
    if shape is Shape.CSV:
        return _file(site, found, table)
    by_month = found.by_month()
    return await page(
        request,
        "operations/reports/page.html",
        face=Party.OPS,
        report=found,
        by_month=by_month,
        by_library=found.by_library(),
        in_all=found.in_all(),
        stages=_in_order(found),
        charts=_charts(by_month, _in_order(found)),
        libraries=await site.desks.board.libraries(),
        most_months=MOST_MONTHS,
        share=share_said,
        time=time_said,
        query=f"first={wanted.first}&last={wanted.last}&library={library}",
    )


def _wanted(site: Site, first: str, last: str, library: str) -> ReportFilter:
    """Return what is asked for: this month and those before, unless other ones are named."""
    this = month_of(now(), site.settings.programme_zone)
    until = month_named(last) if last else this
    since = month_named(first) if first else until.moved(1 - MONTHS_AT_FIRST)
    return ReportFilter(first=since, last=until, library=library or None)


def _in_order(found: Report) -> list[StageTime]:
    """Return the stages of the whole report, in the order in which a journey passes them."""
    whole = [each for each in found.stages if each.month is None and each.library is None]
    return sorted(whole, key=lambda each: STAGES.index(each.stage))


def _charts(by_month: Sequence[MonthLine], stages: Sequence[StageTime]) -> dict[str, Chart]:
    months = [str(line.month) for line in by_month]
    return {
        "throughput": columns(
            "Enrolled, submitted, awarded and ended otherwise, by month",
            months,
            [
                _series("enrolled", "first", (line.enrolled for line in by_month)),
                _series("submitted", "second", (line.submitted for line in by_month)),
                _series("awarded", "third", (line.awarded for line in by_month)),
                _series("ended otherwise", "fourth", (line.ended_otherwise for line in by_month)),
            ],
        ),
        "stages": _stage_chart(stages),
        "success": columns(
            "First rounds that were proficient, by the month of the decision",
            months,
            [_series("proficient", "third", (line.first_round_success for line in by_month))],
            width=HALF,
            is_share=True,
        ),
        "promise": columns(
            "Access promises that were met, by the month in which they fell due",
            months,
            [_series("met", "third", (line.promise_kept for line in by_month))],
            width=HALF,
            is_share=True,
        ),
    }


def _series(name: str, tone: str, values: Iterable[float | None]) -> Series:
    return Series(name=name, tone=tone, values=tuple(values))


def _stage_chart(stages: Sequence[StageTime]) -> Chart:
    return rows(
        "Time in stage: the median, and nine of ten",
        [each.stage.replace("_", " ") for each in stages],
        [
            _series("median", "third", (each.median_seconds for each in stages)),
            _series("nine of ten", "first", (each.ninetieth_seconds for each in stages)),
        ],
        [
            f"{time_said(each.median_seconds)} · {time_said(each.ninetieth_seconds)}"
            for each in stages
        ],
    )


def _file(site: Site, found: Report, table: Table) -> Response:
    span = f"{found.filter.first}-to-{found.filter.last}"
    if table is Table.MONTHS:
        lines = rows_of([_month_row(line) for line in found.months])
        return csv_answer(f"report-{span}", MONTH_COLUMNS, lines, site.zone)
    stays = rows_of([_stage_row(each) for each in found.stages if each.stage != Stage.ENDED])
    return csv_answer(f"time-in-stage-{span}", STAGE_COLUMNS, stays, site.zone)


def _month_row(line: MonthLine) -> Sequence[Cell]:
    return (
        str(line.month),
        line.library,
        line.enrolled,
        line.submitted,
        line.awarded,
        line.ended_otherwise,
        line.first_rounds,
        line.first_rounds_proficient,
        line.first_round_success,
        line.promises_met,
        line.promises_breached,
        line.promise_kept,
    )


def _stage_row(each: StageTime) -> Sequence[Cell]:
    return (
        each.stage,
        str(each.month) if each.month else "all",
        each.library or "all",
        each.stays,
        each.median_seconds / 3600,
        each.ninetieth_seconds / 3600,
    )
