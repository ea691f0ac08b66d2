"""How often something is tried: counted in windows of time, the same for every portal process."""

import hashlib
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, update

from adapters.records.database import Database, is_added
from adapters.records.portal_tables import ThrottleRow


class ThrottleBook:
    """Counts tries. What is counted is kept as a hash: it may be an address."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def tries(self, what: str, window: timedelta, at: datetime) -> int:
        """Count one more try, and return how many there were in the present window."""
        key = hashlib.sha256(what.encode()).hexdigest()
        seconds = int(window.total_seconds())
        starts_at = datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, UTC)
        count = (
            update(ThrottleRow)
            .where(ThrottleRow.id == key, ThrottleRow.starts_at == starts_at)
            .values(tries=ThrottleRow.tries + 1)
            .returning(ThrottleRow.tries)
        )
        async with self._database.transaction() as session:
            counted = await session.scalar(count)
            if counted is None:
                await session.execute(delete(ThrottleRow).where(ThrottleRow.id == key))
                row = ThrottleRow(id=key, starts_at=starts_at, tries=1)
                counted = 1 if await is_added(session, row) else await session.scalar(count)
            return counted or 1
