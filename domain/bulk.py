"""One act of operations on many journeys: which acts, how many journeys, what came of each."""

from enum import StrEnum
from typing import Final

from domain.enrollment import ExtensionTooLong
from domain.previews import Act, ActKind
from domain.refusals import Conflict, Invalid, NotFound
from domain.values import Instant, Value

MOST_SELECTED: Final = 1000
"""Journeys of one act in bulk: what one person can answer for at a time."""

IN_BULK: Final = (
    ActKind.EXTEND,
    ActKind.VERIFY,
    ActKind.RESEND,
    ActKind.WITHDRAW,
    ActKind.GRANT_ROUND,
    ActKind.CLOSE_ATTENTION,
    ActKind.REASSIGN,
)
"""The acts that may be done to many journeys at once; sending again means the access mail."""


class BulkResult(StrEnum):
    """What became of one journey of an act in bulk."""

    WAITING = "waiting"
    DONE = "done"
    NOTHING_TO_DO = "nothing_to_do"
    """The act changed nothing here: what it would have settled was settled already."""
    REFUSED = "refused"
    FAILED = "failed"
    """The engine could not answer for this journey; its own pages say more."""
    LEFT_OUT = "left_out"
    """The act in bulk was stopped before its turn came."""


SETTLED: Final = frozenset(BulkResult) - {BulkResult.WAITING}
"""States in which a line has its result."""


class BulkLine(Value):
    """One journey of an act in bulk with its result; ``code`` and ``sentence`` say why not."""

    number: int
    enrollment_id: str
    practitioner: str
    state: BulkResult
    code: str = ""
    sentence: str = ""
    settled_at: Instant | None = None


class BulkProgress(Value):
    """How far an act in bulk has come. ``counts`` has every state that a line is in."""

    bulk_id: str
    act: Act
    reason: str
    by_name: str
    begun_at: Instant
    stopped_at: Instant | None
    ended_at: Instant | None
    total: int
    counts: dict[BulkResult, int]

    @property
    def settled(self) -> int:
        """How many journeys have their result."""
        return sum(count for state, count in self.counts.items() if state in SETTLED)

    @property
    def is_ended(self) -> bool:
        """Whether every journey has its result."""
        return self.ended_at is not None


class NothingSelected(Invalid):
    """An act in bulk needs journeys."""

    code = "nothing_selected"
    sentence = "No journey is selected. Tick the ones that you mean, then choose what to do."


class TooManySelected(Invalid):
    """More than one person can answer for."""

    code = "too_many_selected"
    sentence = "{count} journeys are selected; {most} at most can be done at once. Select fewer."


class NotInBulk(Invalid):
    """The act is done to one journey at a time."""

    code = "not_in_bulk"
    sentence = "This cannot be done to many journeys at once. Open the journey and do it there."


class AttentionNotNamed(Invalid):
    """Closing attention needs to know which."""

    code = "attention_not_named"
    sentence = "Say which attention is to be closed."


class UnknownBulkAct(NotFound):
    """No act in bulk has this number."""

    code = "unknown_bulk_act"
    sentence = "There is no act in bulk {bulk}. Look at the list of them."


class FormUsedForAnother(Conflict):
    """The same form was sent for something else before."""

    code = "form_used_for_another"
    sentence = "This form was sent before, for something else. Start again from the selection."


class NoAccessMail(Conflict):
    """Access was not granted yet, so there is no link to send again."""

    code = "no_access_mail"
    sentence = "There is no access mail to send again: access was not granted yet."


def refuse_unless_in_bulk(act: Act, selected: int) -> None:
    """Refuse an act that cannot be started on so many journeys.

    Raises ``NotInBulk``, ``NothingSelected``, ``TooManySelected``, ``AttentionNotNamed``, and
    ``ExtensionTooLong`` for days that no journey would take.
    """
    if act.kind not in IN_BULK:
        raise NotInBulk
    if selected == 0:
        raise NothingSelected
    if selected > MOST_SELECTED:
        raise TooManySelected(count=selected, most=MOST_SELECTED)
    if act.kind is ActKind.CLOSE_ATTENTION and act.attention is None:
        raise AttentionNotNamed
    if act.kind is ActKind.EXTEND and act.days < 1:
        raise ExtensionTooLong(days=act.days)
