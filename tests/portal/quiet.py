"""A portal in which nothing moves by itself: its records are the test's own, and no worker runs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from temporalio.testing import WorkflowEnvironment

from adapters.assembly import database_of
from domain.enrollment import Party
from portal.site import now
from settings import Settings
from tests.house import House
from tests.portal.served import Browser, Portal, running_portal
from tests.portal.standings import Standings
from tests.servers import SqliteTemplate
from tests.smtp_servers import ScriptedServer
from tests.traps.books import Books


@dataclass
class Quiet:
    """The portal, a browser of operations, and the records behind it."""

    portal: Portal
    ops: Browser
    standings: Standings

    async def staff_id(self) -> str:
        """Return who stands behind that browser."""
        secret = self.ops.client.cookies.get("laurel_ops") or ""
        visitor = await self.portal.site.sessions.visitor(Party.OPS, secret, now())
        assert visitor is not None
        return visitor.subject_id

    @property
    def books(self) -> Books:
        """The record books."""
        return self.standings.books


@asynccontextmanager
async def quiet_portal(
    temporal: WorkflowEnvironment, template: SqliteTemplate, directory: Path
) -> AsyncIterator[Quiet]:
    """Serve a portal on empty records with one micro-credential for sale."""
    async with template.copy(directory) as url, ScriptedServer() as smtp:
        settings = Settings(
            data_dir=directory,
            database_url=url,
            files_url=f"file://{directory}/files",
            smtp_port=smtp.port,
        )
        database = database_of(settings)
        books = Books(database)
        await books.publish()
        house = House(temporal.client, settings, database, smtp)
        async with running_portal(house) as portal:
            yield Quiet(portal, await portal.operations(), Standings(books))
        await database.close()
