"""One portal on one house for all tests of a process; each test has a library of its own."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser
from sqlalchemy import delete
from temporalio.testing import WorkflowEnvironment

from adapters.records.portal_tables import ThrottleRow
from tests.house import House
from tests.houses import house_on_sqlite
from tests.portal.browsing import running_chromium
from tests.portal.served import Portal, running_portal
from tests.servers import SqliteTemplate, start_temporal


@pytest.fixture(scope="session")
async def temporal() -> AsyncIterator[WorkflowEnvironment]:
    """A Temporal of the portal's own: two houses on one server would share the queues."""
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
    async with house_on_sqlite(
        temporal, sqlite_template, tmp_path_factory.mktemp("house")
    ) as house:
        yield house


@pytest.fixture(scope="session")
async def portal(house: House) -> AsyncIterator[Portal]:
    """The portal of that house, really served on a loopback port."""
    async with running_portal(house) as portal:
        yield portal


@pytest.fixture
async def forgotten_tries(house: House) -> None:
    """Nobody has tried anything yet: all tests of a process come from one network address."""
    async with house.database.transaction() as session:
        await session.execute(delete(ThrottleRow))


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """A real browser."""
    async with running_chromium() as browser:
        yield browser
