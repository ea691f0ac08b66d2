"""Operations' own people: who they are, and where their codes go."""

from datetime import datetime

from sqlalchemy import select

from adapters.records.database import Database, is_added
from adapters.records.portal_tables import StaffRow
from domain.addresses import normalized_address
from domain.values import Instant, Value, opaque_id


class Staff(Value):
    """Somebody of operations."""

    id: str
    name: str
    address: str
    is_active: bool
    added_at: Instant


class StaffBook:
    """Where operations' own people are kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, name: str, address: str, at: datetime) -> str:
        """Add somebody, or find them by their address; returns their id."""
        address = normalized_address(address)
        staff_id = opaque_id("o", address)
        async with self._database.transaction() as session:
            if await session.get(StaffRow, staff_id) is None:
                row = StaffRow(id=staff_id, name=name, address=address, added_at=at)
                await is_added(session, row)
        return staff_id

    async def set_active(self, staff_id: str, *, is_active: bool) -> bool:
        """Let somebody in, or no more; ``False`` when there is nobody of that id."""
        async with self._database.transaction() as session:
            row = await session.get(StaffRow, staff_id)
            if row is None:
                return False
            row.is_active = is_active
            return True

    async def everybody(self) -> tuple[Staff, ...]:
        """Return all of operations, by name."""
        async with self._database.reading() as session:
            rows = await session.scalars(select(StaffRow).order_by(StaffRow.name, StaffRow.id))
            return tuple(_staff(row) for row in rows)

    async def addressed(self, address: str) -> Staff | None:
        """Return the active member of operations with an address in its normal form."""
        async with self._database.reading() as session:
            row = await session.scalar(
                select(StaffRow).where(StaffRow.address == address, StaffRow.is_active)
            )
            return _staff(row) if row is not None else None


def _staff(row: StaffRow) -> Staff:
    return Staff(
        id=row.id,
        name=row.name,
        address=row.address,
        is_active=row.is_active,
        added_at=row.added_at,
    )
