"""What a practitioner sees of their own journey: never who assesses, nor how the queue goes."""

from domain.assessment import MarkKind, Obstacle
from domain.enrollment import ClockKind, Ending, Stage
from domain.notices import NoticeKind, NoticeState
from domain.part_standing import PartStanding, PartState
from domain.policy import Policy
from domain.submission import Receipt
from domain.values import Instant, Value


class PracticeDue(Value):
    """Until when something is waited for that concerns the practitioner, and why until then."""

    at: Instant
    zone: str
    why: str
    clock: ClockKind


class NoticeSent(Value):
    """One mail to the practitioner, and what became of it."""

    kind: NoticeKind
    state: NoticeState
    at: Instant
    part: int | None
    round: int | None


class PracticeHome(Value):
    """Where a journey stands, for the page that its practitioner begins with."""

    enrollment_id: str
    title: str
    library: str
    practitioner: str
    address: str
    stage: Stage | None
    """``None`` in the moments before the journey has written anything."""
    ending: Ending | None
    ended_at: Instant | None
    round: int
    is_ours_to_act: bool
    """Whether operations were alerted: the practitioner is waited on no more, or not yet."""
    due: PracticeDue | None
    policy: Policy
    rounds_left: int
    parts: tuple[PartStanding, ...]
    decided_rounds: int
    awarded_at: Instant | None
    notices: tuple[NoticeSent, ...]
    subscription_until: Instant | None


class MarkSaid(Value):
    """What was said of one item in one round, once the round was decided."""

    item: str
    round: int
    at: Instant
    kind: MarkKind
    obstacle: Obstacle | None
    feedback: str


class FieldView(Value):
    """One question of a part with its text. ``earlier`` is what was submitted before this round."""

    key: str
    label: str
    question: str
    text: str
    words: int
    is_open: bool
    met: MarkSaid | None = None
    feedback: MarkSaid | None = None
    earlier: str | None = None


class PartView(Value):
    """A written part: what its editor shows, or what was submitted."""

    enrollment_id: str
    title: str
    part: int
    part_title: str
    stage: Stage | None
    ending: Ending | None
    state: PartState
    round: int
    version: int
    saved_at: Instant | None
    received_at: Instant | None
    received_round: int | None
    minimum_words: int | None
    fields: tuple[FieldView, ...]

    @property
    def words(self) -> int:
        """Words that would count now, those of locked answers included."""
        return sum(field.words for field in self.fields)

    @property
    def is_writable(self) -> bool:
        """Whether something of it may be written now."""
        is_collecting = self.stage in {Stage.WORKING, Stage.REVISING}
        return is_collecting and self.state not in {PartState.RECEIVED, PartState.LOCKED}


class ResultLine(Value):
    """One item of a decided round: what was said of it then, or when it was met before."""

    key: str
    part: int
    label: str
    text: str
    outcome: str
    said: MarkSaid | None
    met: MarkSaid | None


class RoundResult(Value):
    """A decided round."""

    number: int
    decided_at: Instant
    is_proficient: bool
    lines: tuple[ResultLine, ...]


class ResultView(Value):
    """What came of the rounds that are decided, the latest one last."""

    enrollment_id: str
    title: str
    stage: Stage | None
    ending: Ending | None
    due: PracticeDue | None
    round: int
    rounds_left: int
    rounds: tuple[RoundResult, ...]
    open_keys: frozenset[str]
    awarded_at: Instant | None
    issuer: str
    pd_hours: int


class ReceiptView(Value):
    """A receipt with what it is about, and what became of the mail that says the same."""

    enrollment_id: str
    title: str
    part_title: str
    receipt: Receipt
    notice: NoticeSent | None


class PartFile(Value):
    """A file that would be frozen with part 2."""

    name: str
    size: int
    uses: int


class BeforeSubmitting(Value):
    """What is about to be frozen."""

    view: PartView
    files: tuple[PartFile, ...]
    pieces: int
    unchanged: tuple[str, ...]
    """Labels of open items that say what they said in the round before."""
