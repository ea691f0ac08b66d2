"""Rankings with names and reasons, for operations: as they were stored, or as one would be now."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.journey_values import RankingLine
from adapters.records.round_tables import AssessorRow
from domain.assignment import Ranked
from domain.ranking_words import ranking_reasons


async def told_ranking(
    session: AsyncSession, ranked: Sequence[Ranked], zone: str, asked: str | None = None
) -> tuple[RankingLine, ...]:
    """Return a ranking in words; ``asked`` is the assessor whom the round was offered to."""
    ids = [each.assessor_id for each in ranked]
    rows = await session.execute(
        select(AssessorRow.id, AssessorRow.name).where(AssessorRow.id.in_(ids))
    )
    names = {row.id: row.name for row in rows}
    return tuple(
        RankingLine(
            place=place,
            assessor_id=each.assessor_id,
            assessor=names.get(each.assessor_id, each.assessor_id),
            reasons=ranking_reasons(each, zone),
            was_asked=each.assessor_id == asked,
        )
        for place, each in enumerate(ranked, start=1)
    )
