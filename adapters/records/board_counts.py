"""The numbers of the board: one query for each tile, each over what is open or recent.

What is finished grows for ever; no tile counts it, so the board stays as fast as the work in hand
is small.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.assessor_list import overdue_assessments
from adapters.records.board_values import (
    AttentionCount,
    EndingCount,
    OverdueCount,
    PromiseCount,
    QueueStanding,
    StageCount,
    TroubleCount,
)
from adapters.records.journey_list import promise_is
from adapters.records.list_values import STARTING, MailTrouble, NoticeFilter, PromiseState
from adapters.records.round_tables import RoundRow
from adapters.records.tables import AttentionRow, EnrollmentRow
from adapters.records.trouble_list import troubles
from domain.enrollment import AttentionKind, Ending, Stage

OPEN_STAGES = (STARTING, *(stage.value for stage in Stage if stage is not Stage.ENDED))
"""In the order in which a journey passes them."""


async def stage_counts(session: AsyncSession, now: datetime) -> tuple[StageCount, ...]:
    """Count the open journeys at every stage, those without any included."""
    rows = await session.execute(
        select(
            EnrollmentRow.stage,
            func.count(),
            func.count().filter(EnrollmentRow.waiting_until < now),
        )
        .where(EnrollmentRow.stage.in_(OPEN_STAGES))
        .group_by(EnrollmentRow.stage)
    )
    counted = {stage: (journeys, late) for stage, journeys, late in rows}
    return tuple(
        StageCount(stage=stage, journeys=journeys, late=late)
        for stage in OPEN_STAGES
        for journeys, late in [counted.get(stage, (0, 0))]
    )


async def promise_count(session: AsyncSession, since: datetime) -> PromiseCount:
    """Count the promises that fell due since an instant, and the clocks that run."""
    is_running = promise_is(PromiseState.RUNNING)
    running = select(func.count()).select_from(EnrollmentRow).where(*is_running)
    next_due = select(func.min(EnrollmentRow.access_due_at)).where(*is_running)
    met, breached, now_running, next_due_at = (
        await session.execute(
            select(
                func.count().filter(*promise_is(PromiseState.MET)),
                func.count().filter(*promise_is(PromiseState.BREACHED)),
                running.scalar_subquery(),
                next_due.scalar_subquery(),
            ).where(EnrollmentRow.access_due_at >= since)
        )
    ).one()
    return PromiseCount(
        since=since, met=met, breached=breached, running=now_running, next_due_at=next_due_at
    )


async def attention_counts(session: AsyncSession) -> tuple[AttentionCount, ...]:
    """Count open attention by its kind, most first."""
    rows = await session.execute(
        select(AttentionRow.kind, func.count(), func.min(AttentionRow.opened_at))
        .where(AttentionRow.closed_at.is_(None))
        .group_by(AttentionRow.kind)
        .order_by(func.count().desc(), AttentionRow.kind)
    )
    return tuple(
        AttentionCount(kind=AttentionKind(kind), open=count, oldest_at=oldest)
        for kind, count, oldest in rows
    )


async def queue_standing(session: AsyncSession) -> QueueStanding:
    """Count the rounds that wait for an assessor, and find the one that waits longest."""
    is_waiting = RoundRow.waiting_since.is_not(None)
    waiting = select(func.count()).select_from(RoundRow).where(is_waiting).scalar_subquery()
    oldest = (
        await session.execute(
            select(RoundRow.enrollment_id, RoundRow.waiting_since, waiting)
            .where(is_waiting)
            .order_by(RoundRow.waiting_since)
            .limit(1)
        )
    ).first()
    if oldest is None:
        return QueueStanding(waiting=0)
    return QueueStanding(waiting=oldest[2], oldest_enrollment_id=oldest[0], oldest_since=oldest[1])


async def trouble_counts(session: AsyncSession) -> tuple[TroubleCount, ...]:
    """Count the notices in each trouble that nobody has seen to, those without any included."""
    found = troubles(NoticeFilter())
    rows = await session.execute(select(found.c.trouble, func.count()).group_by(found.c.trouble))
    counted = {row[0]: row[1] for row in rows}
    return tuple(
        TroubleCount(trouble=each, notices=counted.get(each.value, 0)) for each in MailTrouble
    )


async def overdue_count(session: AsyncSession, now: datetime) -> OverdueCount:
    """Count the assessments past their due time, and who holds them."""
    late = overdue_assessments(now)
    counts = select(
        func.count(), func.count(late.c.assessor_id.distinct()), func.min(late.c.since)
    ).select_from(late)
    assessments, assessors, oldest = (await session.execute(counts)).one()
    return OverdueCount(assessments=assessments, assessors=assessors, oldest_since=oldest)


async def ending_counts(session: AsyncSession, since: datetime) -> tuple[EndingCount, ...]:
    """Count the journeys that ended since an instant, by how they did."""
    rows = await session.execute(
        select(EnrollmentRow.ending, func.count())
        .where(EnrollmentRow.ended_at >= since)
        .group_by(EnrollmentRow.ending)
    )
    counted = {row[0]: row[1] for row in rows}
    return tuple(
        EndingCount(ending=ending, journeys=counted.get(ending.value, 0)) for ending in Ending
    )
