"""The editor in a real browser: nothing that is written is lost, and every key leads on."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Locator, Page, expect

from domain.enrollment import Party
from domain.words import count_words
from tests.house import NARRATIVE, House
from tests.portal.browsing import page_of
from tests.portal.served import Portal
from tests.waiting import eventually

SAVED = re.compile(r"^Saved \d\d:\d\d C[SD]T$")
FIRST, SECOND = "#question-1", "#question-2"


@asynccontextmanager
async def editor_of(
    chromium: Browser, portal: Portal, enrollment_id: str, part: int = 1
) -> AsyncIterator[Page]:
    """Open the editor of a part in a browser of its practitioner's own."""
    owner = await portal.site.access.owner_of(enrollment_id) or ""
    async with page_of(chromium, portal, Party.PRACTITIONER, owner) as page:
        await page.goto(f"/my/{enrollment_id}/parts/{part}")
        yield page


async def another_tab(page: Page) -> Page:
    """Open the same page once more."""
    tab = await page.context.new_page()
    await tab.goto(page.url)
    return tab


def saving(page: Page) -> Locator:
    """Return where the page says how saving stands."""
    return page.locator("[data-saving]")


async def test_writing_is_saved_and_counted_and_there_after_the_tab_was_closed(
    house: House, portal: Portal, library: str, chromium: Browser
) -> None:
    """Proves: a pause saves; the counts are the server's own; a tab that is closed in the middle
    of a word loses nothing, also what no pause had saved.
    """
    enrollment_id = await house.working(library)
    text = "We begin \u2014 always -- on time; <b>on-task</b>."
    async with editor_of(chromium, portal, enrollment_id) as page:
        await page.fill(FIRST, text)
        await expect(saving(page)).to_have_text(SAVED)
        words = count_words(text)
        await expect(page.locator("[data-count='question/1']")).to_have_text(str(words))
        await expect(page.locator("[data-total]")).to_have_text(str(words))
        assert await page.locator("[data-progress]").evaluate("bar => bar.value") == words
        await page.focus(SECOND)
        await page.keyboard.type("In the middle of a wo")
        tab = await page.context.new_page()
        await page.close()
        await tab.goto(f"/my/{enrollment_id}/parts/1")
        await expect(tab.locator(FIRST)).to_have_value(text)
        await expect(tab.locator(SECOND)).to_have_value("In the middle of a wo")
        written = {"question/1": text, "question/2": "In the middle of a wo"}

        async def has_it_all() -> bool:
            return (await house.parts.draft(enrollment_id, 1)).answers == written

        await eventually(has_it_all)


async def test_a_lost_connection_keeps_the_text_and_saves_it_later(
    house: House, portal: Portal, library: str, chromium: Browser
) -> None:
    """Proves: without a connection the page says so and keeps the text in this browser; when it is
    back, it is saved by itself.
    """
    enrollment_id = await house.working(library)
    async with editor_of(chromium, portal, enrollment_id, 3) as page:
        await page.context.set_offline(True)
        await page.fill("#reflection", "Written in a train.")
        await page.locator("#reflection").blur()
        await expect(saving(page)).to_have_text("Not saved: no connection; kept in this browser")
        await page.context.set_offline(False)
        await expect(saving(page)).to_have_text(SAVED)
    draft = await house.parts.draft(enrollment_id, 3)
    assert draft.answers == {"reflection": "Written in a train."}


async def test_of_two_tabs_the_second_shows_both_texts(
    house: House, portal: Portal, library: str, chromium: Browser
) -> None:
    """Proves: the second tab's text is refused and shown beside the first one's; keeping mine,
    taking the other and editing together each do what they say (trap 9).
    """
    enrollment_id = await house.working(library)

    async def answer() -> str:
        return (await house.parts.draft(enrollment_id, 1)).answers["question/1"]

    async with editor_of(chromium, portal, enrollment_id) as one:
        two = await another_tab(one)
        for number, choice, becomes in (
            (1, "Keep mine", "Two 1."),
            (2, "Take the other", "One 2."),
            (3, "Edit together", "Two 3.\n\nOne 3."),
        ):
            await one.reload()
            await two.reload()
            await one.fill(FIRST, f"One {number}.")
            await one.get_by_role("button", name="Save", exact=True).click()
            await expect(saving(one)).to_have_text(SAVED)
            await two.fill(FIRST, f"Two {number}.")
            await two.locator(FIRST).blur()
            panel = two.locator("[data-conflict]")
            await expect(panel.locator("[data-mine]")).to_have_text(f"Two {number}.")
            await expect(panel.locator("[data-other]")).to_have_text(f"One {number}.")
            assert await answer() == f"One {number}."
            await two.get_by_role("button", name=choice).click()
            await expect(panel).to_be_hidden()
            await expect(two.locator(FIRST)).to_have_value(becomes)
            await expect(saving(two)).to_have_text(SAVED)
            assert await answer() == becomes


async def test_what_cannot_be_kept_is_said_at_its_field_and_the_rest_is_saved(
    house: House, portal: Portal, library: str, chromium: Browser
) -> None:
    """Proves: a text with a hidden character is refused at its own field, and holds up no other;
    put right, it is saved.
    """
    enrollment_id = await house.working(library)
    async with editor_of(chromium, portal, enrollment_id) as page:
        await page.fill(FIRST, "hid\u202eden")
        await page.fill(SECOND, "Good.")
        await page.locator(SECOND).blur()
        await expect(page.locator("#question-1-wrong")).to_contain_text("hidden control character")
        await expect(page.locator(FIRST)).to_have_attribute("aria-invalid", "true")
        await expect(saving(page)).to_contain_text("but not Question 1")

        async def is_second_kept() -> bool:
            return (await house.parts.draft(enrollment_id, 1)).answers["question/2"] == "Good."

        await eventually(is_second_kept)
        await page.fill(FIRST, "Plain.")
        await expect(page.locator("#question-1-wrong")).to_be_hidden()
        await page.locator(FIRST).blur()
        await expect(saving(page)).to_have_text(SAVED)
    draft = await house.parts.draft(enrollment_id, 1)
    assert draft.answers == {"question/1": "Plain.", "question/2": "Good."}


async def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until what has the focus is called ``wanted``."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        name = await page.evaluate(
            "(document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim()"
        )
        if name.startswith(wanted):
            return
    raise AssertionError(f"no press of Tab leads to {wanted}")


async def test_part_1_is_written_and_handed_in_by_keyboard_alone(
    house: House, portal: Portal, library: str, chromium: Browser
) -> None:
    """Proves: from the home page to the receipt nothing needs a pointer, and the focus is never
    trapped.
    """
    enrollment_id = await house.working(library)
    owner = await portal.site.access.owner_of(enrollment_id) or ""
    async with page_of(chromium, portal, Party.PRACTITIONER, owner) as page:
        await page.goto(f"/my/{enrollment_id}")
        await tab_to(page, "Begin with part 1")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/parts/1")
        for question in ("How?", "Why?"):
            await tab_to(page, question)
            await page.keyboard.insert_text(NARRATIVE)
        await tab_to(page, "Save and check")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/check")
        await tab_to(page, "Submit part 1")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/submit")
        for statement in ("I keep the privacy", "This is my own work"):
            await tab_to(page, statement)
            await page.keyboard.press("Space")
        await tab_to(page, "Submit part 1")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/receipt?round=1")
        await expect(page.locator("article")).to_contain_text("Words120")
    assert 1 in (await house.standing(enrollment_id)).parts_in
