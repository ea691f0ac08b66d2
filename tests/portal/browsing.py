"""A real browser for tests of pages: Chromium, found on the machine, driven by Playwright."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    async_playwright,
    expect,
)

from adapters.records.session_book import Means
from domain.enrollment import Party
from portal.faces import cookie_name
from portal.site import now
from tests.portal.served import Portal
from tests.waiting import PATIENCE_SECONDS
from tools.browser import of_this_machine

# A busy machine is no failure of a page.
expect.set_options(timeout=PATIENCE_SECONDS * 1000)

QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
)
"""Runs as any account, and asks nothing of the network."""


class BrowserMissing(Exception):
    """No Chromium is here, and none could be installed."""


@asynccontextmanager
async def running_chromium() -> AsyncIterator[Browser]:
    """Run a headless browser until the end of the block."""
    async with async_playwright() as playwright:
        try:
            browser = await playwright.chromium.launch(
                executable_path=of_this_machine(), args=list(QUIET), headless=True
            )
        except Error as failure:
            raise BrowserMissing(
                "The tests of pages need Chromium. `make browser` installs it; or name one in "
                "LAUREL_TEST_BROWSER."
            ) from failure
        try:
            yield browser
        finally:
            await browser.close()


async def sign_in(context: BrowserContext, portal: Portal, party: Party, subject_id: str) -> None:
    """Let a browser's context be somebody's."""
    secret, _ = await portal.site.sessions.begin(party, subject_id, Means.LINK, "tests", now())
    name = cookie_name(portal.site, party)
    await context.add_cookies([{"name": name, "value": secret, "url": portal.url}])


@asynccontextmanager
async def page_of(
    browser: Browser,
    portal: Portal,
    party: Party | None = None,
    subject_id: str = "",
    **options: object,
) -> AsyncIterator[Page]:
    """Open a page in a browser of its own; whatever a script of it throws fails the test."""
    context = await browser.new_context(base_url=portal.url, **options)  # type: ignore[arg-type]
    if party is not None:
        await sign_in(context, portal, party, subject_id)
    page = await context.new_page()
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    page.on(
        "console",
        lambda said: thrown.append(said.text) if "Content Security" in said.text else None,
    )
    try:
        yield page
        assert thrown == []
    finally:
        await context.close()


def _complaints(said: ConsoleMessage) -> list[str]:
    """Return what the browser says of our own policy; other lines are about expected refusals."""
    return [said.text] if "Content Security Policy" in said.text else []
