"""The one Laurel on which the command line is tested."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.command_line import Laurel, running_laurel
from tests.integration.independence import Bench, bench_in, needs_the_independent_check


@pytest.fixture(scope="session")
async def laurel(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Laurel]:
    """A whole Laurel of this session; each test makes a library and people of its own."""
    async with running_laurel(tmp_path_factory.mktemp("laurel")) as running:
        yield running


@pytest.fixture
async def bench(tmp_path: Path) -> Bench:
    """Our signer and two who know nothing of us; skipped where Node is missing."""
    needs_the_independent_check()
    return await bench_in(tmp_path)
