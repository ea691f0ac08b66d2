"""The list of journeys: filters and search stand in the address, pages follow each other."""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response

from adapters.records.keyset import Page
from adapters.records.list_values import JourneyLine, JourneyOrder, PromiseState
from domain.enrollment import AttentionKind, Ending, Party
from portal.answers import page
from portal.faces import OpenSite, Operations
from portal.forms import OURS
from portal.operations.asking import STAGES, WAITED_ON, After, Asked, Which, places
from portal.operations.csv_answers import LINES_AT_ONCE, AsShape, Cell, Shape, csv_list
from portal.site import now

router = APIRouter(prefix="/ops/journeys", dependencies=[OURS])

COLUMNS = (
    *("enrollment", "practitioner", "address", "organization", "order", "micro-credential"),
    *("library", "stage", "round", "ending", "waits on", "until", "opened", "latest activity"),
    "attention",
)


@router.get("")
async def journeys(
    request: Request,
    site: OpenSite,
    _: Operations,
    asked: Asked,
    after: After = "",
    shape: AsShape = None,
) -> Response:
    """List journeys, a page at a time, or all that fit as CSV."""
    at, views = now(), site.desks.board
    wanted = asked.filter_at(at, site)
    if shape is Shape.CSV:

        async def ask(cursor: str) -> Page[JourneyLine]:
            return await views.journeys(wanted, asked.order, cursor, LINES_AT_ONCE)

        return await csv_list("journeys", COLUMNS, ask, _row, site.zone)
    found = await views.journeys(wanted, asked.order, after)
    return await page(
        request,
        "operations/lists/journeys.html",
        face=Party.OPS,
        asked=asked,
        lines=found.lines,
        places=places(request, found.after),
        at=at,
        stages=STAGES,
        parties=WAITED_ON,
        whiches=tuple(Which),
        libraries=await views.libraries(),
        kinds=tuple(AttentionKind),
        promises=tuple(PromiseState),
        endings=tuple(Ending),
        orders=ORDERS,
    )


ORDERS: dict[JourneyOrder, str] = {
    JourneyOrder.DUE: "due soonest first",
    JourneyOrder.ACTIVITY: "latest activity first",
    JourneyOrder.NEWEST: "newest first",
    JourneyOrder.OLDEST: "oldest first",
    JourneyOrder.NUMBER: "by enrollment number",
}
"""How each order is called."""


def _row(line: JourneyLine) -> Sequence[Cell]:
    return (
        line.enrollment_id,
        line.practitioner,
        line.address,
        line.organization,
        line.order_number,
        line.title,
        line.library,
        line.stage,
        line.round,
        line.ending,
        "" if line.ending else line.waiting_on,
        line.waiting_until,
        line.opened_at,
        line.last_at,
        line.attention,
    )
