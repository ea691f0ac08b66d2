"""A whole Laurel on one machine: Temporal, mail, workers, the portal; gone when it is left."""

import asyncio
import fcntl
import os
import shutil
import sys
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from temporalio.client import Client

from adapters.embedded.processes import (
    LOOPBACK,
    Child,
    NotStarted,
    environment_without,
    free_ports,
    is_free,
    is_listening,
)
from adapters.embedded.temporal_server import NAMESPACE, TemporalServer
from adapters.releases import Routing
from adapters.temporal import connect_to
from settings import PREFIX, Settings, local_mail

ROOT = Path(__file__).resolve().parents[2]
WORKER = (sys.executable, str(ROOT / "worker.py"))
"""The program of a worker; the stack adds ``--ready-file``."""
PORTAL = (sys.executable, "-m", "portal.app")
"""The program of the portal; the stack adds ``--port`` and ``--ready-file``."""
USUAL_PORT = 8000
"""Where the portal listens if nobody else does, so that its address can be kept in mind."""

Preparation = Callable[[Settings], Awaitable[None]]
"""What must be done to the stores before a worker may use them, such as migrating them."""


async def nothing_to_prepare(_: Settings) -> None:
    """Leave the stores as they are."""


class EmbeddedStack:
    """Servers and workers under one data directory, which keeps everything for the next start.

    ``async with EmbeddedStack(data_dir) as stack:`` returns once all of it does its work, and
    leaves nothing running. Two stacks never share a directory: the second is refused.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        programme: Settings | None = None,
        workers: int = 1,
        prepare: Preparation = nothing_to_prepare,
        worker_program: Sequence[str] = WORKER,
        portal: bool = False,
        portal_program: Sequence[str] = PORTAL,
    ) -> None:
        self.data_dir = data_dir.resolve()
        self.mail_dir = local_mail(self.data_dir)
        """Where the caught mail lies, one file for each message."""
        self._programme = programme or Settings()
        self._worker_count = workers
        self._prepare = prepare
        self._worker_program = tuple(worker_program)
        self._has_portal = portal
        self._portal_program = tuple(portal_program)
        self._lock: IO[str] | None = None
        self._temporal: TemporalServer | None = None
        self._mail: Child | None = None
        self._workers: dict[int, Child] = {}
        self._portal: Child | None = None
        self._portal_port = 0
        self._smtp_port = 0

    @property
    def settings(self) -> Settings:
        """Settings of everything in this stack; complete once it has been entered."""
        here = self._programme.on_this_machine(self.data_dir, self._smtp_port)
        places = {
            "engine_ui_url": self._temporal.ui_url if self._temporal else None,
            # Links in mails lead to this portal, not to the one of the environment.
            "public_url": (
                f"http://{LOOPBACK}:{self._portal_port}" if self._has_portal else here.public_url
            ),
        }
        return here.model_copy(update=places)

    @property
    def temporal(self) -> TemporalServer:
        """The running Temporal server."""
        if self._temporal is None:
            raise NotStarted("The embedded stack has not been entered.")
        return self._temporal

    @property
    def portal(self) -> Child:
        """The running portal."""
        if self._portal is None:
            raise NotStarted("The embedded stack has no portal.")
        return self._portal

    @property
    def environment(self) -> dict[str, str]:
        """Environment of a process that belongs to this stack, and to no other installation."""
        return {
            **environment_without("TEMPORAL_", PREFIX),
            **self.settings.as_environment(),
            "TEMPORAL_ADDRESS": self.temporal.address,
            "TEMPORAL_NAMESPACE": NAMESPACE,
            "TEMPORAL_CONFIG_FILE": os.devnull,  # a developer's own profile may want TLS or a key
        }

    async def connect(self) -> Client:
        """Connect to the stack's Temporal."""
        return await connect_to(self.temporal.address)

    async def __aenter__(self) -> Self:
        self._lock = _hold(self.data_dir)
        try:
            self._portal_port = _portal_port(self.data_dir) if self._has_portal else 0
            await _all_of(self._start_temporal(), self._start_mail(), self._prepare_stores())
            await Routing(await self.connect()).take_over(self._programme.build_id)
            workers = (self._start_worker(number) for number in range(self._worker_count))
            await _all_of(*workers, *([self._start_portal()] if self._has_portal else []))
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stop()

    def worker(self, number: int = 0) -> Child:
        """Return the worker with that number, counted from 0."""
        return self._workers[number]

    def kill_worker(self, number: int = 0) -> None:
        """End a worker as a power cut would: no draining, no last word."""
        self._workers[number].kill()

    async def restart_worker(self, number: int = 0) -> None:
        """Replace a worker, drained first if it still runs, and wait for the new one."""
        await self._workers[number].stop()
        await self._start_worker(number)

    async def _prepare_stores(self) -> None:
        await self._prepare(self.settings)

    async def _start_temporal(self) -> None:
        self._temporal = await TemporalServer.start(self.data_dir)

    async def _start_mail(self) -> None:
        """Start the mail catcher, which chooses its own port and tells it in a file."""
        port_file = self.data_dir / "mail.port"
        port_file.unlink(missing_ok=True)
        place = ["--directory", str(self.mail_dir), "--host", LOOPBACK, "--port", "0"]
        self._mail = Child.start(
            "mail",
            [sys.executable, "-m", "adapters.mail.catcher", *place, "--port-file", str(port_file)],
            log_directory=self.data_dir / "logs",
            directory=ROOT,
        )

        async def takes_mail() -> bool:
            written = port_file.read_text().strip() if port_file.exists() else ""
            return bool(written) and await is_listening(int(written))

        await self._mail.wait_until(takes_mail)
        self._smtp_port = int(port_file.read_text())

    async def _start_worker(self, number: int) -> None:
        """Start a worker in its place and wait until it polls."""
        ready_file = self.data_dir / f"worker-{number}.ready"
        ready_file.unlink(missing_ok=True)
        child = Child.start(
            f"worker-{number}",
            [*self._worker_program, "--ready-file", str(ready_file)],
            log_directory=self.data_dir / "logs",
            environment=self.environment,
            directory=ROOT,
        )
        self._workers[number] = child

        async def polls() -> bool:
            return ready_file.exists()

        await child.wait_until(polls)

    async def _start_portal(self) -> None:
        """Start the portal and wait until it answers."""
        ready_file = self.data_dir / "portal.ready"
        ready_file.unlink(missing_ok=True)
        place = ["--port", str(self._portal_port), "--ready-file", str(ready_file)]
        self._portal = Child.start(
            "portal",
            [*self._portal_program, *place],
            log_directory=self.data_dir / "logs",
            environment=self.environment,
            directory=ROOT,
        )

        async def listens() -> bool:
            return ready_file.exists() and await is_listening(self._portal_port)

        await self._portal.wait_until(listens)

    async def _stop(self) -> None:
        """Stop in the order in which they need each other: portal, workers, servers."""
        if self._portal is not None:
            await self._portal.stop()
        await _all_of(*(worker.stop() for worker in self._workers.values()))
        servers = [server for server in (self._temporal, self._mail) if server is not None]
        await _all_of(*(server.stop() for server in servers))
        if self._lock is not None:
            self._lock.close()


