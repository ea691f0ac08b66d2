"""The logs of webhooks: every delivery that went out, and every message of the shop."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BeforeValidator

from adapters.records.keyset import LONGEST_CURSOR
from adapters.records.webhook_values import DeliveryFilter, DeliveryLine
from adapters.records.webhook_views import WebhookViews
from domain.enrollment import Party
from domain.webhooks import DeliveryState, EventKind
from portal.answers import after, page
from portal.faces import OpenSite, Operations
from portal.forms import OURS
from portal.operations.webhooks import KIND_WORDS, Desk, Press, Reason, because, sent_words

router = APIRouter(prefix="/ops/webhooks", dependencies=[OURS])

Chosen = Annotated[DeliveryState | None, BeforeValidator(lambda given: given or None), Query()]
"""A state out of a list whose first entry is "any", which browsers send as nothing."""

DeliveryId = Annotated[str, Path(max_length=40)]


@router.get("/deliveries")
async def deliveries(
    request: Request,
    site: OpenSite,
    _: Operations,
    state: Chosen = None,
    endpoint: Annotated[str, Query(max_length=40)] = "",
    about: Annotated[str, Query(max_length=40)] = "",
    after_: Annotated[str, Query(alias="after", max_length=LONGEST_CURSOR)] = "",
) -> Response:
    """List deliveries, the newest first; filters stand in the address."""
    wanted = DeliveryFilter(
        state=state,
        endpoint_id=endpoint.strip(),
        subject_id=about.strip(),
    )
    views = WebhookViews(site.database)
    found = await views.deliveries(wanted, after_)
    facts = {"state": wanted.state, "endpoint": wanted.endpoint_id, "about": wanted.subject_id}
    kept = {name: value for name, value in facts.items() if value}
    return await page(
        request,
        "operations/webhooks/deliveries.html",
        face=Party.OPS,
        lines=found.lines,
        next=f"?{urlencode({**kept, 'after': found.after})}" if found.after else "",
        is_first=not after_,
        wanted=wanted,
        states=tuple(DeliveryState),
        endpoints=await views.endpoint_names(),
        words=KIND_WORDS,
    )


@router.get("/deliveries/{delivery_id}")
async def delivery(
    request: Request, site: OpenSite, _: Operations, delivery_id: DeliveryId
) -> Response:
    """Show one delivery: what it carries, every attempt, and what the receiver said."""
    view = await WebhookViews(site.database).delivery(delivery_id)
    return await page(
        request,
        "operations/webhooks/delivery.html",
        face=Party.OPS,
        delivery=view,
        line=view.line,
        words=KIND_WORDS,
        subject=subject_address(view.line),
        press=uuid4().hex,
    )


@router.post("/deliveries/{delivery_id}/resend")
async def resend(
    request: Request,
    desk: Desk,
    visitor: Operations,
    delivery_id: DeliveryId,
    reason: Reason = "",
    press: Press = "",
) -> Response:
    """Send the same event once more."""
    sending = await desk.resend(delivery_id, press, because(visitor, reason))
    address = f"/ops/webhooks/deliveries/{sending.delivery_id}"
    return after(request, address, sent_words(sending, "The event is sent again."))


@router.get("/shop")
async def shop(
    request: Request,
    site: OpenSite,
    _: Operations,
    after_: Annotated[str, Query(alias="after", max_length=LONGEST_CURSOR)] = "",
) -> Response:
    """List what the shop sent, the last first."""
    found = await WebhookViews(site.database).shop_messages(after_)
    return await page(
        request,
        "operations/webhooks/shop.html",
        face=Party.OPS,
        lines=found.lines,
        next=f"?{urlencode({'after': found.after})}" if found.after else "",
        is_first=not after_,
        is_on=bool(site.settings.shop_secrets),
        shop_url=f"{site.settings.public_url}/webhooks/shop",
    )


_OF_JOURNEYS = frozenset(
    {
        *(EventKind.STAGE_CHANGED, EventKind.AWARDED),
        *(EventKind.CREDENTIAL_ISSUED, EventKind.CREDENTIAL_REVOKED),
    }
)
"""Events whose subject is an enrollment."""


def subject_address(line: DeliveryLine) -> str:
    """Return the page of what an event is about."""
    if line.kind in _OF_JOURNEYS:
        return f"/ops/journeys/{line.subject_id}"
    if line.kind in {EventKind.ORDER_SETTLED, EventKind.ORDER_REFUNDED}:
        return f"/ops/orders/{line.subject_id}"
    return f"/ops/webhooks/endpoints/{line.subject_id}"
