"""Until when the learning network is open to somebody: a function of all their valid orders."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.tables import SubscriptionGrantRow
from domain.orders import Grant, subscription_until


async def subscription_of(session: AsyncSession, person_id: str) -> datetime | None:
    """Return until when the subscription runs; ``None`` without a valid order."""
    rows = await session.scalars(
        select(SubscriptionGrantRow).where(
            SubscriptionGrantRow.person_id == person_id,
            SubscriptionGrantRow.revoked_at.is_(None),
        )
    )
    return subscription_until(Grant(granted_at=row.granted_at, months=row.months) for row in rows)
