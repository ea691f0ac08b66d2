"""Keys with which programs work for operations: what each may do, and how requests are repeated."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from domain.refusals import Conflict, Invalid, NotAllowed, NotFound
from domain.values import Instant, Value

PREFIX: Final = "laurel_"
"""What every key starts with, so that one in the wrong place is recognised."""

ANSWER_KEPT: Final = timedelta(days=7)
"""How long the answer to a request is kept for whoever repeats it."""

IN_FLIGHT: Final = timedelta(minutes=2)
"""After this long a request without an answer is taken for broken off, and may be repeated."""

LONGEST_REQUEST_KEY: Final = 128


class Scope(StrEnum):
    """What a key may do: read or act, in one area."""

    JOURNEYS_READ = "journeys:read"
    JOURNEYS_ACT = "journeys:act"
    ORDERS_READ = "orders:read"
    ORDERS_ACT = "orders:act"
    ROSTER_READ = "roster:read"
    ROSTER_ACT = "roster:act"
    CATALOG_READ = "catalog:read"
    CATALOG_ACT = "catalog:act"
    CALENDAR_READ = "calendar:read"
    CALENDAR_ACT = "calendar:act"
    REPORTS_READ = "reports:read"
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_ACT = "webhooks:act"


class ApiKey(Value):
    """A key as operations see it; the secret itself is kept nowhere."""

    id: str
    name: str
    scopes: frozenset[Scope]
    made_at: Instant
    made_by: str
    ends_at: Instant | None
    revoked_at: Instant | None
    last_used_at: Instant | None


class KeyNotGood(NotAllowed):
    """No key, an unknown one, or one that is over."""

    code = "key_not_good"
    sentence = (
        "Send a key of this installation as “Authorization: Bearer laurel_…”. Operations make keys "
        "on the page Keys."
    )


class ScopeMissing(NotAllowed):
    """The key is good for something else."""

    code = "scope_missing"
    sentence = "This key lacks the scope {scope}. Ask operations for a key that has it."


class UnknownKey(NotFound):
    """No key has this number."""

    code = "unknown_key"
    sentence = "There is no key {key}. Look at the list of keys."


class KeyWithoutScopes(Invalid):
    """A key has to be good for something."""

    code = "key_without_scopes"
    sentence = "Choose at least one thing that the key may do."


class KeyNameMissing(Invalid):
    """Somebody must know later what a key is for."""

    code = "key_name_missing"
    sentence = "Name the program that will use the key, in 1 to 100 letters."


class RequestKeyMissing(Invalid):
    """An act that may have been done is repeated under the key that it had."""

    code = "request_key_missing"
    sentence = (
        "Send an Idempotency-Key of 1 to 128 visible characters with every POST: a new one for a "
        "new act, the same one to repeat it."
    )


class RequestKeyReused(Invalid):
    """The same key came with another request."""

    code = "request_key_reused"
    sentence = "This Idempotency-Key was used for another request. Take a new one for a new act."


class RequestInFlight(Conflict):
    """The same request is being carried out at this moment."""

    code = "request_in_flight"
    sentence = "The same request is being carried out now. Repeat it in a moment for its answer."
