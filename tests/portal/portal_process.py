"""A portal in a process of its own, which a test may measure and kill."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

from adapters.embedded.processes import LOOPBACK, Child, environment_without, free_ports
from settings import PREFIX
from tests.architecture.source import ROOT
from tests.house import House
from tests.portal.tus_client import MEGABYTE


class PortalProcess:
    """A portal of a house, started again on the same port after it was killed."""

    def __init__(self, house: House, directory: Path) -> None:
        (self._port,) = free_ports(1)
        self.url = f"http://{LOOPBACK}:{self._port}"
        self._house = house
        self._directory = directory
        self._child: Child | None = None

    async def start(self) -> None:
        """Start it, and wait until it listens."""
        ready = self._directory / "ready"
        ready.unlink(missing_ok=True)
        settings = self._house.settings.model_copy(update={"public_url": self.url})
        self._child = Child.start(
            "portal",
            [
                *(sys.executable, "-m", "portal.app"),
                *("--port", str(self._port), "--ready-file", str(ready)),
            ],
            log_directory=self._directory,
            directory=ROOT,
            environment={
                **environment_without(PREFIX, "TEMPORAL_"),
                **settings.as_environment(),
                "TEMPORAL_ADDRESS": self._house.client.service_client.config.target_host,
            },
        )

        async def is_ready() -> bool:
            return ready.exists()

        await self._child.wait_until(is_ready)

    def kill(self) -> None:
        """End it at once, in the middle of whatever it does."""
        if self._child is not None:
            self._child.kill()

    @property
    def memory(self) -> float:
        """Megabytes that it holds at this moment."""
        assert self._child is not None
        return float(psutil.Process(self._child.pid).memory_info().rss) / MEGABYTE


@asynccontextmanager
async def portal_process(house: House, directory: Path) -> AsyncIterator[PortalProcess]:
    """Run a portal in a process of its own until the end of the block."""
    process = PortalProcess(house, directory)
    await process.start()
    try:
        yield process
    finally:
        process.kill()
