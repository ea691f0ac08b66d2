"""A portal that is really served, and people who visit it as a browser without scripts does."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from itertools import count

import httpx2
import uvicorn
from fastapi import FastAPI

from adapters.embedded.processes import LOOPBACK, free_ports
from adapters.records.session_book import Means
from adapters.records.staff_book import StaffBook
from domain.enrollment import Party
from office.engine import WorkflowEngine
from portal.app import create_app, site_at
from portal.faces import cookie_name
from portal.site import Site
from tests.house import OPS, Assessor, House
from tests.portal.statements import attributed
from tests.waiting import eventually

STAFF = count(1)
_TOKEN = re.compile(r'name="form-token" content="([^"]+)"')
_TAGS = re.compile(r"<(script|style)[^>]*>.*?</\1>|<[^>]+>", re.DOTALL)


@dataclass
class Browser:
    """Somebody's browser without scripts: keeps cookies, sends forms of our pages."""

    client: httpx2.AsyncClient
    token: str = ""
    last: httpx2.Response | None = field(default=None, repr=False)

    async def get(self, address: str, status: int = 200) -> str:
        """Open a page, expect its status, and return its source."""
        self.last = await self.client.get(address)
        assert self.last.status_code == status, f"{address}: {self.last.status_code} {self.text}"
        found = _TOKEN.search(self.last.text)
        self.token = unescape(found[1]) if found else self.token
        return self.last.text

    async def post(self, address: str, /, status: int = 303, **fields: object) -> str:
        """Send a form with its token and expect its status; returns where it leads, or its page."""
        if not self.token:
            await self.get("/sign-in", status=200)
        self.last = await self.client.post(address, data={"form_token": self.token, **fields})
        assert self.last.status_code == status, f"{address}: {self.last.status_code} {self.text}"
        leads_to: str = self.last.headers.get("location", self.last.text)
        return leads_to

    async def send(
        self, method: str, address: str, content: object = None, status: int = 200
    ) -> dict[str, object]:
        """Send what a script of ours would, and return the JSON answer."""
        headers = {"x-form-token": self.token, "accept": "application/json"}
        self.last = await self.client.request(method, address, json=content, headers=headers)
        assert self.last.status_code == status, f"{address}: {self.last.status_code} {self.text}"
        answered: dict[str, object] = self.last.json()
        return answered

    @property
    def text(self) -> str:
        """What a reader sees of the last answer, without tags."""
        source = self.last.text if self.last is not None else ""
        return re.sub(r"\s+", " ", unescape(_TAGS.sub(" ", source))).strip()


@dataclass
class Portal:
    """A served portal of a house."""

    house: House
    site: Site
    url: str
    app: FastAPI
    browsers: list[httpx2.AsyncClient] = field(default_factory=list)

    def serve(self, site: Site) -> None:
        """Let the running application be another site: one with an issuer, say."""
        self.app.state.site = self.site = site

    def browser(self) -> Browser:
        """Return a new browser in which nobody is signed in."""
        client = httpx2.AsyncClient(
            base_url=self.url,
            headers={"accept": "text/html", "sec-fetch-site": "same-origin"},
            timeout=30,
        )
        self.browsers.append(client)
        return Browser(client)

    async def signed_in(self, party: Party, subject_id: str) -> Browser:
        """Return a browser in which somebody is signed in, with a form token of its own."""
        secret, _ = await self.site.sessions.begin(
            party, subject_id, Means.LINK, "tests", datetime.now(UTC)
        )
        browser = self.browser()
        browser.client.cookies.set(cookie_name(self.site, party), secret)
        await browser.get("/sign-in")
        return browser

    async def practitioner(self, enrollment_id: str) -> Browser:
        """Return the browser of the practitioner of an enrollment."""
        person_id = await self.site.access.owner_of(enrollment_id)
        assert person_id is not None
        return await self.signed_in(Party.PRACTITIONER, person_id)

    async def assessor(self, assessor: Assessor) -> Browser:
        """Return an assessor's browser."""
        return await self.signed_in(Party.ASSESSOR, assessor.id)

    async def operations(self) -> Browser:
        """Return the browser of a new member of operations."""
        number = next(STAFF)
        staff_id = await StaffBook(self.house.database).add(
            f"Operator Nr{number}", f"operator{number}@example.org", OPS
        )
        return await self.signed_in(Party.OPS, staff_id)


@asynccontextmanager
async def running_portal(house: House) -> AsyncIterator[Portal]:
    """Serve the portal of a house on a free loopback port until the end of the block."""
    (port,) = free_ports(1)
    url = f"http://{LOOPBACK}:{port}"
    house.settings = house.settings.model_copy(update={"public_url": url})
    site = site_at(house.settings, house.database)

    async def reach() -> WorkflowEngine:
        return house.engine  # the tests' server is not where the settings say

    site.desks.connect = reach
    app = create_app(site)
    config = uvicorn.Config(attributed(app), host=LOOPBACK, port=port, log_config=None)
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    serving = asyncio.create_task(server.serve())
    portal = Portal(house, site, url, app)
    try:
        await eventually(lambda: _has_started(server))
        yield portal
    finally:
        for client in portal.browsers:
            await client.aclose()
        server.should_exit = True
        await serving


async def _has_started(server: uvicorn.Server) -> bool:
    return server.started
