"""The real stack as processes that can be killed, each started again as soon as it has ended.

Temporal on SQLite, PostgreSQL, S3, the mail server, workers and portals; the proxy stands before
records, files and mail. Every one is on a leash of this process, and is ended by its own id alone.
"""

import asyncio
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

from obstore.exceptions import BaseError
from pydantic import SecretStr

from adapters.embedded.processes import (
    LOOPBACK,
    Child,
    environment_without,
    free_ports,
    is_listening,
)
from adapters.embedded.temporal_server import (
    DURABILITY,
    NAMESPACE,
    dynamic_config_arguments,
    server_program,
)
from adapters.records.database import migrate
from domain.values import Value
from settings import PREFIX, LogLevel, Settings
from tests.architecture.source import ROOT
from tests.chaos.acts import OUT_OF_REACH
from tests.chaos.defects import Defect
from tests.chaos.orders import Route
from tests.seaweed import Seaweed, remove_sockets, weed_arguments, weed_program, write_identity
from tests.servers import (
    accepts_sessions,
    account_for_postgres,
    initialise_cluster,
    postgres_program,
)
from tests.waiting import pause

READY_WITHIN = timedelta(minutes=3)
LOOK_EVERY = 0.05
"""Seconds between two looks at whether a process has ended."""

BREATH = 0.3
"""Seconds before a process that ended is started again."""

DURABLE = (
    *("shared_buffers=64MB", "max_connections=100", "unix_socket_directories="),
    *("deadlock_timeout=200ms", "log_min_messages=warning"),
)
"""As an installation has it: what was committed survives; deadlocks are found a little sooner."""

RECORDS = "laurel"
ENGINE, SQL, MAIL, FILES, PROXY = "temporal", "postgres", "mail", "files", "proxy"


class Shape(Value):
    """How much of the stack there is."""

    workers: int = 2
    portals: int = 2
    has_bucket: bool = True
    """Files in S3; in a folder without it."""
    defect: Defect | None = None


@dataclass
class Service:
    """One process of the stack, and how it is started."""

    name: str
    start: Callable[[], Child]
    is_ready: Callable[[], Awaitable[bool]]
    child: Child | None = None
    is_held: bool = False
    """Whether it stays down until it is released."""
    starts: int = 0

    def begin(self) -> None:
        """Start it."""
        self.child = self.start()
        self.starts += 1

    @property
    def is_running(self) -> bool:
        """Whether its process has not ended."""
        return self.child is not None and self.child.is_running

    @property
    def ends(self) -> int:
        """How often it was ended so far."""
        return self.starts - self.is_running

    async def does_its_work(self) -> bool:
        """Tell whether it is there: what an earlier process of it left behind is no sign of it."""
        try:
            return self.is_running and await self.is_ready()
        except OUT_OF_REACH:  # it went away while it was asked
            return False

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.child is not None:
            self.child.kill()


