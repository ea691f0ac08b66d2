"""Forms that were pressed: a second press is told from the first, and from another form."""

from datetime import datetime

from adapters.records.database import Database, is_added
from adapters.records.operations_tables import PressRow
from domain.values import opaque_id


class PressBook:
    """Where presses are kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def was_pressed(self, token: str) -> bool:
        """Whether the form of this token was pressed before."""
        async with self._database.reading() as session:
            return await session.get(PressRow, opaque_id("k", token)) is not None

    async def press(self, token: str, at: datetime) -> None:
        """Keep that a form was pressed; once is enough."""
        async with self._database.transaction() as session:
            await is_added(session, PressRow(id=opaque_id("k", token), pressed_at=at))
