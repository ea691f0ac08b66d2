"""What assessors and approvers do with a round."""

from datetime import UTC, datetime

from activities.contracts import Actor
from adapters.records.mark_book import MarkBook, OfferLine, Sheet
from domain.assessment import (
    MOST_FEEDBACK,
    Mark,
    MarkKind,
    NotYourAssignment,
    refuse_unless_complete,
)
from domain.assignment import AssignmentState, OfferTaken
from domain.enrollment import Party
from domain.grounds import Grounds
from domain.words import clean_text
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

    async def accept(self, assessor_id: str, enrollment_id: str) -> Done:
        """Take an offered round; taking it again changes nothing.

        Raises ``OfferExpired``, ``OfferTaken``, ``NotYourOffer``.
        """
        offer = await self._offered(assessor_id, enrollment_id)
        request = AcceptOffer(
            actor=Actor(party=Party.ASSESSOR),
            round=offer.round,
            assignment_id=offer.assignment_id,
            assessor_id=assessor_id,
        )
        key = request_key("accept", offer.assignment_id, assessor_id)
        return await self._requests.send(enrollment_id, "accept_offer", request, Done, key)

    async def decline(self, assessor_id: str, enrollment_id: str, grounds: Grounds) -> Done:
        """Leave an offered round to the next. Raises what ``accept`` does."""
        offer = await self._offered(assessor_id, enrollment_id)
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

    async def recuse(self, assessor_id: str, enrollment_id: str, grounds: Grounds) -> Done:
        """Step back from an accepted round; the marks so far are kept."""
        offer = await self._held(assessor_id, enrollment_id)
        if offer is None or offer.state is not AssignmentState.ACCEPTED:
            raise NotYourAssignment
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

    async def mark(self, assessor_id: str, enrollment_id: str, mark: Mark) -> tuple[Mark, int]:
        """Save one mark; it is kept at once, whatever becomes of the session (trap 8)."""
        feedback = clean_text(mark.feedback, MOST_FEEDBACK)
        written = mark.model_copy(update={"feedback": feedback})
        return await self._marks.save(assessor_id, enrollment_id, written, datetime.now(UTC))

    async def mark_now(
        self, assessor_id: str, enrollment_id: str, item: str, kind: MarkKind, feedback: str
    ) -> tuple[Mark, int]:
        """Save one mark on top of whatever this assessor has marked before."""
        sheet = await self._marks.sheet(assessor_id, enrollment_id)
        version = next((mark.version for mark in sheet.marks if mark.item == item), 0)
        said = clean_text(feedback, MOST_FEEDBACK)  # before the value, which knows no refusal
        mark = Mark(item=item, kind=kind, feedback=said, version=version)
        return await self.mark(assessor_id, enrollment_id, mark)

    async def judge(
        self, assessor_id: str, enrollment_id: str, marks_version: int | None = None
    ) -> JudgementRecorded:
        """Hand in the marks, as of ``marks_version`` or as they stand.

        What is incomplete is refused before the journey hears of it; the journey looks again.
        """
        sheet = await self._marks.sheet(assessor_id, enrollment_id)
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

    async def _offered(self, assessor_id: str, enrollment_id: str) -> OfferLine:
        offer = await self._held(assessor_id, enrollment_id)
        if offer is None:
            raise await self._marks.why_not_offered(assessor_id, enrollment_id)
        return offer
