"""The notices: the queue and the log. A notice moves from state to state here and nowhere else."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from activities.ports import Outgoing
from adapters.records.database import Database
from adapters.records.letter_book import keep_letter
from adapters.records.notice_facts import LetterDesk
from adapters.records.steps.turn import close_attentions, open_attention, situation_of
from adapters.records.tables import EnrollmentRow, NoticeRow
from domain.enrollment import AttentionKind
from domain.kept_letters import KeptLetter
from domain.notice_rules import Situation, UnknownNotice, repeats_by_itself, still_applies
from domain.notices import NoticeKind, NoticeState
from domain.values import later_of

DELAYED_AFTER_ATTEMPTS = 8
"""Failed attempts after which ops are told that a mail does not get out: some two minutes."""

_ON_THE_WAY = (AttentionKind.MAIL_UNCONFIRMED, AttentionKind.MAIL_DELAYED)
"""What operations look at while a mail is not through yet."""

NOTHING_TO_SEND = frozenset(
    {
        NoticeState.ACCEPTED,
        NoticeState.REFUSED,
        NoticeState.BOUNCED,
        NoticeState.CANCELLED,
    }
)


class NoticeBook:
    """Where notices are kept. Every transition names the state that it starts from."""

    def __init__(self, database: Database, letters: LetterDesk) -> None:
        self._database = database
        self._letters = letters

    async def prepare(self, notice_id: str, now: datetime) -> Outgoing | NoticeState:
        """Return what to send, or the state in which there is nothing (more) to send.

        A notice found in ``sending`` was on its way when its sender died: it is flagged
        ``unknown`` first, and repeated at most once, if its kind repeats by itself.
        """
        async with self._database.transaction() as session:
            notice = await self._locked(session, notice_id)
            if notice.state == NoticeState.SENDING:
                await self._flag_unknown(session, notice, "the sender stopped in between", now)
            state = NoticeState(notice.state)
            if state in NOTHING_TO_SEND:
                return state
            if state is NoticeState.UNKNOWN and not _may_repeat(notice):
                return state
            enrollment = await session.get(EnrollmentRow, notice.subject_id)
            if not await self._still_applies(session, notice, enrollment):
                await self._cancel(session, notice, now)
                return NoticeState.CANCELLED
            notice.attempts += 1
            return await self._letters.outgoing(session, notice, enrollment)

    async def claim(self, notice_id: str, token: str, letter: KeptLetter | None = None) -> bool:
        """Claim a notice directly before its bytes go out; one sender can.

        The ``letter`` that is about to go out is kept along with the claim.
        """
        async with self._database.transaction() as session:
            is_claimed = await self._claimed(session, notice_id, token)
            if is_claimed and letter is not None:
                await keep_letter(session, notice_id, letter)
            return is_claimed

    async def _claimed(self, session: AsyncSession, notice_id: str, token: str) -> bool:
        first = await session.execute(
            update(NoticeRow)
            .where(NoticeRow.id == notice_id, NoticeRow.state == NoticeState.INTENDED)
            .values(state=NoticeState.SENDING, claim=token)
            .returning(NoticeRow.id)
        )
        if first.first() is not None:
            return True
        again = await session.execute(
            update(NoticeRow)
            .where(
                NoticeRow.id == notice_id,
                NoticeRow.state == NoticeState.UNKNOWN,
                NoticeRow.repeats == 0,
            )
            .values(state=NoticeState.SENDING, claim=token, repeats=1)
            .returning(NoticeRow.id)
        )
        return again.first() is not None

    async def accepted(self, notice_id: str, reply: str, at: datetime) -> None:
        """Write ``accepted`` with the server's own reply."""
        async with self._database.transaction() as session:
            notice = await self._locked(session, notice_id)
            if notice.state not in {NoticeState.SENDING, NoticeState.UNKNOWN}:
                return
            self._settle(notice, NoticeState.ACCEPTED, reply, at)
            await self._close(session, notice, *_ON_THE_WAY, at=at)

    async def refused(self, notice_id: str, reply: str, at: datetime) -> None:
        """Write ``refused``: a permanent reply; ops must correct the address."""
        async with self._database.transaction() as session:
            notice = await self._locked(session, notice_id)
            if notice.state in NOTHING_TO_SEND:
                return
            self._settle(notice, NoticeState.REFUSED, reply, at)
            await self._close(session, notice, AttentionKind.MAIL_DELAYED, at=at)
            await self._open(session, notice, AttentionKind.MAIL_REFUSED, at)

    async def deferred(
        self, notice_id: str, reply: str, at: datetime, *, attempt: int, claim: str | None
    ) -> None:
        """Give back the ``claim`` that was taken, if any; nothing can have been accepted."""
        async with self._database.transaction() as session:
            notice = await self._locked(session, notice_id)
            if notice.state in NOTHING_TO_SEND:
                return  # settled by another sender, whose reply stays
            if claim is not None and (notice.state, notice.claim) == (NoticeState.SENDING, claim):
                notice.state = NoticeState.UNKNOWN if notice.repeats else NoticeState.INTENDED
                notice.repeats = 0
                notice.claim = None
            notice.reply = reply
            if attempt >= DELAYED_AFTER_ATTEMPTS:
                await self._open(session, notice, AttentionKind.MAIL_DELAYED, at)

    async def unconfirmed(self, notice_id: str, reply: str, at: datetime) -> bool:
        """Write ``unknown`` with its owner; ``True`` when it may be repeated by itself."""
        async with self._database.transaction() as session:
            notice = await self._locked(session, notice_id)
            if notice.state == NoticeState.SENDING:
                await self._flag_unknown(session, notice, reply, at)
            return _may_repeat(notice)

    async def access_mail_of(self, notice_id: str) -> str | None:
        """Return the enrollment whose access mail this is; ``None`` for other kinds."""
        async with self._database.reading() as session:
            notice = await session.get_one(NoticeRow, notice_id)
            return notice.subject_id if notice.kind == NoticeKind.ACCESS else None

    async def _locked(self, session: AsyncSession, notice_id: str) -> NoticeRow:
        notice = await session.get(
            NoticeRow, notice_id, with_for_update=self._database.has_row_locks or None
        )
        if notice is None:
            raise UnknownNotice(notice=notice_id)
        return notice

    async def _still_applies(
        self, session: AsyncSession, notice: NoticeRow, enrollment: EnrollmentRow | None
    ) -> bool:
        situation = (
            await situation_of(session, enrollment, notice)
            if enrollment is not None
            else Situation()
        )
        return still_applies(NoticeKind(notice.kind), notice.round, situation)

    async def _cancel(self, session: AsyncSession, notice: NoticeRow, at: datetime) -> None:
        self._settle(notice, NoticeState.CANCELLED, "no longer applies", at)
        await self._close(session, notice, *_ON_THE_WAY, at=at)

    def _settle(self, notice: NoticeRow, state: NoticeState, reply: str, at: datetime) -> None:
        # A journey that was fast-forwarded is ahead of the wall clock; its log stays in order.
        notice.settled_at = later_of(at, notice.intended_at)
        notice.state, notice.reply, notice.claim = state, reply, None

    async def _flag_unknown(
        self, session: AsyncSession, notice: NoticeRow, reply: str, at: datetime
    ) -> None:
        notice.state, notice.reply, notice.claim = NoticeState.UNKNOWN, reply, None
        await self._open(session, notice, AttentionKind.MAIL_UNCONFIRMED, at)

    async def _open(
        self, session: AsyncSession, notice: NoticeRow, kind: AttentionKind, at: datetime
    ) -> None:
        at = later_of(at, notice.intended_at)
        if await open_attention(session, notice.subject_id, kind, at, f"notice {notice.id}"):
            await _count_attention(session, notice.subject_id, 1)

    async def _close(
        self, session: AsyncSession, notice: NoticeRow, *kinds: AttentionKind, at: datetime
    ) -> None:
        at, why = later_of(at, notice.intended_at), f"notice {notice.id}"
        closed = await close_attentions(session, notice.subject_id, kinds, at, why)
        if closed:
            await _count_attention(session, notice.subject_id, -len(closed))


async def _count_attention(session: AsyncSession, subject_id: str, change: int) -> None:
    await session.execute(
        update(EnrollmentRow)
        .where(EnrollmentRow.id == subject_id)
        .values(open_attention=EnrollmentRow.open_attention + change)
        .execution_options(synchronize_session=False)
    )


def _may_repeat(notice: NoticeRow) -> bool:
    return notice.repeats == 0 and repeats_by_itself(NoticeKind(notice.kind))
