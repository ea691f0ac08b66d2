"""What assessors hold: who is overdue, and for how long."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from adapters.records.keyset import Page
from adapters.records.list_values import AssessorLine
from domain.enrollment import Party
from portal.answers import page
from portal.faces import OpenSite, Operations
from portal.forms import OURS
from portal.operations.asking import After, places
from portal.operations.csv_answers import LINES_AT_ONCE, AsShape, Cell, Shape, csv_list
from portal.site import now

router = APIRouter(prefix="/ops/assessors", dependencies=[OURS])

COLUMNS = (
    *("assessor", "name", "address", "active", "on leave", "capacity", "load", "offered"),
    *("assessing", "overdue", "overdue since"),
)


@router.get("")
async def assessors(
    request: Request,
    site: OpenSite,
    _: Operations,
    overdue: Annotated[bool, Query()] = False,
    after: After = "",
    shape: AsShape = None,
) -> Response:
    """List assessors, overdue for longest first, or all of them as CSV."""
    at, views = now(), site.desks.board
    if shape is Shape.CSV:

        async def ask(cursor: str) -> Page[AssessorLine]:
            return await views.assessors(
                at, is_overdue_only=overdue, after=cursor, limit=LINES_AT_ONCE
            )

        return await csv_list("assessors", COLUMNS, ask, _row, site.zone)
    found = await views.assessors(at, is_overdue_only=overdue, after=after)
    return await page(
        request,
        "operations/lists/assessors.html",
        face=Party.OPS,
        is_overdue_only=overdue,
        lines=found.lines,
        places=places(request, found.after),
    )


def _row(line: AssessorLine) -> Sequence[Cell]:
    return (
        line.assessor_id,
        line.name,
        line.address,
        line.is_active,
        line.is_on_leave,
        line.capacity,
        line.load,
        line.offered,
        line.assessing,
        line.overdue,
        line.overdue_since,
    )
