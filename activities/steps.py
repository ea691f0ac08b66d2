"""The business steps of a journey, as they are written into the records.

Identifiers, enumerations, numbers and instants only: all of it stands in histories.
"""

from typing import Annotated, Literal

from pydantic import Field

from domain.assessment import Judgement
from domain.assignment import AssignmentState
from domain.enrollment import AttentionKind, Clock, Ending, Party, Stage
from domain.notices import NoticeKind, Recipient
from domain.values import Contract


class BeginJourney(Contract):
    """Ask the directory and start the matching clock: verification, or the access promise."""

    step: Literal["begin_journey"] = "begin_journey"
    verification: Clock
    access: Clock


class VerifyPerson(Contract):
    """The account of the practitioner is verified from now on."""

    step: Literal["verify_person"] = "verify_person"


class EnterStage(Contract):
    """The journey stands at ``stage`` and waits for ``waiting_on`` until the clock's due time."""

    step: Literal["enter_stage"] = "enter_stage"
    stage: Stage
    waiting_on: Party
    clock: Clock
    round: int | None = None


class ExtendClock(Contract):
    """The running due time moves ``days`` of the clock's own unit later."""

    step: Literal["extend_clock"] = "extend_clock"
    due_id: str
    days: int
    clock: Clock


class RecordAccess(Contract):
    """The mail server accepted the access mail: the promise is met."""

    step: Literal["record_access"] = "record_access"


class RecordAccessBreach(Contract):
    """Two business days passed without access."""

    step: Literal["record_access_breach"] = "record_access_breach"


class ReceivePart(Contract):
    """A frozen revision becomes part of the round. May refuse."""

    step: Literal["receive_part"] = "receive_part"
    round: int
    part: int
    revision_id: str
    open_items: tuple[str, ...]


class OpenRound(Contract):
    """The submission of a round is complete and waits for an assessor."""

    step: Literal["open_round"] = "open_round"
    round: int
    open_items: tuple[str, ...]


class OfferRound(Contract):
    """Rank the roster, reserve a place of the best assessor, or wait for one."""

    step: Literal["offer_round"] = "offer_round"
    round: int
    ordinal: int
    offer: Clock
    review: Clock
    only_assessor_id: str | None = None


class AcceptOffer(Contract):
    """The assessor takes the round. May refuse: taken, or a conflict of interest."""

    step: Literal["accept_offer"] = "accept_offer"
    assignment_id: str


class EndAssignment(Contract):
    """An offer or assignment ends as ``outcome`` and its place is freed."""

    step: Literal["end_assignment"] = "end_assignment"
    assignment_id: str
    outcome: AssignmentState


class JudgeRound(Contract):
    """Judge the round from the saved marks. May refuse: incomplete, stale, conflict."""

    step: Literal["judge_round"] = "judge_round"
    round: int
    assignment_id: str
    marks_version: int
    open_items: tuple[str, ...]


class DecideRound(Contract):
    """The judgement is final: marks are locked, the assessor is free."""

    step: Literal["decide_round"] = "decide_round"
    round: int
    assignment_id: str
    judgement: Judgement


class PassBack(Contract):
    """The approver returns the judgement to the assessor."""

    step: Literal["pass_back"] = "pass_back"
    round: int


class GrantRounds(Contract):
    """Operations grant one more round."""

    step: Literal["grant_rounds"] = "grant_rounds"
    round: int


class RecordAward(Contract):
    """The credential is awarded; exactly once for an enrollment."""

    step: Literal["record_award"] = "record_award"
    round: int


class RefundLine(Contract):
    """Take the access of one order line back. Answers whether another order still grants it."""

    step: Literal["refund_line"] = "refund_line"
    line_id: str


class EndJourney(Contract):
    """The journey ends; what belonged to it is cancelled and freed."""

    step: Literal["end_journey"] = "end_journey"
    ending: Ending


class IntendNotice(Contract):
    """One notice is to be sent; ``(enrollment, round, kind, recipient, ordinal)`` is unique."""

    step: Literal["intend_notice"] = "intend_notice"
    kind: NoticeKind
    to: Recipient
    round: int | None = None
    part: int | None = None
    ordinal: int = 0
    assignment_id: str | None = None


class OpenAttention(Contract):
    """Operations must look at this."""

    step: Literal["open_attention"] = "open_attention"
    kind: AttentionKind


class CloseAttention(Contract):
    """What operations had to look at is settled."""

    step: Literal["close_attention"] = "close_attention"
    kinds: tuple[AttentionKind, ...]


Step = Annotated[
    BeginJourney
    | VerifyPerson
    | EnterStage
    | ExtendClock
    | RecordAccess
    | RecordAccessBreach
    | ReceivePart
    | OpenRound
    | OfferRound
    | AcceptOffer
    | EndAssignment
    | JudgeRound
    | DecideRound
    | PassBack
    | GrantRounds
    | RecordAward
    | RefundLine
    | EndJourney
    | IntendNotice
    | OpenAttention
    | CloseAttention,
    Field(discriminator="step"),
]
"""One business step of a journey, as it is written."""
