"""How a line of a roster file becomes an assessor of the roster."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.asking_order import keep_in_order
from adapters.records.round_tables import AssessorRow, QualificationRow
from domain.assignment import organization_key
from domain.roster import assessor_id_of
from domain.roster_file import AssessorLine, Roster


async def libraries_by_assessor(session: AsyncSession) -> dict[str, set[str]]:
    """Return for which libraries each assessor is qualified."""
    libraries: dict[str, set[str]] = {}
    for row in await session.scalars(select(QualificationRow)):
        libraries.setdefault(row.assessor_id, set()).add(row.library)
    return libraries


def addresses_by_assessor(
    known: dict[str, AssessorRow], roster: Roster
) -> dict[str, frozenset[str]]:
    """Return under which addresses each known assessor will stand once the file is taken over."""
    other = {assessor_id_of(line.address): line.person_address for line in roster.lines}
    return {
        row.id: frozenset({row.address, other.get(row.id) or row.person_address} - {""})
        for row in known.values()
    }


def new_assessor(session: AsyncSession, line: AssessorLine) -> AssessorRow:
    """Put an assessor into the roster who is still to be brought into line."""
    row = AssessorRow(
        id=assessor_id_of(line.address),
        name="",
        address=line.address,
        person_address="",
        organization="",
        organization_key="",
        capacity=0,
        load=0,
        is_active=True,
    )
    session.add(row)
    return row


def is_as_in(row: AssessorRow, libraries: set[str], line: AssessorLine) -> bool:
    """Tell whether the line says nothing new about an assessor."""
    return (
        row.name == line.name
        and row.organization == line.organization
        and row.capacity == line.capacity
        and line.person_address in (None, row.person_address)
        and libraries == set(line.libraries)
    )


async def bring_into_line(session: AsyncSession, row: AssessorRow, line: AssessorLine) -> None:
    """Give an assessor what the line says; the other address stays where the line names none."""
    row.name, row.capacity = line.name, line.capacity
    row.organization = line.organization
    row.organization_key = organization_key(line.organization)
    row.person_address = line.person_address or row.person_address
    await session.flush()
    await qualify(session, row.id, line.libraries)
    await keep_in_order(session, row)


async def qualify(session: AsyncSession, assessor_id: str, libraries: Sequence[str]) -> bool:
    """Let an assessor be qualified for these libraries alone; tells whether it was otherwise."""
    mine = QualificationRow.assessor_id == assessor_id
    known = set(await session.scalars(select(QualificationRow.library).where(mine)))
    if known == set(libraries):
        return False
    await session.execute(delete(QualificationRow).where(mine))
    session.add_all(
        QualificationRow(library=library, assessor_id=assessor_id) for library in libraries
    )
    await session.flush()
    return True
