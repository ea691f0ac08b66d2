"""Why somebody did something, in whose name, and when.

Every act of people on a journey, and every change of catalogue, roster or calendar is kept with its
grounds (domain.md, "People").
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

from domain.catalog import is_plain
from domain.enrollment import Party
from domain.refusals import Invalid
from domain.values import Instant, Value

REASON_LIMIT: Final = 2000
"""Characters of a reason."""

NAME_LIMIT: Final = 200
"""Characters of the name in which something is done."""


class OpsActionKind(StrEnum):
    """What operations changed outside of a journey."""

    PAGE_IMPORTED = "page_imported"
    DETAIL_ADDED = "detail_added"
    DETAIL_CHANGED = "detail_changed"
    DETAIL_REMOVED = "detail_removed"
    DETAIL_MOVED = "detail_moved"
    TERMS_SET = "terms_set"
    VERSION_PUBLISHED = "version_published"
    ASSESSOR_IMPORTED = "assessor_imported"
    ASSESSOR_ADDED = "assessor_added"
    QUALIFICATIONS_SET = "qualifications_set"
    LEAVE_RECORDED = "leave_recorded"
    LEAVE_ENDED = "leave_ended"
    CAPACITY_SET = "capacity_set"
    ASSESSOR_DEACTIVATED = "assessor_deactivated"
    ASSESSOR_ACTIVATED = "assessor_activated"
    KEY_MADE = "key_made"
    KEY_REVOKED = "key_revoked"
    STAFF_ADDED = "staff_added"
    STAFF_SWITCHED_OFF = "staff_switched_off"
    STAFF_SWITCHED_ON = "staff_switched_on"
    SESSION_ENDED = "session_ended"
    SESSIONS_ENDED = "sessions_ended"
    CLOSURE_RECORDED = "closure_recorded"
    ORDER_RECORDED = "order_recorded"
    ORDER_SETTLED = "order_settled"
    ORDER_REFUNDED = "order_refunded"
    LINE_RELEASED = "line_released"
    ENDPOINT_REGISTERED = "endpoint_registered"
    ENDPOINT_SWITCHED_ON = "endpoint_switched_on"
    ENDPOINT_SWITCHED_OFF = "endpoint_switched_off"
    ENDPOINT_SECRET_ROTATED = "endpoint_secret_rotated"  # noqa: S105  names an act
    ENDPOINT_TESTED = "endpoint_tested"
    DELIVERY_RESENT = "delivery_resent"
    STATE_CHOSEN = "state_chosen"


class Grounds(Value):
    """The words in which an action was justified, who gave them, and the instant of the action."""

    reason: str
    by_name: str
    at: Instant
    party: Party = Party.OPS


class ReasonMissing(Invalid):
    """An action that nobody can explain later is not taken."""

    code = "reason_missing"
    sentence = "No reason is given. Say in a few words why this is done."


class ReasonNotPlain(Invalid):
    """The reason, or the name beside it, cannot be kept as it is."""

    code = "reason_not_plain"
    sentence = (
        "A reason is plain text of {reason_limit} characters at most, the name beside it one of "
        "{name_limit}. Write it again without control characters."
    )


def grounds(reason: str, by_name: str, at: datetime, party: Party = Party.OPS) -> Grounds:
    """Return the grounds of an action, or refuse: ``reason_missing``, ``reason_not_plain``."""
    reason, by_name = reason.strip(), by_name.strip()
    if not reason or not by_name:
        raise ReasonMissing
    is_short = len(reason) <= REASON_LIMIT and len(by_name) <= NAME_LIMIT
    if not (is_short and is_plain(reason, allowed="\n\t") and is_plain(by_name)):
        raise ReasonNotPlain(reason_limit=REASON_LIMIT, name_limit=NAME_LIMIT)
    return Grounds(reason=reason, by_name=by_name, at=at, party=party)
