"""Trap 8: work that is lost with a session, a tab or a connection.

The editor saves on the server at every pause, and keeps in the browser what is not there yet; what
was saved belongs to the enrollment, not to a session.
"""

import re
from datetime import UTC, datetime

from playwright.async_api import Browser, expect

from domain.enrollment import Party
from tests.house import House
from tests.portal.browsing import page_of, sign_in
from tests.portal.served import Portal

SAVED = re.compile(r"^Saved \d\d:\d\d")


async def test_a_session_that_ends_in_the_middle_of_a_draft_loses_nothing(
    house: House, portal: Portal, library: str, chromium: Browser
) -> None:
    """Proves: what is written after the session ended is said to be unsaved and kept in this
    browser, with a way to sign in; signed in again, also in a new tab after this one was closed,
    it is back and saved.
    """
    enrollment_id = await house.working(library)
    owner = await portal.site.access.owner_of(enrollment_id) or ""
    address = f"/my/{enrollment_id}/parts/1"
    async with page_of(chromium, portal, Party.PRACTITIONER, owner) as page:
        await page.goto(address)
        saving = page.locator("[data-saving]")
        await page.fill("#question-1", "Before the session ended.")
        await expect(saving).to_have_text(SAVED)
        await portal.site.sessions.end_all(Party.PRACTITIONER, owner, datetime.now(UTC))
        await page.fill("#question-2", "After it ended.")
        await expect(saving).to_have_text("Not saved: you are signed out; kept in this browser")
        way_in = page.get_by_role("link", name="Sign in in a new tab")
        assert "/sign-in?as=practitioner" in (await way_in.get_attribute("href") or "")
        draft = await house.parts.draft(enrollment_id, 1)
        assert "question/2" not in draft.answers or not draft.answers["question/2"]

        tab = await page.context.new_page()
        await page.close()
        answer = await tab.goto(address)
        assert answer is not None
        assert answer.status == 401
        await sign_in(tab.context, portal, Party.PRACTITIONER, owner)
        await tab.goto(address)
        await expect(tab.locator("#question-2")).to_have_value("After it ended.")
        await expect(tab.locator("[data-saving]")).to_have_text(SAVED)
    draft = await house.parts.draft(enrollment_id, 1)
    assert draft.answers == {
        "question/1": "Before the session ended.",
        "question/2": "After it ended.",
    }


async def test_a_draft_is_there_after_logging_out_and_from_another_browser(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: what was saved belongs to the enrollment; who signs in anywhere goes on with it."""
    enrollment_id = await house.working(library)
    page = f"/my/{enrollment_id}/parts/3"
    browser = await portal.practitioner(enrollment_id)
    await browser.post(page, 303, round=1, version=0, **{"text:reflection": "Kept for later."})
    await browser.post("/sign-out", face="practitioner", everywhere="true")
    await browser.get(page, status=401)
    another = await portal.practitioner(enrollment_id)
    await another.get(page)
    assert "Kept for later." in another.text


async def test_a_form_that_is_sent_after_the_session_ended_is_not_thrown_away(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: without scripts, too, what a form carried to a closed door is not lost: the answer
    says that nothing was saved, and the same form, sent again from the browser's own page after
    signing in, is taken.
    """
    enrollment_id = await house.working(library)
    page = f"/my/{enrollment_id}/parts/3"
    browser = await portal.practitioner(enrollment_id)
    await browser.get(page)
    owner = await portal.site.access.owner_of(enrollment_id) or ""
    await portal.site.sessions.end_all(Party.PRACTITIONER, owner, datetime.now(UTC))
    fields = {"round": 1, "version": 0, "text:reflection": "Sent to a closed door."}
    await browser.post(page, 401, **fields)
    again = await portal.practitioner(enrollment_id)
    browser.client.cookies.update(again.client.cookies)
    await again.post(page, 303, **fields)
    draft = await house.parts.draft(enrollment_id, 3)
    assert draft.answers == {"reflection": "Sent to a closed door."}
