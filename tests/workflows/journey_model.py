"""A journey as the rules tell it, in a page of Python: what the engine is compared with.

Written from the rules and not from the workflow. It has no clock: time passing is a move like any
other, to a moment before or after whatever is due. A refusal is named by its code.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from domain.assessment import part_of_item
from domain.enrollment import ClockKind, Ending, Party, Stage


class Deed(StrEnum):
    """What somebody does, or what time does."""

    ONWARD = "onward"
    """Whatever takes the journey on from where it stands."""
    SENSIBLE = "sensible"
    """One of the moves that somebody may really make there."""
    VERIFY = "verify"
    SUBMIT = "submit"
    ACCEPT = "accept"
    DECLINE = "decline"
    RECUSE = "recuse"
    JUDGE = "judge"
    APPROVE = "approve"
    EXTEND = "extend"
    REASSIGN = "reassign"
    REASSIGN_TO = "reassign_to"
    GRANT = "grant"
    WITHDRAW = "withdraw"
    REFUND = "refund"
    AGAIN = "again"
    JUST_BEFORE = "just_before"
    JUST_AFTER = "just_after"


@dataclass(frozen=True)
class Move:
    """One deed: by which assessor, about which part, with which items not met."""

    deed: Deed
    who: int = 0
    part: int = 1
    misses: frozenset[int] = frozenset()
    is_confirmed: bool = True
    pick: int = 0


_ONWARD = {
    Stage.VERIFYING: Deed.VERIFY,
    Stage.WORKING: Deed.SUBMIT,
    Stage.REVISING: Deed.SUBMIT,
    Stage.OFFERED: Deed.ACCEPT,
    Stage.ASSESSING: Deed.JUDGE,
    Stage.APPROVING: Deed.APPROVE,
    Stage.OUT_OF_ROUNDS: Deed.GRANT,
}
_SENSIBLE = {
    Stage.VERIFYING: (Deed.VERIFY, Deed.JUST_AFTER, Deed.EXTEND),
    Stage.WORKING: (Deed.SUBMIT, Deed.EXTEND, Deed.JUST_AFTER, Deed.WITHDRAW, Deed.JUST_BEFORE),
    Stage.REVISING: (Deed.SUBMIT, Deed.EXTEND, Deed.JUST_AFTER, Deed.JUST_BEFORE),
    Stage.QUEUED: (Deed.JUST_AFTER, Deed.REASSIGN, Deed.REASSIGN_TO),
    Stage.OFFERED: (Deed.DECLINE, Deed.JUST_AFTER, Deed.REASSIGN, Deed.REASSIGN_TO, Deed.DECLINE),
    Stage.ASSESSING: (Deed.RECUSE, Deed.JUDGE, Deed.JUST_AFTER, Deed.REASSIGN, Deed.EXTEND),
    Stage.APPROVING: (Deed.APPROVE, Deed.JUST_AFTER, Deed.REFUND),
    Stage.OUT_OF_ROUNDS: (Deed.GRANT, Deed.JUST_BEFORE, Deed.JUST_AFTER),
    Stage.ENDED: (Deed.AGAIN, Deed.WITHDRAW, Deed.JUDGE, Deed.REFUND),
}


@dataclass
class JourneyModel:
    """Where a journey has to stand. Assessors are numbers; all are eligible at the beginning."""

    items: tuple[str, ...]
    rounds_allowed: int
    is_approved_first: bool
    assessors: dict[int, str]
    stage: Stage = Stage.VERIFYING
    waiting_on: Party = Party.PRACTITIONER
    clock: ClockKind | None = ClockKind.VERIFICATION
    round: int = 1
    ending: Ending | None = None
    parts_in: set[int] = field(default_factory=set)
    holder: int | None = None
    is_accepted: bool = False
    left: set[int] = field(default_factory=set)
    previous: int | None = None
    offers: list[int] = field(default_factory=list)
    """Who was ever offered this enrollment, in order."""
    not_met: tuple[str, ...] = ()
    answered: set[tuple[object, ...]] = field(default_factory=set)
    """Acts that were answered once: the same act again is answered alike and changes nothing."""
    judgements: int = 0
    """How often this round was judged or passed back."""

    def __post_init__(self) -> None:
        self.open_items = self.items

    def play(self, move: Move) -> str | None:
        """Make a move; returns the code of the refusal that it meets, or ``None``."""
        match move.deed:
            case Deed.VERIFY:
                return self._verify()
            case Deed.SUBMIT:
                return self._submit(move.part)
            case Deed.ACCEPT | Deed.DECLINE:
                return self._answer_offer(move)
            case Deed.RECUSE | Deed.JUDGE | Deed.APPROVE:
                return self._assess(move)
            case Deed.REASSIGN | Deed.REASSIGN_TO:
                return self._reassign(move)
            case Deed.JUST_AFTER:
                self._time_is_up()
                return None
            case Deed.AGAIN | Deed.JUST_BEFORE:
                return None
            case _:
                return self._play_for_ops(move)

    def made(self, move: Move) -> Move:
        """Return what a move comes to where the journey stands."""
        match move.deed:
            case Deed.ONWARD if self.stage in _ONWARD:
                deed = _ONWARD[self.stage]
            case Deed.ONWARD:
                deed = Deed.JUST_AFTER
            case Deed.SENSIBLE:
                deeds = _SENSIBLE[self.stage]
                deed = deeds[move.pick % len(deeds)]
            case _:
                return move
        who = move.who if self.holder is None or deed is Deed.REASSIGN_TO else self.holder
        part = min(self._wanted() - self.parts_in, default=move.part)
        return replace(move, deed=deed, who=who, part=part)

    def missed(self, move: Move) -> tuple[str, ...]:
        """Return the open items that a judgement finds not met."""
        return tuple(key for number, key in enumerate(self.open_items) if number in move.misses)

    def _wanted(self) -> set[int]:
        return {part_of_item(key) for key in self.open_items}

    def _enter(self, stage: Stage, waiting_on: Party, clock: ClockKind | None) -> None:
        self.stage, self.waiting_on, self.clock = stage, waiting_on, clock

    def _end(self, ending: Ending) -> None:
        self.ending, self.holder, self.is_accepted = ending, None, False
        self._enter(Stage.ENDED, Party.ENGINE, None)

    def _verify(self) -> str | None:
        if (Deed.VERIFY,) in self.answered:
            return None
        refused = self._refused_unless(Stage.VERIFYING)
        if refused is None:
            self.answered.add((Deed.VERIFY,))
            self._enter(Stage.WORKING, Party.PRACTITIONER, ClockKind.WORKING_PERIOD)
        return refused

    def _refused_unless(self, *stages: Stage) -> str | None:
        if self.ending is not None:
            return "enrollment_closed"
        return None if self.stage in stages else "not_at_this_stage"

    def _submit(self, part: int) -> str | None:
        if self.ending is not None:
            return "enrollment_closed"
        if part in self.parts_in:
            return None  # the same button pressed twice
        refused = self._refused_unless(Stage.WORKING, Stage.REVISING)
        if refused is not None:
            return refused
        if part not in self._wanted():
            return "part_locked"
        self.parts_in.add(part)
        if self._wanted() <= self.parts_in:
            self.left = set()
            self._offer()
        return None

    def _offer(self, to: int | None = None) -> None:
        """Offer to the best of those who are left, or wait in the queue."""
        self.is_accepted = False
        self.holder = to if to is not None else self._best()
        if self.holder is None:
            self._enter(Stage.QUEUED, Party.OPS, ClockKind.QUEUE_REVIEW)
        else:
            self.offers.append(self.holder)
            self._enter(Stage.OFFERED, Party.ASSESSOR, ClockKind.OFFER)

    def _best(self) -> int | None:
        def place(who: int) -> tuple[bool, int, str]:
            offered = len(self.offers) - self.offers[::-1].index(who) if who in self.offers else 0
            return who != self.previous, offered, self.assessors[who]

        return min(self.assessors.keys() - self.left, key=place, default=None)

    def _offer_on(self) -> None:
        if self.holder is not None:
            self.left.add(self.holder)
        self._offer()

    def _answer_offer(self, move: Move) -> str | None:
        is_declined = move.deed is Deed.DECLINE
        if self.holder is None or move.who in self.left:
            return "offer_expired"
        if self.is_accepted:
            is_harmless = move.who == self.holder and not is_declined
            return None if is_harmless else "offer_taken"
        if move.who != self.holder:
            return "not_your_offer"
        if is_declined:
            self._offer_on()
        else:
            self.is_accepted = True
            self._enter(Stage.ASSESSING, Party.ASSESSOR, ClockKind.ASSESSMENT)
        return None

    def _assess(self, move: Move) -> str | None:
        match move.deed:
            case Deed.RECUSE:
                return self._recuse(move.who)
            case Deed.JUDGE:
                return self._judge(move)
            case _:
                return self._approve(is_confirmed=move.is_confirmed)

    def _recuse(self, who: int) -> str | None:
        if not self.is_accepted or who != self.holder:
            return "not_your_assignment"
        if self.stage is not Stage.ASSESSING:
            return "not_at_this_stage"
        self._offer_on()
        return None

    def _judge(self, move: Move) -> str | None:
        if self.ending is not None:
            return "enrollment_closed"
        if not self.is_accepted or move.who != self.holder:
            return "not_your_assignment"
        if self.stage is not Stage.ASSESSING:
            return "not_at_this_stage"
        self.not_met = self.missed(move)
        self.judgements += 1
        if self.is_approved_first:
            self._enter(Stage.APPROVING, Party.APPROVER, ClockKind.APPROVAL)
        else:
            self._decide()
        return None

    def _approve(self, *, is_confirmed: bool) -> str | None:
        act = (Deed.APPROVE, self.round, self.judgements, is_confirmed)
        if act in self.answered:
            return None
        refused = self._refused_unless(Stage.APPROVING)
        if refused is not None:
            return refused
        self.answered.add(act)
        if is_confirmed:
            self._decide()
        else:
            self.judgements += 1
            self._enter(Stage.ASSESSING, Party.ASSESSOR, ClockKind.ASSESSMENT)
        return None

    def _decide(self) -> None:
        self.previous, self.holder, self.is_accepted = self.holder, None, False
        if not self.not_met:
            self._end(Ending.AWARDED)
        elif self.round < self.rounds_allowed:
            self._revise()
        else:
            self._enter(Stage.OUT_OF_ROUNDS, Party.OPS, ClockKind.ROUND_GRANT)

    def _revise(self) -> None:
        self.round, self.open_items, self.parts_in = self.round + 1, self.not_met, set()
        self.judgements = 0
        self._enter(Stage.REVISING, Party.PRACTITIONER, ClockKind.RESUBMISSION)

    def _reassign(self, move: Move) -> str | None:
        refused = self._refused_unless(Stage.QUEUED, Stage.OFFERED, Stage.ASSESSING)
        if refused is not None:
            return refused
        to = move.who if move.deed is Deed.REASSIGN_TO else None
        if to is not None and (to in self.left or to == self.holder):
            return "nobody_to_reassign"
        if self.holder is not None:
            self.left.add(self.holder)
        self._offer(to)
        return None

    def _play_for_ops(self, move: Move) -> str | None:
        if self.ending is not None:
            is_harmless = move.deed is Deed.REFUND or (move.deed,) in self.answered
            return None if is_harmless else "enrollment_closed"
        match move.deed:
            case Deed.EXTEND:
                return "nothing_to_extend" if self.stage is Stage.QUEUED else None
            case Deed.GRANT:
                self.rounds_allowed += 1
                if self.stage is Stage.OUT_OF_ROUNDS:
                    self._revise()
            case Deed.WITHDRAW:
                self.answered.add((Deed.WITHDRAW,))
                self._end(Ending.WITHDRAWN)
            case _:
                self._end(Ending.REFUNDED)
        return None

    def _time_is_up(self) -> None:
        match self.stage:
            case Stage.VERIFYING | Stage.APPROVING:
                self._enter(self.stage, Party.OPS, ClockKind.ESCALATION)
            case Stage.WORKING if self.clock is ClockKind.WORKING_PERIOD:
                self._enter(Stage.WORKING, Party.PRACTITIONER, ClockKind.GRACE)
            case Stage.WORKING | Stage.REVISING:
                self._end(Ending.LAPSED)
            case Stage.ASSESSING if self.clock is ClockKind.ASSESSMENT:
                self._enter(Stage.ASSESSING, Party.ASSESSOR, ClockKind.OVERDUE)
            case Stage.QUEUED | Stage.OFFERED | Stage.ASSESSING:
                self._offer_on()
            case Stage.OUT_OF_ROUNDS:
                self._end(Ending.CLOSED)
            case _:
                return
