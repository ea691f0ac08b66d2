"""What must always be true, counted now, with the rows behind every number above zero."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from adapters.records.invariants import Breach, InvariantBook, sentence_of
from adapters.records.keyset import Page
from adapters.records.list_values import SubjectKind
from domain.enrollment import Party
from portal.answers import page
from portal.faces import OpenSite, Operations
from portal.forms import OURS
from portal.operations.asking import After, places
from portal.operations.csv_answers import AsShape, Cell, Shape, csv_list
from portal.site import now

router = APIRouter(prefix="/ops/checks", dependencies=[OURS])

FIRST_ROWS = 10
"""Rows of each broken sentence that stand on the first page; the others stand behind it."""

COLUMNS = ("of", "subject", "what is wrong", "practitioner", "enrollment", "order")


@router.get("")
async def checks(request: Request, site: OpenSite, _: Operations) -> Response:
    """Count every sentence, and show the first rows of those that do not hold."""
    at, book = now(), InvariantBook(site.database)
    counted = await book.count(at)
    rows = {
        each.number: await book.breaches(each.number, at, limit=FIRST_ROWS)
        for each in counted
        if each.breaches
    }
    return await page(
        request,
        "operations/checks/page.html",
        face=Party.OPS,
        at=at,
        counted=counted,
        rows=rows,
        address_of=address_of,
    )


@router.get("/{number}")
async def check(
    request: Request,
    site: OpenSite,
    _: Operations,
    number: Annotated[int, Path()],
    after: After = "",
    shape: AsShape = None,
) -> Response:
    """Show the rows behind one number, page by page, or all of them as CSV."""
    at, book = now(), InvariantBook(site.database)
    if shape is Shape.CSV:

        async def ask(cursor: str) -> Page[Breach]:
            return await book.breaches(number, at, cursor)

        return await csv_list(f"check-{number}", COLUMNS, ask, _row, site.zone)
    found = await book.breaches(number, at, after)
    return await page(
        request,
        "operations/checks/rows.html",
        face=Party.OPS,
        number=number,
        sentence=sentence_of(number, at),
        lines=found.lines,
        places=places(request, found.after),
        address_of=address_of,
    )


def address_of(breach: Breach) -> str:
    """Return the page on which to look at it; empty where there is none."""
    if breach.enrollment_id:
        return f"/ops/journeys/{breach.enrollment_id}"
    if breach.order_id:
        return f"/ops/orders/{breach.order_id}"
    return f"/ops/roster/{breach.subject}" if breach.kind is SubjectKind.ASSESSOR else ""


def _row(breach: Breach) -> Sequence[Cell]:
    return (
        breach.kind,
        breach.subject,
        breach.wrong,
        breach.practitioner,
        breach.enrollment_id,
        breach.order_id,
    )
