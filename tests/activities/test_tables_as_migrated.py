"""Tables and indexes that the models name, and those that the migrations make, are the same."""

import re
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

import adapters.records
from adapters.records.database import make_engine
from adapters.records.tables import Base
from tests.servers import empty_database

SQLITE = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
POSTGRES = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"


for module in iter_modules(adapters.records.__path__):
    if module.name.endswith("tables"):
        import_module(f"adapters.records.{module.name}")


@asynccontextmanager
async def made_from_models(migrated: AsyncEngine, directory: Path) -> AsyncIterator[AsyncEngine]:
    """Give an empty database of the same kind that no migration has seen."""
    url = f"sqlite+aiosqlite:///{directory / 'models.db'}"
    if migrated.dialect.name != "sqlite":
        server = migrated.url.render_as_string(hide_password=False)
        url = await empty_database(server, f"models_{migrated.url.database}")
    engine = make_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield engine
    await engine.dispose()


async def indexes_of(engine: AsyncEngine) -> dict[str, str]:
    """Return every index as the database tells it, without spaces, quotes and brackets."""
    told = SQLITE if engine.dialect.name == "sqlite" else POSTGRES
    async with engine.connect() as connection:
        rows = await connection.execute(text(told))
        return {
            name: re.sub(r'[\s()"]', "", definition)
            for name, definition in rows
            if not name.startswith("alembic")
        }


def differences(connection: Connection) -> list[str]:
    """Return what of tables and columns the migrations made otherwise than the models say."""
    context = MigrationContext.configure(
        connection,
        opts={
            "compare_type": True,
            # Indexes are compared below, word by word, because not all can be read back here.
            "include_object": lambda _, __, kind, *___: kind != "index",
        },
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*expression-based index")
        return [str(each) for each in compare_metadata(context, Base.metadata)]


async def test_the_tables_are_as_migrated(database: AsyncEngine) -> None:
    """Proves: the migrations made exactly the tables and columns that the code expects."""
    async with database.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_a_column_that_is_missing_would_be_seen(database: AsyncEngine) -> None:
    """Proves: the comparison above can fail."""
    async with database.begin() as connection:
        await connection.execute(text("ALTER TABLE leaves RENAME COLUMN last_day TO ended_on"))
        assert "last_day" in str(await connection.run_sync(differences))


async def test_models_and_migrations_have_the_same_indexes(
    database: AsyncEngine, tmp_path: Path
) -> None:
    """Proves: no index is in the models alone or in the migrations alone, and none is over other
    columns, in another order or for other rows than the models say.
    """
    migrated = await indexes_of(database)
    async with made_from_models(database, tmp_path) as models:
        assert await indexes_of(models) == migrated


async def test_an_index_that_is_missing_would_be_seen(
    database: AsyncEngine, tmp_path: Path
) -> None:
    """Proves: the comparison above can fail: it sees an index that only the models have."""
    async with database.begin() as connection:
        await connection.execute(text("DROP INDEX ix_qualifications_asking_order"))
    migrated = await indexes_of(database)
    async with made_from_models(database, tmp_path) as models:
        assert (await indexes_of(models)).keys() - migrated.keys() == {
            "ix_qualifications_asking_order"
        }