async def _all_of(*steps: Coroutine[object, object, None]) -> None:
    """Take all steps at once, let every one come to its end, then raise the first failure."""
    for outcome in await asyncio.gather(*steps, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome


def _hold(data_dir: Path) -> IO[str]:
    """Take the directory for this process; the kernel gives it back however the process ends."""
    data_dir.mkdir(parents=True, exist_ok=True)
    lock = (data_dir / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as held:
        lock.close()
        raise NotStarted(f"Another Laurel is using {data_dir}: stop it first.") from held
    return lock


def _portal_port(data_dir: Path) -> int:
    """Choose where the portal listens: where it did before, so that links in old mails still lead
    to it; at first on the usual port; on another free one where that is taken.
    """
    kept = data_dir / "portal.port"
    text = kept.read_text().strip() if kept.exists() else ""
    before = int(text) if text.isdecimal() else USUAL_PORT
    port = next((each for each in (before, USUAL_PORT) if is_free(each)), None) or free_ports(1)[0]
    kept.write_text(str(port))
    return port


def forget(data_dir: Path) -> None:
    """Remove everything that an embedded stack kept, for a rehearsal that starts from nothing."""
    lock = _hold(data_dir)
    try:
        shutil.rmtree(data_dir)
    finally:
        lock.close()
