"""Keys with which programs work for operations: what each may do, and how requests are repeated."""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from domain.refusals import Conflict, Invalid, NotAllowed, NotFound
from domain.values import Instant, Value

PREFIX: Final = "laurel_"
"""What every key starts with, so that one in the wrong place is recognised."""

ANSWER_KEPT: Final = timedelta(days=7)
"""How long the answer to a request is kept for whoever repeats it."""

IN_FLIGHT: Final = timedelta(minutes=2)
"""After this long a request without an answer is taken for broken off, and may be repeated."""

LONGEST_REQUEST_KEY: Final = 128

LONGEST_LIFE: Final = timedelta(days=3653)
"""A last day that lies further ahead is a mistyped one."""


def key_end(last_day: date | None, at: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the instant at which a key is over whose last day is this one; None: it has no end.

    Raises ``KeyEndNotValid``.
    """
    if last_day is None:
        return None
    today = at.astimezone(zone).date()
    if not today <= last_day <= today + LONGEST_LIFE:
        raise KeyEndNotValid
    return datetime.combine(last_day + timedelta(days=1), time.min, zone).astimezone(UTC)


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
    CREDENTIALS_READ = "credentials:read"
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


class KeyEndNotValid(Invalid):
    """A key that is over before it begins is good for nothing."""

    code = "key_end_not_valid"
    sentence = (
        "A key's last day is today or a later day, within ten years. Choose another one, or leave "
        "it empty for a key without an end."
    )


class KeyMadeAlready(Conflict):
    """The form was sent twice; the secret was in the first answer alone."""

    code = "key_made_already"
    sentence = (
        "This form made its key already, and the key's secret was shown then. If nobody copied it, "
        "revoke that key and make another one."
    )


class RequestKeyMissing(Invalid):
    """An act that may have been done is repeated under the key that it had."""

    code = "request_key_missing"
    sentence = (
        "Send an Idempotency-Key of 1 to 128 visible characters with every POST: a new one for a "
        "new act, the same one to repeat it."
    )


class RequestTooLarge(Invalid):
    """No act needs as much."""

    code = "request_too_large"
    sentence = "A request holds five megabytes at most. Send less at once."


class UnknownParameter(Invalid):
    """A parameter that nobody looks at would leave a list unfiltered."""

    code = "unknown_parameter"
    sentence = "This address does not know every parameter that was sent. It knows: {known}."


class RequestKeyReused(Invalid):
    """The same key came with another request."""

    code = "request_key_reused"
    sentence = "This Idempotency-Key was used for another request. Take a new one for a new act."


class RequestInFlight(Conflict):
    """The same request is being carried out at this moment."""

    code = "request_in_flight"
    sentence = "The same request is being carried out now. Repeat it in a moment for its answer."
