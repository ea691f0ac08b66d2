"""What an act would meet beside the journey itself: the roster, a notice, an address, attention.

Each answer is read at one moment and nothing is reserved; the act itself looks again.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.calendar_book import current_calendar
from adapters.records.case_values import Case
from adapters.records.database import Database
from adapters.records.journey_values import RankingLine
from adapters.records.ops_book import AddressInUse
from adapters.records.people_book import batched
from adapters.records.ranking import told_ranking
from adapters.records.resending import letters_needed, refuse_resending, troubles_over
from adapters.records.round_tables import AssessorRow, AssignmentRow
from adapters.records.steps.places import candidate, ranking_of, waiting_round
from adapters.records.steps.rounds import WHY_EXCLUDED
from adapters.records.tables import AttentionRow, EnrollmentRow, NoticeRow, OrderRow, PersonRow
from domain.addresses import normalized_address
from domain.assignment import (
    NobodyToReassign,
    UnknownAssessor,
    WaitingRound,
    exclusion,
)
from domain.calendar import ProgrammeCalendar
from domain.enrollment import AttentionKind, UnknownEnrollment
from domain.notice_rules import UnknownNotice
from domain.notices import NoticeKind, NoticeState, Recipient
from domain.previews import Act, NoticeForecast, NotOfThisJourney
from domain.values import Value

MOST_AT_ONCE = 400


class NextAssessor(Value):
    """Who would be offered a round, and why that one, in words."""

    assessor_id: str
    name: str
    reasons: tuple[str, ...] = ()


class NoticeProspect(Value):
    """A notice that would be sent again, or came back."""

    notice: NoticeForecast
    enrollment_id: str | None
    subject_id: str
    state: NoticeState
    closed: tuple[AttentionKind, ...]
    """Which open trouble with mail would be over if it were sent again."""
    is_bounce_open: bool


class Prospects:
    """Reads; never writes, never asks the engine."""

    def __init__(self, database: Database, zone: str) -> None:
        self._database = database
        self._zone = zone

    async def calendar(self) -> ProgrammeCalendar:
        """Return the calendar on which a due time would be counted now."""
        async with self._database.reading() as session:
            return await current_calendar(session, self._zone)

    async def assessors(
        self, enrollment_id: str, round_number: int, leaving: str | None, at: datetime
    ) -> tuple[RankingLine, ...]:
        """Return who may be offered the round, best first; ``leaving`` is who has it now."""
        async with self._database.reading() as session:
            waiting = await _waiting(session, enrollment_id, round_number, leaving)
            ranked = await ranking_of(session, waiting, at, self._zone)
            return await told_ranking(session, ranked, self._zone)

    async def best_assessor(
        self, enrollment_id: str, round_number: int, leaving: str | None, at: datetime
    ) -> NextAssessor | None:
        """Return who would be offered the round next; ``leaving`` is who would be taken off it."""
        for best in await self.assessors(enrollment_id, round_number, leaving, at):
            return NextAssessor(
                assessor_id=best.assessor_id, name=best.assessor, reasons=best.reasons
            )
        return None

    async def named_assessor(
        self,
        enrollment_id: str,
        round_number: int,
        leaving: str | None,
        assessor_id: str,
        at: datetime,
    ) -> NextAssessor:
        """Return the named assessor. Raises ``UnknownAssessor`` and ``NobodyToReassign``."""
        async with self._database.reading() as session:
            waiting = await _waiting(session, enrollment_id, round_number, leaving)
            assessor = await session.get(AssessorRow, assessor_id)
            if assessor is None:
                raise UnknownAssessor(assessor=assessor_id)
            excluded = exclusion(await candidate(session, assessor, at, self._zone), waiting)
            if excluded is not None:
                raise NobodyToReassign(why=WHY_EXCLUDED[excluded])
            return NextAssessor(assessor_id=assessor.id, name=assessor.name)

    async def refuse_foreign(self, act: Act, case: Case) -> None:
        """Refuse an act on something that is no part of the journey that it was chosen for.

        Raises ``UnknownNotice`` and ``NotOfThisJourney``.
        """
        if act.subject_id is not None and act.subject_id not in case.subjects:
            raise NotOfThisJourney
        if act.notice_id is None:
            return
        async with self._database.reading() as session:
            notice = await _notice(session, act.notice_id)
        if notice.subject_id not in case.subjects:
            raise NotOfThisJourney

    async def resending(self, notice_id: str) -> NoticeProspect:
        """Return what sending a notice again would do.

        Raises ``UnknownNotice``, ``NoticeStillOut``, ``NoticeNoLongerApplies``.
        """
        async with self._database.reading() as session:
            notice = await _notice(session, notice_id)
            enrollment = await session.get(EnrollmentRow, notice.subject_id)
            await refuse_resending(session, notice, enrollment)
            return await _prospect(session, notice, enrollment)

    async def bounce(self, notice_id: str) -> NoticeProspect:
        """Return the notice that came back. Raises ``UnknownNotice``."""
        async with self._database.reading() as session:
            notice = await _notice(session, notice_id)
            enrollment = await session.get(EnrollmentRow, notice.subject_id)
            return await _prospect(session, notice, enrollment)

    async def correction(
        self, enrollment_id: str, address: str
    ) -> tuple[NoticeForecast, ...] | None:
        """Return what would go out to a corrected address; None: it is the recorded one already.

        Raises ``UnknownEnrollment``, ``AddressNotValid``, ``AddressInUse``.
        """
        wanted = normalized_address(address)
        async with self._database.reading() as session:
            enrollment = await session.get(EnrollmentRow, enrollment_id)
            if enrollment is None:
                raise UnknownEnrollment(enrollment=enrollment_id)
            person = await session.get_one(PersonRow, enrollment.person_id)
            if person.address == wanted:
                return None
            if await session.scalar(select(PersonRow.id).where(PersonRow.address == wanted)):
                raise AddressInUse
            journeys = await session.scalars(
                select(EnrollmentRow).where(EnrollmentRow.person_id == person.id)
            )
            sent: list[NoticeForecast] = []
            for journey in journeys.all():
                letters = await letters_needed(session, journey)
                sent.extend(_forecast(row, person.name) for row in letters)
            return tuple(sent)

    async def is_attention_open(self, subject_id: str, kind: AttentionKind) -> bool:
        """Whether attention of a kind is open on an enrollment, an order or a line."""
        async with self._database.reading() as session:
            found = await session.scalar(
                select(AttentionRow.id).where(
                    AttentionRow.subject_id == subject_id,
                    AttentionRow.kind == kind,
                    AttentionRow.closed_at.is_(None),
                )
            )
            return found is not None

    async def access_mails(self, enrollment_ids: Sequence[str]) -> dict[str, str]:
        """Return the newest access mail of each journey that has one, by its id."""
        newest: dict[str, str] = {}
        async with self._database.reading() as session:
            for ids in batched(sorted(set(enrollment_ids)), MOST_AT_ONCE):
                rows = await session.execute(
                    select(NoticeRow.subject_id, NoticeRow.id)
                    .where(NoticeRow.subject_id.in_(ids), NoticeRow.kind == NoticeKind.ACCESS)
                    .order_by(NoticeRow.intended_at, NoticeRow.ordinal)
                )
                newest |= {row.subject_id: row.id for row in rows}
        return newest


async def _waiting(
    session: AsyncSession, enrollment_id: str, round_number: int, leaving: str | None
) -> WaitingRound:
    """Return the round as it would wait once whoever has it was taken off."""
    enrollment = await session.get(EnrollmentRow, enrollment_id)
    if enrollment is None:
        raise UnknownEnrollment(enrollment=enrollment_id)
    waiting = await waiting_round(session, enrollment, round_number)
    left_by = waiting.left_by | {leaving} if leaving else waiting.left_by
    return waiting.model_copy(update={"left_by": left_by})


async def _notice(session: AsyncSession, notice_id: str) -> NoticeRow:
    notice = await session.get(NoticeRow, notice_id)
    if notice is None:
        raise UnknownNotice(notice=notice_id)
    return notice


async def _prospect(
    session: AsyncSession, notice: NoticeRow, enrollment: EnrollmentRow | None
) -> NoticeProspect:
    open_kinds = await session.scalars(
        select(AttentionRow.kind).where(
            AttentionRow.subject_id == notice.subject_id, AttentionRow.closed_at.is_(None)
        )
    )
    is_open = {AttentionKind(kind) for kind in open_kinds}
    over = await troubles_over(session, notice.subject_id, notice.id)
    return NoticeProspect(
        notice=_forecast(notice, await _name(session, notice, enrollment)),
        enrollment_id=enrollment.id if enrollment else None,
        subject_id=notice.subject_id,
        state=NoticeState(notice.state),
        closed=tuple(kind for kind in over if kind in is_open),
        is_bounce_open=AttentionKind.MAIL_BOUNCED in is_open,
    )


def _forecast(notice: NoticeRow, name: str) -> NoticeForecast:
    return NoticeForecast(
        kind=NoticeKind(notice.kind),
        to=Recipient(notice.recipient),
        to_name=name,
        notice_id=notice.id,
    )


async def _name(session: AsyncSession, notice: NoticeRow, enrollment: EnrollmentRow | None) -> str:
    match Recipient(notice.recipient):
        case Recipient.PRACTITIONER if enrollment is not None:
            return (await session.get_one(PersonRow, enrollment.person_id)).name
        case Recipient.PAYER:
            order = await session.get(OrderRow, notice.order_id)
            return order.payer_name if order else ""
        case Recipient.ASSESSOR if notice.assignment_id is not None:
            assignment = await session.get_one(AssignmentRow, notice.assignment_id)
            return (await session.get_one(AssessorRow, assignment.assessor_id)).name
        case _:
            return ""
