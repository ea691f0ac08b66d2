"""The one Laurel on which the command line is tested."""

from collections.abc import AsyncIterator

import pytest

from tests.integration.command_line import Laurel, running_laurel


@pytest.fixture(scope="session")
async def laurel(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Laurel]:
    """A whole Laurel of this session; each test makes a library and people of its own."""
    async with running_laurel(tmp_path_factory.mktemp("laurel")) as running:
        yield running
