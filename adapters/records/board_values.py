"""What the board of operations shows: every number leads to the list that it counts."""

from adapters.records.list_values import MailTrouble
from domain.enrollment import AttentionKind, Ending
from domain.values import Instant, Value


class StageCount(Value):
    """Open journeys at one stage; ``late`` are those whose due time has passed."""

    stage: str
    journeys: int
    late: int


class PromiseCount(Value):
    """The access promise: what fell due since ``since``, and every clock that runs now."""

    since: Instant
    met: int
    breached: int
    running: int
    next_due_at: Instant | None

    @property
    def share_met(self) -> float | None:
        """The share of kept promises among those decided, ``None`` without any."""
        decided = self.met + self.breached
        return self.met / decided if decided else None


class AttentionCount(Value):
    """Open attention of one kind, and since when the oldest of it is open."""

    kind: AttentionKind
    open: int
    oldest_at: Instant


class QueueStanding(Value):
    """Rounds that wait for an assessor, and the one that waits longest."""

    waiting: int
    oldest_enrollment_id: str | None = None
    oldest_since: Instant | None = None


class TroubleCount(Value):
    """Notices in one sort of trouble that nobody has seen to."""

    trouble: MailTrouble
    notices: int


class OverdueCount(Value):
    """Assessments past their due time, and how many assessors hold them."""

    assessments: int
    assessors: int
    oldest_since: Instant | None


class EndingCount(Value):
    """Journeys that ended in one way since the board's ``since``."""

    ending: Ending
    journeys: int


class Board(Value):
    """Where everything stands at one instant; ``since`` is how far the board looks back."""

    at: Instant
    since: Instant
    stages: tuple[StageCount, ...]
    promise: PromiseCount
    attention: tuple[AttentionCount, ...]
    queue: QueueStanding
    mail: tuple[TroubleCount, ...]
    overdue: OverdueCount
    endings: tuple[EndingCount, ...]
