"""Writes the entries of journeys: all steps of one turn in one transaction, once."""

from collections.abc import Awaitable, Callable
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from activities import steps
from activities.contracts import Entry, EntryCause, EntryRef
from activities.ports import EntryOfAnotherCause, Written
from adapters.records.announcing import Stood, announce_turn, somebody_listens
from adapters.records.calendar_book import current_calendar
from adapters.records.database import Database
from adapters.records.dispatching import dispatch_of
from adapters.records.roster_waiting import waiting_for
from adapters.records.round_tables import AssessorRow
from adapters.records.steps import journey, rounds
from adapters.records.steps.turn import Turn
from adapters.records.tables import EnrollmentRow
from adapters.records.turn_tables import EntryRow
from domain.enrollment import AttentionKind
from domain.refusals import Refusal

_APPLIERS: dict[type, Callable[..., Awaitable[None]]] = {
    steps.BeginJourney: journey.begin_journey,
    steps.VerifyPerson: journey.verify_person,
    steps.EnterStage: journey.enter_stage,
    steps.ExtendClock: journey.extend_clock,
    steps.RecordAccess: journey.record_access,
    steps.RecordAccessBreach: journey.record_access_breach,
    steps.GrantRounds: journey.grant_rounds,
    steps.RecordAward: journey.record_award,
    steps.RefundLine: journey.refund_line,
    steps.EndJourney: journey.end_journey,
    steps.IntendNotice: journey.intend_notice,
    steps.OpenAttention: journey.open_attention,
    steps.CloseAttention: journey.close_attention,
    steps.ReceivePart: rounds.receive_part,
    steps.OpenRound: rounds.open_round,
    steps.OfferRound: rounds.offer_round,
    steps.AcceptOffer: rounds.accept_offer,
    steps.EndAssignment: rounds.end_offer,
    steps.JudgeRound: rounds.judge_round,
    steps.DecideRound: rounds.decide_round,
    steps.PassBack: rounds.pass_back,
}
"""Who writes which step; a test holds this equal to the steps of the contract."""


class JourneyBook:
    """The port through which journeys write."""

    def __init__(self, database: Database, zone: str) -> None:
        self._database = database
        self._zone = zone

    async def enter(self, entry: Entry, *, is_delayed: bool = False) -> Written:
        """Write an entry, or answer it as it was answered before.

        Raises the ``Refusal`` of a step, and then nothing is written but that; and
        ``EntryOfAnotherCause``.
        """
        try:
            async with self._database.transaction() as session:
                enrollment, is_heard = await self._locked(session, entry.enrollment_id)
                written = await _written_before(session, entry, enrollment.last_sequence)
                if written is not None:
                    return _repeated(written)
                return await self._write(session, enrollment, entry, is_delayed, is_heard)
        except Refusal as refusal:
            await self._keep(refusal, entry)
            raise

    async def cause_of(self, entry: EntryRef) -> EntryCause:
        """Return what an entry was caused by, if it was written."""
        async with self._database.reading() as session:
            written = await session.get(EntryRow, (entry.enrollment_id, entry.sequence))
            return EntryCause(cause=written.cause if written is not None else None)

    async def _keep(self, refusal: Refusal, entry: Entry) -> None:
        """Keep a refusal: what decided it may be otherwise when the entry comes again."""
        if entry.cause is None:
            return  # of a journey that does not name causes; there a repeated entry is tried anew
        async with self._database.transaction() as session:
            enrollment, _ = await self._locked(session, entry.enrollment_id)
            # A refusal of another cause gives way to this one too; what was written does not.
            if await _written_before(session, entry, enrollment.last_sequence) is not None:
                return
            session.add(
                EntryRow(
                    enrollment_id=entry.enrollment_id,
                    sequence=entry.sequence,
                    answer={},
                    cause=entry.cause,
                    refusal={"kind": type(refusal).__name__, "sentence": str(refusal)},
                )
            )

    async def _locked(
        self, session: AsyncSession, enrollment_id: str
    ) -> tuple[EnrollmentRow, bool]:
        """Return the enrollment, and whether any other system listens; one query for both."""
        query = select(EnrollmentRow, somebody_listens()).where(EnrollmentRow.id == enrollment_id)
        if self._database.has_row_locks:
            query = query.with_for_update(of=EnrollmentRow)
        enrollment, is_heard = (await session.execute(query)).one()
        return enrollment, is_heard

    async def _write(
        self,
        session: AsyncSession,
        enrollment: EnrollmentRow,
        entry: Entry,
        is_delayed: bool,
        is_heard: bool,
    ) -> Written:
        turn = Turn(
            session=session,
            entry=entry,
            enrollment=enrollment,
            calendar=await current_calendar(session, self._zone),
            has_row_locks=self._database.has_row_locks,
        )
        before = Stood.of(enrollment)
        for step in entry.steps:
            await _APPLIERS[type(step)](turn, step)
        if is_delayed:
            await turn.open_attention(AttentionKind.RECORDS_DELAYED)
        enrollment.last_sequence, enrollment.last_at = entry.sequence, entry.at
        answer = Written(
            entered=turn.answer,
            notices=tuple(dispatch_of(notice) for notice in turn.notices),
            woken=await self._woken(turn),
            deliveries=await announce_turn(turn, before) if is_heard else (),
        )
        session.add(
            EntryRow(
                enrollment_id=enrollment.id,
                sequence=entry.sequence,
                answer=answer.model_dump(mode="json"),
                cause=entry.cause,
            )
        )
        return answer

    async def _woken(self, turn: Turn) -> tuple[str, ...]:
        """Return the rounds that wait for a place like those that this turn freed."""
        await turn.session.flush()
        today = turn.at.astimezone(ZoneInfo(turn.calendar.zone)).date()
        woken: tuple[str, ...] = ()
        for assessor_id in sorted(turn.freed):
            assessor = await turn.session.get_one(AssessorRow, assessor_id)
            besides = frozenset({turn.enrollment.id, *woken})
            woken += await waiting_for(turn.session, assessor, today, besides)
        return woken


async def _written_before(
    session: AsyncSession, entry: Entry, last_sequence: int
) -> EntryRow | None:
    """Return the same entry as it was written before. Raises ``EntryOfAnotherCause``."""
    written = await session.get(EntryRow, (entry.enrollment_id, entry.sequence))
    if written is None or None in (written.cause, entry.cause) or written.cause == entry.cause:
        return written
    if written.refusal is None or last_sequence > entry.sequence:
        raise EntryOfAnotherCause
    # It was refused, nothing came after it, and nobody was told: as if it had never been tried.
    await session.delete(written)
    await session.flush()
    return None


def _repeated(written: EntryRow) -> Written:
    """Answer an entry as it was answered before. Raises the ``Refusal`` that it met."""
    if written.refusal is not None:
        kind = Refusal.kind_named(str(written.refusal["kind"])) or Refusal
        raise kind.received(str(written.refusal["sentence"]))
    return Written.model_validate(written.answer)
