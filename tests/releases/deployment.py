"""A deployment of its own for the tests of releases: real servers, workers as processes."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory

from adapters.assembly import database_of
from adapters.embedded.processes import Child, environment_without
from adapters.embedded.temporal_server import NAMESPACE, TemporalServer
from adapters.releases import Routing
from adapters.temporal import connect_to
from office.releasing import ReleaseDesk
from settings import PREFIX, Settings
from tests.architecture.source import ROOT
from tests.house import House
from tests.releases.last import start_last_worker, start_worker
from tests.smtp_servers import ScriptedServer

NO_RELEASE = ""
"""Stands in a journey's history for workers that told the engine no name."""


@dataclass
class Deployment:
    """Servers, and whatever workers a test starts on them."""

    house: House
    server: TemporalServer
    directory: Path
    _children: list[Child] = field(default_factory=list)

    @property
    def desk(self) -> ReleaseDesk:
        """Where an operator moves journeys between releases."""
        return ReleaseDesk(Routing(self.house.client))

    @property
    def environment(self) -> dict[str, str]:
        """The environment of every process of this deployment."""
        return {
            **environment_without("TEMPORAL_", PREFIX),
            **self.house.settings.as_environment(),
            "TEMPORAL_ADDRESS": self.server.address,
            "TEMPORAL_NAMESPACE": NAMESPACE,
            "TEMPORAL_CONFIG_FILE": os.devnull,
        }

    async def start_last(self) -> Child:
        """Start a worker of the last release, which tells the engine no name."""
        logs = self.directory / "logs"
        child = await start_last_worker("last", self.directory, self.environment, logs)
        self._children.append(child)
        return child

    async def start_today(self, name: str) -> Child:
        """Start a worker of today's tree under the name of a release."""
        environment = self.environment | {"LAUREL_BUILD_ID": name}
        child = await start_worker(f"today-{name}", ROOT, environment, self.directory / "logs")
        self._children.append(child)
        return child

    async def stop_all(self) -> None:
        """Stop every worker that still runs."""
        for child in self._children:
            await child.stop()


@asynccontextmanager
async def running_deployment(database_url: str, directory: Path) -> AsyncIterator[Deployment]:
    """Run servers, no worker yet, until the end of the block."""
    async with ScriptedServer() as smtp, AsyncExitStack() as stack:
        settings = Settings(
            data_dir=directory,
            database_url=database_url,
            files_url=f"file://{directory}/files",
            smtp_port=smtp.port,
        )
        server = await TemporalServer.start(directory)
        stack.push_async_callback(server.stop)
        database = database_of(settings)
        stack.push_async_callback(database.close)
        client = await connect_to(server.address)
        deployment = Deployment(House(client, settings, database, smtp), server, directory)
        stack.push_async_callback(deployment.stop_all)
        yield deployment


def releases_met(history: WorkflowHistory) -> list[str]:
    """Return the releases that took a journey's tasks, in turn, each run of them once."""
    met: list[str] = []
    for event in history.events:
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
            completed = event.workflow_task_completed_event_attributes
            name = completed.deployment_version.build_id
            if met[-1:] != [name]:
                met.append(name)
    return met


def failed_tasks(history: WorkflowHistory) -> list[int]:
    """Return the events at which a worker could not go on with a journey."""
    failed = EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
    return [event.event_id for event in history.events if event.event_type == failed]
