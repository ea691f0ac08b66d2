"""What people look at of webhooks: the values of lists, of one endpoint and of one delivery."""

from adapters.records.view_values import ActionLine
from domain.values import Instant, Value
from domain.webhooks import DeliveryState, EventKind


class EndpointLine(Value):
    """An endpoint and how it fares; ``failed`` counts those of the last days."""

    endpoint_id: str
    url: str
    kinds: tuple[EventKind, ...]
    is_active: bool
    registered_at: Instant
    switched_off_at: Instant | None
    switched_off_why: str
    previous_until: Instant | None
    pending: int = 0
    failed: int = 0
    last_delivered_at: Instant | None = None


class EndpointView(Value):
    """One endpoint with what operations did with it."""

    endpoint: EndpointLine
    actions: tuple[ActionLine, ...]


class DeliveryFilter(Value):
    """Which deliveries to list; everything that is given must hold."""

    state: DeliveryState | None = None
    endpoint_id: str = ""
    subject_id: str = ""


class DeliveryLine(Value):
    """One delivery of a list."""

    delivery_id: str
    endpoint_id: str
    url: str
    kind: str
    subject_id: str
    state: DeliveryState
    recorded_at: Instant
    attempts: int
    last_attempt_at: Instant | None
    last_status: int | None
    last_reply: str


class AttemptLine(Value):
    """One attempt, and what the receiver said."""

    number: int
    at: Instant
    verdict: str
    status: int | None
    reply: str
    duration_ms: int


class DeliveryView(Value):
    """One delivery with everything that was tried, and what it carries."""

    line: DeliveryLine
    event_id: str
    body: str
    give_up_at: Instant
    settled_at: Instant | None
    resent_from: str | None
    is_endpoint_active: bool
    attempts: tuple[AttemptLine, ...]


class ShopLine(Value):
    """One message of the shop, or the unsigned ones of an hour together."""

    webhook_id: str
    kind: str
    order_number: str
    order_id: str | None
    code: str
    status: int
    sentence: str
    first_at: Instant
    last_at: Instant
    times: int
