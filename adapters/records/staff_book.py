"""Operations' own people: who they are, and where their codes go."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.database import Database, is_added
from adapters.records.ops_actions import keep_action
from adapters.records.portal_tables import SessionRow, StaffRow
from domain.addresses import normalized_address
from domain.enrollment import Party
from domain.grounds import Grounds, OpsActionKind
from domain.staff import LastOfStaff, UnknownStaff, staff_name
from domain.values import Instant, Value, opaque_id


class Staff(Value):
    """Somebody of operations."""

    id: str
    name: str
    address: str
    is_active: bool
    added_at: Instant


class StaffBook:
    """Where operations' own people are kept; every change with its grounds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, name: str, address: str, grounds: Grounds) -> str:
        """Add somebody, or find them by their address; returns their id.

        Raises ``StaffNameNotValid`` and ``AddressNotValid``.
        """
        name, address = staff_name(name), normalized_address(address)
        staff_id = opaque_id("o", address)
        async with self._database.transaction() as session:
            if await session.get(StaffRow, staff_id) is None:
                row = StaffRow(id=staff_id, name=name, address=address, added_at=grounds.at)
                if await is_added(session, row):
                    await keep_action(session, OpsActionKind.STAFF_ADDED, staff_id, grounds)
        return staff_id

    async def switch_off(self, staff_id: str, grounds: Grounds) -> bool:
        """Let somebody in no more, and sign them out everywhere; ``False``: it was so already.

        Raises ``UnknownStaff`` and ``LastOfStaff``.
        """
        async with self._database.transaction() as session:
            active = await self._active(session)
            if staff_id not in active:
                await _known(session, staff_id)
                return False
            if len(active) == 1:
                raise LastOfStaff
            active[staff_id].is_active = False
            await session.execute(
                update(SessionRow)
                .where(
                    SessionRow.party == Party.OPS,
                    SessionRow.subject_id == staff_id,
                    SessionRow.ended_at.is_(None),
                )
                .values(ended_at=grounds.at)
            )
            await keep_action(session, OpsActionKind.STAFF_SWITCHED_OFF, staff_id, grounds)
            return True

    async def switch_on(self, staff_id: str, grounds: Grounds) -> bool:
        """Let somebody in again; ``False``: it was so already. Raises ``UnknownStaff``."""
        async with self._database.transaction() as session:
            row = await _known(session, staff_id)
            if row.is_active:
                return False
            row.is_active = True
            await keep_action(session, OpsActionKind.STAFF_SWITCHED_ON, staff_id, grounds)
            return True

    async def _active(self, session: AsyncSession) -> dict[str, StaffRow]:
        """Return who may come in, locked: two who switch each other off leave nobody."""
        query = select(StaffRow).where(StaffRow.is_active).order_by(StaffRow.id)
        if self._database.has_row_locks:
            query = query.with_for_update()
        return {row.id: row for row in await session.scalars(query)}

    async def everybody(self) -> tuple[Staff, ...]:
        """Return all of operations: those that may come in first, by name."""
        query = select(StaffRow).order_by(StaffRow.is_active.desc(), StaffRow.name, StaffRow.id)
        async with self._database.reading() as session:
            return tuple(_staff(row) for row in await session.scalars(query))

    async def named(self, id_or_address: str) -> Staff:
        """Return somebody by id or address, in whatever spelling. Raises ``UnknownStaff``."""
        wanted = id_or_address.strip()
        query = select(StaffRow).where(
            (StaffRow.id == wanted) | (StaffRow.address == wanted.lower())
        )
        async with self._database.reading() as session:
            row = await session.scalar(query)
        if row is None:
            raise UnknownStaff
        return _staff(row)

    async def addressed(self, address: str) -> Staff | None:
        """Return the active member of operations with an address in its normal form."""
        async with self._database.reading() as session:
            row = await session.scalar(
                select(StaffRow).where(StaffRow.address == address, StaffRow.is_active)
            )
            return _staff(row) if row is not None else None


async def _known(session: AsyncSession, staff_id: str) -> StaffRow:
    row = await session.get(StaffRow, staff_id)
    if row is None:
        raise UnknownStaff
    return row


def _staff(row: StaffRow) -> Staff:
    return Staff(
        id=row.id,
        name=row.name,
        address=row.address,
        is_active=row.is_active,
        added_at=row.added_at,
    )
