"""The whole system as it is measured: server, records, mail, worker, portal, and the skeleton."""

import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil
from temporalio.client import Client

from adapters.assembly import database_of
from adapters.embedded.processes import Child
from adapters.embedded.stack import ROOT, WORKER, EmbeddedStack
from adapters.records.opening import bring_up_to_date
from bench.running import Run
from settings import Settings
from tests.house import House
from tests.smtp_servers import ScriptedServer

MAIL_PER_SECOND: Final = 1000.0
"""No limit but its own: an installation keeps 50, which one worker does not reach."""

SETUP: Final = (
    "real Temporal server on SQLite (WAL, synchronous=FULL), 1 partition a queue, fairness on",
    "records on SQLite (WAL, synchronous=FULL)",
    "mail over SMTP to the catcher, which forces each letter to the disk before it answers",
    "files in a folder",
    "gRPC without compression (loopback)",
    "workflows in the sandbox, pure modules passed through",
    "1 worker process for all queues unless said otherwise, 1 portal process; who presses shares "
    "the cores",
)


@dataclass
class MeasuredStack:
    """A running system with the process of each part."""

    embedded: EmbeddedStack
    client: Client
    house: House
    skeleton: Child | None

    @property
    def url(self) -> str:
        """Where the portal listens."""
        return self.embedded.settings.public_url

    @property
    def pids(self) -> dict[str, Sequence[int]]:
        """The processes by what they are."""
        pids: dict[str, Sequence[int]] = {
            "worker": (self.embedded.worker().pid,),
            "portal": (self.embedded.portal.pid,),
            "server": (self.embedded.temporal.pid,),
            "driver": (psutil.Process().pid,),
        }
        return pids | ({"skeleton": (self.skeleton.pid,)} if self.skeleton else {})


@asynccontextmanager
async def running_system(
    directory: Path,
    *,
    skeleton: bool = False,
    workers: int = 1,
    worker_program: Sequence[str] = WORKER,
) -> AsyncIterator[MeasuredStack]:
    """Run a system with a portal until the end of the block."""

    async def prepare(settings: Settings) -> None:
        await bring_up_to_date(settings.database_url)

    embedded = EmbeddedStack(
        directory,
        programme=Settings(mail_per_second=MAIL_PER_SECOND),
        prepare=prepare,
        workers=workers,
        portal=True,
        worker_program=worker_program,
    )
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(embedded)
        database = database_of(embedded.settings)
        stack.push_async_callback(database.close)
        client = await embedded.connect()
        child = await _skeleton(embedded, directory) if skeleton else None
        if child is not None:
            stack.push_async_callback(child.stop)
        # The house is who acts and looks; mail goes to the stack's own catcher, not to its server.
        house = House(client, embedded.settings, database, ScriptedServer())
        yield MeasuredStack(embedded, client, house, child)


async def _skeleton(embedded: EmbeddedStack, directory: Path) -> Child:
    ready = directory / "skeleton.ready"
    child = Child.start(
        "skeleton",
        [sys.executable, "-m", "bench.skeleton_worker", "--ready-file", str(ready)],
        log_directory=directory / "logs",
        environment=embedded.environment,
        directory=ROOT,
    )

    async def polls() -> bool:
        return ready.exists()

    await child.wait_until(polls)
    return child


@asynccontextmanager
async def shared_system(run: Run) -> AsyncIterator[MeasuredStack]:
    """Give the system that the rows of one process share."""
    async with running_system(run.folder("system"), skeleton=True) as system:
        yield system
