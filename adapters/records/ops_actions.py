"""What operations did outside of a journey is kept with its reason, in the same transaction."""

from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.people_book import keep_reason
from adapters.records.round_tables import OpsActionRow
from domain.enrollment import Party
from domain.grounds import Grounds, OpsActionKind
from domain.values import opaque_id


async def keep_action(
    session: AsyncSession, kind: OpsActionKind, subject_id: str, grounds: Grounds
) -> None:
    """Keep an action that changed something. What changed nothing is no action, and is not kept."""
    key = (kind, subject_id, grounds.at.isoformat())
    action_id = opaque_id("x", *key)
    if await session.get(OpsActionRow, action_id) is not None:
        return
    reason_id = await keep_reason(
        session, action_id, grounds.reason, Party.OPS, grounds.by_name, grounds.at
    )
    session.add(
        OpsActionRow(
            id=action_id, kind=kind, subject_id=subject_id, reason_id=reason_id, at=grounds.at
        )
    )
