"""Walks through the whole site as somebody: from their first page along every link.

Of each route some examples are looked at, because a page has as many faces as its subject has
states.
"""

from collections import Counter, deque
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urljoin, urlsplit

import httpx2
from axe_playwright_python.async_playwright import Axe
from fastapi.routing import APIRoute
from playwright.async_api import Page, Response
from starlette.routing import Match

from portal.routes import ROUTERS

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
"""What axe is asked for: WCAG 2.2, levels A and AA."""

NO_PAGES = ("/static/", "/api/v1/", "/healthz")
"""Addresses that are for programs."""


@dataclass(frozen=True)
class Visit:
    """A page that was seen."""

    route: str
    address: str
    status: int


@dataclass
class Walk:
    """Walks of one visitor or more; ``examples`` of each route are looked at, if it has as many."""

    home: str
    examples: int = 2
    seen: Counter[str] = field(default_factory=Counter)
    known: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    """Routes that answer with something else than pages: files, tables, streams of events."""

    async def visits(self, page: Page, starts: Iterable[str]) -> AsyncIterator[Visit]:
        """Yield every page on the way from ``starts``, which are looked at in any case."""
        first = [urljoin(self.home, start) for start in starts]
        waiting, here = deque(first), set[str]()
        while waiting:
            address = waiting.popleft()
            route = route_of(urlsplit(address).path)
            if route is None or route in self.files or address in here:
                continue
            here.add(address)
            is_enough = address in self.known or self.seen[route] >= self.examples
            if is_enough and address not in first:
                continue
            self.known.add(address)
            response = await _opened(page, address, is_known_page=self.seen[route] > 0)
            if response is None:
                self.files.add(route)
                continue
            self.seen[route] += 1
            yield Visit(route, address, response.status)
            waiting.extend(await self._links(page))

    async def _links(self, page: Page) -> list[str]:
        found: list[str] = await page.eval_on_selector_all(
            "a[href]:not([download])", "links => links.map(link => link.href)"
        )
        ours = [urldefrag(each).url for each in found]
        return [each for each in ours if each.startswith(self.home) and _is_page(each)]


async def _opened(page: Page, address: str, *, is_known_page: bool) -> Response | None:
    """Open a page; None for what is a file, to be downloaded or shown in a frame."""
    if not is_known_page:
        async with httpx2.AsyncClient(cookies=await _cookies(page)) as client:
            head = {"accept": "text/html"}
            async with client.stream("GET", address, headers=head) as asked:
                if "text/html" not in asked.headers.get("content-type", ""):
                    return None
    # What keeps talking (live updates) never comes to rest: the document is enough.
    return await page.goto(address, wait_until="load")


async def _cookies(page: Page) -> dict[str, str]:
    kept = await page.context.cookies()
    return {each.get("name", ""): each.get("value", "") for each in kept}


def _is_page(address: str) -> bool:
    parts = urlsplit(address)
    return not parts.path.startswith(NO_PAGES) and "as=csv" not in parts.query


def route_of(path: str) -> str | None:
    """Return the route that answers a path, as it is written in the code."""
    scope = {"type": "http", "method": "GET", "path": path, "headers": []}
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute) and route.matches(scope)[0] is Match.FULL:
                return route.path
    return None


async def violations_of(page: Page, rules: list[str] | None = None) -> list[str]:
    """Return what axe finds on an open page: each rule with the elements that break it."""
    wanted = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": WCAG}
    options = {"resultTypes": ["violations"], "runOnly": wanted}
    # A colour on its way to another one is neither; without motion there is only where it goes.
    await page.emulate_media(reduced_motion="reduce")
    results = await Axe().run(page, options=options)
    return [
        f"{found['id']}: {node['html'][:200]}"
        for found in results.response["violations"]
        for node in found["nodes"][:3]
    ]


async def is_too_wide(page: Page) -> bool:
    """Whether a page has to be moved sideways to be read."""
    wider: bool = await page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"
    )
    return wider
