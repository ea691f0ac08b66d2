"""What operations do outside of a journey's own course: reasons, addresses, notices."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.ports import Dispatch
from adapters.records.database import Database
from adapters.records.dispatching import dispatch_of
from adapters.records.people_book import keep_reason
from adapters.records.steps.turn import close_attention, open_attention, situation_of
from adapters.records.tables import EnrollmentRow, NoticeRow, PersonRow, TimelineRow
from domain.addresses import normalized_address
from domain.enrollment import (
    AttentionKind,
    EnrollmentClosed,
    NotAtThisStage,
    Party,
    UnknownEnrollment,
)
from domain.grounds import Grounds
from domain.notice_rules import (
    NoticeNoLongerApplies,
    NoticeStillOut,
    UnknownNotice,
    still_applies,
)
from domain.notices import NoticeKind, NoticeState
from domain.refusals import Conflict, Refusal
from domain.timeline import Happening
from domain.values import later_of, opaque_id

_OUT = frozenset({NoticeState.INTENDED, NoticeState.SENDING})

_TROUBLES = {
    NoticeState.REFUSED: AttentionKind.MAIL_REFUSED,
    NoticeState.BOUNCED: AttentionKind.MAIL_BOUNCED,
    NoticeState.UNKNOWN: AttentionKind.MAIL_UNCONFIRMED,
}
"""Which attention the state of a notice opened; the last notice of its state closes it."""

_SENT_AGAIN = (
    NoticeKind.VERIFY_ACCOUNT,
    NoticeKind.ACCESS,
    NoticeKind.NOT_YET,
    NoticeKind.AWARDED,
)
"""What a practitioner needs at a corrected address: the newest one of these that still applies."""


class AddressInUse(Conflict):
    """Another person has this address."""

    code = "address_in_use"
    sentence = "Another person has this address already. Look both up with `starter.py journeys`."


class OpsBook:
    """Where operations' own acts are kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep_reason(self, key: str, grounds: Grounds) -> str:
        """Keep a reason once under its key; returns the id that may stand in a history."""
        async with self._database.transaction() as session:
            return await keep_reason(
                session, key, grounds.reason, grounds.party, grounds.by_name, grounds.at
            )

    async def why_not_running(self, enrollment_id: str) -> Refusal:
        """Return why an enrollment has no running journey: unknown, ended, or just starting."""
        async with self._database.reading() as session:
            row = await session.get(EnrollmentRow, enrollment_id)
        if row is None:
            return UnknownEnrollment(enrollment=enrollment_id)
        if row.ending is not None:
            return EnrollmentClosed(ending=row.ending)
        return NotAtThisStage(stage=row.stage)

    async def resend(self, notice_id: str, key: str, reason_id: str, at: datetime) -> Dispatch:
        """Intend a notice once more, as one of its own; the same key is one resending.

        Raises ``UnknownNotice``, ``NoticeStillOut``, ``NoticeNoLongerApplies``.
        """
        async with self._database.transaction() as session:
            notice = await session.get(NoticeRow, notice_id)
            if notice is None:
                raise UnknownNotice(notice=notice_id)
            return await _again(session, notice, key, reason_id, at)

    async def correct_address(
        self, enrollment_id: str, address: str, key: str, reason_id: str, at: datetime
    ) -> tuple[Dispatch, ...]:
        """Correct the practitioner's address; what they need goes out again to the new one.

        The address that is recorded already changes nothing. Raises ``UnknownEnrollment``,
        ``AddressNotValid``, ``AddressInUse``.
        """
        wanted = normalized_address(address)
        async with self._database.transaction() as session:
            enrollment = await session.get(EnrollmentRow, enrollment_id)
            if enrollment is None:
                raise UnknownEnrollment(enrollment=enrollment_id)
            lock = self._database.has_row_locks or None
            person = await session.get_one(PersonRow, enrollment.person_id, with_for_update=lock)
            if person.address == wanted:
                return ()
            other = await session.scalar(select(PersonRow.id).where(PersonRow.address == wanted))
            if other is not None:
                raise AddressInUse
            person.address = wanted
            # An address may be corrected there and back again: each time is one of its own.
            key = f"{key}-{await _corrections(session, enrollment_id)}"
            journeys = await session.scalars(
                select(EnrollmentRow).where(EnrollmentRow.person_id == person.id)
            )
            sent: list[Dispatch] = []
            for journey in journeys:
                write_line(session, journey, Happening.ADDRESS_CORRECTED, key, reason_id, at, None)
                sent.extend(await _needed_again(session, journey, key, reason_id, at))
            return tuple(sent)

    async def close_attention(
        self, subject_id: str, kind: AttentionKind, key: str, grounds: Grounds, reason_id: str
    ) -> bool:
        """Ops have seen to something of an enrollment, an order or a line; ``False``: not open."""
        async with self._database.transaction() as session:
            enrollment = await session.get(EnrollmentRow, subject_id)
            at = later_of(grounds.at, enrollment.last_at) if enrollment else grounds.at
            is_closed = await close_attention(session, subject_id, kind, at, grounds.reason)
            if is_closed and enrollment is not None:
                enrollment.open_attention -= 1
                closed = Happening.ATTENTION_CLOSED
                write_line(session, enrollment, closed, key, reason_id, at, None)
            return is_closed

    async def bounced(self, notice_id: str, reply: str, at: datetime) -> None:
        """A mail came back after it was accepted; ops must correct the address."""
        async with self._database.transaction() as session:
            notice = await session.get(NoticeRow, notice_id)
            if notice is None:
                raise UnknownNotice(notice=notice_id)
            if notice.state == NoticeState.BOUNCED:
                return
            at = later_of(at, notice.intended_at)
            notice.state, notice.reply = NoticeState.BOUNCED, reply
            enrollment = await session.get(EnrollmentRow, notice.subject_id)
            opened = await open_attention(
                session, notice.subject_id, AttentionKind.MAIL_BOUNCED, at, f"notice {notice.id}"
            )
            if enrollment is not None:
                enrollment.open_attention += int(opened)
                write_line(
                    session,
                    enrollment,
                    Happening.NOTICE_BOUNCED,
                    f"bounce-{notice.id}",
                    None,
                    at,
                    notice,
                )


