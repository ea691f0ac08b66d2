"""Fixtures that every test may ask for. Each test process starts servers of its own.

The records adapter is imported where it is used, so that a test of pure rules starts without it.
"""

import os
import sys
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.testing import WorkflowEnvironment

from tests.servers import (
    DatabaseTemplate,
    PostgresTemplate,
    SqliteTemplate,
    empty_database,
    running_postgres,
    start_temporal,
)

# The same examples in every run, so that a failure is the change's own and not the day's luck.
# HYPOTHESIS_PROFILE=thorough looks for new ones.
settings.register_profile("steady", derandomize=True)
if os.environ.get("HYPOTHESIS_PROFILE") != "thorough":
    settings.load_profile("steady")

TEMPLATE = "laurel_template"
LIBRARIES = count(1)
SESSION = pytest.StashKey[pytest.Session]()


@pytest.fixture(scope="session")
async def postgres_url() -> AsyncIterator[str]:
    """A real PostgreSQL, as the address of a database in which nothing is kept."""
    async with running_postgres() as url:
        yield url


@pytest.fixture(scope="session")
async def postgres_template(postgres_url: str) -> PostgresTemplate:
    """A migrated PostgreSQL database; a copy of it costs less than migrating again."""
    from adapters.records.database import migrate

    await migrate(await empty_database(postgres_url, TEMPLATE))
    return PostgresTemplate(postgres_url, TEMPLATE)


@pytest.fixture(scope="session")
async def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> SqliteTemplate:
    """A migrated SQLite database."""
    from adapters.records.database import migrate

    file = tmp_path_factory.mktemp("template") / f"{TEMPLATE}.db"
    await migrate(f"sqlite+aiosqlite:///{file}")
    return SqliteTemplate.of(file)


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def database_template(request: pytest.FixtureRequest) -> DatabaseTemplate:
    """Run the test once for each database that Laurel supports."""
    template: DatabaseTemplate = request.getfixturevalue(f"{request.param}_template")
    return template


@pytest.fixture
async def database_url(database_template: DatabaseTemplate, tmp_path: Path) -> AsyncIterator[str]:
    """Address of a migrated, empty database that belongs to this test alone."""
    async with database_template.copy(tmp_path) as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    """Engine on a migrated, empty database that belongs to this test alone."""
    from adapters.records.database import make_engine

    engine = make_engine(database_url)
    yield engine
    await engine.dispose()


@pytest.fixture
async def sqlite_url(sqlite_template: SqliteTemplate, tmp_path: Path) -> AsyncIterator[str]:
    """As ``database_url``, for tests to which the kind of database makes no difference."""
    async with sqlite_template.copy(tmp_path) as url:
        yield url


@pytest.fixture(scope="session")
async def temporal() -> AsyncIterator[WorkflowEnvironment]:
    """The real Temporal server. Every workflow has a clock of its own, moved by fast_forward."""
    environment = await start_temporal()
    yield environment
    await environment.shutdown()


@pytest.fixture
def library() -> str:
    """A library that belongs to one test alone, with nobody on its roster."""
    return f"library-{next(LIBRARIES)}"


def pytest_sessionstart(session: pytest.Session) -> None:
    """Remember the session: its exit status is final only when everything is over."""
    session.config.stash[SESSION] = session


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """End without Python's finalisation, in which the Temporal client crashes now and then.

    Known upstream (temporalio/sdk-python#300): a run whose tests all passed would end as a crash.
    """
    session = config.stash.get(SESSION, None)
    if session is None:  # nothing ran: `pytest --version` and the like
        return
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None:
        # Once more at the very end: of a long log, often the end alone is kept.
        for outcome in ("failed", "error"):
            for report in terminal.getreports(outcome):
                terminal.line(f"{outcome}: {report.nodeid}")
        terminal.flush()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(int(session.exitstatus))
