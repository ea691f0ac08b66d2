"""Doing to one journey what was previewed: each act through its own desk, with its reason.

The form that was pressed names the turn that its preview was read at. A journey that has moved on
since is not acted upon; the same form pressed twice is one act.
"""

from typing import TYPE_CHECKING

from adapters.records.case_values import Case
from adapters.records.case_views import CaseViews
from adapters.records.press_book import PressBook
from adapters.records.prospects import Prospects
from domain.bulk import AttentionNotNamed
from domain.enrollment import Party, Stage
from domain.grounds import Grounds
from domain.notice_rules import UnknownNotice
from domain.previews import OF_THE_JOURNEY, Act, ActKind, JourneyMovedOn

if TYPE_CHECKING:
    from office.desks import Desks


class ActingDesk:
    """Where operations act upon one journey, whatever the act."""

    def __init__(self, desks: "Desks") -> None:
        self._desks = desks
        self._cases = CaseViews(desks.database)
        self._prospects = Prospects(desks.database, desks.zone)
        self._presses = PressBook(desks.database)

    async def do(
        self, act: Act, enrollment_id: str, grounds: Grounds, press: str, as_of: int
    ) -> str:
        """Do ``act`` and return what to say about it.

        Raises ``JourneyMovedOn`` when the journey is no longer at turn ``as_of``, and whatever the
        act's own desk refuses.
        """
        case = await self._cases.case(enrollment_id)
        await self._prospects.refuse_foreign(act, case)
        token = f"{enrollment_id}/{press}"
        if act.kind in OF_THE_JOURNEY and case.last_sequence != as_of:
            if not await self._presses.was_pressed(token):
                raise JourneyMovedOn
        else:
            await self._presses.press(token, grounds.at)
        return await self._done(act, case, grounds, press)

    async def _done(self, act: Act, case: Case, grounds: Grounds, press: str) -> str:
        journey = case.enrollment_id
        match act.kind:
            case ActKind.EXTEND:
                await (await self._desks.ops()).extend(journey, act.days, grounds, press)
                due = (await self._cases.case(journey)).due
                return f"The due time was moved. {due.explanation}." if due else "It was moved."
            case ActKind.REASSIGN:
                ops = await self._desks.ops()
                number = act.round or case.round
                await ops.reassign(journey, number, grounds, act.assessor_id, press)
                return await self._after_reassigning(journey)
            case ActKind.GRANT_ROUND:
                await (await self._desks.ops()).grant_round(journey, grounds, press)
                return "One more round is granted."
            case ActKind.VERIFY:
                await (await self._desks.practitioner()).verify(journey, grounds)
                return "The account is verified; the access mail goes out."
            case ActKind.WITHDRAW:
                await (await self._desks.practitioner()).withdraw(journey, grounds)
                return "The journey has ended; the practitioner is told."
            case ActKind.REFUND:
                return await self._refund(case, grounds)
            case ActKind.APPROVE | ActKind.PASS_BACK:
                return await self._decide(act, case, grounds)
            case _:
                return await self._about_mail(act, case, grounds, press)

    async def _about_mail(self, act: Act, case: Case, grounds: Grounds, press: str) -> str:
        ops = await self._desks.ops()
        match act.kind:
            case ActKind.RESEND if act.notice_id:
                await ops.resend(act.notice_id, grounds, press)
                return "It goes out again, to the address that is recorded now."
            case ActKind.BOUNCE if act.notice_id:
                await ops.bounced(act.notice_id, grounds.reason, grounds)
                return "The bounce is recorded; attention is open on it."
            case ActKind.CORRECT_ADDRESS:
                sent = await ops.correct_address(case.enrollment_id, act.address, grounds)
                mails = "1 mail goes" if sent == 1 else f"{sent} mails go"
                return f"The address is corrected; {mails} out to it."
            case ActKind.CLOSE_ATTENTION if act.attention:
                subject = act.subject_id or case.enrollment_id
                is_closed = await ops.close_attention(subject, act.attention, grounds)
                return "It is closed." if is_closed else "It was closed already."
            case ActKind.CLOSE_ATTENTION:
                raise AttentionNotNamed
            case _:
                raise UnknownNotice(notice="without a number")

    async def _after_reassigning(self, journey: str) -> str:
        case = await self._cases.case(journey)
        if case.stage is Stage.OFFERED and case.held is not None:
            return f"The round is offered to {case.held.assessor}."
        return "Nobody else may be offered the round now; it waits in the queue."

    async def _refund(self, case: Case, grounds: Grounds) -> str:
        order_id, _, number = case.line_id.rpartition("-")
        await (await self._desks.orders()).refund(order_id, (int(number),), grounds)
        return "The order line is refunded."

    async def _decide(self, act: Act, case: Case, grounds: Grounds) -> str:
        approver = grounds.model_copy(update={"party": Party.APPROVER})
        is_confirmed = act.kind is ActKind.APPROVE
        desk = await self._desks.assessor()
        await desk.decide_approval(
            case.enrollment_id,
            act.round or case.round,
            act.judgement or case.judgements,
            approver,
            is_confirmed=is_confirmed,
        )
        if is_confirmed:
            return "The judgement is confirmed; the practitioner is told."
        return "The judgement went back to its assessor, with your note."
