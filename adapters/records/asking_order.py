"""Keeps the order in which assessors are asked: their qualifications repeat what decides it."""

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.round_tables import AssessorRow, QualificationRow

AFTER_ALL_OTHERS = 2.0
"""In place of a share of the places in use, which is 1 at most in the order: is never asked."""


def share_in_use(assessor: AssessorRow) -> float:
    """Return where an assessor stands in the order of asking, before the last offer decides."""
    if not assessor.is_active or assessor.capacity <= 0:
        return AFTER_ALL_OTHERS
    return assessor.load / assessor.capacity


async def keep_in_order(session: AsyncSession, assessor: AssessorRow) -> None:
    """Write what decides to every qualification of an assessor; the caller holds their row."""
    await session.execute(
        update(QualificationRow)
        .where(QualificationRow.assessor_id == assessor.id)
        .values(share_in_use=share_in_use(assessor), last_offered_at=assessor.last_offered_at)
    )
