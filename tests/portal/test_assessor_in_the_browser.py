"""Assessing in a real browser: by the keyboard alone, evidence at its place, nothing ever lost."""

import re

from playwright.async_api import Browser, Frame, Page, expect

from domain.assessment import MarkKind
from domain.enrollment import Party, Stage
from portal.site import now
from tests.house import Assessor, House
from tests.portal import assessing
from tests.portal.browsing import page_of, sign_in
from tests.portal.served import Portal
from tests.portal.test_assessor_rounds import marks_of
from tests.waiting import eventually

FOCUSED = "() => document.activeElement.textContent.trim()"
MOST_TABS = 80
OPEN = "detail/1.2"
SAVED = re.compile(r"^Saved \d\d:\d\d")


async def press(page: Page, name: str, leads_to: str) -> None:
    """Tab to something of that name and press it, as somebody without a mouse does."""
    for _ in range(MOST_TABS):
        await page.keyboard.press("Tab")
        if name in await page.evaluate(FOCUSED):
            await page.keyboard.press("Enter")
            return await page.wait_for_url(leads_to)
    raise AssertionError(f"the keyboard does not lead to {name!r}")


async def test_a_whole_assessment_by_the_keyboard_alone(
    house: House, portal: Portal, chromium: Browser, library: str
) -> None:
    """Proves: from the list of work over offer, marks and feedback to the judgement nobody needs
    a mouse, single keys move and mark, and they can be turned off.
    """
    assessor = await house.hire(library)
    enrollment_id = await house.submitted(library)
    await house.until_stage(enrollment_id, Stage.OFFERED)
    async with page_of(chromium, portal, Party.ASSESSOR, assessor.id) as page:
        await page.goto("/assessing")
        await press(page, "Look at it and answer", "**/offers/**")
        await press(page, "Accept the round", "**/rounds/**")
        await page.keyboard.press("?")
        await expect(page.get_by_text("next item", exact=True)).to_be_visible()
        await page.keyboard.press("?")
        for key in ("m", "m", "m", "x", "m", "m"):
            await page.keyboard.press("j")
            await page.keyboard.press(key)
            if key == "x":
                await page.keyboard.press("f")
                await page.keyboard.type("Shared with whom? jkmxu")
                await page.keyboard.press("Escape")
        await expect(page.get_by_text("6 of 6 marked")).to_be_visible()
        await press(page, "Hand in", "**/judge")
        await press(page, "Hand in: not yet", "**/assessing")
    await house.until_stage(enrollment_id, Stage.REVISING)
    view = await portal.site.desks.views.journey(enrollment_id)
    judged = next(line for line in view.timeline if line.what == "judged")
    assert judged.facts["not_met"] == [OPEN]


async def test_single_keys_can_be_turned_off(
    house: House, portal: Portal, chromium: Browser, library: str
) -> None:
    """Proves: whoever needs the keys for something else switches them off, for good in this
    browser; then no letter marks anything (WCAG 2.1.4).
    """
    enrollment_id, assessor, _ = await assessing.in_hand(house, library)
    async with page_of(chromium, portal, Party.ASSESSOR, assessor.id) as page:
        await page.goto(f"/assessing/rounds/{enrollment_id}")
        await page.get_by_text("Working with the keyboard").click()
        await page.get_by_label("Use single keys").uncheck()
        await page.reload()
        await page.get_by_role("button", name="Next").click()
        await page.keyboard.press("m")
        await expect(page.get_by_text("0 of 6 marked")).to_be_visible()
    assert await marks_of(house, assessor.id, enrollment_id) == {}


async def test_evidence_opens_at_its_place(
    house: House, portal: Portal, chromium: Browser, library: str
) -> None:
    """Proves: nothing is loaded before it is opened; the PDF then shows the page that is named,
    and the recording plays from where the evidence begins to where it ends.
    """
    enrollment_id, assessor, _ = await assessing.in_hand(house, library)
    async with page_of(chromium, portal, Party.ASSESSOR, assessor.id) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await page.goto(f"/assessing/rounds/{enrollment_id}")
        await page.wait_for_load_state("networkidle")
        assert not [url for url in asked if "/files/" in url]

        await page.get_by_text("Show page 3").click()
        viewer = await pdf_viewer(page)
        await eventually(lambda: shows_page(viewer, "3"))

        times = await page.evaluate_handle(
            """() => {
              const player = document.querySelector("video");
              const times = [];
              player.addEventListener("timeupdate", () => times.push(player.currentTime));
              return times;
            }"""
        )
        await page.get_by_text("Play from 0:01 to 0:03").click()
        await eventually(lambda: has_played(page))
        played = await times.json_value()
        assert min(played) >= 1
        assert max(played) < 3.7


async def has_played(page: Page) -> bool:
    """Tell whether the recording came to the end of its stretch, and stopped there."""
    return bool(
        await page.evaluate(
            """() => {
              const player = document.querySelector("video");
              return player.paused && player.currentTime >= 3;
            }"""
        )
    )


async def pdf_viewer(page: Page) -> Frame:
    """Return the frame of the browser's own viewer, once it is there."""
    found: list[Frame] = []

    async def is_there() -> bool:
        found[:] = [frame for frame in page.frames if frame.url.startswith("chrome-extension:")]
        return bool(found)

    await eventually(is_there)
    return found[0]


async def shows_page(viewer: Frame, number: str) -> bool:
    """Tell which page the viewer says that it shows."""
    shown = await viewer.evaluate(
        """() => document.querySelector("pdf-viewer")?.shadowRoot?.querySelector("viewer-toolbar")
             ?.shadowRoot?.querySelector("viewer-page-selector")?.shadowRoot
             ?.querySelector("#pageSelector")?.value"""
    )
    return bool(shown == number)


