"""Refunding an order or some of its lines: first what it would come to, then doing it.

The intent is recorded before anything is answered. The journeys are asked one after the other while
the order's page says how far it is; what a crash leaves over, the sweep finishes.
"""

from collections import Counter
from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response
from starlette.background import BackgroundTask
from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError

from adapters.records.order_views import OrderLineFacts, OrderViews
from adapters.telemetry import logger_named
from adapters.unreachable import Unreachable
from domain.enrollment import Party
from domain.grounds import REASON_LIMIT, grounds
from domain.notices import Recipient
from domain.order_numbers import LinesNotUnderstood, lines_named
from domain.orders import LineState
from domain.previews import Act, ActKind, Preview
from domain.refusals import Refusal
from domain.values import Value
from office.orders import OrderDesk, RefundBegun
from office.previews import Previews
from portal.answers import after, page
from portal.faces import OpenSite, Operations
from portal.failures import status_of
from portal.forms import OURS
from portal.operations.bulk import Outlook, outlook_of
from portal.operations.orders_page import LINE_TONES, OrderId, order_page
from portal.site import Site, now

router = APIRouter(prefix="/ops/orders", dependencies=[OURS])

_LOG = logger_named(__name__)
_NOBODY: Final = "Say which lines are to be refunded: tick them, or write their numbers."
_BY_STATE: Final = frozenset({LineState.WAITING, LineState.HELD})

Lines = Annotated[list[int] | None, Query()]
Numbers = Annotated[str, Query(max_length=2000)]


class RefundOutlook(Value):
    """What a refund would come to: lines by what it means for them, and what is sent."""

    not_started: int
    over: int
    begun: int
    ending: int
    going_on: int
    """Journeys that go on under another order of the same learner."""
    freed: int
    facts: tuple[tuple[str, int], ...]
    journeys: Outlook
    price_cents: int

    @property
    def changes_something(self) -> bool:
        """Whether any line would become a refunded one."""
        return bool(self.not_started or self.over or self.ending or self.going_on)


@router.get("/{order_id}/refund")
async def ask(
    request: Request,
    site: OpenSite,
    _: Operations,
    order_id: OrderId,
    line: Lines = None,
    numbers: Numbers = "",
    whole: Annotated[bool, Query()] = False,
) -> Response:
    """Show what a refund would come to; nothing is changed."""
    try:
        chosen = () if whole else tuple(sorted({*(line or ()), *lines_named(numbers)}))
    except LinesNotUnderstood as refusal:
        return await order_page(request, site, order_id, wrong=str(refusal))
    if not chosen and not whole:
        return await order_page(request, site, order_id, wrong=_NOBODY)
    return await _outlook_page(request, site, order_id, chosen)


@router.post("/{order_id}/refund")
async def refund(
    request: Request,
    site: OpenSite,
    visitor: Operations,
    order_id: OrderId,
    numbers: Annotated[str, Form(max_length=40_000)] = "",
    whole: Annotated[bool, Form()] = False,
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Record the refund and ask the journeys to end; the order's page says how far it is."""
    chosen = lines_named(numbers)
    if not chosen and not whole:
        raise LinesNotUnderstood
    try:
        because = grounds(reason, visitor.name, now())
        desk = await site.desks.orders()
        begun = await desk.begin_refund(order_id, chosen, because)
    except Refusal as refusal:
        return await _outlook_page(request, site, order_id, chosen, refusal, reason)
    said = "The refund is recorded."
    if begun.lines:
        count = len(begun.lines)
        said += f" {count} {'journey is' if count == 1 else 'journeys are'} being ended."
    response = after(request, f"/ops/orders/{order_id}", said)
    response.background = BackgroundTask(_finish, desk, begun)
    return response


async def _finish(desk: OrderDesk, begun: RefundBegun) -> None:
    """Ask the journeys after the answer is out; whatever stops this is left to the sweep."""
    try:
        await desk.finish_refunds(begun)
    except (
        Refusal,
        Unreachable,
        RPCError,
        WorkflowUpdateFailedError,
        WorkflowUpdateRPCTimeoutOrCancelledError,
    ):
        _LOG.exception("refund_left_to_the_sweep", order_id=begun.order.order_id)


async def _outlook_page(
    request: Request,
    site: Site,
    order_id: str,
    chosen: tuple[int, ...],
    refusal: Refusal | None = None,
    reason: str = "",
) -> Response:
    views = OrderViews(site.database)
    order = await views.order(order_id)
    lines = await views.chosen_lines(order_id, chosen)
    journeys = [
        line.enrollment_id
        for line in lines
        if line.enrollment_id and line.state is LineState.ENROLLED and line.ending is None
    ]
    previews = Previews(site.database, site.settings.programme_zone)
    found = await previews.previews(Act(kind=ActKind.REFUND), journeys, now())
    return await page(
        request,
        "operations/orders/refund.html",
        face=Party.OPS,
        status=status_of(refusal) if refusal else HTTPStatus.OK,
        order=order,
        lines=lines,
        is_whole=not chosen,
        numbers=",".join(map(str, chosen)),
        outlook=refund_outlook(lines, found),
        line_tones=LINE_TONES,
        wrong=str(refusal) if refusal else "",
        reason=reason,
        reason_limit=REASON_LIMIT,
    )


def refund_outlook(lines: Sequence[OrderLineFacts], previews: Sequence[Preview]) -> RefundOutlook:
    """Return what refunding these lines comes to; ``previews`` are of their open journeys."""
    told = Counter(fact for each in previews for fact in each.facts)
    fresh = [line for line in lines if line.state not in {LineState.REFUNDED, LineState.REFUNDING}]
    return RefundOutlook(
        not_started=sum(line.state in _BY_STATE for line in lines),
        over=sum(line.state is LineState.ENROLLED and line.ending is not None for line in lines),
        begun=len(lines) - len(fresh),
        ending=sum(each.ending is not None for each in previews),
        going_on=sum(each.ending is None and each.refusal is None for each in previews),
        freed=sum(
            any(notice.to is Recipient.ASSESSOR for notice in each.sent) for each in previews
        ),
        facts=tuple(told.most_common()),
        journeys=outlook_of(previews),
        price_cents=sum(line.price_cents for line in fresh),
    )
