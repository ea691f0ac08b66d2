"""One order before operations: what became of each line, its mails, and what can be done."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BeforeValidator

from adapters.records.order_views import PAGE, OrderViews
from domain.enrollment import Party
from domain.orders import LineState
from portal.answers import page
from portal.faces import OpenSite, Operations
from portal.forms import OURS
from portal.operations.journey_lines import TONES
from portal.operations.wording import ATTENTION
from portal.site import Site, now

router = APIRouter(prefix="/ops/orders", dependencies=[OURS])

OrderId = Annotated[str, Path(max_length=40)]
"""The opaque id: an order's own number may hold slashes."""

_NONE: Final = BeforeValidator(lambda given: given or None)

LINE_TONES: Final[dict[LineState, str]] = {
    LineState.WAITING: "news",
    LineState.ENROLLED: "good",
    LineState.HELD: "warn",
    LineState.REFUNDING: "news",
    LineState.REFUNDED: "",
}
"""The tone of a badge with the state of a line."""

PAUSE: Final = timedelta(milliseconds=500)
"""Between two looks at the records for somebody who watches."""

LONGEST_LOOK: Final = timedelta(minutes=10)
"""A browser that is still there then asks again by itself."""


@router.get("/{order_id}")
async def order(
    request: Request,
    site: OpenSite,
    _: Operations,
    order_id: OrderId,
    after: Annotated[int, Query(ge=0, le=100_000)] = 0,
    state: Annotated[LineState | None, _NONE, Query()] = None,
) -> Response:
    """Show an order with a page of its lines."""
    return await order_page(request, site, order_id, after, state)


@router.get("/{order_id}/events")
async def events(site: OpenSite, _: Operations, order_id: OrderId) -> Response:
    """Tell how far a refund is whenever that changes, until nothing is open (server-sent)."""
    views = OrderViews(site.database)
    await views.order(order_id)  # an unknown order is refused before anything is streamed
    return StreamingResponse(_told(views, order_id), media_type="text/event-stream")


async def order_page(
    request: Request,
    site: Site,
    order_id: str,
    after: int = 0,
    state: LineState | None = None,
    wrong: str = "",
) -> Response:
    """Answer with the page of an order; ``wrong`` is what is to be put right in its choice."""
    views = OrderViews(site.database)
    lines = await views.lines(order_id, after, state)
    return await page(
        request,
        "operations/orders/page.html",
        face=Party.OPS,
        order=await views.order(order_id),
        lines=lines,
        next=lines[-1].number if len(lines) == PAGE else None,
        is_first=after == 0,
        state=state,
        states=tuple(LineState),
        line_tones=LINE_TONES,
        tones=TONES,
        attention_words=ATTENTION,
        wrong=wrong,
        at=now(),
    )


async def _told(views: OrderViews, order_id: str) -> AsyncIterator[str]:
    last = ""
    end = now() + LONGEST_LOOK
    while now() < end:
        counts = await views.counts(order_id)
        open_lines = counts.get(LineState.REFUNDING, 0)
        done = counts.get(LineState.REFUNDED, 0)
        told = json.dumps(
            {
                "settled": done,
                "counts": {"refunded": done, "still open": open_lines},
                "is_ended": open_lines == 0,
            }
        )
        if told != last:
            yield f"data: {told}\n\n"
            last = told
        if open_lines == 0:
            return
        await asyncio.sleep(PAUSE.total_seconds())
