"""A newcomer buys by clicking, on all that ``make up`` starts, in a browser without scripts."""

import re
from pathlib import Path

from playwright.async_api import Browser, expect

from adapters.embedded.stack import EmbeddedStack
from adapters.records.catalog_book import CatalogBook
from adapters.records.opening import bring_up_to_date, open_database
from domain.grounds import OpsActionKind
from settings import Settings
from tests.house import OPS
from tests.portal.public_pages import for_sale
from tests.waiting import eventually

ENTRY = for_sale(title="Steady Hands for Newcomers")


async def with_something_for_sale(settings: Settings) -> None:
    """Make the records ready, with one micro-credential in the catalogue."""
    await bring_up_to_date(settings.database_url)
    async with open_database(settings.database_url) as database:
        book = CatalogBook(database)
        await book.change_draft(ENTRY.key, OpsActionKind.PAGE_IMPORTED, lambda _: ENTRY, OPS)
        await book.publish(ENTRY.key, OPS)


async def test_a_newcomer_buys_finds_the_mail_verifies_and_stands_in_the_portal(
    chromium: Browser, tmp_path: Path
) -> None:
    """Proves: from the first page to /my/… by clicking alone: order, sandbox payment, the mail in
    /dev/mail, its link, the button; on a telephone's width, and without a line of JavaScript.
    """
    async with EmbeddedStack(tmp_path, prepare=with_something_for_sale, portal=True) as stack:
        context = await chromium.new_context(
            base_url=stack.settings.public_url,
            java_script_enabled=False,
            viewport={"width": 390, "height": 800},
        )
        page = await context.new_page()
        await page.goto("/")
        await page.get_by_role("link", name=ENTRY.title).click()
        await page.get_by_role("link", name="Order for myself").click()
        await page.get_by_label("Your name").fill("Noor Newcomer")
        await page.get_by_label("Your e-mail address").fill("Noor@school.example.org")
        await page.get_by_role("button", name="Go on").click()
        await expect(page.get_by_text("$95.00")).to_be_visible()
        await page.get_by_role("button", name="Go on to the payment").click()
        await page.get_by_role("button", name="Decline").click()
        await expect(page.get_by_text("nothing was ordered")).to_be_visible()
        await page.get_by_role("button", name="Pay after all").click()
        await expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
        await page.get_by_role("link", name="the caught mail").click()
        await page.get_by_label("To whom").fill("noor@")
        letter = page.get_by_role("link", name="Please verify your account")

        async def look() -> bool:
            await page.get_by_role("button", name="Show", exact=True).click()
            return await letter.count() > 0

        await eventually(look)
        await letter.click()
        link = page.get_by_role("link", name="/verify/")
        assert (await link.get_attribute("href") or "").startswith(stack.settings.public_url)
        await link.click()
        await page.get_by_role("button", name="Verify your account").click()
        await expect(page).to_have_url(re.compile(r"/my/e[a-z2-7]+$"))
        await expect(page.get_by_role("heading", name=ENTRY.title)).to_be_visible()
        await context.close()
