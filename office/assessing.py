"""What assessors and approvers do with a round."""

from activities.contracts import Actor
from adapters.records.mark_book import MarkBook, OfferLine, Sheet
from domain.assessment import (
    Mark,
    MarkKind,
    NotYourAssignment,
    refuse_unless_complete,
    written_mark,
)
from domain.assignment import AssignmentState, OfferTaken
from domain.enrollment import Party, StaleRound
from domain.grounds import Grounds
from office.marking import MarkDesk
from office.requests import Requests, request_key
from workflows.contracts import (
    AcceptOffer,
    DecideApproval,
    DeclineOffer,
    Done,
    JudgementRecorded,
    RecordJudgement,
    Recuse,
)


class AssessorDesk:
    """Acts of an assessor; each names the round that it is about."""

    def __init__(self, requests: Requests, marks: MarkBook) -> None:
        self._requests = requests
        self._marks = marks

    async def offers(self, assessor_id: str) -> tuple[OfferLine, ...]:
        """Return what was offered to an assessor and what is in their hands."""
        return await self._marks.offers(assessor_id)

    async def accept(
        self, assessor_id: str, enrollment_id: str, round_number: int | None = None
    ) -> Done:
        """Take an offered round; taking it again changes nothing.

        ``round_number`` is the round that was seen, here and in the other acts (trap 10). Raises
        ``OfferExpired``, ``OfferTaken``, ``NotYourOffer``, ``StaleRound``.
        """
        offer = await self._offered(assessor_id, enrollment_id, round_number)
        request = AcceptOffer(
            actor=Actor(party=Party.ASSESSOR),
            round=offer.round,
            assignment_id=offer.assignment_id,
            assessor_id=assessor_id,
        )
        key = request_key("accept", offer.assignment_id, assessor_id)
        return await self._requests.send(enrollment_id, "accept_offer", request, Done, key)

    async def decline(
        self,
        assessor_id: str,
        enrollment_id: str,
        grounds: Grounds,
        round_number: int | None = None,
    ) -> Done:
        """Leave an offered round to the next. Raises what ``accept`` does."""
        offer = await self._offered(assessor_id, enrollment_id, round_number)
        if offer.state is AssignmentState.ACCEPTED:
            raise OfferTaken
        key = request_key("decline", offer.assignment_id, assessor_id)
        request = DeclineOffer(
            actor=await self._requests.actor(key, grounds),
            round=offer.round,
            assignment_id=offer.assignment_id,
            assessor_id=assessor_id,
        )
        return await self._requests.send(enrollment_id, "decline_offer", request, Done, key)

    async def recuse(
        self,
        assessor_id: str,
        enrollment_id: str,
        grounds: Grounds,
        round_number: int | None = None,
    ) -> Done:
        """Step back from an accepted round; the marks so far are kept."""
        offer = await self._held(assessor_id, enrollment_id)
        if offer is None or offer.state is not AssignmentState.ACCEPTED:
            raise NotYourAssignment
        _refuse_other_round(round_number, offer.round)
        key = request_key("recuse", offer.assignment_id, assessor_id)
        request = Recuse(
            actor=await self._requests.actor(key, grounds),
            round=offer.round,
            assignment_id=offer.assignment_id,
            assessor_id=assessor_id,
        )
        return await self._requests.send(enrollment_id, "recuse", request, Done, key)

    async def sheet(self, assessor_id: str, enrollment_id: str) -> Sheet:
        """Return the work to be assessed with its rubric and the marks so far."""
        return await self._marks.sheet(assessor_id, enrollment_id)

    async def mark(
        self, assessor_id: str, enrollment_id: str, mark: Mark, round_number: int | None = None
    ) -> tuple[Mark, int]:
        """Save one mark, as ``MarkDesk`` does."""
        desk = MarkDesk(self._marks)
        return await desk.mark(assessor_id, enrollment_id, mark, round_number)

    async def mark_now(
        self, assessor_id: str, enrollment_id: str, item: str, kind: MarkKind, feedback: str
    ) -> tuple[Mark, int]:
        """Save one mark on top of whatever this assessor has marked before."""
        sheet = await self._marks.sheet(assessor_id, enrollment_id)
        version = next((mark.version for mark in sheet.marks if mark.item == item), 0)
        mark = written_mark(item, kind, feedback, version=version)
        return await self.mark(assessor_id, enrollment_id, mark)

    async def judge(
        self,
        assessor_id: str,
        enrollment_id: str,
        marks_version: int | None = None,
        round_number: int | None = None,
    ) -> JudgementRecorded:
        """Hand in the marks, as of ``marks_version`` or as they stand.

        What is incomplete is refused before the journey hears of it; the journey looks again.
        """
        sheet = await self._marks.sheet(assessor_id, enrollment_id)
        _refuse_other_round(round_number, sheet.round)
        refuse_unless_complete(sheet.open_items, {mark.item: mark for mark in sheet.marks})
        version = sheet.marks_version if marks_version is None else marks_version
        request = RecordJudgement(
            actor=Actor(party=Party.ASSESSOR),
            round=sheet.round,
            assignment_id=sheet.assignment_id,
            assessor_id=assessor_id,
            marks_version=version,
        )
        key = request_key("judge", sheet.assignment_id, version)
        return await self._requests.send(
            enrollment_id, "record_judgement", request, JudgementRecorded, key
        )

    async def decide_approval(
        self,
        enrollment_id: str,
        round_number: int,
        judgement_number: int,
        grounds: Grounds,
        *,
        is_confirmed: bool,
    ) -> Done:
        """Confirm the round's judgement of that number, counted from 1, or pass it back."""
        key = request_key("approve", enrollment_id, round_number, judgement_number, is_confirmed)
        request = DecideApproval(
            actor=await self._requests.actor(key, grounds),
            round=round_number,
            is_confirmed=is_confirmed,
        )
        return await self._requests.send(enrollment_id, "decide_approval", request, Done, key)

    async def _held(self, assessor_id: str, enrollment_id: str) -> OfferLine | None:
        for offer in await self._marks.offers(assessor_id):
            if offer.enrollment_id == enrollment_id:
                return offer
        return None

    async def _offered(
        self, assessor_id: str, enrollment_id: str, round_number: int | None
    ) -> OfferLine:
        offer = await self._held(assessor_id, enrollment_id)
        if offer is None:
            raise await self._marks.why_not_offered(assessor_id, enrollment_id)
        _refuse_other_round(round_number, offer.round)
        return offer


def _refuse_other_round(named: int | None, held: int) -> None:
    if named not in {None, held}:
        raise StaleRound(named=named, open=held)
