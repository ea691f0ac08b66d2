"""One round: offer, accept, assess, judge, approve. The journey composes it (not a child workflow).

The queue keeps its place: an offer that is declined or lapses goes to the next assessor, and with
nobody left the round waits, with attention, until somebody is there (traps 5, 11, 17).
"""

from activities.contracts import ENGINE, Actor
from activities.steps import AcceptOffer as TakeOffer
from activities.steps import (
    CloseAttention,
    DecideRound,
    EndAssignment,
    JudgeRound,
    OfferRound,
    OpenAttention,
    OpenRound,
    PassBack,
    Step,
)
from domain.assessment import Judgement
from domain.assignment import AssignmentState
from domain.enrollment import AttentionKind, ClockKind, Party, Stage
from domain.notices import NoticeKind, Recipient
from domain.policy import Approval, Policy
from workflows.clocks import Clocks
from workflows.contracts import (
    AcceptOffer,
    AssessorFreed,
    DecideApproval,
    DeclineOffer,
    Done,
    JudgementRecorded,
    Reassign,
    RecordJudgement,
    Recuse,
)
from workflows.deadline import Passed
from workflows.desk import Desk


class AssessmentRound:
    """Takes a complete submission to its judgement."""

    def __init__(self, desk: Desk, clocks: Clocks, policy: Policy) -> None:
        self._desk = desk
        self._clocks = clocks
        self._policy = policy

    async def run(self) -> Judgement:
        """Return the judgement that the practitioner will be told."""
        standing = self._desk.standing
        standing.offers_made = 0
        self._desk.ledger.add(
            OpenRound(round=standing.round, open_items=standing.open_items),
            self._desk.ledger.notice(NoticeKind.SUBMISSION_RECEIVED, round_number=standing.round),
        )
        await self._offer()
        while True:
            await self._find_assessor()
            judgement = await self._assess()
            if judgement is not None:
                return judgement

    async def _find_assessor(self) -> None:
        """Offer the round until somebody accepts it."""
        standing = self._desk.standing
        while not standing.is_offer_accepted:
            match await self._desk.next():
                case AcceptOffer() as accept:
                    await self._accept(accept)
                case DeclineOffer() as decline:
                    self._desk.answer(Done())
                    await self._offer_on(AssignmentState.DECLINED, decline.actor)
                case Reassign() as reassign:
                    await self._reassign(reassign)
                case Passed() if standing.offer is not None:
                    await self._offer_on(AssignmentState.EXPIRED)
                case Passed() | AssessorFreed() if standing.offer is None:
                    await self._offer()

    async def _assess(self) -> Judgement | None:
        """Wait for the judgement; ``None`` when the round went back to the queue."""
        desk, standing = self._desk, self._desk.standing
        while True:
            match await desk.next():
                case RecordJudgement() as record:
                    judgement = await self._judge(record)
                    if judgement is not None:
                        return judgement
                case Recuse() as recuse:
                    desk.answer(Done())
                    await self._offer_on(AssignmentState.RECUSED, recuse.actor)
                    return None
                case Reassign() as reassign:
                    if await self._reassign(reassign):
                        return None
                case Passed() if standing.clock and standing.clock.kind is ClockKind.OVERDUE:
                    await self._offer_on(AssignmentState.RELEASED)
                    return None
                case Passed():
                    await self._call_overdue()

    async def _offer(self, *before: Step, actor: Actor = ENGINE, to: str | None = None) -> bool:
        """Offer the round to the best assessor or wait for one; ``False`` when refused."""
        desk, standing = self._desk, self._desk.standing
        offer, review = self._clocks.offer(), self._clocks.queue_review()
        step = OfferRound(
            round=standing.round,
            ordinal=standing.offers_made + 1,
            offer=offer,
            review=review,
            only_assessor_id=to,
        )
        if to is None:
            desk.ledger.add(*before, step, actor=actor)
            entered = await desk.write()
        else:
            decided = await desk.decide(*before, step, actor=actor)
            if decided is None:
                return False
            entered = decided
        standing.offer, standing.is_offer_accepted = entered.offer, False
        if entered.offer is None:
            desk.entered(Stage.QUEUED, Party.OPS, review, entered)
        else:
            standing.offers_made += 1
            desk.entered(Stage.OFFERED, Party.ASSESSOR, offer, entered)
        return True

    async def _offer_on(self, outcome: AssignmentState, actor: Actor = ENGINE) -> None:
        """End the live assignment and offer the round to the next."""
        await self._offer(*self._ended(outcome), actor=actor)

    async def _reassign(self, reassign: Reassign) -> bool:
        """Offer the round anew because ops asked for it."""
        ended = self._ended(AssignmentState.REASSIGNED)
        is_offered = await self._offer(*ended, actor=reassign.actor, to=reassign.to_assessor_id)
        if is_offered:
            self._desk.answer(Done(stage=self._desk.standing.stage))
        return is_offered

    def _ended(self, outcome: AssignmentState) -> tuple[Step, ...]:
        offer = self._desk.standing.offer
        if offer is None:
            return ()
        steps: tuple[Step, ...] = (
            EndAssignment(assignment_id=offer.assignment_id, outcome=outcome),
            CloseAttention(kinds=(AttentionKind.ASSESSMENT_OVERDUE,)),
        )
        if outcome in {AssignmentState.RELEASED, AssignmentState.REASSIGNED}:
            steps += (self._to_assessor(NoticeKind.ASSIGNMENT_ENDED),)
        return steps

    async def _accept(self, accept: AcceptOffer) -> None:
        desk = self._desk
        clock = self._clocks.assessment()
        entered = await desk.decide(
            TakeOffer(assignment_id=accept.assignment_id),
            desk.stage_entry(Stage.ASSESSING, Party.ASSESSOR, clock),
            self._to_assessor(NoticeKind.ASSIGNMENT_CONFIRMED),
            actor=accept.actor,
        )
        if entered is not None:
            desk.standing.is_offer_accepted = True
            desk.entered(Stage.ASSESSING, Party.ASSESSOR, clock, entered)
            desk.answer(Done(stage=Stage.ASSESSING))

    async def _call_overdue(self) -> None:
        """The assessment is late: the assessor and ops hear of it."""
        desk = self._desk
        desk.ledger.add(OpenAttention(kind=AttentionKind.ASSESSMENT_OVERDUE))
        await desk.enter(
            Stage.ASSESSING,
            Party.ASSESSOR,
            self._clocks.overdue(),
            self._to_assessor(NoticeKind.ASSESSMENT_OVERDUE),
            desk.ledger.notice(
                NoticeKind.ASSESSMENT_OVERDUE,
                Recipient.OPS,
                round_number=desk.standing.round,
                assignment_id=desk.standing.offer.assignment_id if desk.standing.offer else None,
            ),
        )

    async def _judge(self, record: RecordJudgement) -> Judgement | None:
        """Judge from the saved marks; ``None`` when refused or passed back."""
        desk, standing = self._desk, self._desk.standing
        entered = await desk.decide(
            JudgeRound(
                round=record.round,
                assignment_id=record.assignment_id,
                marks_version=record.marks_version,
                open_items=standing.open_items,
            ),
            CloseAttention(kinds=(AttentionKind.ASSESSMENT_OVERDUE,)),
            actor=record.actor,
        )
        if entered is None or entered.judgement is None:
            return None
        judgement = entered.judgement
        awaits_approval = self._policy.approval is Approval.ALWAYS
        desk.answer(JudgementRecorded(judgement=judgement, awaits_approval=awaits_approval))
        if awaits_approval and not await self._approve():
            return None
        desk.ledger.add(
            DecideRound(
                round=standing.round, assignment_id=record.assignment_id, judgement=judgement
            )
        )
        standing.offer, standing.is_offer_accepted = None, False
        return judgement

    async def _approve(self) -> bool:
        """Wait for the approver; ``False`` when the judgement was passed back to the assessor."""
        desk = self._desk
        requested = desk.ledger.notice(
            NoticeKind.APPROVAL_REQUESTED, Recipient.APPROVER, round_number=desk.standing.round
        )
        await desk.enter(Stage.APPROVING, Party.APPROVER, self._clocks.approval(), requested)
        while True:
            match await desk.next():
                case DecideApproval() as decision:
                    desk.ledger.add(
                        CloseAttention(kinds=(AttentionKind.APPROVAL_OVERDUE,)),
                        actor=decision.actor,
                    )
                    desk.answer(Done())
                    if not decision.is_confirmed:
                        await self._return_to_assessor()
                    return decision.is_confirmed
                case Passed():
                    desk.ledger.add(OpenAttention(kind=AttentionKind.APPROVAL_OVERDUE))
                    await desk.enter(Stage.APPROVING, Party.OPS, self._clocks.escalation())

    async def _return_to_assessor(self) -> None:
        desk = self._desk
        desk.ledger.add(PassBack(round=desk.standing.round))
        await desk.enter(
            Stage.ASSESSING,
            Party.ASSESSOR,
            self._clocks.assessment(),
            self._to_assessor(NoticeKind.PASSED_BACK),
        )

    def _to_assessor(self, kind: NoticeKind) -> Step:
        standing = self._desk.standing
        return self._desk.ledger.notice(
            kind,
            Recipient.ASSESSOR,
            round_number=standing.round,
            assignment_id=standing.offer.assignment_id if standing.offer else None,
        )
