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
"""High enough to be no bound; an installation lets fewer out."""

TO_THE_CATCHER: Final = (
    "mail over SMTP to the catcher, which forces each letter to the disk before it answers"
)
LET_OUT: Final = (
    f"at most {MAIL_PER_SECOND:,.0f} mails a second let out, where an installation lets out "
    f"{Settings.model_fields['mail_per_second'].default:g}"
)

SETUP: Final = (
    "real Temporal server on SQLite (WAL, synchronous=FULL), 1 partition a queue, fairness on",
    "records on SQLite (WAL, synchronous=FULL)",
    TO_THE_CATCHER,
    LET_OUT,
    "files in a folder",
    "gRPC without compression (loopback)",
    "workflows in the sandbox, pure modules passed through",
    "1 worker process for all queues unless said otherwise, 1 portal process; who presses shares "
    "the cores",
)


def setup_with(mail: str) -> tuple[str, ...]:
    """Return how the things stand where mail goes elsewhere than to the catcher."""
    return tuple(mail if each == TO_THE_CATCHER else each for each in SETUP)


class _Elsewhere(EmbeddedStack):
    """A stack whose mail goes to a server of somebody else's on this machine."""

    mail_port: int | None = None

    @property
    def settings(self) -> Settings:
        """Settings of everything in this stack; complete once it has been entered."""
        port = {} if self.mail_port is None else {"smtp_port": self.mail_port}
        return super().settings.model_copy(update=port)


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
    mail_port: int | None = None,
) -> AsyncIterator[MeasuredStack]:
    """Run a system with a portal until the end of the block.

    Its mail goes to its own catcher, or to whoever listens at ``mail_port``.
    """

    async def prepare(settings: Settings) -> None:
        await bring_up_to_date(settings.database_url)

    embedded = _Elsewhere(
        directory,
        programme=Settings(mail_per_second=MAIL_PER_SECOND),
        prepare=prepare,
        workers=workers,
        portal=True,
        worker_program=worker_program,
    )
    embedded.mail_port = mail_port
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(embedded)
        database = database_of(embedded.settings)
        stack.push_async_callback(database.close)
        client = await embedded.connect()
        child = await _skeleton(embedded, directory) if skeleton else None
        if child is not None:
            stack.push_async_callback(child.stop)
        # The house is who acts and looks; the stack's mail does not go to its server.
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
