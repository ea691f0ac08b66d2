"""The portal's composition root: settings, records, engine, and every route of the site.

``python -m portal.app --port 8000`` serves it; ``--ready-file`` is written once it listens.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from socket import socket
from zoneinfo import ZoneInfo

import uvicorn
from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from adapters.assembly import (
    credential_addresses_of,
    database_of,
    file_store_of,
    piece_store_of,
    public_keys_of,
    verifier_of,
)
from adapters.issuer import Issuer
from adapters.records.database import Database
from adapters.records.link_signing import Links
from adapters.records.upload_book import UploadBook
from adapters.telemetry import configure_logging, logger_named
from adapters.temporal import connect
from adapters.unreachable import EngineUnreachable
from office.desks import Desks
from office.engine import WorkflowEngine
from office.uploading import UploadDesk
from portal import failures
from portal.bounded import BoundedBodies
from portal.credentials.live import LiveVerification
from portal.credentials.made import MadeFiles
from portal.headers import SafeHeaders
from portal.rendering import STATIC, Pages
from portal.routes import ROUTERS
from portal.seals import Seals
from portal.site import Site
from settings import Settings, load_settings

ENGINE_PATIENCE = timedelta(seconds=5)
"""How long somebody waits at a page for the engine to answer at all."""

_YEAR = 365 * 24 * 3600


def site_at(settings: Settings, database: Database) -> Site:
    """Return the opened site; the engine is connected to when somebody first acts."""

    async def reach_engine() -> WorkflowEngine:
        try:
            async with asyncio.timeout(ENGINE_PATIENCE.total_seconds()):
                return WorkflowEngine(await connect(settings))
        # The client library has no type of its own for a connection that fails.
        except (RuntimeError, TimeoutError) as failure:
            raise EngineUnreachable from failure

    zone = settings.programme_zone
    secret = settings.link_secret.get_secret_value()
    issuer = Issuer.of(settings)
    site_facts = {
        "programme_name": settings.programme_name,
        "support_address": settings.support_address,
        "is_issuer_used": issuer is not None,
        "engine_ui_url": settings.engine_ui_url,
    }
    desks = Desks(database, zone, settings.policy, file_store_of(settings), reach_engine)
    return Site(
        settings=settings,
        database=database,
        desks=desks,
        uploads=UploadDesk(UploadBook(database), piece_store_of(settings), desks),
        pages=Pages(ZoneInfo(zone), **site_facts),
        seals=Seals(secret),
        links=Links(settings.public_url, secret),
        verification=LiveVerification(verifier_of(settings), credential_addresses_of(settings)),
        public_keys=public_keys_of(settings),
        made_files=MadeFiles(),
        issuer=issuer,
    )


def create_app(site: Site) -> FastAPI:
    """Return the site's application; whoever made the site closes its database."""
    app = FastAPI(title="Laurel", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.site = site
    failures.add_to(app)
    for router in ROUTERS:
        app.include_router(router)
    app.mount(f"/static/{site.pages.static_version}", _KeptFiles(directory=STATIC))
    app.add_middleware(BoundedBodies)
    app.add_middleware(SafeHeaders, is_secure=site.is_secure)
    return app


class _KeptFiles(StaticFiles):
    """Static files under an address that changes with them, so that browsers may keep them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with a file that never changes under this address."""
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = f"public, max-age={_YEAR}, immutable"
        return response


class _Server(uvicorn.Server):
    """Says in a file when it listens, and gets ready meanwhile for what is slow at first."""

    def __init__(self, config: uvicorn.Config, site: Site, ready_file: Path | None) -> None:
        super().__init__(config)
        self._site = site
        self._ready_file = ready_file
        self._getting_ready: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Listen, then say so."""
        await super().startup(sockets)
        logger_named(__name__).info("portal_ready", port=self.config.port)
        self._getting_ready = asyncio.create_task(self._site.verification.get_ready())
        if self._ready_file is not None:
            await asyncio.to_thread(self._ready_file.write_text, f"{os.getpid()}\n")


@asynccontextmanager
async def opened_site(settings: Settings) -> AsyncIterator[Site]:
    """Open the site on its records; closed at the end."""
    database = database_of(settings)
    try:
        yield site_at(settings, database)
    finally:
        await database.close()


async def serve(settings: Settings, host: str, port: int, ready_file: Path | None) -> None:
    """Serve the site until SIGTERM or SIGINT, then finish what is being answered."""
    async with opened_site(settings) as site:
        config = uvicorn.Config(
            create_app(site),
            host=host,
            port=port,
            log_config=None,
            access_log=False,  # addresses carry links that sign somebody in
            server_header=False,
            timeout_graceful_shutdown=5,
        )
        await _Server(config, site, ready_file).serve()


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the portal from the command line; the exit code is 0 after an orderly stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on")
    parser.add_argument("--ready-file", type=Path, help="written once it listens")
    options = parser.parse_args(arguments)
    settings = load_settings()
    configure_logging(settings.log_level)
    asyncio.run(serve(settings, options.host, options.port, options.ready_file))
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Interpreter finalisation now and then crashes in the SDK's native threads: leave without it.
    os._exit(code)
