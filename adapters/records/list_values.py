"""The lists of operations: what can be asked of them, and what stands on a line of each."""

from enum import StrEnum

from domain.enrollment import AttentionKind, Ending
from domain.notices import NoticeKind, NoticeState, Recipient
from domain.orders import Channel
from domain.values import Instant, Value

STARTING = "starting"
"""Where an enrollment stands before its journey has written anything."""


class JourneyOrder(StrEnum):
    """In which order journeys are listed."""

    DUE = "due"
    """Due soonest first; what waits for no time, as ended journeys, comes last."""
    OLDEST = "oldest"
    NEWEST = "newest"
    ACTIVITY = "activity"
    """Latest activity first."""
    NUMBER = "number"
    """By enrollment number, which tells nothing, but never changes."""


class PromiseState(StrEnum):
    """What became of the access promise of an enrollment."""

    RUNNING = "running"
    MET = "met"
    BREACHED = "breached"
    """The due time passed before access; this stays, also when access came later."""


class JourneyFilter(Value):
    """Which journeys to list; everything that is given must hold.

    ``text`` is looked for at the beginnings of the words of name, address, order number, purchase
    order and enrollment number. ``promise_since`` narrows ``promise`` to those due from then on,
    ``ended_since`` narrows ``ending`` likewise.
    """

    stage: str | None = None
    waiting_on: str | None = None
    library: str | None = None
    text: str | None = None
    has_attention: bool = False
    attention: AttentionKind | None = None
    is_open: bool = False
    is_late_at: Instant | None = None
    promise: PromiseState | None = None
    promise_since: Instant | None = None
    ending: Ending | None = None
    ended_since: Instant | None = None


class JourneyLine(Value):
    """One journey of a list."""

    enrollment_id: str
    practitioner: str
    address: str
    organization: str
    order_id: str
    order_number: str
    title: str
    library: str
    stage: str
    round: int
    waiting_on: str
    waiting_until: Instant | None
    opened_at: Instant
    last_at: Instant
    attention: int
    ending: str | None


class OrderStanding(StrEnum):
    """What of an order may need operations."""

    UNSETTLED = "unsettled"
    """The money has not come, and not every line was refunded before it did."""
    HELD = "held"
    """A line waits because its learner has the same micro-credential open already."""
    REFUNDING = "refunding"
    """A line is being refunded, and its journey has not ended yet."""


class OrderFilter(Value):
    """Which orders to list. ``text`` fits order number, purchase order and payer."""

    standing: OrderStanding | None = None
    channel: Channel | None = None
    text: str | None = None


class ListedOrder(Value):
    """One order of a list, with the number of its lines by what became of them."""

    order_id: str
    channel: str
    external_id: str
    payer: str
    payer_address: str
    payer_organization: str
    purchase_order: str
    placed_at: Instant
    settled_at: Instant | None
    settlement_due_at: Instant | None
    price_cents: int
    lines: int
    waiting: int
    enrolled: int
    held: int
    refunding: int
    refunded: int


class SubjectKind(StrEnum):
    """What an identifier in a list belongs to, so that a page can lead there."""

    ENROLLMENT = "enrollment"
    ORDER = "order"
    LINE = "line"
    NOTICE = "notice"
    ASSESSOR = "assessor"
    OTHER = "other"


class AttentionFilter(Value):
    """Which open attention to list."""

    kind: AttentionKind | None = None


class AttentionItem(Value):
    """Something that operations must look at. ``order_id`` is set for orders and their lines."""

    kind: str
    subject: str
    subject_kind: SubjectKind
    order_id: str | None
    opened_at: Instant
    why: str
    practitioner: str
    title: str
    stage: str
    order_number: str


class MailTrouble(StrEnum):
    """What went wrong with a notice that nobody sent again."""

    REFUSED = "refused"
    BOUNCED = "bounced"
    UNKNOWN = "unknown"
    DELAYED = "delayed"
    """The mail server has not taken it after many attempts; it is still being tried."""


class NoticeFilter(Value):
    """Which notices in trouble to list; what operations have closed only with ``with_seen``."""

    trouble: MailTrouble | None = None
    with_seen: bool = False


class NoticeTrouble(Value):
    """One notice in trouble: what it is, whom it was for, and the server's own words.

    ``recipient_name`` and ``address`` are empty for operations, who have one address for all.
    """

    notice_id: str
    trouble: MailTrouble
    kind: NoticeKind
    state: NoticeState
    recipient: Recipient
    recipient_name: str
    address: str
    enrollment_id: str | None
    order_id: str | None
    intended_at: Instant
    settled_at: Instant | None
    attempts: int
    reply: str
    is_seen: bool


class AssessorLine(Value):
    """What an assessor holds. ``overdue_since`` is the oldest due time that has passed."""

    assessor_id: str
    name: str
    address: str
    is_active: bool
    is_on_leave: bool
    capacity: int
    load: int
    offered: int
    assessing: int
    overdue: int
    overdue_since: Instant | None
