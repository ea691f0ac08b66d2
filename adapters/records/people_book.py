"""People and reasons: the only places where names, addresses and free text are kept."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.database import is_added
from adapters.records.tables import Base, PersonRow, ReasonRow
from domain.orders import Learner
from domain.values import opaque_id

ItemT = TypeVar("ItemT")
MOST_AT_ONCE = 500


async def people_of(session: AsyncSession, learners: Sequence[Learner]) -> dict[str, str]:
    """Return the person of each learner by address; new ones are put into the directory.

    Two orders may bring the same new person at once: whoever comes second finds them there.
    """
    wanted = {learner.address: learner for learner in learners}
    known = await _known(session, sorted(wanted))
    new = [
        {
            "id": opaque_id("p", address),
            "name": learner.name,
            "address": address,
            "organization": learner.organization,
        }
        for address, learner in wanted.items()
        if address not in known
    ]
    for some in batched(new, MOST_AT_ONCE):
        await session.execute(insert_unless_there(session, PersonRow, some))
    known |= await _known(session, [row["address"] for row in new])
    for address, person in known.items():
        if not person.organization:
            person.organization = wanted[address].organization
    return {address: person.id for address, person in known.items()}


async def _known(session: AsyncSession, addresses: Sequence[str]) -> dict[str, PersonRow]:
    known: dict[str, PersonRow] = {}
    for some in batched(addresses, MOST_AT_ONCE):
        rows = await session.scalars(select(PersonRow).where(PersonRow.address.in_(some)))
        known |= {row.address: row for row in rows}
    return known


def insert_unless_there(
    session: AsyncSession, table: type[Base], rows: Sequence[dict[str, str]]
) -> Insert:
    """Return the statement that inserts those of ``rows`` that are not there yet."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert(table) if is_sqlite else postgresql.insert(table)
    return insert.values(list(rows)).on_conflict_do_nothing()


def batched(items: Sequence[ItemT], size: int) -> Iterator[Sequence[ItemT]]:
    """Yield ``items`` in runs of at most ``size``: a query takes only so many values."""
    for first in range(0, len(items), size):
        yield items[first : first + size]


async def keep_reason(
    session: AsyncSession, key: str, text: str, by_party: str, by_name: str, at: datetime
) -> str:
    """Keep why something was done, once under its key; returns the id that may be passed on."""
    reason_id = opaque_id("r", key)
    if await session.get(ReasonRow, reason_id) is None:
        row = ReasonRow(id=reason_id, text=text, by_party=by_party, by_name=by_name, at=at)
        await is_added(session, row)
    return reason_id
