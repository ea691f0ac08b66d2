"""``make screenshots``: a picture of every page, with the sample cohort, to be looked at by people.

Three of each route: in light, in dark, and as wide as a phone. They lie in ``var/screenshots``,
named by role and route.
"""

import asyncio
import re
import shutil
import sys
from pathlib import Path

from playwright.async_api import Page

from adapters.embedded.stack import EmbeddedStack, forget
from adapters.records.database import Database
from adapters.records.opening import bring_up_to_date, open_database
from cli.cohort import Cohort
from cli.desks import desks_of
from cli.office import Office
from office.engine import WorkflowEngine
from settings import Settings
from tests.integration.touring import signed_in, visitors_of
from tests.portal.browsing import running_chromium
from tests.portal.crawling import Walk

WORK = Path("var/pictured")
PICTURES = Path("var/screenshots")
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


def name_of(role: str, route: str, number: int) -> str:
    """Return what a picture is called."""
    plain = re.sub(r"[^a-z0-9]+", "-", route.lower()).strip("-") or "home"
    return f"{role}-{plain}" + (f"-{number}" if number > 1 else "")


async def picture(page: Page, name: str) -> None:
    """Take the three pictures of an open page."""
    await page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
    await page.emulate_media(color_scheme="dark")
    await page.screenshot(path=PICTURES / f"{name}-dark.png", full_page=True)
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    await page.screenshot(path=PICTURES / f"{name}-phone.png", full_page=True)
    await page.set_viewport_size(WIDE)  # type: ignore[arg-type]


async def picture_all(database: Database, url: str) -> int:
    """Walk through the whole site and picture it; returns how many pages that were."""
    count = 0
    walks: dict[object, Walk] = {}
    async with running_chromium() as browser:
        for visitor in await visitors_of(database):
            walk = walks.setdefault(visitor.party, Walk(url, examples=1))
            async with signed_in(browser, database, visitor, url) as page:
                async for visit in walk.visits(page, visitor.starts):
                    role = visitor.party.value if visitor.party else "open"
                    await picture(page, name_of(role, visit.route, walk.seen[visit.route]))
                    count += 1
    return count


async def main() -> None:
    """Play the cohort in a stack of its own and picture everything."""

    async def prepare(settings: Settings) -> None:
        await bring_up_to_date(settings.database_url)

    if WORK.exists():
        forget(WORK)
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    async with (
        EmbeddedStack(WORK, prepare=prepare, portal=True) as stack,
        open_database(stack.settings.database_url) as database,
    ):
        office = Office(stack.settings, database, WorkflowEngine(await stack.connect()))
        cohort = Cohort(desks_of(office), WORK / "cohort.played")
        await cohort.play_for_links(lambda: None)
        await cohort.play_others(lambda: None)
        pages = await picture_all(database, stack.settings.public_url)
    sys.stdout.write(f"{pages} pages are pictured in {PICTURES}\n")


if __name__ == "__main__":
    asyncio.run(main())
