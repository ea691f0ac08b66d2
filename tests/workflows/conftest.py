"""One house for all tests of workflows in a process; each test has a library of its own."""

from collections.abc import AsyncIterator

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.house import House
from tests.houses import house_on_sqlite
from tests.servers import SqliteTemplate


@pytest.fixture(scope="session")
async def house(
    temporal: WorkflowEnvironment,
    sqlite_template: SqliteTemplate,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[House]:
    """A whole Laurel on SQLite."""
    directory = tmp_path_factory.mktemp("house")
    async with house_on_sqlite(temporal, sqlite_template, directory) as house:
        yield house
