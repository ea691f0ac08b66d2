"""What a journey may be told: each message is checked at the door and handed to the desk."""

from temporalio import workflow

from workflows.contracts import (
    AcceptOffer,
    AccessMailAccepted,
    AssessorFreed,
    DecideApproval,
    DeclineOffer,
    Done,
    Extend,
    GrantRound,
    JudgementRecorded,
    PartReceived,
    Reassign,
    RecordJudgement,
    Recuse,
    Refund,
    Refunded,
    Standing,
    SubmitPart,
    VerifyAccount,
    Withdraw,
)
from workflows.desk import Desk
from workflows.guards import refuse_unless_possible


class JourneyMessages:
    """The messages of a journey. A refused update leaves no event in the history."""

    _desk: Desk
    _standing: Standing

    @workflow.query
    def standing(self) -> Standing:
        """Where the journey stands."""
        return self._standing

    @workflow.signal
    def access_mail_accepted(self, fact: AccessMailAccepted) -> None:
        """The mail server accepted the access mail."""
        self._desk.tell(fact)

    @workflow.signal
    def assessor_freed(self, fact: AssessorFreed) -> None:
        """A place of an assessor became free, or the roster changed."""
        self._desk.tell(fact)

    @workflow.update
    async def verify_account(self, request: VerifyAccount) -> Done:
        """The account is verified; the access clock goes on."""
        return await self._desk.ask(request, Done)

    @verify_account.validator
    def _check_verify_account(self, request: VerifyAccount) -> None:
        refuse_unless_possible(request, self._standing)

    @workflow.update
    async def submit_part(self, request: SubmitPart) -> PartReceived:
        """A frozen part is handed in."""
        return await self._desk.ask(request, PartReceived)

    @submit_part.validator
    def _check_submit_part(self, request: SubmitPart) -> None:
        refuse_unless_possible(request, self._standing)

    @workflow.update
    async def accept_offer(self, request: AcceptOffer) -> Done:
        """The assessor takes the round."""
        return await self._desk.ask(request, Done)

    @accept_offer.validator
    def _check_accept_offer(self, request: AcceptOffer) -> None:
        refuse_unless_possible(request, self._standing)

    @workflow.update
    async def decline_offer(self, request: DeclineOffer) -> Done:
        """The assessor does not take the round; it is offered on."""
        return await self._desk.ask(request, Done)

    @decline_offer.validator
    def _check_decline_offer(self, request: DeclineOffer) -> None:
        refuse_unless_possible(request, self._standing)

    @workflow.update
    async def recuse(self, request: Recuse) -> Done:
        """The assessor steps back; the round is offered on."""
        return await self._desk.ask(request, Done)

    @recuse.validator
    def _check_recuse(self, request: Recuse) -> None:
        refuse_unless_possible(request, self._standing)

    @workflow.update
    async def record_judgement(self, request: RecordJudgement) -> JudgementRecorded:
        """The saved marks become the judgement."""
        return await self._desk.ask(request, JudgementRecorded)

    @record_judgement.validator
    def _check_record_judgement(self, request: RecordJudgement) -> None:
        refuse_unless_possible(request, self._standing)

    @workflow.update
    async def decide_approval(self, request: DecideApproval) -> Done:
        """The approver confirms, or passes back."""
        return await self._desk.ask(request, Done)

    @decide_approval.validator
    def _check_decide_approval(self, request: DecideApproval) -> None:
        refuse_unless_possible(request, self._standing)

    @workflow.update
    async def extend(self, request: Extend) -> Done:
        """The running due time moves."""
        return await self._desk.ask(request, Done)

    @extend.validator
    def _check_extend(self, request: Extend) -> None:
        refuse_unless_possible(request, self._standing)

    @workflow.update
    async def reassign(self, request: Reassign) -> Done:
        """Ops offer the round anew."""
        return await self._desk.ask(request, Done)

    @reassign.validator
    def _check_reassign(self, request: Reassign) -> None:
        refuse_unless_possible(request, self._standing)

    @workflow.update
    async def grant_round(self, request: GrantRound) -> Done:
        """Ops grant one more round."""
        return await self._desk.ask(request, Done)

    @grant_round.validator
    def _check_grant_round(self, request: GrantRound) -> None:
        refuse_unless_possible(request, self._standing)

    @workflow.update
    async def withdraw(self, request: Withdraw) -> Done:
        """The practitioner ends the journey."""
        return await self._desk.ask(request, Done)

    @withdraw.validator
    def _check_withdraw(self, request: Withdraw) -> None:
        refuse_unless_possible(request, self._standing)

    @workflow.update
    async def refund(self, request: Refund) -> Refunded:
        """Ops refund the order line."""
        return await self._desk.ask(request, Refunded)

    @refund.validator
    def _check_refund(self, request: Refund) -> None:
        refuse_unless_possible(request, self._standing)
