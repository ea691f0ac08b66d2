"""The desk at which a journey works: one message at a time, one deadline, one ledger.

Handlers only hand a message in and wait for its answer; the phases of the journey take one message
after the other. So two messages never interleave, and an answer goes out after what it says was
written. What concerns every phase alike (reminders, extensions, more rounds, endings) is done here.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from temporalio import workflow

from activities.contracts import ENGINE, Actor, Entered
from activities.steps import (
    EnterStage,
    ExtendClock,
    GrantRounds,
    OpenAttention,
    RefundLine,
    Step,
)
from domain.enrollment import Clock, Ending, NotAtThisStage, Party, Stage
from domain.notices import NoticeKind, Recipient
from domain.refusals import Refusal
from workflows.contracts import (
    Answer,
    Done,
    Extend,
    Fact,
    GrantRound,
    JudgementRecorded,
    PartReceived,
    Refund,
    Refunded,
    Request,
    Standing,
    Withdraw,
)
from workflows.deadline import Deadline, Passed, Reminded
from workflows.guards import refuse_unless_possible
from workflows.ledger import Ledger, NotAsFarAsWritten

Message = Request | Fact
AnswerT = TypeVar("AnswerT", Done, PartReceived, JudgementRecorded, Refunded)


@dataclass(eq=False)
class Pending:
    """A message that was let in, with the answer that its sender waits for.

    ``cause`` is the same whenever the message comes: an update's id, or the kind of a fact.
    """

    message: Message
    cause: str
    answer: "asyncio.Future[Answer] | None" = None


class EndedEarly(Exception):
    """The journey ends before its award."""

    def __init__(self, ending: Ending, actor: Actor = ENGINE) -> None:
        super().__init__(ending.value)
        self.ending = ending
        self.actor = actor


class Desk:
    """Takes messages, keeps the deadline, writes the ledger. ``standing`` is the whole state."""

    def __init__(self, standing: Standing, *, names_causes: bool) -> None:
        self.standing = standing
        self.ledger = Ledger(standing.enrollment_id, names_causes=names_causes)
        self._inbox: deque[Pending] = deque()
        self._taken: Pending | None = None
        self._taken_at = 0
        self._answered: list[tuple[Pending, Answer]] = []
        self._deadline: Deadline | None = None

    async def ask(self, request: Request, kind: type[AnswerT]) -> AnswerT:
        """Hand in a request and wait for its answer. Raises the ``Refusal`` that it meets."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        update = workflow.current_update_info()
        cause = update.id if update is not None else type(request).__name__
        self._inbox.append(Pending(request, cause, future))
        answer = await future
        if not isinstance(answer, kind):
            raise TypeError(f"{type(request).__name__} was answered with {type(answer).__name__}")
        return answer

    def tell(self, fact: Fact) -> None:
        """Hand in a fact; it is dropped where it makes no difference."""
        self._inbox.append(Pending(fact, type(fact).__name__))

    def answer(self, answer: Answer) -> None:
        """Answer the message in hand, as soon as the turn is written."""
        if self._taken is not None:
            self._answered.append((self._taken, answer))
            self._taken = None

    def refuse(self, refusal: Refusal) -> None:
        """Refuse the message in hand."""
        if self._taken is not None and self._taken.answer is not None:
            self._taken.answer.set_exception(refusal)
        self._taken = None

    async def write(self) -> Entered:
        """Write the turn, then let the answers go out."""
        entered = await self.ledger.write()
        for pending, answer in self._answered:
            if pending.answer is not None:
                pending.answer.set_result(answer)
        self._answered = []
        return entered

    async def decide(self, *steps: Step, actor: Actor = ENGINE) -> Entered | None:
        """Write steps that may refuse. ``None``: refused, and the sender was told."""
        await self.write()
        self.ledger.add(*steps, actor=actor)
        try:
            return await self.ledger.write()
        except Refusal as refusal:
            self.refuse(refusal)
            return None

    def stage_entry(self, stage: Stage, waiting_on: Party, clock: Clock) -> EnterStage:
        """Return the step that enters a stage of the open round."""
        return EnterStage(
            stage=stage, waiting_on=waiting_on, clock=clock, round=self.standing.round
        )

    async def enter(self, stage: Stage, waiting_on: Party, clock: Clock, *steps: Step) -> None:
        """Enter a stage, write the turn, and start its deadline."""
        self.ledger.add(self.stage_entry(stage, waiting_on, clock), *steps)
        self.entered(stage, waiting_on, clock, await self.write())

    def entered(self, stage: Stage, waiting_on: Party, clock: Clock, entered: Entered) -> None:
        """Take over what the records answered to the entry of a stage."""
        self.standing.stage, self.standing.waiting_on = stage, waiting_on
        self.standing.clock, self.standing.due = clock, entered.due
        self._deadline = Deadline(entered.due) if entered.due else None

    async def next(self) -> Message | Passed:
        """Return the next message that this phase has to deal with, or that its time is up."""
        while True:
            await self._let_go()
            await self.write()
            match await self._chosen():
                case Reminded() as reminded:
                    self._remind(reminded)
                case Passed() as passed:
                    return passed
                case Pending() as pending:
                    message = await self._take(pending)
                    if message is not None:
                        return message

    def close(self, ending: Ending) -> None:
        """End the journey: whoever still waits is told so."""
        self.standing.stage, self.standing.ending = Stage.ENDED, ending
        self.standing.due = self.standing.clock = None
        while self._inbox:
            self._taken = self._inbox.popleft()
            self._refuse_if_impossible()

    async def _chosen(self) -> Reminded | Passed | Pending:
        """Wait, and return what comes next: the clock before messages, these as they came.

        An attempt at this task that was lost may have dealt with things in another order, because
        some of them were not there yet. What it wrote stands, so its order does (decision 0029).
        """
        await self._until_something_is_there()
        at_hand = self._at_hand()
        cause = next(iter(at_hand))
        if len(at_hand) > 1 and self.ledger.names_causes:
            written = await self.ledger.cause_written_next()
            if written is not None and written not in at_hand:
                raise NotAsFarAsWritten
            cause = written or cause
        self.ledger.cause = cause
        chosen = at_hand[cause]
        return chosen if isinstance(chosen, Pending) else chosen()

    def _at_hand(self) -> dict[str, Pending | Callable[[], Reminded | Passed]]:
        """Return what could come next by its cause, first what does if nothing else was written.

        The clock is heard up to its last instant at once; a lost attempt may have heard less.
        """
        at_hand: dict[str, Pending | Callable[[], Reminded | Passed]] = {}
        if self._deadline is not None:
            for instant in reversed(self._deadline.come()):
                at_hand[instant.isoformat()] = partial(self._deadline.hear, instant)
        for pending in self._inbox:
            at_hand.setdefault(pending.cause, pending)
        return at_hand

    async def _until_something_is_there(self) -> None:
        has_message: Callable[[], bool] = lambda: bool(self._inbox)  # noqa: E731
        if self._deadline is None:
            await workflow.wait_condition(has_message)
        else:
            await self._deadline.until(has_message)

    async def _take(self, pending: Pending) -> Message | None:
        """Take a message; ``None`` when it was dealt with here."""
        self._inbox.remove(pending)
        self._taken, self._taken_at = pending, self.ledger.put_down
        if self._impossible() is not None:
            await self.ledger.refuse_to_fall_behind()
        if not self._refuse_if_impossible():
            return None
        match pending.message:
            case Extend() as extend:
                await self._extend(extend)
            case GrantRound() as grant:
                self.standing.rounds_allowed += 1
                self.ledger.add(GrantRounds(round=self.standing.rounds_allowed), actor=grant.actor)
                self.answer(Done(stage=self.standing.stage))
                # Answered here at every stage; handed on to the one that waits for it.
                return grant
            case Withdraw() as withdraw:
                self.answer(Done(stage=Stage.ENDED))
                raise EndedEarly(Ending.WITHDRAWN, withdraw.actor)
            case Refund() as refund:
                await self._refund(refund)
            case message:
                return message
        return None

    def _refuse_if_impossible(self) -> bool:
        refusal = self._impossible()
        if refusal is not None:
            self.refuse(refusal)
        return refusal is None

    def _impossible(self) -> Refusal | None:
        """Return why the request in hand cannot be done now; facts need no leave."""
        if self._taken is not None and self._taken.answer is not None:
            try:
                refuse_unless_possible(self._taken.message, self.standing)  # type: ignore[arg-type]
            except Refusal as refusal:
                return refusal
        return None

    async def _let_go(self) -> None:
        """Be done with the message in hand; whoever still waits for its answer is refused.

        One that led to nothing may have been meant for a turn that is still to come again.
        """
        if self._taken is not None:
            if self.ledger.put_down == self._taken_at:
                await self.ledger.refuse_to_fall_behind()
            self.refuse(NotAtThisStage(stage=self.standing.stage or "starting"))

    def _remind(self, reminded: Reminded) -> None:
        standing = self.standing
        assignment = standing.offer.assignment_id if standing.offer else None
        for reminder in reminded.reminders:
            if reminder.attention is not None:
                self.ledger.add(OpenAttention(kind=reminder.attention))
            if reminder.notice is not None:
                is_assessors = reminder.to is Recipient.ASSESSOR
                self.ledger.add(
                    self.ledger.notice(
                        reminder.notice,
                        reminder.to,
                        round_number=standing.round,
                        assignment_id=assignment if is_assessors else None,
                    )
                )

    async def _extend(self, extend: Extend) -> None:
        standing = self.standing
        if standing.due is None or standing.clock is None or standing.stage is None:
            return
        clock = standing.clock
        entered = await self.decide(
            ExtendClock(due_id=standing.due.id, days=extend.days, clock=clock), actor=extend.actor
        )
        if entered is not None:
            self.entered(standing.stage, standing.waiting_on, clock, entered)
            self.answer(Done(stage=standing.stage))

    async def _refund(self, refund: Refund) -> None:
        told = self.ledger.notice(NoticeKind.REFUNDED, Recipient.PAYER)
        # Told first: afterwards the journey may run under another payer's order.
        entered = await self.decide(told, RefundLine(line_id=refund.line_id), actor=refund.actor)
        if entered is None:
            return
        is_still_granted = bool(entered.is_still_granted)
        self.answer(Refunded(is_still_granted=is_still_granted))
        if not is_still_granted:
            raise EndedEarly(Ending.REFUNDED, refund.actor)
