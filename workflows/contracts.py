"""What the outside says to a journey, and what it answers.

Updates are imperative and answer or refuse; signals are facts in the past tense; queries are nouns.
Every message that concerns a round names the round. Free text travels as ``actor.reason_id``.
"""

from pydantic import BaseModel, Field

from activities.contracts import Actor, Offer
from domain.assessment import Judgement
from domain.enrollment import Clock, Due, Ending, Party, Stage
from domain.policy import Policy
from domain.values import Contract, Instant


def _is_not_set(flag: bool) -> bool:
    return not flag


class JourneyInput(Contract):
    """Everything that a journey pins: policy by value, rubric by its item keys.

    ``issues_credential`` is set for every journey that was opened since there are credentials,
    ``names_causes`` since entries keep their cause (docs/decisions/0029); left out where they are
    not, so that histories from before stay as they are.
    """

    enrollment_id: str
    settled_at: Instant
    items: tuple[str, ...]
    policy: Policy = Policy()
    issues_credential: bool = Field(default=False, exclude_if=_is_not_set)
    names_causes: bool = Field(default=False, exclude_if=_is_not_set)


class JourneyResult(Contract):
    """How a journey ended."""

    ending: Ending
    rounds: int


class IntakeInput(Contract):
    """Which order is taken in, and how long the payer has to settle it."""

    order_id: str
    policy: Policy = Policy()


class CorrectionInput(Contract):
    """Which correction of a credential is carried out."""

    correction_id: str


class Standing(BaseModel):
    """Where a journey stands; the one state object of the workflow, and its query's answer."""

    enrollment_id: str
    stage: Stage | None = None
    waiting_on: Party = Party.ENGINE
    clock: Clock | None = None
    due: Due | None = None
    round: int = 1
    rounds_allowed: int = 3
    open_items: tuple[str, ...] = ()
    parts_in: dict[int, str] = Field(default_factory=dict)
    offer: Offer | None = None
    is_offer_accepted: bool = False
    offers_made: int = 0
    ending: Ending | None = None


class Done(Contract):
    """The action is recorded."""

    stage: Stage | None = None


class VerifyAccount(Contract):
    """The practitioner followed the link, or ops verified by hand."""

    actor: Actor


class SubmitPart(Contract):
    """A frozen revision is handed in for a part of the open round."""

    actor: Actor
    round: int
    part: int
    revision_id: str


class PartReceived(Contract):
    """The part counts; whether it was the last one that was missing."""

    is_submission_complete: bool


class AcceptOffer(Contract):
    """The assessor takes the round."""

    actor: Actor
    round: int
    assignment_id: str
    assessor_id: str


class DeclineOffer(Contract):
    """The assessor does not take the round."""

    actor: Actor
    round: int
    assignment_id: str
    assessor_id: str


class Recuse(Contract):
    """The assessor steps back from an accepted round."""

    actor: Actor
    round: int
    assignment_id: str
    assessor_id: str


class RecordJudgement(Contract):
    """The assessor hands in the marks as they stand at ``marks_version``."""

    actor: Actor
    round: int
    assignment_id: str
    assessor_id: str
    marks_version: int


class JudgementRecorded(Contract):
    """What the marks came to, and whether an approver is asked first."""

    judgement: Judgement
    awaits_approval: bool


class DecideApproval(Contract):
    """The approver confirms the judgement or passes it back."""

    actor: Actor
    round: int
    is_confirmed: bool


class Extend(Contract):
    """Ops move the running due time ``days`` later, in the clock's own unit."""

    actor: Actor
    days: int


class Reassign(Contract):
    """Ops take the round from its assessor and offer it anew, to a named one if given."""

    actor: Actor
    round: int
    to_assessor_id: str | None = None


class GrantRound(Contract):
    """Ops grant one more round."""

    actor: Actor


class Withdraw(Contract):
    """The practitioner ends the journey."""

    actor: Actor


class Refund(Contract):
    """Ops refund the order line; the journey ends unless another order still grants it."""

    actor: Actor
    line_id: str


class Refunded(Contract):
    """Whether the journey goes on under another order."""

    is_still_granted: bool


class AccessMailAccepted(Contract):
    """The mail server accepted the access mail."""

    notice_id: str


class AssessorFreed(Contract):
    """A place of an eligible assessor became free."""

    assessor_id: str | None = None


Request = (
    VerifyAccount
    | SubmitPart
    | AcceptOffer
    | DeclineOffer
    | Recuse
    | RecordJudgement
    | DecideApproval
    | Extend
    | Reassign
    | GrantRound
    | Withdraw
    | Refund
)
"""A message that is answered or refused."""

Fact = AccessMailAccepted | AssessorFreed
"""A message that is only taken note of."""

Answer = Done | PartReceived | JudgementRecorded | Refunded
