"""A house of its own for the traps: they break mail and records on purpose.

It has a Temporal of its own as well, because two houses on one server would share the queues.
"""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.testing import WorkflowEnvironment

from adapters.records.database import Database, make_engine
from tests.house import House
from tests.houses import house_on_sqlite
from tests.portal.browsing import running_chromium
from tests.portal.served import Portal, running_portal
from tests.servers import SqliteTemplate, start_temporal
from tests.traps.books import Books


@pytest.fixture(scope="session")
async def temporal() -> AsyncIterator[WorkflowEnvironment]:
    """The real Temporal server, for the traps alone."""
    environment = await start_temporal()
    yield environment
    await environment.shutdown()


@pytest.fixture(scope="session")
async def house(
    temporal: WorkflowEnvironment,
    sqlite_template: SqliteTemplate,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[House]:
    """A whole Laurel on SQLite."""
    directory = tmp_path_factory.mktemp("traps")
    async with house_on_sqlite(temporal, sqlite_template, directory) as house:
        yield house


@pytest.fixture(scope="session")
async def portal(house: House) -> AsyncIterator[Portal]:
    """The portal of that house, really served on a loopback port."""
    async with running_portal(house) as portal:
        yield portal


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """A real browser."""
    async with running_chromium() as browser:
        yield browser


@pytest.fixture
async def books(database: AsyncEngine) -> Books:
    """The record books on either database, with one micro-credential for sale."""
    books = Books(Database(database))
    await books.publish()
    return books


@pytest.fixture
async def sqlite_books(sqlite_url: str) -> AsyncIterator[Books]:
    """As ``books``, where the kind of database makes no difference."""
    database = Database(make_engine(sqlite_url))
    books = Books(database)
    await books.publish()
    yield books
    await database.close()
