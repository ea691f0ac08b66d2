"""What operations do outside of a journey's own course: reasons, addresses, notices."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.ports import Dispatch
from adapters.records.database import Database
from adapters.records.people_book import keep_reason
from adapters.records.resending import send_again, send_needed, write_line
from adapters.records.search_book import index_again
from adapters.records.steps.turn import close_attention, open_attention
from adapters.records.tables import EnrollmentRow, NoticeRow, PersonRow, TimelineRow
from domain.addresses import normalized_address
from domain.enrollment import (
    AttentionKind,
    EnrollmentClosed,
    NotAtThisStage,
    UnknownEnrollment,
)
from domain.grounds import Grounds
from domain.notice_rules import (
    UnknownNotice,
)
from domain.notices import NoticeState
from domain.refusals import Conflict, Refusal
from domain.timeline import Happening
from domain.values import later_of


class AddressInUse(Conflict):
    """Another person has this address."""

    code = "address_in_use"
    sentence = "Another person has this address already. Look both up in the list of journeys."


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
            return await send_again(session, notice, key, reason_id, at)

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
            await session.get_one(PersonRow, enrollment.person_id, with_for_update=lock)
            return await corrected(session, enrollment, wanted, key, reason_id, at)

    async def close_attention(
        self, subject_id: str, kind: AttentionKind, key: str, grounds: Grounds, reason_id: str
    ) -> bool:
        """Ops have seen to something of an enrollment, an order or a line; ``False``: not open."""
        async with self._database.transaction() as session:
            enrollment = await session.get(EnrollmentRow, subject_id)
            at = later_of(grounds.at, enrollment.last_at) if enrollment else grounds.at
            if enrollment is not None and await _is_written(session, subject_id, key):
                return True  # by this very act, before its answer was lost
            is_closed = await close_attention(session, subject_id, kind, at, grounds.reason)
            if is_closed and enrollment is not None:
                enrollment.open_attention -= 1
                line = write_line(
                    session, enrollment, Happening.ATTENTION_CLOSED, key, reason_id, at, None
                )
                line.facts = {"attention": kind.value}
            return is_closed

    async def bounced(
        self, notice_id: str, reply: str, at: datetime, reason_id: str | None = None
    ) -> None:
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
                    reason_id,
                    at,
                    notice,
                )


Resend = Callable[[AsyncSession, EnrollmentRow, str, str, datetime], Awaitable[Sequence[Dispatch]]]
"""Intends once more what is needed at a corrected address, of one journey."""


async def corrected(
    session: AsyncSession,
    enrollment: EnrollmentRow,
    wanted: str,
    key: str,
    reason_id: str,
    at: datetime,
    resend: Resend = send_needed,
) -> tuple[Dispatch, ...]:
    """Give the practitioner of ``enrollment``, whose row is locked, the address ``wanted``.

    The address that is recorded already changes nothing. Raises ``AddressInUse``.
    """
    person = await session.get_one(PersonRow, enrollment.person_id)
    if person.address == wanted:
        return ()
    other = await session.scalar(select(PersonRow.id).where(PersonRow.address == wanted))
    if other is not None:
        raise AddressInUse
    person.address = wanted
    # An address may be corrected there and back again: each time is one of its own.
    key = f"{key}-{await _corrections(session, enrollment.id)}"
    journeys = await session.scalars(
        select(EnrollmentRow).where(EnrollmentRow.person_id == person.id)
    )
    sent: list[Dispatch] = []
    for journey in journeys:
        write_line(session, journey, Happening.ADDRESS_CORRECTED, key, reason_id, at, None)
        await index_again(session, journey.id)
        sent.extend(await resend(session, journey, key, reason_id, at))
    return tuple(sent)


async def _corrections(session: AsyncSession, enrollment_id: str) -> int:
    """Return how often the address was corrected before."""
    counted = await session.scalar(
        select(func.count()).where(
            TimelineRow.enrollment_id == enrollment_id,
            TimelineRow.kind == Happening.ADDRESS_CORRECTED,
        )
    )
    return counted or 0


async def _is_written(session: AsyncSession, enrollment_id: str, key: str) -> bool:
    """Whether an act of this key has left its line already."""
    line = select(TimelineRow.id).where(
        TimelineRow.enrollment_id == enrollment_id, TimelineRow.key == key
    )
    return await session.scalar(line) is not None
