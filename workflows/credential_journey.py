"""The journey of one enrollment, from the paid order to the award.

``run`` is the table of contents; each phase enters a stage, waits at the desk, and goes on. What a
journey may be told is in ``journey_messages``; its rules are in ``guards``.
"""

from datetime import datetime

from temporalio import workflow

from activities.contracts import ENGINE, Actor
from activities.steps import (
    BeginJourney,
    CloseAttention,
    EndJourney,
    OpenAttention,
    ReceivePart,
    RecordAccess,
    RecordAccessBreach,
    RecordAward,
    Step,
    VerifyPerson,
)
from domain.assessment import Judgement, parts_of_items
from domain.enrollment import AttentionKind, ClockKind, Ending, Party, Stage
from domain.notices import NoticeKind
from domain.refusals import Refusal
from workflows.assessment_round import AssessmentRound
from workflows.clocks import Clocks
from workflows.contracts import (
    AccessMailAccepted,
    Done,
    JourneyInput,
    JourneyResult,
    PartReceived,
    Standing,
    SubmitPart,
    VerifyAccount,
)
from workflows.deadline import Passed
from workflows.desk import Desk, EndedEarly
from workflows.issuing import issue_credential
from workflows.journey_messages import JourneyMessages

_FAREWELLS = {
    Ending.AWARDED: NoticeKind.AWARDED,
    Ending.WITHDRAWN: NoticeKind.WITHDRAWN,
    Ending.REFUNDED: NoticeKind.REFUNDED,
    Ending.LAPSED: NoticeKind.LAPSED,
    Ending.CLOSED: NoticeKind.CLOSED,
}


