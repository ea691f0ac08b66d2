"""Records for states before operations: what is due, reports as they were made, who has not chosen.

A report is made by a press after a look at its lines. It holds what the state has yet to hear of
awards of one month; made again, it holds what is new since.
"""

from collections.abc import Sequence
from typing import Annotated, Final
from uuid import uuid4

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from adapters.records.keyset import Page
from adapters.records.state_book import StateBook
from adapters.records.state_views import StateViews, Unchosen
from domain.enrollment import Party
from domain.months import Month, month_named
from domain.state_sheet import COLUMNS, row_of
from domain.us_states import STATE_NAMES, UsState, state_named
from portal.answers import after, page
from portal.faces import OpenSite, Operations
from portal.operations.asking import NONE, After, places
from portal.operations.csv_answers import (
    LINES_AT_ONCE,
    AsShape,
    Cell,
    Shape,
    csv_answer,
    csv_list,
    rows_of,
)
from portal.public.pages import OPEN_FORM, Posted
from portal.site import now

router = APIRouter(prefix="/ops/state-records", dependencies=list(OPEN_FORM))

LATEST: Final = 20
"""Reports on the first page; the list of all goes on from there."""

UNCHOSEN_COLUMNS: Final = (
    *("enrollment", "name", "address", "micro-credential", "library", "completed"),
    "suggested state",
)


def _views(site: OpenSite) -> StateViews:
    return StateViews(site.database, site.settings.programme_zone)


States = Annotated[StateViews, Depends(_views)]
"""A parameter of routes: what states were told, and have yet to hear."""

Code = Annotated[str, Query(max_length=20)]


@router.get("")
async def overview(
    request: Request,
    states: States,
    _: Operations,
    state: Annotated[UsState | None, NONE, Query()] = None,
    after_: After = "",
) -> Response:
    """Show the months that are due, and the reports, the latest first."""
    reports = await states.reports(state, after_, LATEST)
    unchosen = await states.unchosen(limit=1)
    return await page(
        request,
        "operations/state_records/overview.html",
        face=Party.OPS,
        due=await states.due(now()),
        reports=reports.lines,
        places=places(request, reports.after),
        state=state,
        names=STATE_NAMES,
        is_anybody_unchosen=bool(unchosen.lines),
    )


@router.get("/report")
async def preview(
    request: Request,
    site: OpenSite,
    states: States,
    _: Operations,
    state: Code = "",
    month: Code = "",
) -> Response:
    """Show the lines that a report made now would have; nothing is made."""
    wanted, of = state_named(state), month_named(month)
    return await page(
        request,
        "operations/state_records/preview.html",
        face=Party.OPS,
        state=wanted,
        month=of,
        name=STATE_NAMES[wanted],
        lines=await states.preview(wanted, of),
        is_over=_is_over(of, site.settings.programme_zone),
        press=uuid4().hex,
    )


@router.post("/report")
async def report(request: Request, site: OpenSite, visitor: Operations, given: Posted) -> Response:
    """Make the report; the same press again is the same report.

    Raises ``NothingToReport`` when somebody else was faster, and ``MonthNotBegun``.
    """
    state, month = state_named(given.get("state", "")), month_named(given.get("month", ""))
    token = f"{visitor.subject_id}/{given.get('press', '')}"
    book = StateBook(site.database, site.settings.programme_zone)
    made = await book.report(state, month, token, visitor.name, now())
    said = f"The report is made. Download it, and send it to {STATE_NAMES[state]}."
    return after(request, f"/ops/state-records/reports/{made.id}", said)


@router.get("/reports/{report_id}")
async def one(
    request: Request,
    site: OpenSite,
    states: States,
    _: Operations,
    report_id: str,
    shape: AsShape = None,
) -> Response:
    """Show a report as it was made, or give it out as CSV."""
    made, lines = await states.report(report_id)
    if shape is Shape.CSV:
        rows = (row_of(made, line, site.settings.public_url) for line in lines)
        name = f"state-report-{made.state}-{made.month}-{made.ordinal}"
        return csv_answer(name, COLUMNS, rows_of(rows), site.zone)
    return await page(
        request,
        "operations/state_records/report.html",
        face=Party.OPS,
        report=made,
        lines=lines,
        name=STATE_NAMES[made.state],
        columns=COLUMNS,
    )


@router.get("/unchosen")
async def unchosen(
    request: Request,
    site: OpenSite,
    states: States,
    _: Operations,
    after_: After = "",
    shape: AsShape = None,
) -> Response:
    """List the awards whose earners have not chosen, the oldest first, or all of them as CSV."""
    if shape is Shape.CSV:

        async def ask(cursor: str) -> Page[Unchosen]:
            return await states.unchosen(cursor, LINES_AT_ONCE)

        return await csv_list("without-a-state", UNCHOSEN_COLUMNS, ask, _row, site.zone)
    found = await states.unchosen(after_)
    return await page(
        request,
        "operations/state_records/unchosen.html",
        face=Party.OPS,
        lines=found.lines,
        places=places(request, found.after),
        names=STATE_NAMES,
    )


def _row(line: Unchosen) -> Sequence[Cell]:
    return (
        line.enrollment_id,
        line.name,
        line.address,
        line.title,
        line.library,
        line.awarded_at,
        line.suggested.value if line.suggested else None,
    )


def _is_over(month: Month, zone: str) -> bool:
    return month.next.begins(zone) <= now()