@dataclass
class ChaosStack:
    """The processes, their ports and their settings."""

    directory: Path
    shape: Shape
    cluster: Path
    services: dict[str, Service] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = ("engine", "metrics", "http", "sql", "sql_out", "mail", "mail_out", "files_out")
        numbers = free_ports(len(names) + 2 + 8 + self.shape.portals)
        self.ports = dict(zip(names, numbers, strict=False))
        self.sink_orders, self.proxy_orders = numbers[len(names) : len(names) + 2]
        self._weed_ports = numbers[len(names) + 2 : len(names) + 10]
        self._portal_ports = numbers[len(names) + 10 :]
        self.kill_orders = self.directory / "orders"
        self.kill_log = self.kill_orders.with_suffix(".jsonl")
        self.sink_log = self.directory / "sink.jsonl"
        self.occasions_log = self.directory / "occasions.jsonl"
        self.engine_address = f"{LOOPBACK}:{self.ports['engine']}"

    @property
    def portal_urls(self) -> tuple[str, ...]:
        """Where people reach the portals."""
        return tuple(f"http://{LOOPBACK}:{port}" for port in self._portal_ports)

    @property
    def workers(self) -> list[Service]:
        """The workers."""
        return [each for name, each in self.services.items() if name.startswith("worker")]

    @property
    def portals(self) -> list[Service]:
        """The portals."""
        return [each for name, each in self.services.items() if name.startswith("portal")]

    def records_url(self, *, through_proxy: bool = False) -> str:
        """Return the address of the records, past the proxy unless told otherwise."""
        port = self.ports["sql_out" if through_proxy else "sql"]
        return f"postgresql+asyncpg://postgres@{LOOPBACK}:{port}/{RECORDS}"

    def bucket(self, *, through_proxy: bool = False) -> Seaweed:
        """Return how the file store is reached."""
        port = self.ports["files_out"] if through_proxy else self._weed_ports[0]
        return Seaweed(endpoint=f"http://{LOOPBACK}:{port}")

    def settings(self, *, through_proxy: bool = True) -> Settings:
        """Return the settings of workers and portals; past the proxy, those of who counts."""
        bucket = self.bucket(through_proxy=through_proxy)
        given: dict[str, object] = {
            "data_dir": self.directory,
            "database_url": self.records_url(through_proxy=through_proxy),
            "smtp_port": self.ports["mail_out"],
            "public_url": next(iter(self.portal_urls), "http://127.0.0.1:8000"),
            "log_level": LogLevel.WARNING,
        }
        if self.shape.has_bucket:
            given |= {
                "files_url": f"s3://{bucket.bucket}",
                "files_endpoint": bucket.endpoint,
                "files_access_key": SecretStr(bucket.access_key_id),
                "files_secret_key": SecretStr(bucket.secret_access_key),
            }
        return Settings.model_validate(given)

    @property
    def environment(self) -> dict[str, str]:
        """Return what a worker or a portal finds in its environment."""
        return {
            **environment_without("TEMPORAL_", PREFIX),
            **self.settings().as_environment(),
            "TEMPORAL_ADDRESS": self.engine_address,
            "TEMPORAL_NAMESPACE": NAMESPACE,
            "TEMPORAL_CONFIG_FILE": os.devnull,
        }

    async def start(self) -> None:
        """Start everything and wait until it does its work."""
        self.kill_orders.mkdir(parents=True, exist_ok=True)
        servers = [self._engine(), self._sql(), self._sink(), self._proxy()]
        if self.shape.has_bucket:
            servers.append(self._files())
        await self._begin(servers)
        await self._make_records()
        await self._begin(
            [
                *(self.worker_service(number) for number in range(self.shape.workers)),
                *(self._portal(number) for number in range(self.shape.portals)),
            ]
        )

    async def _begin(self, services: list[Service]) -> None:
        for service in services:
            self.services[service.name] = service
            service.begin()
        for service in services:
            await self.until_ready(service)

    async def until_ready(self, service: Service) -> None:
        """Wait until a service does its work."""
        async with asyncio.timeout(READY_WITHIN.total_seconds()):
            while not await service.does_its_work():
                await pause(LOOK_EVERY)

    async def _make_records(self) -> None:
        import asyncpg

        session = await asyncpg.connect(
            host=LOOPBACK, port=self.ports["sql"], user="postgres", database="postgres"
        )
        await session.execute(f"CREATE DATABASE {RECORDS}")
        await session.close()
        await migrate(self.records_url())

    async def watch(self) -> None:
        """Start again whatever has ended, until this is cancelled."""
        while True:
            for service in list(self.services.values()):
                has_ended = service.child is not None and not service.is_running
                if has_ended and not service.is_held:
                    await pause(BREATH)
                    if not service.is_held:
                        service.begin()
            await pause(LOOK_EVERY)

    def stop(self) -> None:
        """End everything at once; nothing of it is kept."""
        for service in reversed(list(self.services.values())):
            service.is_held = True
            if service.name == SQL and service.child is not None and service.child.is_running:
                os.kill(service.child.pid, signal.SIGQUIT)  # gives its shared memory back
                service.child._process.wait()
            service.kill()
        remove_sockets(self._weed_ports)

    def _python(self, name: str, *arguments: str, **more: dict[str, str]) -> Child:
        return self._child(name, [sys.executable, "-m", *arguments], **more)

    def _child(self, name: str, program: Sequence[str], **more: dict[str, str]) -> Child:
        return Child.start(
            name,
            program,
            log_directory=self.directory / "logs",
            directory=ROOT,
            environment=more.get("environment"),
        )

    def _engine(self) -> Service:
        ports = {"": "engine", "metrics-": "metrics", "http-": "http"}
        program = [
            *(server_program(), "server", "start-dev", "--headless", f"--ip={LOOPBACK}"),
            *(f"--{kind}port={self.ports[name]}" for kind, name in ports.items()),
            f"--db-filename={self.directory / 'temporal.db'}",
            "--log-level=error",
            *(f"--sqlite-pragma={pragma}" for pragma in DURABILITY),
            *dynamic_config_arguments(),
        ]
        return Service(ENGINE, lambda: self._child(ENGINE, program), self._listens("engine"))

    def _sql(self) -> Service:
        account = account_for_postgres()
        initialise_cluster(self.cluster, account)
        options = (f"port={self.ports['sql']}", f"listen_addresses={LOOPBACK}", *DURABLE)
        arguments = [part for option in options for part in ("-c", option)]
        program = [postgres_program("postgres"), "-D", str(self.cluster / "cluster"), *arguments]
        begin = partial(
            Child.start,
            SQL,
            program,
            log_directory=self.directory / "logs",
            directory=self.cluster,
            on_owner_death=signal.SIGQUIT,
            user=account,
        )
        return Service(SQL, begin, partial(accepts_sessions, self.ports["sql"]))

    def _sink(self) -> Service:
        arguments = (
            *("tests.chaos.sink", "--port", str(self.ports["mail"])),
            *("--orders", str(self.sink_orders), "--log", str(self.sink_log)),
            *("--occasions", str(self.occasions_log)),
        )
        return Service(MAIL, lambda: self._python(MAIL, *arguments), self._listens("mail"))

    def _proxy(self) -> Service:
        routes = {
            Route.MAIL: ("mail_out", self.ports["mail"]),
            Route.RECORDS: ("sql_out", self.ports["sql"]),
            Route.FILES: ("files_out", self._weed_ports[0]),
        }
        arguments = (
            *("tests.chaos.proxy", "--orders", str(self.proxy_orders)),
            *("--occasions", str(self.occasions_log)),
            *(f"{route}={self.ports[out]}:{target}" for route, (out, target) in routes.items()),
        )
        return Service(PROXY, lambda: self._python(PROXY, *arguments), self._listens("files_out"))

    def _files(self) -> Service:
        folder = self.directory / "files"
        folder.mkdir()
        write_identity(folder)
        program = [weed_program(), *weed_arguments(folder, self._weed_ports)]
        home = {"HOME": str(folder), "TMPDIR": str(folder)}

        async def is_ready() -> bool:
            try:
                await asyncio.to_thread(self.bucket().store().put, "ready", b"yes")
            except (BaseError, OSError):
                return False
            return True

        return Service(FILES, lambda: self._child(FILES, program, environment=home), is_ready)

    def worker_service(self, number: int) -> Service:
        """Return a worker that is not started yet, of the present shape."""
        name, ready = f"worker-{number}", self.directory / f"worker-{number}.ready"
        defect = ("--defect", self.shape.defect) if self.shape.defect else ()
        arguments = (
            *("tests.chaos.worker_program", "--orders", str(self.kill_orders), *defect),
            *("--ready-file", str(ready)),
        )
        return self._of_ours(name, ready, arguments)

    def _portal(self, number: int) -> Service:
        name, ready = f"portal-{number}", self.directory / f"portal-{number}.ready"
        port = str(self._portal_ports[number])
        arguments = ("portal.app", "--port", port, "--ready-file", str(ready))
        return self._of_ours(name, ready, arguments)

    def _of_ours(self, name: str, ready: Path, arguments: Sequence[str]) -> Service:
        def begin() -> Child:
            ready.unlink(missing_ok=True)
            return self._python(name, *arguments, environment=self.environment)

        async def is_ready() -> bool:
            return ready.exists()

        return Service(name, begin, is_ready)

    def _listens(self, name: str) -> Callable[[], Awaitable[bool]]:
        return partial(is_listening, self.ports[name])


@asynccontextmanager
async def running_stack(directory: Path, shape: Shape) -> AsyncIterator[ChaosStack]:
    """Run the stack until the end of the block; what ends meanwhile is started again."""
    # PostgreSQL runs under another account, to which the run's own folder may be closed.
    cluster = Path(tempfile.mkdtemp(prefix="laurel-chaos-"))
    stack = ChaosStack(directory, shape, cluster)
    watching: asyncio.Task[None] | None = None
    try:
        await stack.start()
        watching = asyncio.create_task(stack.watch())
        yield stack
    finally:
        if watching is not None:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
        stack.stop()
        shutil.rmtree(cluster, ignore_errors=True)