@workflow.defn(failure_exception_types=[Refusal])
class CredentialJourney(JourneyMessages):
    """One practitioner pursuing one micro-credential."""

    @workflow.init
    def __init__(self, journey: JourneyInput) -> None:
        self._journey = journey
        self._standing = Standing(
            enrollment_id=journey.enrollment_id,
            open_items=journey.items,
            rounds_allowed=journey.policy.rounds,
        )
        self._clocks = Clocks(journey.policy)
        self._desk = Desk(self._standing, names_causes=journey.names_causes)

    @workflow.run
    async def run(self, journey: JourneyInput) -> JourneyResult:
        """Take the enrollment from settlement to its ending."""
        try:
            ending, actor = await self._pursue(), ENGINE
        except EndedEarly as early:
            ending, actor = early.ending, early.actor
        await self._conclude(ending, actor)
        return JourneyResult(ending=ending, rounds=self._standing.round)

    async def _pursue(self) -> Ending:
        paused_from = await self._verify_account()
        await self._grant_portal_access(paused_from)
        while True:
            await self._collect_submission()
            judgement = await self._assess()
            if judgement.proficient:
                return Ending.AWARDED
            if not await self._may_resubmit():
                return Ending.CLOSED
            await self._return_for_revision(judgement)

    async def _verify_account(self) -> datetime | None:
        """Return from when the access clock stood still; ``None`` if it never did."""
        desk, clocks = self._desk, self._clocks
        began = workflow.now()
        verification, access = clocks.verification(), clocks.access(self._journey.settled_at)
        desk.ledger.add(BeginJourney(verification=verification, access=access))
        entered = await desk.write()
        if entered.is_verified:
            desk.entered(Stage.GRANTING_ACCESS, Party.ENGINE, access, entered)
            return None
        desk.entered(Stage.VERIFYING, Party.PRACTITIONER, verification, entered)
        while True:
            match await desk.next():
                case VerifyAccount() as verify:
                    closed = CloseAttention(kinds=(AttentionKind.ACCOUNT_UNVERIFIED,))
                    desk.ledger.add(VerifyPerson(), closed, actor=verify.actor)
                    desk.answer(Done(stage=Stage.GRANTING_ACCESS))
                    return began
                case Passed():
                    desk.ledger.add(OpenAttention(kind=AttentionKind.ACCOUNT_UNVERIFIED))
                    await desk.enter(Stage.VERIFYING, Party.OPS, clocks.escalation())

    async def _grant_portal_access(self, paused_from: datetime | None) -> None:
        """The access mail goes out at once; two business days is the alarm, not the plan."""
        desk, clocks = self._desk, self._clocks
        if paused_from is not None:
            clock = clocks.access(self._journey.settled_at, paused_from)
            access_mail = desk.ledger.notice(NoticeKind.ACCESS)
            await desk.enter(Stage.GRANTING_ACCESS, Party.ENGINE, clock, access_mail)
        while True:
            match await desk.next():
                case AccessMailAccepted():
                    at_risk = (AttentionKind.ACCESS_AT_RISK, AttentionKind.ACCESS_LATE)
                    desk.ledger.add(RecordAccess(), CloseAttention(kinds=at_risk))
                    period = clocks.working_period()
                    return await desk.enter(Stage.WORKING, Party.PRACTITIONER, period)
                case Passed():
                    if self._standing.clock and self._standing.clock.kind is ClockKind.ACCESS:
                        desk.ledger.add(RecordAccessBreach())
                    desk.ledger.add(OpenAttention(kind=AttentionKind.ACCESS_LATE))
                    await desk.enter(Stage.GRANTING_ACCESS, Party.OPS, clocks.escalation())

    async def _collect_submission(self) -> None:
        """Wait until every part that has an open item is in."""
        standing = self._standing
        wanted = parts_of_items(standing.open_items)
        while not wanted <= standing.parts_in.keys():
            match await self._desk.next():
                case SubmitPart() as submit:
                    await self._receive_part(submit, wanted)
                case Passed() if self._is_in_working_period():
                    reminder = self._desk.ledger.notice(
                        NoticeKind.WORKING_PERIOD_ENDING, round_number=standing.round
                    )
                    grace = self._clocks.grace()
                    await self._desk.enter(Stage.WORKING, Party.PRACTITIONER, grace, reminder)
                case Passed():
                    raise EndedEarly(Ending.LAPSED)

    async def _receive_part(self, submit: SubmitPart, wanted: frozenset[int]) -> None:
        standing = self._standing
        entered = await self._desk.decide(
            ReceivePart(
                round=submit.round,
                part=submit.part,
                revision_id=submit.revision_id,
                open_items=standing.open_items,
            ),
            self._desk.ledger.notice(
                NoticeKind.PART_RECEIVED, round_number=submit.round, part=submit.part
            ),
            actor=submit.actor,
        )
        if entered is not None:
            standing.parts_in[submit.part] = submit.revision_id
            is_complete = wanted <= standing.parts_in.keys()
            self._desk.answer(PartReceived(is_submission_complete=is_complete))

    def _is_in_working_period(self) -> bool:
        clock = self._standing.clock
        return clock is not None and clock.kind is ClockKind.WORKING_PERIOD

    async def _assess(self) -> Judgement:
        return await AssessmentRound(self._desk, self._clocks, self._journey.policy).run()

    async def _may_resubmit(self) -> bool:
        """Whether a round is left; with none left, ops have a while to grant another."""
        desk, standing = self._desk, self._standing
        if standing.round < standing.rounds_allowed:
            return True
        attention = OpenAttention(kind=AttentionKind.ROUNDS_USED_UP)
        grant = self._clocks.round_grant()
        await desk.enter(Stage.OUT_OF_ROUNDS, Party.OPS, grant, attention, self._not_yet())
        while standing.round >= standing.rounds_allowed:
            match await desk.next():
                case Passed():
                    return False
        return True

    async def _return_for_revision(self, judgement: Judgement) -> None:
        """Only what was not met is open again."""
        desk, standing = self._desk, self._standing
        # After a granted round it is told once more: now there is a place and a time to go on.
        told = (CloseAttention(kinds=(AttentionKind.ROUNDS_USED_UP,)), self._not_yet())
        standing.round += 1
        standing.open_items, standing.parts_in = judgement.not_met, {}
        resubmission = self._clocks.resubmission()
        await desk.enter(Stage.REVISING, Party.PRACTITIONER, resubmission, *told)

    def _not_yet(self) -> Step:
        return self._desk.ledger.notice(NoticeKind.NOT_YET, round_number=self._standing.round)

    async def _conclude(self, ending: Ending, actor: Actor) -> None:
        """Write the ending as one fact; what belonged to the journey ends with it."""
        desk, standing = self._desk, self._standing
        if ending is Ending.AWARDED:
            desk.ledger.add(RecordAward(round=standing.round))
        desk.ledger.add(EndJourney(ending=ending), actor=actor)
        desk.ledger.add(desk.ledger.notice(_FAREWELLS[ending]))
        await desk.write()
        desk.close(ending)
        if ending is Ending.AWARDED and self._journey.issues_credential:
            await issue_credential(standing.enrollment_id)
        await workflow.wait_condition(workflow.all_handlers_finished)
