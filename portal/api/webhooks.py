"""Webhook endpoints and their deliveries for programs."""

from pydantic import Field

from adapters.records.keyset import PAGE, Page
from adapters.records.webhook_values import (
    DeliveryFilter,
    DeliveryLine,
    DeliveryView,
    EndpointLine,
    EndpointView,
    ShopLine,
)
from adapters.records.webhook_views import WebhookViews
from domain.values import Value
from domain.webhooks import DeliveryState, EventKind
from office.webhooks import EndpointSecret, Sending
from portal.api.acts import press_of
from portal.api.answering import Reasoned, RequestKey, router
from portal.api.calling import WebhookActor, WebhookReader, because
from portal.api.paging import VISIBLE, After, Lines, Named, Subject
from portal.faces import OpenSite
from portal.operations.webhooks import Desk
from portal.site import now

api = router("Webhooks")


class EndpointAsked(Reasoned):
    """An endpoint that is told of what happens from now on."""

    url: str = Field(min_length=8, max_length=2000, pattern=VISIBLE)
    kinds: frozenset[EventKind] = Field(min_length=1)


class SecretTold(Value):
    """An endpoint with its secret, which is told at this moment and never again."""

    endpoint_id: str
    secret: str


class Switched(Value):
    """Whether anything was changed."""

    is_changed: bool


@api.get("/webhook-endpoints")
async def endpoints(site: OpenSite, _: WebhookReader) -> list[EndpointLine]:
    """List the endpoints, those that are switched on first."""
    return list(await WebhookViews(site.database).endpoints(now()))


@api.get("/webhook-endpoints/{endpoint_id}")
async def endpoint(site: OpenSite, _: WebhookReader, endpoint_id: Named) -> EndpointView:
    """Return one endpoint, and what was done with it."""
    return await WebhookViews(site.database).endpoint(endpoint_id, now())


@api.post("/webhook-endpoints")
async def register(
    desk: Desk, key: WebhookActor, _: RequestKey, asked: EndpointAsked
) -> SecretTold:
    """Register an endpoint; its secret is told in this answer alone."""
    return _told(await desk.register(asked.url, asked.kinds, because(key, asked.reason)))


@api.post("/webhook-endpoints/{endpoint_id}/rotate")
async def rotate(
    desk: Desk, key: WebhookActor, _: RequestKey, endpoint_id: Named, asked: Reasoned
) -> SecretTold:
    """Give an endpoint a new secret; the one before it signs along for a day."""
    return _told(await desk.rotate(endpoint_id, because(key, asked.reason)))


@api.post("/webhook-endpoints/{endpoint_id}/switch-off")
async def switch_off(
    desk: Desk, key: WebhookActor, _: RequestKey, endpoint_id: Named, asked: Reasoned
) -> Switched:
    """Send nothing more to an endpoint."""
    return Switched(is_changed=await desk.switch_off(endpoint_id, because(key, asked.reason)))


@api.post("/webhook-endpoints/{endpoint_id}/switch-on")
async def switch_on(
    desk: Desk, key: WebhookActor, _: RequestKey, endpoint_id: Named, asked: Reasoned
) -> Switched:
    """Tell an endpoint again, of what happens from now on."""
    return Switched(is_changed=await desk.switch_on(endpoint_id, because(key, asked.reason)))


@api.post("/webhook-endpoints/{endpoint_id}/test")
async def send_test(
    desk: Desk, key: WebhookActor, request_key: RequestKey, endpoint_id: Named, asked: Reasoned
) -> Sending:
    """Send an event that tells of nothing."""
    press = press_of(key, request_key)
    return await desk.test(endpoint_id, press, because(key, asked.reason))


@api.get("/webhook-deliveries")
async def deliveries(
    site: OpenSite,
    _: WebhookReader,
    state: DeliveryState | None = None,
    endpoint: Subject = "",
    about: Subject = "",
    after: After = "",
    lines: Lines = PAGE,
) -> Page[DeliveryLine]:
    """List deliveries, the newest first; ``about`` names an enrollment, an order or a line."""
    wanted = DeliveryFilter(state=state, endpoint_id=endpoint, subject_id=about)
    return await WebhookViews(site.database).deliveries(wanted, after, lines)


@api.get("/webhook-deliveries/{delivery_id}")
async def delivery(site: OpenSite, _: WebhookReader, delivery_id: Named) -> DeliveryView:
    """Return one delivery with its attempts."""
    return await WebhookViews(site.database).delivery(delivery_id)


@api.post("/webhook-deliveries/{delivery_id}/resend")
async def resend(
    desk: Desk, key: WebhookActor, request_key: RequestKey, delivery_id: Named, asked: Reasoned
) -> Sending:
    """Send an event once more, under its own id."""
    press = press_of(key, request_key)
    return await desk.resend(delivery_id, press, because(key, asked.reason))


@api.get("/shop-messages")
async def shop_messages(
    site: OpenSite, _: WebhookReader, after: After = "", lines: Lines = PAGE
) -> Page[ShopLine]:
    """List what the shop sent, the last first, with what it was answered."""
    return await WebhookViews(site.database).shop_messages(after, lines)


def _told(made: EndpointSecret) -> SecretTold:
    return SecretTold(endpoint_id=made.endpoint_id, secret=made.secret.get_secret_value())
