"""The words of the search after a migration of records that were there before."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from alembic import command
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.records.board_tables import SearchWordRow
from adapters.records.database import Database, make_engine, migration_config
from adapters.records.tables import (
    Base,
    CatalogVersionRow,
    EnrollmentRow,
    MicroCredentialRow,
    OrderLineRow,
    OrderRow,
    PersonRow,
)
from tests.traps.books import Books

TABLES = (PersonRow, MicroCredentialRow, CatalogVersionRow, OrderRow, OrderLineRow, EnrollmentRow)
"""What an enrollment needs, in the order in which it can be written."""


async def words_in(engine: AsyncEngine) -> set[tuple[str, str]]:
    """Return every word with whose it is."""
    async with engine.connect() as connection:
        rows = await connection.execute(select(SearchWordRow.subject_id, SearchWordRow.word))
        return {(subject, word) for subject, word in rows}


async def copied(
    source: AsyncEngine, target: AsyncEngine, tables: Sequence[type[Base]] = TABLES
) -> None:
    """Copy the tables of an enrollment, those columns that the older version has."""
    async with source.connect() as reading, target.begin() as writing:
        for row_class in tables:
            table = Base.metadata.tables[row_class.__tablename__]
            rows = [dict(row) for row in (await reading.execute(select(table))).mappings()]
            await writing.execute(insert(table), rows)


async def test_a_migration_finds_what_was_enrolled_before(sqlite_url: str, tmp_path: Path) -> None:
    """Proves: after the migration an older journey and an older order are found by the same words
    as if they had been recorded after it.
    """
    books = Books(Database(make_engine(sqlite_url)))
    await books.publish()
    for number in range(1, 4):
        await books.enrolled(number)
    url = f"sqlite+aiosqlite:///{tmp_path}/older.db"
    await asyncio.to_thread(command.upgrade, migration_config(url), "0003")
    older = make_engine(url)
    await copied(books.database.engine, older)
    await asyncio.to_thread(command.upgrade, migration_config(url), "0004")
    expected = await words_in(books.database.engine)
    assert len(expected) > 3 * 8
    assert await words_in(older) == expected
    await older.dispose()
    await books.database.close()


async def test_a_migration_adds_whole_addresses(sqlite_url: str, tmp_path: Path) -> None:
    """Proves: journeys and orders that were searched by the pieces of an address alone are found
    by all of it after the migration, and nothing else changes.
    """
    books = Books(Database(make_engine(sqlite_url)))
    await books.publish()
    await books.enrolled(1)
    url = f"sqlite+aiosqlite:///{tmp_path}/older.db"
    await asyncio.to_thread(command.upgrade, migration_config(url), "0016")
    older = make_engine(url)
    await copied(books.database.engine, older, (*TABLES, SearchWordRow))
    async with older.begin() as connection:
        await connection.execute(delete(SearchWordRow).where(SearchWordRow.word.contains("@")))
    expected = await words_in(books.database.engine)
    missing = expected - await words_in(older)
    assert {word for _, word in missing} == {"learner1@example.org", "payer@example.org"}
    await asyncio.to_thread(command.upgrade, migration_config(url), "0017")
    assert await words_in(older) == expected
    await older.dispose()
    await books.database.close()
