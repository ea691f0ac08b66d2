"""Walks through the whole site as somebody: from their first page along every link.

Of each route some examples are looked at, because a page has as many faces as its subject has
states.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urljoin, urlsplit

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, Response
from starlette.routing import Match

from portal.routes import ROUTERS

RULES = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
}
"""What axe is asked for: WCAG 2.2, levels A and AA."""

NO_PAGES = ("/static/", "/api/", "/healthz")
"""Addresses that are for programs."""


@dataclass(frozen=True)
class Visit:
    """A page that was seen."""

    route: str
    address: str
    status: int


@dataclass
class Walk:
    """A walk of one visitor; ``examples`` of each route are looked at, or as many as it has."""

    page: Page
    home: str
    examples: int = 2
    seen: Counter[str] = field(default_factory=Counter)
    known: set[str] = field(default_factory=set)

    async def visits(self, starts: Iterable[str] = ("/",)) -> AsyncIterator[Visit]:
        """Yield every page on the way; the caller looks at it while it is open."""
        waiting = [urljoin(self.home, start) for start in starts]
        while waiting:
            address = waiting.pop(0)
            route = route_of(urlsplit(address).path)
            if address in self.known or route is None or self.seen[route] >= self.examples:
                continue
            self.known.add(address)
            response = await self._opened(address)
            if response is None:
                continue
            self.seen[route] += 1
            yield Visit(route, address, response.status)
            waiting.extend(await self._links())

    async def _opened(self, address: str) -> Response | None:
        """Open a page; None for what is a file to download or a page of another kind."""
        head = await self.page.request.get(address)
        if "text/html" not in head.headers.get("content-type", ""):
            return None
        # What keeps talking (live updates) never comes to rest: the document is enough.
        return await self.page.goto(address, wait_until="load")

    async def _links(self) -> list[str]:
        found: list[str] = await self.page.eval_on_selector_all(
            "a[href]:not([download])", "links => links.map(link => link.href)"
        )
        ours = [urldefrag(each).url for each in found]
        return [each for each in ours if each.startswith(self.home) and _is_page(each)]


def _is_page(address: str) -> bool:
    parts = urlsplit(address)
    return not parts.path.startswith(NO_PAGES) and "as=csv" not in parts.query


def route_of(path: str) -> str | None:
    """Return the route that answers a path, as it is written in the code."""
    scope = {"type": "http", "method": "GET", "path": path, "headers": []}
    for router in ROUTERS:
        for route in router.routes:
            if route.matches(scope)[0] is Match.FULL:
                return str(getattr(route, "path", path))
    return None


async def violations_of(page: Page) -> list[str]:
    """Return what axe finds on an open page: each rule with the elements that break it."""
    results = await Axe().run(page, options=RULES)
    return [
        f"{found['id']}: {node['html'][:160]}"
        for found in results.response["violations"]
        for node in found["nodes"][:3]
    ]


async def is_too_wide(page: Page) -> bool:
    """Whether a page has to be moved sideways to be read."""
    wider: bool = await page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"
    )
    return wider