async def _corrections(session: AsyncSession, enrollment_id: str) -> int:
    """Return how often the address was corrected before."""
    counted = await session.scalar(
        select(func.count()).where(
            TimelineRow.enrollment_id == enrollment_id,
            TimelineRow.kind == Happening.ADDRESS_CORRECTED,
        )
    )
    return counted or 0


async def _needed_again(
    session: AsyncSession, journey: EnrollmentRow, key: str, reason_id: str, at: datetime
) -> list[Dispatch]:
    """Intend what did not arrive, and what the practitioner needs to go on."""
    rows = (
        await session.scalars(
            select(NoticeRow)
            .where(
                NoticeRow.subject_id == journey.id,
                NoticeRow.recipient == "practitioner",
                NoticeRow.superseded_by.is_(None),
                NoticeRow.state.not_in((*_OUT, NoticeState.CANCELLED)),
            )
            .order_by(NoticeRow.intended_at.desc(), NoticeRow.id)
        )
    ).all()
    newest = {kind: next((r for r in rows if r.kind == kind), None) for kind in _SENT_AGAIN}
    failed = [r for r in rows if r.state in (NoticeState.REFUSED, NoticeState.BOUNCED)]
    chosen = {row.id: row for row in (*newest.values(), *failed) if row is not None}
    sent = []
    for row in chosen.values():
        situation = await situation_of(session, journey, row)
        if still_applies(NoticeKind(row.kind), row.round, situation):
            sent.append(await _again(session, row, f"{key}-{row.id}", reason_id, at))
    return sent


async def _again(
    session: AsyncSession, notice: NoticeRow, key: str, reason_id: str, at: datetime
) -> Dispatch:
    known = await session.get(NoticeRow, opaque_id("n", notice.id, key))
    if known is not None:
        return dispatch_of(known)
    if NoticeState(notice.state) in _OUT:
        raise NoticeStillOut(attempts=notice.attempts)
    enrollment = await session.get(EnrollmentRow, notice.subject_id)
    if enrollment is not None:
        situation = await situation_of(session, enrollment, notice)
        if not still_applies(NoticeKind(notice.kind), notice.round, situation):
            raise NoticeNoLongerApplies(stage=enrollment.stage)
    again = await _copy(session, notice, key, at)
    notice.superseded_by = again.id
    if notice.state == NoticeState.UNKNOWN:
        notice.state = NoticeState.CANCELLED
    for state, kind in _TROUBLES.items():
        if await _has_trouble(session, notice.subject_id, state):
            continue
        closed = await close_attention(session, notice.subject_id, kind, again.intended_at)
        if closed and enrollment is not None:
            enrollment.open_attention -= 1
    if enrollment is not None:
        write_line(session, enrollment, Happening.NOTICE_RESENT, key, reason_id, at, again)
    return dispatch_of(again)


async def _has_trouble(session: AsyncSession, subject_id: str, state: NoticeState) -> bool:
    """Whether another notice about the same is in this state and was not sent again."""
    await session.flush()
    found = await session.scalar(
        select(NoticeRow.id)
        .where(
            NoticeRow.subject_id == subject_id,
            NoticeRow.state == state,
            NoticeRow.superseded_by.is_(None),
        )
        .limit(1)
    )
    return found is not None


async def _copy(session: AsyncSession, notice: NoticeRow, key: str, at: datetime) -> NoticeRow:
    highest = await session.scalar(
        select(func.max(NoticeRow.ordinal)).where(
            NoticeRow.subject_id == notice.subject_id, NoticeRow.kind == notice.kind
        )
    )
    again = NoticeRow(
        id=opaque_id("n", notice.id, key),
        subject_id=notice.subject_id,
        order_id=notice.order_id,
        kind=notice.kind,
        recipient=notice.recipient,
        round=notice.round,
        part=notice.part,
        ordinal=(highest or 0) + 1,
        assignment_id=notice.assignment_id,
        state=NoticeState.INTENDED,
        intended_at=later_of(at, notice.settled_at or notice.intended_at),
        due_id=notice.due_id,
        attempts=0,
        repeats=0,
    )
    session.add(again)
    return again


def write_line(
    session: AsyncSession,
    enrollment: EnrollmentRow,
    kind: Happening,
    key: str,
    reason_id: str | None,
    at: datetime,
    notice: NoticeRow | None,
) -> None:
    """Write a line of the timeline for an act of ops that is none of the journey's own."""
    facts: dict[str, object] = {"notice_id": notice.id, "kind": notice.kind} if notice else {}
    session.add(
        TimelineRow(
            enrollment_id=enrollment.id,
            key=key,
            at=later_of(at, enrollment.last_at),
            kind=kind,
            party=Party.OPS,
            reason_id=reason_id,
            round=notice.round if notice else None,
            facts=facts,
        )
    )
