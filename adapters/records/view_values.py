"""What people look at one by one: the values of a journey and of an order."""

from adapters.records.journey_values import ClockLine, FutureSend, LastOffer
from domain.values import Instant, JsonObject, Value


class TimelineLine(Value):
    """One line of a timeline, with who and why."""

    at: Instant
    what: str
    party: str
    by: str
    why: str
    round: int | None
    facts: JsonObject


class NoticeLine(Value):
    """One notice with what became of it."""

    notice_id: str
    kind: str
    recipient: str
    round: int | None
    state: str
    intended_at: Instant
    settled_at: Instant | None
    attempts: int
    reply: str
    superseded_by: str | None = None
    """The notice that was sent in its place, if it was sent again."""


class AttentionLine(Value):
    """Something that ops must look at, or had to."""

    subject: str
    kind: str
    opened_at: Instant
    closed_at: Instant | None
    why: str


class OpenAttentionLine(Value):
    """Something that ops must look at: of an enrollment, an order, or a line of one."""

    subject: str
    kind: str
    opened_at: Instant
    why: str


class DueTimeLine(Value):
    """A due time with the sentence that explains it."""

    due_at: Instant
    zone: str
    why: str


class JourneyView(Value):
    """Everything about one journey."""

    enrollment_id: str
    practitioner: str
    address: str
    organization: str
    library: str
    title: str
    version: int
    person_id: str
    order: str
    order_id: str
    line_id: str
    opened_at: Instant
    last_at: Instant
    stage: str
    round: int
    waiting_on: str
    waiting_until: Instant | None
    zone: str
    why_then: str
    access_due_at: Instant | None
    access_met_at: Instant | None
    access_breached_at: Instant | None
    ending: str | None
    subscription_until: Instant | None
    assessor: str | None
    timeline: tuple[TimelineLine, ...]
    notices: tuple[NoticeLine, ...]
    attention: tuple[AttentionLine, ...]
    clock: ClockLine | None = None
    future: tuple[FutureSend, ...] = ()
    last_offer: LastOffer | None = None


class OrderLineView(Value):
    """One line of an order with what became of it."""

    number: int
    line_id: str
    learner: str
    micro_credential: str
    state: str
    enrollment_id: str | None


class ActionLine(Value):
    """What operations did, with who and why."""

    at: Instant
    what: str
    by: str
    why: str


class OrderView(Value):
    """An order as it stands."""

    order_id: str
    channel: str
    external_id: str
    payer: str
    purchase_order: str
    placed_at: Instant
    settled_at: Instant | None
    lines: tuple[OrderLineView, ...]
    actions: tuple[ActionLine, ...] = ()
