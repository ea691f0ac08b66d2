"""What an act of operations would do, before it is done: the act, its effects, what is final.

A preview is read from the records at one moment and changes nothing. The act itself looks again.
"""

from enum import StrEnum

from domain.enrollment import AttentionKind, Ending, Party, Stage
from domain.future_sends import ExpectedSend
from domain.notices import NoticeKind, Recipient
from domain.refusals import Conflict
from domain.values import Instant, Value


class ActKind(StrEnum):
    """What operations can do with a journey."""

    EXTEND = "extend"
    REASSIGN = "reassign"
    RESEND = "resend"
    CORRECT_ADDRESS = "correct_address"
    VERIFY = "verify"
    WITHDRAW = "withdraw"
    REFUND = "refund"
    GRANT_ROUND = "grant_round"
    APPROVE = "approve"
    PASS_BACK = "pass_back"  # noqa: S105 - an act, not a password
    BOUNCE = "bounce"
    CLOSE_ATTENTION = "close_attention"


class Act(Value):
    """One act with what it needs beside the enrollment; the reason comes with the doing."""

    kind: ActKind
    days: int = 0
    """How far an extension moves the due time, in days of the running clock's own kind."""
    assessor_id: str | None = None
    """To whom a round is offered anew; the best one without it."""
    notice_id: str | None = None
    """Which notice is sent again, or came back."""
    address: str = ""
    """The right address."""
    attention: AttentionKind | None = None
    """Which attention is closed."""
    subject_id: str | None = None
    """On what the attention is open, where that is the order or one of its lines."""
    round: int | None = None
    """Which round is offered anew or decided; the present one without it."""
    judgement: int | None = None
    """Which judgement is decided, counted from 1; the newest one without it."""


class NoticeForecast(Value):
    """A notice that would be sent, or would no longer be sent. ``to_name`` is who gets it."""

    kind: NoticeKind
    to: Recipient
    to_name: str = ""
    notice_id: str | None = None


class DueForecast(Value):
    """The due time that would run, with the sentence that explains it and what it would send."""

    clock: str
    at: Instant
    zone: str
    explanation: str
    reminders: tuple[ExpectedSend, ...] = ()


class RefusalForecast(Value):
    """The refusal that the act would meet now."""

    code: str
    sentence: str


class Preview(Value):
    """What an act would do to one journey if it were done now.

    With a ``refusal`` nothing would happen, and nothing else is filled in. ``due`` is the due time
    that runs afterwards; ``is_due_new`` says whether the act starts or moves it. ``facts`` are
    sentences about what happens beside, ``final`` about what cannot be undone.
    """

    act: Act
    enrollment_id: str
    at: Instant
    as_of: int = 0
    """Which turn of the journey was the last one written when this was read."""
    refusal: RefusalForecast | None = None
    stage: Stage | None = None
    ending: Ending | None = None
    round: int = 1
    waiting_on: Party | None = None
    due: DueForecast | None = None
    is_due_new: bool = False
    sent: tuple[NoticeForecast, ...] = ()
    cancelled: tuple[NoticeForecast, ...] = ()
    opened: tuple[AttentionKind, ...] = ()
    closed: tuple[AttentionKind, ...] = ()
    facts: tuple[str, ...] = ()
    final: tuple[str, ...] = ()

    @property
    def changes_something(self) -> bool:
        """Whether the act would leave anything behind beside its reason."""
        return bool(
            self.is_due_new or self.sent or self.cancelled or self.opened or self.closed
        ) or bool(self.facts)


OF_THE_JOURNEY = frozenset(ActKind) - {
    ActKind.RESEND,
    ActKind.CORRECT_ADDRESS,
    ActKind.BOUNCE,
    ActKind.CLOSE_ATTENTION,
}
"""Acts whose effects depend on where the journey stands: done, they are as they were previewed."""


class JourneyMovedOn(Conflict):
    """What was previewed is no longer what would happen."""

    code = "journey_moved_on"
    sentence = (
        "Nothing was done: the journey has moved on since its page was made. Look at what would "
        "happen now, and decide again."
    )


class NotOfThisJourney(Conflict):
    """The notice or attention belongs to another journey."""

    code = "not_of_this_journey"
    sentence = "This belongs to another journey. Open that one and do it there."
