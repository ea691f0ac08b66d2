"""People and reasons: the only places where names, addresses and free text are kept."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.database import is_added
from adapters.records.tables import PersonRow, ReasonRow
from domain.orders import Learner
from domain.values import opaque_id


async def person_of(session: AsyncSession, learner: Learner) -> PersonRow:
    """Return the person with the learner's address; a new one is put into the directory."""
    with_address = select(PersonRow).where(PersonRow.address == learner.address)
    person = await session.scalar(with_address)
    if person is None:
        person = PersonRow(
            id=opaque_id("p", learner.address),
            name=learner.name,
            address=learner.address,
            organization=learner.organization,
        )
        if await is_added(session, person):
            return person
        person = (await session.scalars(with_address)).one()
    if learner.organization and not person.organization:
        person.organization = learner.organization
    return person


async def keep_reason(
    session: AsyncSession, key: str, text: str, by_party: str, by_name: str, at: datetime
) -> str:
    """Keep why something was done, once under its key; returns the id that may be passed on."""
    reason_id = opaque_id("r", key)
    if await session.get(ReasonRow, reason_id) is None:
        row = ReasonRow(id=reason_id, text=text, by_party=by_party, by_name=by_name, at=at)
        await is_added(session, row)
    return reason_id
