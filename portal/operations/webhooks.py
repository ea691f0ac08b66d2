"""Webhook endpoints: who is told of what, since when, and how it goes."""

from http import HTTPStatus
from typing import Annotated, Final
from uuid import uuid4

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import Response

from adapters.assembly import webhook_rule_of
from adapters.records.session_book import Visitor
from adapters.records.webhook_book import OVERLAP, WebhookBook
from adapters.records.webhook_views import WebhookViews
from domain.enrollment import Party
from domain.grounds import Grounds, grounds
from domain.refusals import Conflict, Invalid, Refusal
from domain.webhooks import CHOSEN_KINDS, EventKind
from office.webhooks import EndpointSecret, Sending, WebhookDesk
from portal.answers import after, page
from portal.faces import OpenSite, Operations
from portal.forms import OURS
from portal.site import Site, now

router = APIRouter(prefix="/ops/webhooks", dependencies=[OURS])

KIND_WORDS: Final = {
    EventKind.STAGE_CHANGED: "A journey stands elsewhere, or has ended",
    EventKind.AWARDED: "A credential was awarded",
    EventKind.CREDENTIAL_ISSUED: "The signed credential of an award is there",
    EventKind.CREDENTIAL_REVOKED: "A credential does not count any more",
    EventKind.ORDER_SETTLED: "The money of an order is there",
    EventKind.ORDER_REFUNDED: "A line of an order was refunded",
    EventKind.TEST: "Operations asked for a test",
}
"""What each kind of event means, for people."""


def webhook_desk(site: OpenSite) -> WebhookDesk:
    """Return where endpoints are kept."""
    rule = webhook_rule_of(site.settings)
    return WebhookDesk(WebhookBook(site.database), rule, site.desks.engine)


Desk = Annotated[WebhookDesk, Depends(webhook_desk)]
Reason = Annotated[str, Form()]
Press = Annotated[str, Form(max_length=64)]
EndpointId = Annotated[str, Path(max_length=40)]


def because(visitor: Visitor, reason: str) -> Grounds:
    """Return the grounds of what somebody does at this moment."""
    return grounds(reason, visitor.name, now())


def sent_words(sending: Sending, what: str) -> str:
    """Return what is said after something was sent by hand."""
    if sending.is_engine_told:
        return f"{what} It is on its way; look again in a moment."
    return f"{what} The engine does not answer, so it goes out within half an hour."


@router.get("")
async def endpoints(request: Request, site: OpenSite, _: Operations) -> Response:
    """List the endpoints, with the form for another one."""
    return await _endpoints_page(request, site)


@router.post("")
async def register(
    request: Request,
    site: OpenSite,
    desk: Desk,
    visitor: Operations,
    url: Annotated[str, Form()] = "",
    kinds: Annotated[list[EventKind] | None, Form()] = None,
    reason: Reason = "",
) -> Response:
    """Register an endpoint, and show its secret this once; a refusal keeps what was typed."""
    chosen = frozenset(kinds or ())
    try:
        made = await desk.register(url, chosen, because(visitor, reason))
    except (Invalid, Conflict) as refusal:
        return await _endpoints_page(request, site, refusal, url, chosen, reason)
    return await _secret_page(request, made, is_new=True)


async def _endpoints_page(
    request: Request,
    site: Site,
    refusal: Refusal | None = None,
    url: str = "",
    chosen: frozenset[EventKind] = frozenset(CHOSEN_KINDS),
    reason: str = "",
) -> Response:
    return await page(
        request,
        "operations/webhooks/endpoints.html",
        face=Party.OPS,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        endpoints=await WebhookViews(site.database).endpoints(now()),
        words=KIND_WORDS,
        kinds=CHOSEN_KINDS,
        wrong=str(refusal) if refusal else "",
        code=refusal.code if refusal else "",
        url=url,
        chosen=chosen,
        reason=reason,
        shop_is_on=bool(site.settings.shop_secrets),
        shop_url=f"{site.settings.public_url}/webhooks/shop",
    )


async def _secret_page(request: Request, made: EndpointSecret, *, is_new: bool) -> Response:
    return await page(
        request,
        "operations/webhooks/secret.html",
        face=Party.OPS,
        endpoint_id=made.endpoint_id,
        secret=made.secret.get_secret_value(),
        is_new=is_new,
        overlap_hours=int(OVERLAP.total_seconds()) // 3600,
    )


@router.get("/endpoints/{endpoint_id}")
async def endpoint(
    request: Request, site: OpenSite, _: Operations, endpoint_id: EndpointId
) -> Response:
    """Show one endpoint, what was done with it, and what can be."""
    view = await WebhookViews(site.database).endpoint(endpoint_id, now())
    return await page(
        request,
        "operations/webhooks/endpoint.html",
        face=Party.OPS,
        endpoint=view.endpoint,
        actions=view.actions,
        words=KIND_WORDS,
        at=now(),
        press=uuid4().hex,
        overlap_hours=int(OVERLAP.total_seconds()) // 3600,
    )


@router.post("/endpoints/{endpoint_id}/test")
async def send_test(
    request: Request,
    desk: Desk,
    visitor: Operations,
    endpoint_id: EndpointId,
    reason: Reason = "",
    press: Press = "",
) -> Response:
    """Send an event that tells of nothing."""
    sending = await desk.test(endpoint_id, press, because(visitor, reason))
    address = f"/ops/webhooks/deliveries/{sending.delivery_id}"
    return after(request, address, sent_words(sending, "The test was recorded."))


@router.post("/endpoints/{endpoint_id}/rotate")
async def rotate(
    request: Request,
    desk: Desk,
    visitor: Operations,
    endpoint_id: EndpointId,
    reason: Reason = "",
) -> Response:
    """Give an endpoint a new secret, and show it this once."""
    made = await desk.rotate(endpoint_id, because(visitor, reason))
    return await _secret_page(request, made, is_new=False)


@router.post("/endpoints/{endpoint_id}/switch-off")
async def switch_off(
    request: Request,
    desk: Desk,
    visitor: Operations,
    endpoint_id: EndpointId,
    reason: Reason = "",
) -> Response:
    """Send nothing more to an endpoint."""
    is_changed = await desk.switch_off(endpoint_id, because(visitor, reason))
    said = "It is switched off; what was on its way is cancelled."
    return _back(request, endpoint_id, said if is_changed else "It was switched off already.")


@router.post("/endpoints/{endpoint_id}/switch-on")
async def switch_on(
    request: Request,
    desk: Desk,
    visitor: Operations,
    endpoint_id: EndpointId,
    reason: Reason = "",
) -> Response:
    """Tell an endpoint again, of what happens from now on."""
    is_changed = await desk.switch_on(endpoint_id, because(visitor, reason))
    said = "It is switched on, and told of everything from now on."
    return _back(request, endpoint_id, said if is_changed else "It was switched on already.")


def _back(request: Request, endpoint_id: str, said: str) -> Response:
    return after(request, f"/ops/webhooks/endpoints/{endpoint_id}", said)
