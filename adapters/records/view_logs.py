"""The logs of a journey: its timeline, its notices, and what needed attention."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.round_tables import OpsActionRow
from adapters.records.tables import AttentionRow, NoticeRow, ReasonRow, TimelineRow
from adapters.records.view_values import ActionLine, AttentionLine, NoticeLine, TimelineLine


async def timeline_of(session: AsyncSession, enrollment_id: str) -> tuple[TimelineLine, ...]:
    """Return everything that happened, in order, with who and why."""
    rows = await session.execute(
        select(TimelineRow, ReasonRow.by_name, ReasonRow.text)
        .outerjoin(ReasonRow, ReasonRow.id == TimelineRow.reason_id)
        .where(TimelineRow.enrollment_id == enrollment_id)
        .order_by(TimelineRow.at, TimelineRow.id)
    )
    return tuple(
        TimelineLine(
            at=row.at,
            what=row.kind,
            party=row.party,
            by=by or "",
            why=why or "",
            round=row.round,
            facts=row.facts,
        )
        for row, by, why in rows
    )


async def notices_of(session: AsyncSession, subjects: tuple[str, ...]) -> tuple[NoticeLine, ...]:
    """Return the notices about an enrollment and its order, with the server's own replies."""
    rows = await session.scalars(
        select(NoticeRow)
        .where(NoticeRow.subject_id.in_(subjects))
        .order_by(NoticeRow.intended_at, NoticeRow.id)
    )
    return tuple(
        NoticeLine(
            notice_id=row.id,
            kind=row.kind,
            recipient=row.recipient,
            round=row.round,
            state=row.state,
            intended_at=row.intended_at,
            settled_at=row.settled_at,
            attempts=row.attempts,
            reply=row.reply,
            superseded_by=row.superseded_by,
        )
        for row in rows
    )


async def actions_of(session: AsyncSession, subject_id: str) -> tuple[ActionLine, ...]:
    """Return what operations did outside of a journey, with who and why."""
    rows = await session.execute(
        select(OpsActionRow, ReasonRow.by_name, ReasonRow.text)
        .join(ReasonRow, ReasonRow.id == OpsActionRow.reason_id)
        .where(OpsActionRow.subject_id == subject_id)
        .order_by(OpsActionRow.at, OpsActionRow.id)
    )
    return tuple(ActionLine(at=row.at, what=row.kind, by=by, why=why) for row, by, why in rows)


async def attention_of(
    session: AsyncSession, subjects: tuple[str, ...]
) -> tuple[AttentionLine, ...]:
    """Return what ops must look at, or had to."""
    rows = await session.scalars(
        select(AttentionRow)
        .where(AttentionRow.subject_id.in_(subjects))
        .order_by(AttentionRow.opened_at, AttentionRow.id)
    )
    return tuple(
        AttentionLine(
            subject=row.subject_id,
            kind=row.kind,
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            why=row.closed_why or row.opened_why,
        )
        for row in rows
    )
