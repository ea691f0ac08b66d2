"""What workflows and activities say to each other: identifiers, enumerations, numbers, instants.

Nothing here may carry a name, an address or free text: all of it stands in histories.
"""

from pydantic import Field

from activities.steps import Step
from domain.assessment import Judgement
from domain.enrollment import Due, Party
from domain.policy import Policy
from domain.values import Contract, Instant


class Actor(Contract):
    """Who did something; the words why stand in the records under ``reason_id``."""

    party: Party
    reason_id: str | None = None


ENGINE = Actor(party=Party.ENGINE)
"""The engine itself: a deadline passed, a mail was accepted."""


def _is_none(value: object) -> bool:
    return value is None


class Entry(Contract):
    """The steps of one turn of a journey: written together or not at all.

    ``(enrollment_id, sequence)`` is the idempotency key: a repeated entry is answered as the first
    was. ``at`` is the workflow's own clock. ``cause`` is what the turn deals with: the id of an
    update, the kind of a fact, an instant of the deadline. The same number with another cause is
    no repetition; ``None`` in journeys from before causes were kept.
    """

    enrollment_id: str
    sequence: int
    at: Instant
    actor: Actor = ENGINE
    steps: tuple[Step, ...]
    cause: str | None = Field(default=None, exclude_if=_is_none)


class EntryRef(Contract):
    """Which entry of a journey is asked for."""

    enrollment_id: str
    sequence: int


class EntryCause(Contract):
    """What an entry was caused by; ``None`` when it was not written yet."""

    cause: str | None = None


class Offer(Contract):
    """A live offer: which assessor was asked, under which assignment."""

    assignment_id: str
    assessor_id: str


class Entered(Contract):
    """What the records answer to an entry."""

    due: Due | None = None
    is_verified: bool | None = None
    offer: Offer | None = None
    judgement: Judgement | None = None
    is_submission_complete: bool | None = None
    is_still_granted: bool | None = None


class OrderRef(Contract):
    """Which order an activity is about."""

    order_id: str
    at: Instant


class OrderStanding(Contract):
    """Whether an order is settled, and until when the payer has time."""

    settled_at: Instant | None = None
    is_refunded: bool = False
    due: Due | None = None


class LinesToStart(Contract):
    """Start the journeys of the next lines of a settled order, after line number ``after``.

    The journeys pin the policy under which the order was taken in.
    """

    order_id: str
    after: int
    at: Instant
    policy: Policy = Policy()


class LinesStarted(Contract):
    """Up to which line journeys were started, and whether that was the last one."""

    after: int
    is_complete: bool


class NoticeRef(Contract):
    """Which notice is to be sent."""

    notice_id: str


class NoticeOutcome(Contract):
    """What became of a notice, as the records say after the attempt."""

    state: str


class PartRef(Contract):
    """Which draft is to be frozen: the version that the practitioner saw and agreed to."""

    enrollment_id: str
    round: int
    part: int
    draft_version: int


class Frozen(Contract):
    """The revision that was frozen, or how many findings the preflight ``preflight_id`` has."""

    revision_id: str | None = None
    preflight_id: str | None = None
    findings: int = 0


class ArtifactRef(Contract):
    """Which uploaded file is to be inspected."""

    enrollment_id: str
    artifact_id: str


class UploadRef(Contract):
    """Which upload has arrived and is to be kept."""

    upload_id: str


class SweepRequest(Contract):
    """One sweep; ``at`` is the engine's clock."""

    at: Instant


def _is_zero(count: int) -> bool:
    return count == 0


class SweepReport(Contract):
    """What one sweep found and did."""

    journeys_missing: int = 0
    journeys_restarted: int = 0
    records_missing: int = 0
    notices_dispatched: int = 0
    rounds_woken: int = 0
    orders_woken: int = 0
    refunds_finished: int = 0
    breaches: int = 0
    # Counted since later than the first histories: left out at zero, those stay as they are.
    deliveries_dispatched: int = Field(default=0, exclude_if=_is_zero)
    uploads_taken_up: int = Field(default=0, exclude_if=_is_zero)
    bulk_acts_taken_up: int = Field(default=0, exclude_if=_is_zero)
    requests_asked_again: int = Field(default=0, exclude_if=_is_zero)
    credentials_started: int = Field(default=0, exclude_if=_is_zero)
    corrections_taken_up: int = Field(default=0, exclude_if=_is_zero)
    status_lists_started: int = Field(default=0, exclude_if=_is_zero)
    credentials_differing: int = Field(default=0, exclude_if=_is_zero)
