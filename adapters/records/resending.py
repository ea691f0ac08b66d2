"""Sending notices once more: what may be, what has to be, and which trouble is over with it."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.ports import Dispatch
from adapters.records.dispatching import dispatch_of
from adapters.records.steps.turn import close_attention, situation_of
from adapters.records.tables import EnrollmentRow, NoticeRow, TimelineRow
from domain.enrollment import AttentionKind, Party
from domain.notice_rules import NoticeNoLongerApplies, NoticeStillOut, still_applies
from domain.notices import NoticeKind, NoticeState
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


async def letters_needed(session: AsyncSession, journey: EnrollmentRow) -> list[NoticeRow]:
    """Return what did not arrive, and what the practitioner needs to go on: what goes out again
    to a corrected address.
    """
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
    return [row for row in chosen.values() if await _applies(session, journey, row)]


async def _applies(session: AsyncSession, journey: EnrollmentRow, notice: NoticeRow) -> bool:
    situation = await situation_of(session, journey, notice)
    return still_applies(NoticeKind(notice.kind), notice.round, situation)


async def send_needed(
    session: AsyncSession, journey: EnrollmentRow, key: str, reason_id: str, at: datetime
) -> list[Dispatch]:
    """Intend once more what is needed at a corrected address."""
    return [
        await send_again(session, row, f"{key}-{row.id}", reason_id, at)
        for row in await letters_needed(session, journey)
    ]


async def refuse_resending(
    session: AsyncSession, notice: NoticeRow, enrollment: EnrollmentRow | None
) -> None:
    """Refuse to send again what is on its way or no longer true.

    Raises ``NoticeStillOut`` and ``NoticeNoLongerApplies``.
    """
    if NoticeState(notice.state) in _OUT:
        raise NoticeStillOut(attempts=notice.attempts)
    if enrollment is not None and not await _applies(session, enrollment, notice):
        raise NoticeNoLongerApplies(stage=enrollment.stage)


async def send_again(
    session: AsyncSession, notice: NoticeRow, key: str, reason_id: str, at: datetime
) -> Dispatch:
    """Intend a notice once more, as one of its own; the same key is one resending."""
    known = await session.get(NoticeRow, opaque_id("n", notice.id, key))
    if known is not None:
        return dispatch_of(known)
    enrollment = await session.get(EnrollmentRow, notice.subject_id)
    await refuse_resending(session, notice, enrollment)
    again = await _copy(session, notice, key, at)
    notice.superseded_by = again.id
    if notice.state == NoticeState.UNKNOWN:
        notice.state = NoticeState.CANCELLED
    for kind in await troubles_over(session, notice.subject_id):
        closed = await close_attention(session, notice.subject_id, kind, again.intended_at)
        if closed and enrollment is not None:
            enrollment.open_attention -= 1
    if enrollment is not None:
        write_line(session, enrollment, Happening.NOTICE_RESENT, key, reason_id, at, again)
    return dispatch_of(again)


async def troubles_over(
    session: AsyncSession, subject_id: str, *besides: str
) -> list[AttentionKind]:
    """Return which trouble with mail no notice of the subject has any more, ``besides`` some."""
    await session.flush()
    states = set(
        await session.scalars(
            select(NoticeRow.state).where(
                NoticeRow.subject_id == subject_id,
                NoticeRow.state.in_(_TROUBLES),
                NoticeRow.superseded_by.is_(None),
                NoticeRow.id.not_in(besides),
            )
        )
    )
    return [kind for state, kind in _TROUBLES.items() if state not in states]


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
) -> TimelineRow:
    """Write a line of the timeline for an act of ops that is none of the journey's own."""
    facts: dict[str, object] = {"notice_id": notice.id, "kind": notice.kind} if notice else {}
    line = TimelineRow(
        enrollment_id=enrollment.id,
        key=key,
        at=later_of(at, enrollment.last_at),
        kind=kind,
        party=Party.OPS,
        reason_id=reason_id,
        round=notice.round if notice else None,
        facts=facts,
    )
    session.add(line)
    return line
