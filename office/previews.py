"""What an act of operations would do, before it is done. Reading alone: nothing is reserved.

The refusals are the journey's own (``workflows/guards.py``), asked of where the records say that it
stands; so are the clocks and the calendar.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from activities.contracts import Actor, Offer
from adapters.records.case_values import Case
from adapters.records.case_views import CaseViews
from adapters.records.database import Database
from adapters.records.journey_values import RankingLine
from adapters.records.prospects import NextAssessor, Prospects
from domain.assignment import AssignmentState
from domain.bulk import NoAccessMail
from domain.calendar import ProgrammeCalendar
from domain.enrollment import AttentionKind, Due, Party, UnknownEnrollment
from domain.notices import NoticeState
from domain.previews import Act, ActKind, Preview, RefusalForecast
from domain.refusals import Refusal
from domain.values import later_of
from office import preview_acts
from office.forecast import Forecast
from workflows.contracts import (
    DecideApproval,
    Extend,
    GrantRound,
    Reassign,
    Request,
    Standing,
    VerifyAccount,
    Withdraw,
)
from workflows.guards import refuse_unless_possible

_OPS = Actor(party=Party.OPS)
_ALONE: Final[dict[ActKind, Callable[[Forecast], None]]] = {
    ActKind.VERIFY: preview_acts.verify,
    ActKind.WITHDRAW: preview_acts.withdraw,
    ActKind.REFUND: preview_acts.refund,
    ActKind.GRANT_ROUND: preview_acts.grant_round,
    ActKind.APPROVE: preview_acts.approve,
    ActKind.PASS_BACK: preview_acts.pass_back,
}
"""Acts whose effects depend on the journey alone."""

_SENT_FOR_GOOD = "A mail that was sent cannot be called back."


class Previews:
    """Says what acts would do. ``now`` is given, so that a preview can be repeated."""

    def __init__(self, database: Database, zone: str) -> None:
        self._cases = CaseViews(database)
        self._prospects = Prospects(database, zone)

    async def preview(self, act: Act, enrollment_id: str, now: datetime) -> Preview:
        """Return what ``act`` would do to a journey, or the refusal that it would meet.

        Raises ``UnknownEnrollment``: there is no journey that a page could speak of.
        """
        case = await self._cases.case(enrollment_id)
        return await self._of(act, case, now, await self._prospects.calendar())

    async def assessors(
        self, act: Act, enrollment_id: str, now: datetime
    ) -> tuple[RankingLine, ...]:
        """Return who may be offered the round, best first, where the act is to offer it anew."""
        if act.kind is not ActKind.REASSIGN:
            return ()
        case = await self._cases.case(enrollment_id)
        leaving = case.held.assessor_id if case.held else None
        at = later_of(now, case.last_at)
        return await self._prospects.assessors(enrollment_id, case.round, leaving, at)

    async def previews(
        self, act: Act, enrollment_ids: Sequence[str], now: datetime
    ) -> tuple[Preview, ...]:
        """Return the preview of each of many journeys, in their order.

        Offering anew ranks the roster and sending again reads the notice, a few queries a journey;
        every other act is previewed from the same few queries for all.
        """
        cases = await self._cases.cases(enrollment_ids)
        calendar = await self._prospects.calendar()
        mails = await self._access_mails(act, enrollment_ids)
        return tuple(
            [
                await self._of(_aimed(act, mails.get(each)), cases[each], now, calendar)
                if each in cases
                else _refused(act, each, now, UnknownEnrollment(enrollment=each))
                for each in dict.fromkeys(enrollment_ids)
            ]
        )

    async def _access_mails(self, act: Act, enrollment_ids: Sequence[str]) -> dict[str, str]:
        if act.kind is not ActKind.RESEND or act.notice_id is not None:
            return {}
        return await self._prospects.access_mails(enrollment_ids)

    async def _of(
        self, act: Act, case: Case, now: datetime, calendar: ProgrammeCalendar
    ) -> Preview:
        # A journey that was fast-forwarded is ahead of the wall clock, and counts from there.
        at = later_of(now, case.last_at)
        forecast = Forecast(act, case, at, calendar)
        try:
            await self._prospects.refuse_foreign(act, case)
            refuse_at_the_door(act, case)
            await self._act(act, forecast)
        except Refusal as refusal:
            return _refused(act, case.enrollment_id, at, refusal)
        return forecast.preview()

    async def _act(self, act: Act, forecast: Forecast) -> None:
        match act.kind:
            case ActKind.EXTEND:
                preview_acts.extend(forecast, act.days)
            case ActKind.REASSIGN:
                preview_acts.reassign(forecast, await self._next(act, forecast))
            case ActKind.RESEND:
                await self._resend(act, forecast)
            case ActKind.CORRECT_ADDRESS:
                await self._correct(act, forecast)
            case ActKind.BOUNCE:
                await self._bounce(act, forecast)
            case ActKind.CLOSE_ATTENTION:
                await self._close(act, forecast)
            case of_the_journey_alone:
                _ALONE[of_the_journey_alone](forecast)

    async def _next(self, act: Act, forecast: Forecast) -> NextAssessor | None:
        case = forecast.case
        leaving = case.held.assessor_id if case.held else None
        if act.assessor_id is not None:
            return await self._prospects.named_assessor(
                case.enrollment_id, case.round, leaving, act.assessor_id, forecast.at
            )
        return await self._prospects.best_assessor(
            case.enrollment_id, case.round, leaving, forecast.at
        )

    async def _resend(self, act: Act, forecast: Forecast) -> None:
        if act.notice_id is None:
            raise NoAccessMail
        prospect = await self._prospects.resending(act.notice_id)
        forecast.send_again(prospect.notice)
        for kind in prospect.closed:
            forecast.closed_elsewhere(kind)
        forecast.say("It goes to the address that is recorded now, with the dates of now.")
        forecast.warn(_SENT_FOR_GOOD)

    async def _correct(self, act: Act, forecast: Forecast) -> None:
        sent = await self._prospects.correction(forecast.case.enrollment_id, act.address)
        if sent is None:
            return
        forecast.send_again(*sent)
        forecast.say(
            f"The address of {forecast.case.practitioner} is corrected in every journey of theirs; "
            "earlier links stay theirs."
        )
        if sent:
            forecast.warn(_SENT_FOR_GOOD)

    async def _bounce(self, act: Act, forecast: Forecast) -> None:
        prospect = await self._prospects.bounce(act.notice_id or "")
        if prospect.state is NoticeState.BOUNCED:
            return
        if not prospect.is_bounce_open:
            forecast.opened_elsewhere(AttentionKind.MAIL_BOUNCED)
        forecast.say("The mail counts as not delivered; nobody is written to.")
        forecast.warn("What the server said before is replaced by what the bounce says.")

    async def _close(self, act: Act, forecast: Forecast) -> None:
        subject = act.subject_id or forecast.case.enrollment_id
        if act.attention is None:
            return
        if await self._prospects.is_attention_open(subject, act.attention):
            forecast.closed_elsewhere(act.attention)
            forecast.say("What caused it stays as it is; it opens again if it happens anew.")


def doors(acts: Sequence[Act], case: Case) -> tuple[tuple[Act, str], ...]:
    """Return each act with the sentence that keeps it from being done now, empty where none does.

    Only what the journey refuses at its door is asked; the act's own preview says the rest.
    """
    return tuple((act, _refusal_at_the_door(act, case)) for act in acts)


def _refusal_at_the_door(act: Act, case: Case) -> str:
    try:
        refuse_at_the_door(act, case)
    except Refusal as refusal:
        return str(refusal)
    return ""


def refuse_at_the_door(act: Act, case: Case) -> None:
    """Raise the refusal with which the journey would answer, from where it stands."""
    request = _request(act, case)
    if request is not None:
        refuse_unless_possible(request, standing_of(case))


def standing_of(case: Case) -> Standing:
    """Return where a journey stands, from the records, as far as acts of operations need it."""
    held, due = case.held, case.due
    return Standing(
        enrollment_id=case.enrollment_id,
        stage=case.stage,
        waiting_on=case.waiting_on,
        due=Due(id=due.due_id, clock=due.running.clock, at=due.running.at) if due else None,
        round=case.round,
        rounds_allowed=case.rounds_allowed,
        offer=Offer(assignment_id=held.assignment_id, assessor_id=held.assessor_id)
        if held
        else None,
        is_offer_accepted=held is not None and held.state is AssignmentState.ACCEPTED,
        ending=case.ending,
    )


def _request(act: Act, case: Case) -> Request | None:
    """Return the message that the act sends to the journey; None: it sends none."""
    match act.kind:
        case ActKind.EXTEND:
            return Extend(actor=_OPS, days=act.days)
        case ActKind.REASSIGN:
            return Reassign(actor=_OPS, round=case.round, to_assessor_id=act.assessor_id)
        case ActKind.VERIFY:
            return VerifyAccount(actor=_OPS)
        case ActKind.WITHDRAW:
            return Withdraw(actor=_OPS)
        case ActKind.GRANT_ROUND:
            return GrantRound(actor=_OPS)
        case ActKind.APPROVE | ActKind.PASS_BACK:
            is_confirmed = act.kind is ActKind.APPROVE
            return DecideApproval(actor=_OPS, round=case.round, is_confirmed=is_confirmed)
        case (
            ActKind.REFUND
            | ActKind.RESEND
            | ActKind.CORRECT_ADDRESS
            | ActKind.BOUNCE
            | ActKind.CLOSE_ATTENTION
        ):
            return None


def _aimed(act: Act, notice_id: str | None) -> Act:
    """Return the act with the notice that it means for one journey."""
    if act.kind is not ActKind.RESEND or act.notice_id is not None:
        return act
    return act.model_copy(update={"notice_id": notice_id})


def _refused(act: Act, enrollment_id: str, at: datetime, refusal: Refusal) -> Preview:
    told = RefusalForecast(code=refusal.code, sentence=str(refusal))
    return Preview(act=act, enrollment_id=enrollment_id, at=at, refusal=told)
