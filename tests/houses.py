"""A house for a session of tests, on a database and in a directory of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from temporalio.testing import WorkflowEnvironment

from tests.house import House, running_house
from tests.servers import SqliteTemplate


@asynccontextmanager
async def house_on_sqlite(
    temporal: WorkflowEnvironment, template: SqliteTemplate, directory: Path
) -> AsyncIterator[House]:
    """Run a whole Laurel on SQLite until the end of the block."""
    address = temporal.client.service_client.config.target_host
    async with (
        template.copy(directory) as url,
        running_house(address, url, directory) as house,
    ):
        yield house
