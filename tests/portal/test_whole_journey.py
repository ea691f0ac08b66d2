"""One journey from first sentence to award, by clicking as all three roles, in two rounds."""

from pathlib import Path

from playwright.async_api import Browser, Page, expect

from adapters.records.invariants import InvariantBook
from adapters.records.staff_book import StaffBook
from domain.enrollment import Ending, Party, Stage
from portal.site import now
from tests import artifacts
from tests.house import NARRATIVE, OPS, Assessor, House
from tests.portal.browsing import page_of
from tests.portal.served import Portal
from tests.waiting import PATIENCE_SECONDS

expect.set_options(timeout=PATIENCE_SECONDS * 1000)

FEEDBACK = "Show the log of a whole week, not of one day."


async def write(page: Page, enrollment_id: str, part: int) -> None:
    """Write every answer of a part and hand the part in."""
    await page.goto(f"/my/{enrollment_id}/parts/{part}")
    for field in await page.locator("textarea").all():
        await field.fill(NARRATIVE)
    await hand_in(page, part)


async def hand_in(page: Page, part: int) -> None:
    """Agree to both statements and submit the open part; its receipt is shown."""
    await (
        page.get_by_role("navigation", name="This part").get_by_role("link", name="Submit").click()
    )
    await page.get_by_label("I keep the privacy of students").check()
    await page.get_by_label("This is my own work").check()
    await page.get_by_role("button", name=f"Submit part {part}").click()
    await expect(page.get_by_role("heading", name="Receipt")).to_be_visible()


async def point_at(page: Page, detail: str, number: int) -> None:
    """Add a page of the one file as evidence for a detail."""
    await page.get_by_role("link", name=f"Add evidence for {detail}").click()
    await page.get_by_role("link", name="plan.pdf").click()
    await page.locator("#first").fill(str(number))
    await page.get_by_label("How it shows this detail").fill("The plan is on this page.")
    await page.get_by_role("button", name="Save and go back").click()


async def build_portfolio(page: Page, enrollment_id: str, file: Path) -> None:
    """Upload a file, point at a page of it for each detail, and hand part 2 in."""
    await page.goto(f"/my/{enrollment_id}/parts/2")
    await page.locator("#chosen").set_input_files(file)
    await expect(page.locator("[data-files]")).to_contain_text("4 pages")
    for number, detail in enumerate(("Detail 1.1", "Detail 1.2", "Detail 2.1"), start=1):
        await point_at(page, detail, number)
    await hand_in(page, 2)


async def assess(
    chromium: Browser, portal: Portal, assessor: Assessor, keys: str, outcome: str
) -> None:
    """Accept the offer, mark the open items one after the other, and hand the judgement in."""
    async with page_of(chromium, portal, Party.ASSESSOR, assessor.id) as page:
        await page.goto("/assessing")
        await page.get_by_role("link", name="Look at it and answer").click()
        await page.get_by_role("button", name="Accept the round").click()
        await page.wait_for_url("**/rounds/**")
        for key in keys:
            await page.keyboard.press("j")
            await page.keyboard.press(key)
            if key == "x":
                await page.keyboard.press("f")
                await page.keyboard.type(FEEDBACK)
                await page.keyboard.press("Escape")
        await expect(page.get_by_text(f"{len(keys)} of {len(keys)} marked")).to_be_visible()
        await page.get_by_role("link", name="Hand in …").click()
        await page.get_by_role("button", name=f"Hand in: {outcome}").click()
        await page.wait_for_url("**/assessing")


async def test_from_the_first_sentence_to_the_award_in_two_rounds(
    house: House, portal: Portal, chromium: Browser, library: str, tmp_path: Path
) -> None:
    """Proves: what three people need for a whole journey is there to be clicked, without a manual;
    operations see all of it; and what must always be true is true afterwards.
    """
    file = tmp_path / "plan.pdf"
    file.write_bytes(artifacts.pdf(4))
    assessor = await house.hire(library)
    enrollment_id = await house.working(library)
    person_id = await portal.site.access.owner_of(enrollment_id) or ""
    async with page_of(chromium, portal, Party.PRACTITIONER, person_id) as page:
        await page.goto("/my")
        await page.get_by_role("link", name="Steady Hands").click()
        await expect(page.get_by_role("link", name="Begin with part 1")).to_be_visible()
        await write(page, enrollment_id, 1)
        await build_portfolio(page, enrollment_id, file)
        await write(page, enrollment_id, 3)
        await house.until_stage(enrollment_id, Stage.OFFERED)
        await assess(chromium, portal, assessor, "mmmmxm", "not yet")
        await house.until_stage(enrollment_id, Stage.REVISING)
        await revise(page, enrollment_id)
        await house.until_stage(enrollment_id, Stage.OFFERED)
        await assess(chromium, portal, assessor, "m", "proficient")
        row = await house.until_stage(enrollment_id, Stage.ENDED)
        assert row.ending == Ending.AWARDED
        await page.goto(f"/my/{enrollment_id}")
        await expect(page.locator("main")).to_contain_text("Congratulations")
    await see_it_all(chromium, portal, enrollment_id)
    # Other tests plant breaches in this house; none may be of this journey.
    checks = InvariantBook(house.database)
    for number in range(1, len(await checks.count(now())) + 1):
        breaches = await checks.breaches(number, now())
        assert enrollment_id not in {each.enrollment_id for each in breaches.lines}


async def revise(page: Page, enrollment_id: str) -> None:
    """Read the feedback, point at another page for the detail that is open, hand part 2 in."""
    await page.goto(f"/my/{enrollment_id}/result")
    await expect(page.get_by_text(FEEDBACK)).to_be_visible()
    await page.goto(f"/my/{enrollment_id}/parts/2")
    await expect(page.get_by_text(FEEDBACK)).to_be_visible()
    assert await page.get_by_role("link", name="Add evidence").count() == 1  # the rest is locked
    await point_at(page, "Detail", 4)
    await hand_in(page, 2)


async def see_it_all(chromium: Browser, portal: Portal, enrollment_id: str) -> None:
    """Find the journey as operations would, and read what happened in it."""
    staff = StaffBook(portal.house.database)
    staff_id = await staff.add("Whole Journey", "whole@example.org", OPS)
    async with page_of(chromium, portal, Party.OPS, staff_id) as page:
        await page.goto(f"/ops/journeys/{enrollment_id}")
        main = page.locator("main")
        for told in ("awarded", "round 2", "Learner Nr"):
            await expect(main).to_contain_text(told, ignore_case=True)