async def test_what_is_written_is_saved_without_a_button(
    house: House, portal: Portal, chromium: Browser, library: str
) -> None:
    """Proves: a mark is saved when it is chosen and words when one pauses, a reload shows both,
    and a closed tab loses nothing that was typed a moment before.
    """
    enrollment_id, assessor, _ = await assessing.in_hand(house, library)
    address = f"/assessing/rounds/{enrollment_id}"
    async with page_of(chromium, portal, Party.ASSESSOR, assessor.id) as page:
        await page.goto(address)
        item = page.get_by_role("region", name="Detail 1.2", exact=True)
        await item.get_by_label("Unscorable").check()
        await item.get_by_label("It cannot be scored because").select_option("no_sound")
        await item.get_by_label("Feedback").fill("I hear nothing at all.")
        await expect(item.get_by_text(SAVED)).to_be_visible()
        await page.reload()
        await expect(item.get_by_label("Unscorable")).to_be_checked()
        await expect(item.get_by_label("Feedback")).to_have_value("I hear nothing at all.")
        await item.get_by_label("Feedback").fill("I hear nothing, to the end.")
        await page.close()

        again = await page.context.new_page()
        await again.goto(address)
        item = again.get_by_role("region", name="Detail 1.2", exact=True)
        await expect(item.get_by_label("Feedback")).to_have_value("I hear nothing, to the end.")

    async def is_kept() -> bool:
        mark = (await marks_of(house, assessor.id, enrollment_id))[OPEN]
        return mark.feedback == "I hear nothing, to the end."

    await eventually(is_kept)


async def test_two_windows_let_the_reader_choose(
    house: House, portal: Portal, chromium: Browser, library: str
) -> None:
    """Proves: a window that is older than what was saved shows both texts and saves nothing by
    itself; the reader's choice is then saved (trap 9).
    """
    enrollment_id, assessor, _ = await assessing.in_hand(house, library)
    async with page_of(chromium, portal, Party.ASSESSOR, assessor.id) as page:
        await page.goto(f"/assessing/rounds/{enrollment_id}")
        await page.wait_for_load_state("networkidle")
        await house.assessor.mark_now(
            assessor.id, enrollment_id, OPEN, MarkKind.NOT_MET, "From the other window."
        )
        item = page.get_by_role("region", name="Detail 1.2", exact=True)
        await item.get_by_label("Feedback").fill("From this window.")
        await expect(item.get_by_text("From the other window.")).to_be_visible()
        assert await feedback_of(house, assessor, enrollment_id) == "From the other window."
        await item.get_by_role("button", name="Keep mine").click()
        await expect(item.get_by_text(SAVED)).to_be_visible()

        async def is_kept() -> bool:
            return await feedback_of(house, assessor, enrollment_id) == "From this window."

        await eventually(is_kept)


async def feedback_of(house: House, assessor: Assessor, enrollment_id: str) -> str:
    """Return the feedback that is on the server."""
    return (await marks_of(house, assessor.id, enrollment_id))[OPEN].feedback


async def test_a_session_that_ends_in_the_middle_loses_nothing(
    house: House, portal: Portal, chromium: Browser, library: str
) -> None:
    """Proves: signed out while writing, the text stays and the page says so with a way to sign
    in; signed in again, it is saved without being typed anew (trap 8).
    """
    enrollment_id, assessor, _ = await assessing.in_hand(house, library)
    async with page_of(chromium, portal, Party.ASSESSOR, assessor.id) as page:
        await page.goto(f"/assessing/rounds/{enrollment_id}")
        item = page.get_by_role("region", name="Detail 1.2", exact=True)
        await item.get_by_label("Not met").check()
        await expect(item.get_by_text(SAVED)).to_be_visible()
        await portal.site.sessions.end_all(Party.ASSESSOR, assessor.id, now())
        await item.get_by_label("Feedback").fill("An hour of work.")
        link = item.get_by_role("link", name="Sign in in a new tab")
        await expect(link).to_be_visible()
        assert "as=assessor" in (await link.get_attribute("href") or "")
        assert await feedback_of(house, assessor, enrollment_id) == ""

        await sign_in(page.context, portal, Party.ASSESSOR, assessor.id)
        await page.evaluate("window.dispatchEvent(new Event('focus'))")
        await expect(item.get_by_text(SAVED)).to_be_visible()
        await expect(item.get_by_label("Feedback")).to_have_value("An hour of work.")
        assert await feedback_of(house, assessor, enrollment_id) == "An hour of work."


async def test_a_browser_without_scripts_saves_with_a_button(
    house: House, portal: Portal, chromium: Browser, library: str
) -> None:
    """Proves: where scripts do not run, the buttons that need them are not there and the others
    are; a PDF opens at its page all the same. On a phone's width nothing runs off the page.
    """
    enrollment_id, assessor, _ = await assessing.in_hand(house, library)
    narrow = {"width": 390, "height": 844}
    async with page_of(
        chromium, portal, Party.ASSESSOR, assessor.id, java_script_enabled=False, viewport=narrow
    ) as page:
        await page.goto(f"/assessing/rounds/{enrollment_id}")
        await expect(page.get_by_role("button", name="Next")).to_have_count(0)
        item = page.get_by_role("region", name="Detail 1.2", exact=True)
        await item.get_by_label("Met", exact=True).check()
        await item.get_by_role("button", name="Save, from Detail 1.2 on").click()
        await expect(page.get_by_text("1 of 6 marked")).to_be_visible()
        await page.get_by_text("Show page 3").click()
        await pdf_viewer(page)
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width == narrow["width"]
