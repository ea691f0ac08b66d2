"""What qualifications repeat of their assessors, whatever was done to these."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.steps import EndAssignment, OfferRound
from adapters.records.asking_order import AFTER_ALL_OTHERS
from adapters.records.database import Database, make_engine, migration_config
from adapters.records.round_tables import AssessorRow, QualificationRow
from domain.assignment import AssignmentState
from domain.enrollment import ClockKind
from tests.house import ENTRY
from tests.traps.books import NOW, Books, because, clock

LATER = NOW + timedelta(hours=1)
Copy = tuple[float, datetime | None]


@pytest.fixture
async def books(database: AsyncEngine) -> Books:
    """Books with one micro-credential for sale."""
    books = Books(Database(database))
    await books.publish()
    return books


async def copies(books: Books, assessor_id: str) -> dict[str, Copy]:
    """Return what each library's qualification of an assessor says."""
    mine = QualificationRow.assessor_id == assessor_id
    async with books.database.reading() as session:
        rows = await session.scalars(select(QualificationRow).where(mine))
        return {row.library: (row.share_in_use, row.last_offered_at) for row in rows}


async def test_offers_and_their_end_are_kept(books: Books) -> None:
    """Proves: an offer moves the assessor in the order of every library, and so does its end."""
    one = await books.hire(1, capacity=4, libraries=(ENTRY.library, "another"))
    enrollment_id = await books.queued(1)
    offer = await books.offer(enrollment_id)
    assert offer is not None
    assert await copies(books, one) == dict.fromkeys((ENTRY.library, "another"), (0.25, NOW))

    ended = EndAssignment(assignment_id=offer.assignment_id, outcome=AssignmentState.CANCELLED)
    await books.enter(enrollment_id, ended, at=LATER)
    assert await copies(books, one) == dict.fromkeys((ENTRY.library, "another"), (0.0, NOW))


async def test_an_offer_to_somebody_named_is_kept(books: Books) -> None:
    """Proves: whoever was named by operations has moved as well."""
    one = await books.hire(1, capacity=2)
    step = OfferRound(
        round=1,
        ordinal=1,
        offer=clock(ClockKind.OFFER),
        review=clock(ClockKind.QUEUE_REVIEW, 1),
        only_assessor_id=one,
    )
    await books.enter(await books.queued(1), step)
    assert await copies(books, one) == {ENTRY.library: (0.5, NOW)}


async def test_changes_of_the_roster_are_kept(books: Books) -> None:
    """Proves: another capacity, other libraries, a line of a file and being switched off and on
    move the assessor in the order.
    """
    one = await books.hire(1, capacity=4)
    await books.offer(await books.queued(1))
    await books.roster.set_capacity(one, 2, because())
    assert await copies(books, one) == {ENTRY.library: (0.5, NOW)}
    await books.roster.set_libraries(one, ["another"], because())
    assert await copies(books, one) == {"another": (0.5, NOW)}
    await books.roster.set_active(one, because(), is_active=False)
    assert await copies(books, one) == {"another": (AFTER_ALL_OTHERS, NOW)}
    await books.roster.set_active(one, because(), is_active=True)
    await books.hire(1, capacity=5)
    assert await copies(books, one) == {ENTRY.library: (0.2, NOW)}


async def test_a_migration_copies_what_was_there(tmp_path: Path) -> None:
    """Proves: after the migration an older roster stands in the order that it had."""
    url = f"sqlite+aiosqlite:///{tmp_path}/older.db"
    await asyncio.to_thread(command.upgrade, migration_config(url), "0014")
    engine = make_engine(url)
    rosters = [("busy", 3, True), ("new", 0, True), ("gone", 1, False)]
    async with engine.begin() as connection:
        for name, load, is_active in rosters:
            row = insert(AssessorRow).values(
                id=name,
                name=name,
                address=f"{name}@example.org",
                capacity=4,
                load=load,
                is_active=is_active,
                last_offered_at=NOW if load else None,
            )
            await connection.execute(row)
            qualified = "INSERT INTO qualifications (library, assessor_id) VALUES ('general', :of)"
            await connection.execute(text(qualified), {"of": name})
    await asyncio.to_thread(command.upgrade, migration_config(url), "0015")
    books = Books(Database(engine))
    found = [await copies(books, name) for name, _, _ in rosters]
    assert [each["general"] for each in found] == [
        (0.75, NOW),
        (0.0, None),
        (AFTER_ALL_OTHERS, NOW),
    ]
    await engine.dispose()
