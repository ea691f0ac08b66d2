"""One house for all tests of workflows in a process; each test has a library of its own."""

from collections.abc import AsyncIterator
from itertools import count

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.house import House, running_house
from tests.servers import SqliteTemplate

_LIBRARIES = count(1)


@pytest.fixture(scope="session")
async def house(
    temporal: WorkflowEnvironment,
    sqlite_template: SqliteTemplate,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[House]:
    """A whole Laurel on SQLite."""
    directory = tmp_path_factory.mktemp("house")
    address = temporal.client.service_client.config.target_host
    async with (
        sqlite_template.copy(directory) as url,
        running_house(address, url, directory) as house,
    ):
        yield house


@pytest.fixture
def library() -> str:
    """A library that belongs to one test alone, with nobody on its roster."""
    return f"library-{next(_LIBRARIES)}"
