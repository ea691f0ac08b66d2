"""The list of orders; an order's own page is another module's."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from adapters.records.keyset import Page
from adapters.records.list_values import ListedOrder, OrderFilter, OrderStanding
from domain.enrollment import Party
from domain.orders import Channel
from portal.answers import page
from portal.faces import OpenSite, Operations
from portal.forms import OURS
from portal.operations.asking import NONE, After, Words, places
from portal.operations.csv_answers import LINES_AT_ONCE, AsShape, Cell, Shape, csv_list
from portal.site import now

router = APIRouter(prefix="/ops/orders", dependencies=[OURS])

COLUMNS = (
    *("order", "channel", "number", "purchase order", "payer", "address", "organization"),
    *("placed", "settled", "payment due", "dollars", "lines", "waiting", "enrolled", "held"),
    *("refunding", "refunded"),
)


@router.get("")
async def orders(
    request: Request,
    site: OpenSite,
    _: Operations,
    text: Words = "",
    standing: Annotated[OrderStanding | None, NONE, Query()] = None,
    channel: Annotated[Channel | None, NONE, Query()] = None,
    after: After = "",
    shape: AsShape = None,
) -> Response:
    """List orders, placed last first, or all that fit as CSV."""
    wanted = OrderFilter(text=text or None, standing=standing, channel=channel)
    views = site.desks.board
    if shape is Shape.CSV:

        async def ask(cursor: str) -> Page[ListedOrder]:
            return await views.orders(wanted, cursor, LINES_AT_ONCE)

        return await csv_list("orders", COLUMNS, ask, _row, site.zone)
    found = await views.orders(wanted, after)
    return await page(
        request,
        "operations/lists/orders.html",
        face=Party.OPS,
        wanted=wanted,
        lines=found.lines,
        places=places(request, found.after),
        standings=tuple(OrderStanding),
        channels=tuple(Channel),
        at=now(),
    )


def _row(line: ListedOrder) -> Sequence[Cell]:
    return (
        line.order_id,
        line.channel,
        line.external_id,
        line.purchase_order,
        line.payer,
        line.payer_address,
        line.payer_organization,
        line.placed_at,
        line.settled_at,
        line.settlement_due_at,
        f"{line.price_cents / 100:.2f}",
        line.lines,
        line.waiting,
        line.enrolled,
        line.held,
        line.refunding,
        line.refunded,
    )
