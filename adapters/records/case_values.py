"""A journey as an act of operations would find it: the facts that decide what the act does."""

from domain.assignment import AssignmentState
from domain.enrollment import AttentionKind, Ending, Party, Stage
from domain.future_sends import RunningDue
from domain.notices import NoticeKind, NoticeState, Recipient
from domain.orders import LineState
from domain.policy import Policy
from domain.values import Instant, Value


class CaseDue(Value):
    """The running due time with what the records say about it."""

    due_id: str
    running: RunningDue
    started_at: Instant
    zone: str
    explanation: str


class Held(Value):
    """Who has the round: an offer, or an accepted assignment."""

    assignment_id: str
    assessor_id: str
    assessor: str
    state: AssignmentState


class Judged(Value):
    """The judgement of the round, before an approver confirmed it or after."""

    is_proficient: bool
    not_met: int


class CaseNotice(Value):
    """A notice that has not gone out yet."""

    notice_id: str
    kind: NoticeKind
    to: Recipient
    round: int | None
    state: NoticeState
    assignment_id: str | None
    assignment: AssignmentState | None


class Case(Value):
    """One journey, as far as acts of operations depend on it."""

    enrollment_id: str
    person_id: str
    practitioner: str
    payer: str
    stage: Stage | None
    ending: Ending | None
    waiting_on: Party
    round: int
    last_at: Instant
    last_sequence: int
    """How many turns of the journey are written; another number means that it has moved on."""
    settled_at: Instant
    policy: Policy
    rounds_granted: int
    judgements: int
    """How often a round of this journey was judged; the number of the newest judgement."""
    due: CaseDue | None
    verifying_since: Instant | None
    held: Held | None
    judged: Judged | None
    is_portal_used: bool
    attention: frozenset[AttentionKind]
    waiting_notices: tuple[CaseNotice, ...]
    line_id: str
    line_state: LineState
    has_successor: bool
    """Whether a held line of the same learner would take the place of a refunded one."""

    @property
    def rounds_allowed(self) -> int:
        """Rounds of the pinned policy and those that operations granted."""
        return self.policy.rounds + self.rounds_granted

    @property
    def subjects(self) -> frozenset[str]:
        """What notices and attention of this journey can be about: itself, its line, its order."""
        return frozenset({self.enrollment_id, self.line_id, self.line_id.rpartition("-")[0]})
