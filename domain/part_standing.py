"""Where one part stands for its practitioner: nothing yet, a draft, received, met, open again."""

from enum import StrEnum

from domain.values import Instant, Value


class PartState(StrEnum):
    """Where a part stands. Whether a draft is complete is computed, never a state of its own."""

    NOT_OPEN = "not_open"
    NOTHING = "nothing"
    DRAFT = "draft"
    RECEIVED = "received"
    LOCKED = "locked"
    OPEN_AGAIN = "open_again"


def part_state(
    *, has_access: bool, open_items: int, is_received: bool, is_written: bool, round_number: int
) -> PartState:
    """Return where a part stands in the open round.

    ``is_received``: it came in with this round; ``is_written``: something was saved in this round.
    """
    if not has_access:
        return PartState.NOT_OPEN
    if is_received:
        return PartState.RECEIVED
    if not open_items:
        return PartState.LOCKED
    if is_written:
        return PartState.DRAFT
    return PartState.OPEN_AGAIN if round_number > 1 else PartState.NOTHING


class PartStanding(Value):
    """One part as its practitioner sees it from afar. ``words`` is what would count now."""

    part: int
    title: str
    state: PartState
    items: int
    open_items: int
    words: int
    minimum_words: int | None
    pieces: int
    is_open: bool
    """Whether it may be written and handed in now."""
    blockers: int
    """What keeps an open part from being handed in; 0 for one that is not open."""
    saved_at: Instant | None
    received_at: Instant | None
    received_round: int | None

    @property
    def is_waiting_to_be_submitted(self) -> bool:
        """Whether everything is written and nothing was handed in (trap 13)."""
        return self.is_open and self.state is PartState.DRAFT and not self.blockers
