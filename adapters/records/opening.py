"""Opening the records database for one command: found, at the right version, and given back.

A database file of this machine is brought to the newest version by itself, so that a clone runs.
A server is shared with running workers, so there it is a decision: ``starter.py migrate``.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.records.database import Database, make_engine, migrate, migration_config
from adapters.unreachable import DatabaseNotReady, DatabaseUnreachable


@asynccontextmanager
async def open_database(url: str) -> AsyncIterator[Database]:
    """Give the records database at ``url``, ready for use; closed at the end.

    Raises ``DatabaseUnreachable``, also when the connection is lost on the way, and
    ``DatabaseNotReady``.
    """
    with translated_failures(url):
        engine = make_engine(url)
    try:
        await _make_ready(engine, url)
        # What goes wrong later on is ours, unless the database itself went away.
        with _lost_connection(url):
            yield Database(engine)
    finally:
        await engine.dispose()


async def bring_up_to_date(url: str) -> None:
    """Bring the database at ``url`` to this version of Laurel; raises ``DatabaseUnreachable``."""
    with translated_failures(url):
        await migrate(url)


@contextmanager
def translated_failures(url: str) -> Iterator[None]:
    """Say in a sentence what a driver says in its own way while a connection is made."""
    try:
        yield
    except (ArgumentError, ImportError) as failure:
        raise DatabaseUnreachable(address="the given address", what=_kind(failure)) from failure
    except DBAPIError as failure:
        cause = failure.orig or failure
        raise DatabaseUnreachable(address=_shown(url), what=_kind(cause)) from failure
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as failure:
        raise DatabaseUnreachable(address=_shown(url), what=_kind(failure)) from failure
    except CommandError as failure:
        # Its own record names a version that this Laurel does not know: a newer one made it.
        raise DatabaseNotReady(address=_shown(url)) from failure


async def _make_ready(engine: AsyncEngine, url: str) -> None:
    with translated_failures(url):
        is_file = engine.dialect.name == "sqlite"
        if is_file:
            Path(make_url(url).database or "").parent.mkdir(parents=True, exist_ok=True)
        async with Database(engine).reading() as session:
            is_ready = await (await session.connection()).run_sync(_is_at_this_version)
        if is_ready:
            return
        if not is_file:
            raise DatabaseNotReady(address=_shown(url))
        await migrate(url)


def _is_at_this_version(connection: Connection) -> bool:
    here = MigrationContext.configure(connection).get_current_heads()
    ours = ScriptDirectory.from_config(migration_config("")).get_heads()
    return set(here) == set(ours)


@contextmanager
def _lost_connection(url: str) -> Iterator[None]:
    try:
        yield
    except DBAPIError as failure:
        if not failure.connection_invalidated:
            raise
        raise DatabaseUnreachable(address=_shown(url), what="connection lost") from failure


def _shown(url: str) -> str:
    """Return the address without its password."""
    return make_url(url).render_as_string(hide_password=True)


def _kind(failure: BaseException) -> str:
    """Return the kind of a failure; its own text may hold what does not belong on a screen."""
    return type(failure).__name__
