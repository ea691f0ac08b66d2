"""The roster: who assesses, how much at once, when away. Each change says whom it wakes.

A change is one transaction with its reason. What changes nothing is neither recorded nor wakes
anybody, so every command may be repeated.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.asking_order import keep_in_order
from adapters.records.database import Database
from adapters.records.ops_actions import keep_action
from adapters.records.roster_lines import (
    addresses_by_assessor,
    bring_into_line,
    is_as_in,
    libraries_by_assessor,
    new_assessor,
    qualify,
)
from adapters.records.roster_waiting import woken_for
from adapters.records.round_tables import AssessorRow, LeaveRow
from domain.assignment import UnknownAssessor
from domain.grounds import Grounds, OpsActionKind
from domain.roster import (
    Leave,
    assessor_id_of,
    check_capacity,
    leave_of,
    refuse_double_standing,
    refuse_known,
    without_rest,
)
from domain.roster_file import Roster
from domain.values import Value


class AssessorStanding(Value):
    """An assessor as the roster has them; ``leaves`` are those that are not over."""

    id: str
    name: str
    address: str
    organization: str
    libraries: tuple[str, ...]
    capacity: int
    load: int
    is_active: bool
    is_on_leave: bool
    leaves: tuple[Leave, ...]


class RosterChange(Value):
    """What one command did: whether it changed anything, and the enrollments to wake.

    ``load`` are the rounds that the assessor holds now; a change of the roster takes none away.
    """

    assessor_id: str
    is_changed: bool
    load: int = 0
    woken: tuple[str, ...] = ()


class RosterImport(Value):
    """What a roster file did: ids of the assessors by what became of them, enrollments to wake."""

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    woken: tuple[str, ...] = ()


_Alteration = Callable[[AsyncSession, AssessorRow, date], Awaitable[bool]]
"""Changes one assessor on the local day; answers whether anything was different before."""


class RosterBook:
    """Where the roster is kept; ``zone`` is where its days begin."""

    def __init__(self, database: Database, zone: str) -> None:
        self._database = database
        self._zone = zone

    async def standings(self, today: date) -> tuple[AssessorStanding, ...]:
        """Return every assessor as of a local day, by name."""
        async with self._database.reading() as session:
            assessors = await session.scalars(
                select(AssessorRow).order_by(AssessorRow.name, AssessorRow.id)
            )
            leaves: dict[str, list[Leave]] = {}
            for leave in await session.scalars(
                select(LeaveRow).where(LeaveRow.last_day >= today).order_by(LeaveRow.first_day)
            ):
                leaves.setdefault(leave.assessor_id, []).append(_leave(leave))
            libraries = await libraries_by_assessor(session)
            return tuple(
                _standing(row, libraries.get(row.id, set()), tuple(leaves.get(row.id, ())), today)
                for row in assessors
            )

    async def take_over(
        self,
        roster: Roster,
        grounds: Grounds,
        kind: OpsActionKind = OpsActionKind.ASSESSOR_IMPORTED,
    ) -> RosterImport:
        """Add or update every assessor of a file in one transaction, or none of them.

        Somebody whose line leaves out the other address keeps it: it guards against conflicts of
        interest. Raises ``AssessorStandsTwice``, and ``AssessorKnown`` where ``kind`` only adds.
        """
        today = self._today(grounds)
        async with self._database.transaction() as session:
            query = select(AssessorRow).order_by(AssessorRow.id)
            if self._database.has_row_locks:
                query = query.with_for_update()
            known = {row.id: row for row in await session.scalars(query)}
            if kind is OpsActionKind.ASSESSOR_ADDED:
                refuse_known(roster.lines, known)
            refuse_double_standing(roster.lines, addresses_by_assessor(known, roster))
            libraries = await libraries_by_assessor(session)
            changed: list[AssessorRow] = []
            for line in roster.lines:
                row = known.get(assessor_id_of(line.address)) or new_assessor(session, line)
                if is_as_in(row, libraries.get(row.id, set()), line):
                    continue
                await bring_into_line(session, row, line)
                await keep_action(session, kind, row.id, grounds)
                changed.append(row)
            ids = [row.id for row in changed]
            return RosterImport(
                added=tuple(each for each in ids if each not in known),
                updated=tuple(each for each in ids if each in known),
                unchanged=tuple(
                    own for line in roster.lines if (own := assessor_id_of(line.address)) not in ids
                ),
                woken=await woken_for(session, changed, today),
            )

    async def add_leave(
        self, assessor_id: str, first: date, last: date, grounds: Grounds
    ) -> RosterChange:
        """Record that an assessor is away, both days included; refuses what cannot be meant."""
        leave = leave_of(first, last, self._today(grounds))

        async def away(session: AsyncSession, row: AssessorRow, _: date) -> bool:
            return await _add_leave(session, row.id, leave)

        return await self._change(assessor_id, OpsActionKind.LEAVE_RECORDED, away, grounds)

    async def end_leave(self, assessor_id: str, grounds: Grounds) -> RosterChange:
        """End the leave of today, so that the assessor is offered rounds from now on."""
        return await self._change(assessor_id, OpsActionKind.LEAVE_ENDED, _end_leave, grounds)

    async def cancel_leave(
        self, assessor_id: str, first: date, last: date, grounds: Grounds
    ) -> RosterChange:
        """Take a leave back that has not begun; one that has begun is ended instead."""

        async def stay(session: AsyncSession, row: AssessorRow, today: date) -> bool:
            planned = await session.scalar(
                select(LeaveRow).where(
                    LeaveRow.assessor_id == row.id,
                    LeaveRow.first_day == first,
                    LeaveRow.last_day == last,
                    LeaveRow.first_day > today,
                )
            )
            if planned is not None:
                await session.delete(planned)
            return planned is not None

        return await self._change(assessor_id, OpsActionKind.LEAVE_ENDED, stay, grounds)

    async def set_capacity(self, assessor_id: str, capacity: int, grounds: Grounds) -> RosterChange:
        """Set how many rounds an assessor may hold at a time; refuses ``capacity_out_of_range``."""
        check_capacity(capacity)

        async def hold(_: AsyncSession, row: AssessorRow, __: date) -> bool:
            is_changed, row.capacity = row.capacity != capacity, capacity
            return is_changed

        return await self._change(assessor_id, OpsActionKind.CAPACITY_SET, hold, grounds)

    async def set_libraries(
        self, assessor_id: str, libraries: Sequence[str], grounds: Grounds
    ) -> RosterChange:
        """Set for which libraries an assessor is qualified."""

        async def learn(session: AsyncSession, row: AssessorRow, _: date) -> bool:
            return await qualify(session, row.id, libraries)

        return await self._change(assessor_id, OpsActionKind.QUALIFICATIONS_SET, learn, grounds)

    async def set_active(
        self, assessor_id: str, grounds: Grounds, *, is_active: bool
    ) -> RosterChange:
        """Let an assessor be offered rounds, or no more; what is held already stays."""
        kind = OpsActionKind.ASSESSOR_ACTIVATED if is_active else OpsActionKind.ASSESSOR_DEACTIVATED

        async def switch(_: AsyncSession, row: AssessorRow, __: date) -> bool:
            is_changed, row.is_active = row.is_active != is_active, is_active
            return is_changed

        return await self._change(assessor_id, kind, switch, grounds)

    async def _change(
        self, assessor_id: str, kind: OpsActionKind, alter: _Alteration, grounds: Grounds
    ) -> RosterChange:
        """Change one assessor under a lock, keep why, and find whom a free place is for."""
        today = self._today(grounds)
        async with self._database.transaction() as session:
            row = await session.get(
                AssessorRow, assessor_id, with_for_update=self._database.has_row_locks or None
            )
            if row is None:
                raise UnknownAssessor(assessor=assessor_id)
            if not await alter(session, row, today):
                return RosterChange(assessor_id=row.id, is_changed=False, load=row.load)
            await keep_in_order(session, row)
            await keep_action(session, kind, row.id, grounds)
            woken = () if kind in _TAKES_PLACES else await woken_for(session, [row], today)
            return RosterChange(assessor_id=row.id, is_changed=True, load=row.load, woken=woken)

    def _today(self, grounds: Grounds) -> date:
        return grounds.at.astimezone(ZoneInfo(self._zone)).date()


_TAKES_PLACES = frozenset({OpsActionKind.LEAVE_RECORDED, OpsActionKind.ASSESSOR_DEACTIVATED})
"""What never adds a place: waking a round for it would only make it look in vain."""


async def _add_leave(session: AsyncSession, assessor_id: str, leave: Leave) -> bool:
    known = await session.scalar(
        select(LeaveRow.id).where(
            LeaveRow.assessor_id == assessor_id,
            LeaveRow.first_day == leave.first_day,
            LeaveRow.last_day == leave.last_day,
        )
    )
    if known is None:
        session.add(LeaveRow(assessor_id=assessor_id, **leave.model_dump()))
        await session.flush()
    return known is None


async def _end_leave(session: AsyncSession, row: AssessorRow, today: date) -> bool:
    current = list(
        await session.scalars(
            select(LeaveRow).where(
                LeaveRow.assessor_id == row.id,
                LeaveRow.first_day <= today,
                LeaveRow.last_day >= today,
            )
        )
    )
    for leave in current:
        await session.delete(leave)
    await session.flush()
    # Two leaves that began on one day leave the same days behind; those are kept once.
    taken = {without_rest(_leave(leave), today) for leave in current} - {None}
    for rest in taken:
        if rest is not None:
            await _add_leave(session, row.id, rest)
    return bool(current)


def _standing(
    row: AssessorRow, libraries: set[str], leaves: tuple[Leave, ...], today: date
) -> AssessorStanding:
    return AssessorStanding(
        id=row.id,
        name=row.name,
        address=row.address,
        organization=row.organization,
        libraries=tuple(sorted(libraries)),
        capacity=row.capacity,
        load=row.load,
        is_active=row.is_active,
        is_on_leave=any(each.covers(today) for each in leaves),
        leaves=leaves,
    )


def _leave(row: LeaveRow) -> Leave:
    return Leave(first_day=row.first_day, last_day=row.last_day)
