"""What Laurel tells other systems: event kinds, their payloads, and what becomes of a delivery.

Payloads hold ids, enumerations, numbers and instants. Who somebody is stays here: a receiver asks
its own records what it knows of an enrollment or an order. Form and signature are those of Standard
Webhooks (https://www.standardwebhooks.com): ``type``, ``timestamp``, ``data``.

    EventKind
    ├── journey.stage_changed   a journey stands elsewhere, or has ended
    ├── credential.awarded      the credential of an enrollment was awarded
    ├── credential.issued       the signed credential of an award is there, or another in its place
    ├── credential.revoked      a credential does not count any more
    ├── order.settled           the money of an order is there
    ├── order.refunded          one line of an order was refunded
    └── endpoint.test           operations wanted to see whether an endpoint answers
"""

from enum import StrEnum
from typing import Final

from domain.enrollment import Ending, Party, Stage
from domain.orders import Channel
from domain.refusals import Conflict, Invalid, NotFound
from domain.values import Instant, Value

MOST_ENDPOINTS: Final = 20
"""Endpoints that are switched on at the same time; every event is written once for each."""


class EventKind(StrEnum):
    """What an event is about, as receivers read it in ``type``."""

    STAGE_CHANGED = "journey.stage_changed"
    AWARDED = "credential.awarded"
    CREDENTIAL_ISSUED = "credential.issued"
    CREDENTIAL_REVOKED = "credential.revoked"
    ORDER_SETTLED = "order.settled"
    ORDER_REFUNDED = "order.refunded"
    TEST = "endpoint.test"


CHOSEN_KINDS: Final = tuple(kind for kind in EventKind if kind is not EventKind.TEST)
"""The kinds that an endpoint is registered for; a test goes to any."""


class DeliveryState(StrEnum):
    """Where the delivery of one event to one endpoint stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    """The receiver answered 2xx; nothing else ever means that."""
    FAILED = "failed"
    """It was tried until there was no sense in it any more."""
    CANCELLED = "cancelled"
    """Its endpoint was switched off before it was delivered."""


class StageChanged(Value):
    """Where a journey stands after one of its turns. ``sequence`` grows within an enrollment.

    Events may arrive out of order: the highest sequence is where the journey stands.
    """

    enrollment_id: str
    library: str
    slug: str
    stage: Stage
    waiting_on: Party
    waiting_until: Instant | None
    round: int
    ending: Ending | None
    sequence: int


class Awarded(Value):
    """A credential was awarded, in this round."""

    enrollment_id: str
    library: str
    slug: str
    round: int
    awarded_at: Instant


class CredentialIssued(Value):
    """The credential of an award was signed; ``replaces`` is the revoked one that it follows.

    It is at ``/credentials/<credential_id>`` of this installation, if its holder shares it.
    """

    enrollment_id: str
    library: str
    slug: str
    credential_id: str
    replaces: str | None
    issued_at: Instant


class CredentialRevoked(Value):
    """A credential does not count any more; its status list says so within moments."""

    enrollment_id: str
    library: str
    slug: str
    credential_id: str
    revoked_at: Instant


class OrderSettled(Value):
    """The money of an order is there; ``lines`` is how many learners it is for."""

    order_id: str
    number: str
    channel: Channel
    lines: int
    settled_at: Instant


class OrderRefunded(Value):
    """One line of an order was refunded; with ``lines_left`` 0 the whole order is."""

    order_id: str
    number: str
    channel: Channel
    line: int
    enrollment_id: str | None
    lines_left: int
    refunded_at: Instant


class EndpointTest(Value):
    """Nothing happened: operations asked for this event."""

    endpoint_id: str


EventData = (
    StageChanged
    | Awarded
    | CredentialIssued
    | CredentialRevoked
    | OrderSettled
    | OrderRefunded
    | EndpointTest
)


class Event(Value):
    """One event as it is sent; ``timestamp`` is when it happened."""

    type: EventKind
    timestamp: Instant
    data: EventData

    def body(self) -> str:
        """Return the text that is signed and sent, the same at every attempt."""
        return self.model_dump_json()


class UnknownEndpoint(NotFound):
    """No endpoint has this id."""

    code = "unknown_endpoint"
    sentence = "There is no webhook endpoint {endpoint}. Choose one from the list of endpoints."


class EndpointExists(Conflict):
    """The same address is told already."""

    code = "endpoint_exists"
    sentence = (
        "An endpoint with this address is switched on already. Rotate its secret if it was lost, "
        "or switch it off first."
    )


class TooManyEndpoints(Conflict):
    """Every event is written once for each endpoint, so there is a bound."""

    code = "too_many_endpoints"
    sentence = "{most} endpoints are switched on already. Switch one off before adding another."


class EndpointSwitchedOff(Conflict):
    """Nothing is sent to an endpoint that is switched off."""

    code = "endpoint_switched_off"
    sentence = "This endpoint is switched off, so nothing is sent to it. Switch it on first."


class EndpointWithoutKinds(Invalid):
    """An endpoint that is told nothing has no purpose."""

    code = "endpoint_without_kinds"
    sentence = "No kind of event is chosen. Choose at least one that this endpoint is told of."


class EndpointAddressNotValid(Invalid):
    """The address is none that webhooks may be sent to."""

    code = "endpoint_address_not_valid"
    sentence = "Webhooks cannot be sent to this address: {what}."


class UnknownDelivery(NotFound):
    """No delivery has this id."""

    code = "unknown_delivery"
    sentence = "There is no delivery {delivery}. Choose one from the list of deliveries."


class DeliveryStillOut(Conflict):
    """What is still being tried needs no second delivery."""

    code = "delivery_still_out"
    sentence = (
        "This delivery is still being tried ({attempts} attempts so far). Wait until it has "
        "ended, or repair the receiver; the next attempt comes by itself."
    )


def refuse_no_kinds(kinds: frozenset[EventKind]) -> None:
    """Refuse an endpoint that would be told nothing: ``endpoint_without_kinds``."""
    if not kinds & set(CHOSEN_KINDS):
        raise EndpointWithoutKinds
