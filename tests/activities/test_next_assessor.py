"""Who is asked next among many assessors: found along an index, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.records.asking_order import keep_in_order
from adapters.records.database import Database
from adapters.records.round_tables import AssessorRow, QualificationRow
from adapters.records.steps.places import SHORT_LIST, eligible, ranking_of
from domain.assignment import WaitingRound
from tests.plans import plan_of

ZONE = "America/Chicago"
NOW = datetime(2025, 3, 4, 15, tzinfo=UTC)
MANY, LIBRARIES = 2000, 5


def name_of(number: int) -> str:
    """Return the id of one of the many."""
    return f"s{number:04}"


@pytest.fixture
async def records(database: AsyncEngine) -> Database:
    """A roster of many assessors: the higher the number, the longer without an offer."""
    assessors = [
        {
            "id": name_of(number),
            "name": "",
            "address": f"{number}@example.org",
            "capacity": 5,
            "load": 1,
            "is_active": True,
            "last_offered_at": NOW - timedelta(hours=number),
        }
        for number in range(MANY)
    ]
    qualified = [
        {
            "assessor_id": each["id"],
            "library": f"library-{number % LIBRARIES}",
            "share_in_use": 0.2,
            "last_offered_at": each["last_offered_at"],
        }
        for number, each in enumerate(assessors)
    ]
    async with database.begin() as connection:
        await connection.execute(insert(AssessorRow), assessors)
        await connection.execute(insert(QualificationRow), qualified)
        await connection.execute(text("ANALYZE"))
    return Database(database)


def a_round(previous: str | None = None, left_by: frozenset[str] = frozenset()) -> WaitingRound:
    """Return a round of the last library, whose best assessor is the last of all."""
    return WaitingRound(
        library=f"library-{LIBRARIES - 1}",
        practitioner_address="mara@example.org",
        practitioner_organization="A school",
        previous_assessor_id=previous,
        left_by=left_by,
    )


async def ranked(records: Database, waiting: WaitingRound) -> list[str]:
    """Return who may be offered a round, best first."""
    async with records.reading() as session:
        return [each.assessor_id for each in await ranking_of(session, waiting, NOW, ZONE)]


async def test_the_best_are_found_along_an_index(records: Database) -> None:
    """Proves: nobody sorts all that are qualified: the index of the order is walked until the short
    list is full, and without it they would be sorted.
    """
    query = eligible(a_round(), NOW, ZONE)
    walked = await plan_of(records, query)
    assert "ix_qualifications_asking_order" in walked, walked
    assert not any(sign in walked for sign in ("Sort", "TEMP B-TREE", "Seq Scan on assessors"))
    async with records.transaction() as session:
        await session.execute(text("DROP INDEX ix_qualifications_asking_order"))
    await records.engine.dispose()  # with the plans that its connections keep
    sorted_ = await plan_of(records, query)
    assert "Sort" in sorted_ or "TEMP B-TREE" in sorted_, sorted_


async def test_the_short_list_is_the_best_of_all(records: Database) -> None:
    """Proves: what is ranked is the head of the whole order: the smallest share of the places in
    use, then never offered anything, then longest ago.
    """
    idle, new, last = name_of(4), name_of(9), name_of(MANY - 1)
    async with records.transaction() as session:
        (await session.get_one(AssessorRow, idle)).capacity = 6
        (await session.get_one(AssessorRow, new)).last_offered_at = None
        for each in (idle, new):
            await keep_in_order(session, await session.get_one(AssessorRow, each))
    found = await ranked(records, a_round())
    assert len(found) == SHORT_LIST
    assert found[:3] == [idle, new, last]


async def test_the_assessor_of_the_previous_round_comes_first_of_any_number(
    records: Database,
) -> None:
    """Proves: who is far behind in the order of all still comes first with a round that they know,
    the others follow as they are, and the list is no longer for it.
    """
    previous = name_of(4)
    others = await ranked(records, a_round())
    assert previous not in others
    found = await ranked(records, a_round(previous))
    assert found == [previous, *others[: SHORT_LIST - 1]]
    assert await ranked(records, a_round(others[3])) == [
        others[3],
        *(each for each in others if each != others[3]),
    ]


async def test_the_assessor_of_the_previous_round_passes_the_filters_as_all_do(
    records: Database,
) -> None:
    """Proves: knowing the work gives nobody a round whom a hard filter keeps out."""
    others = await ranked(records, a_round())
    of_another_library = name_of(0)
    assert await ranked(records, a_round(of_another_library)) == others
    left = name_of(4)
    assert await ranked(records, a_round(left, frozenset({left}))) == others
