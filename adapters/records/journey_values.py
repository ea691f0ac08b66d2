"""What operations look at in one journey beside its logs: clock, what is to come, who was asked."""

from domain.future_sends import ExpectedSend
from domain.values import Instant, Value


class ClockLine(Value):
    """The running due time with everything that explains it."""

    clock: str
    started_at: Instant
    due_at: Instant
    zone: str
    calendar: str
    calendar_version: int
    why: str


class FutureSend(Value):
    """Something that will be sent by itself, and the name of whom it goes to, where it is known."""

    send: ExpectedSend
    to_name: str


class RankingLine(Value):
    """One place in the ranking of an offer, with its reasons in words."""

    place: int
    assessor_id: str
    assessor: str
    reasons: tuple[str, ...]
    was_asked: bool


class LastOffer(Value):
    """The newest offer of a journey: who was asked, and why that one.

    ``ranking`` is empty when operations named the assessor.
    """

    assignment_id: str
    round: int
    assessor: str
    state: str
    offered_at: Instant
    ranking: tuple[RankingLine, ...]
