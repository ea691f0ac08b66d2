"""Part 2 in a real browser: uploads that go on, places judged at once, files that are shown."""

import hashlib
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Browser, Locator, Request, Route, expect
from playwright.async_api import Page as Tab

from adapters.records.portfolio_values import FileView
from domain.enrollment import Party
from domain.evidence import Inspection
from domain.evidence_fields import PlaceFields, locator_of, refuse_outside
from domain.locators import Page
from domain.refusals import Refusal
from portal.practitioner.evidence_facts import place_facts
from tests import artifacts
from tests.domain.test_evidence_fields import RIGHT, WRONG
from tests.house import House
from tests.portal.browsing import page_of, sign_in
from tests.portal.served import Portal
from tests.portal.tus_client import MEGABYTE, kept_artifacts, pattern
from tests.waiting import PATIENCE_SECONDS, eventually

expect.set_options(timeout=PATIENCE_SECONDS * 1000)

SAMPLES = Path(__file__).parents[2] / "samples" / "work" / "artifacts"
LESSON = artifacts.video("mp4") + pattern(13 * MEGABYTE)


@dataclass
class Desk:
    """Somebody's part 2 in a tab, with what the tab sent of files."""

    tab: Tab
    enrollment_id: str
    person_id: str
    lesson: Path
    offsets: list[int] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Address of part 2."""
        return f"/my/{self.enrollment_id}/parts/2"

    @property
    def row(self) -> Locator:
        """The upload of the lesson in this page."""
        return self.tab.locator("[data-uploads] .upload").first

    async def choose(self, *files: Path) -> None:
        """Choose files, as with the button."""
        await self.tab.locator("#chosen").set_input_files(list(files))

    def note(self, request: Request) -> None:
        """Remember from where on bytes were sent."""
        if request.method == "PATCH":
            self.offsets.append(int(request.headers["upload-offset"]))


@pytest.fixture
async def desk(
    house: House, portal: Portal, library: str, chromium: Browser, tmp_path: Path
) -> AsyncIterator[Desk]:
    """A practitioner at part 2."""
    enrollment_id = await house.working(library)
    person_id = await portal.site.access.owner_of(enrollment_id) or ""
    lesson = tmp_path / "lesson.mp4"
    lesson.write_bytes(LESSON)
    async with page_of(chromium, portal, Party.PRACTITIONER, person_id) as tab:
        desk = Desk(tab, enrollment_id, person_id, lesson)
        tab.on("request", desk.note)
        await tab.goto(desk.address)
        await expect(tab.locator("html")).to_have_attribute("data-scripted", "")
        yield desk


def sha256(content: bytes) -> str:
    """Return the name under which content is kept."""
    return hashlib.sha256(content).hexdigest()


async def test_several_files_arrive_although_the_connection_drops(
    house: House, desk: Desk, tmp_path: Path
) -> None:
    """Proves: two files chosen at once are uploaded with progress; a request that breaks off is
    taken up where the upload stands; and the list says by itself what the files are.
    """
    plan = tmp_path / "plan.pdf"
    plan.write_bytes(artifacts.pdf(4))
    dropped: list[str] = []

    async def drop_the_second(route: Route) -> None:
        if route.request.method == "PATCH" and len(desk.offsets) > 2 and not dropped:
            dropped.append(route.request.headers["upload-offset"])
            await route.abort("connectionreset")
        else:
            await route.continue_()

    await desk.tab.route("**/uploads/*", drop_the_second)
    await desk.choose(desk.lesson, plan)
    files = desk.tab.locator("[data-files]")
    await expect(files).to_contain_text("an MP4 video, 0:04 long")
    await expect(files).to_contain_text("a PDF, 4 pages")
    await expect(desk.tab.locator("[data-uploads] .upload")).to_have_count(0)

    assert len(dropped) == 1
    assert desk.offsets.count(int(dropped[0])) == 2  # once dropped, once again; nothing before it
    kept = dict(await kept_artifacts(house, desk.enrollment_id, 2))
    assert kept == {"lesson.mp4": sha256(LESSON), "plan.pdf": sha256(artifacts.pdf(4))}


async def paused_in_the_middle(desk: Desk) -> int:
    """Choose the lesson and pause once a part of it has arrived; returns where it stands."""
    held: list[Route] = []

    async def hold(route: Route) -> None:
        if route.request.method == "PATCH" and route.request.headers["upload-offset"] != "0":
            held.append(route)
        else:
            await route.continue_()

    await desk.tab.route("**/uploads/*", hold)
    await desk.choose(desk.lesson)

    async def is_held() -> bool:
        return bool(held)

    await eventually(is_held)
    await desk.row.get_by_role("button", name="Pause the upload of lesson.mp4").click()
    await expect(desk.row).to_contain_text("Paused at")
    await desk.tab.unroute("**/uploads/*")
    stands_at = int(held[0].request.headers["upload-offset"])
    desk.offsets.clear()
    return stands_at


async def test_an_upload_goes_on_after_a_pause_and_after_a_reload(house: House, desk: Desk) -> None:
    """Proves: a paused upload stays as it is; after a reload the page says what is unfinished, and
    the same file chosen again goes on where it stood, with no byte before it sent twice.
    """
    stands_at = await paused_in_the_middle(desk)
    await desk.tab.reload()
    unfinished = desk.tab.locator("[data-unfinished]")
    await expect(unfinished).to_contain_text("Choose the same file again")

    await desk.choose(desk.lesson)
    await expect(desk.tab.locator("[data-files]")).to_contain_text("an MP4 video")

    assert min(desk.offsets) == stands_at > 0
    assert await kept_artifacts(house, desk.enrollment_id) == [("lesson.mp4", sha256(LESSON))]
    await expect(unfinished).to_have_count(0)


async def test_an_upload_waits_for_somebody_who_was_signed_out(
    house: House, portal: Portal, desk: Desk
) -> None:
    """Proves: when the session ends in the middle, nothing is lost: the page says so, and goes on
    by itself once its practitioner has signed in again.
    """
    stands_at = await paused_in_the_middle(desk)
    await desk.tab.context.clear_cookies(name="laurel_my")
    await desk.row.get_by_role("button", name="Resume the upload of lesson.mp4").click()
    await expect(desk.row).to_contain_text("You are signed out.")
    await expect(desk.row.get_by_role("link")).to_have_attribute("target", "_blank")

    await sign_in(desk.tab.context, portal, Party.PRACTITIONER, desk.person_id)
    await desk.tab.evaluate("window.dispatchEvent(new Event('focus'))")
    assert await kept_artifacts(house, desk.enrollment_id) == [("lesson.mp4", sha256(LESSON))]
    assert min(desk.offsets) == stands_at


async def test_an_upload_is_removed_and_a_refused_file_says_why(desk: Desk, tmp_path: Path) -> None:
    """Proves: an upload can be given up, here and on the server; a file without a name that people
    can read is refused in the server's own words.
    """
    await paused_in_the_middle(desk)
    await desk.row.get_by_role("button", name="Remove the upload of lesson.mp4").click()
    await expect(desk.row).to_have_count(0)
    await desk.tab.reload()
    await expect(desk.tab.locator("[data-unfinished]")).to_have_count(0)

    odd = tmp_path / "a\u202eb.pdf"
    odd.write_bytes(artifacts.pdf(1))
    await desk.choose(odd)
    await expect(desk.row.locator(".wrong")).to_be_visible()
    await expect(desk.row).not_to_contain_text("did not answer")


def spoken(inspection: Inspection, first: str, last: str) -> str:
    """Return what the server says of a place; empty when it takes it."""
    try:
        place = locator_of(inspection.kind, PlaceFields(first=first, last=last))
        refuse_outside(place, inspection, "a file")
    except Refusal as refusal:
        return str(refusal)
    return ""


def viewed(inspection: Inspection) -> FileView:
    """Return a file with these measures."""
    return FileView(
        id="f",
        name="a file",
        size=9,
        sha256="0" * 64,
        uploaded_at=datetime.now(UTC),
        inspection=inspection,
    )


async def test_the_page_and_the_server_judge_a_place_alike(desk: Desk) -> None:
    """Proves: for every place of the rules' own tests, right or wrong, the script says word for
    word what the server says.
    """
    cases = [*((file, first, last) for file, first, last, _ in WRONG), *RIGHT]
    source = await desk.tab.locator('script[src$="portfolio.js"]').get_attribute("src") or ""
    said = await desk.tab.evaluate(
        "async ([source, cases]) => { const { placeProblem } = await import(source);"
        " return cases.map((each) => placeProblem(...each)) }",
        [
            source.replace("portfolio.js", "places.js"),
            [[place_facts(viewed(file)), first, last] for file, first, last in cases],
        ],
    )

    assert said == [spoken(*case) for case in cases]


async def test_a_piece_is_written_with_the_file_beside_it(
    house: House, portal: Portal, desk: Desk, chromium: Browser
) -> None:
    """Proves: a place outside is said at once and not saved; what is complete is saved by itself,
    as one piece; and when another window changes it, both texts are shown.
    """
    file = await house.artifact(desk.enrollment_id)
    form = f"{desk.address}/evidence?item=detail/1.1&file={file}"
    await desk.tab.goto(form)
    await expect(desk.tab.locator("html")).to_have_attribute("data-scripted", "")
    status = desk.tab.locator("[data-saving]")
    await desk.tab.get_by_label("From page").fill("9")
    wrong = desk.tab.locator("[data-wrong-place]")
    await expect(wrong).to_have_text("The file has 3 pages; page 9 does not exist.")
    await desk.tab.get_by_label("How it shows").fill("The plan")
    await expect(status).to_contain_text("kept in this browser")
    await desk.tab.reload()
    await expect(desk.tab.get_by_label("From page")).to_have_value("9")

    await desk.tab.get_by_label("From page").fill("2")
    await expect(wrong).to_be_hidden()
    await expect(status).to_contain_text("Saved ")
    await desk.tab.get_by_label("How it shows").fill("The plan, in March")
    await desk.tab.get_by_label("How it shows").blur()
    await eventually(lambda: says(house, desk, "The plan, in March"))

    await house.practitioner.point_at(
        desk.enrollment_id, "detail/1.2", file, Page(number=1), "Another window"
    )
    await desk.tab.get_by_label("How it shows").fill("The plan, in April")
    await expect(desk.tab.locator("[data-stale]")).to_be_visible()
    await desk.tab.get_by_role("button", name="Save and go back").click()
    await expect(desk.tab.get_by_role("heading", level=1)).to_contain_text("another window")
    await expect(desk.tab.locator("main")).to_contain_text("The plan, in April")
    await expect(desk.tab.locator("main")).to_contain_text("The plan, in March")
    await desk.tab.get_by_role("button", name="Keep mine, in place of the old piece").click()
    await expect(desk.tab.get_by_role("status").first).to_contain_text("saved")
    assert await says(house, desk, "The plan, in April")


async def says(house: House, desk: Desk, *texts: str) -> bool:
    """Whether exactly these pieces are kept for the first detail."""
    draft = await house.parts.draft(desk.enrollment_id, 2)
    return tuple(each.explanation for each in draft.evidence.get("detail/1.1", ())) == texts


async def test_files_are_shown_under_the_policy(house: House, desk: Desk, tmp_path: Path) -> None:
    """Proves: this browser really draws a PDF in a frame of ours, and plays a recording from a
    time, although their answers are in a sandbox; and a time is taken from the player.
    """
    pdf, recording = SAMPLES / "agenda-and-record.pdf", SAMPLES / "meeting-recording.mp4"
    await desk.choose(pdf, recording)
    await kept_artifacts(house, desk.enrollment_id, 2)
    kept = {each.name: each.id for each in await house.parts.artifacts(desk.enrollment_id)}
    form = f"{desk.address}/evidence?item=detail/1.1&file="
    await desk.tab.goto(form + kept[pdf.name])
    frame = desk.tab.locator("iframe[data-player]")
    await eventually(lambda: is_a_page_drawn(frame))

    await desk.tab.goto(form + kept[recording.name])
    player = desk.tab.locator("video[data-player]")
    await desk.tab.get_by_label("From").fill("0:31")
    await desk.tab.get_by_label("From").blur()
    await expect(player).to_have_js_property("currentTime", 31)
    await player.evaluate("player => { player.currentTime = 40 }")
    await desk.tab.get_by_role("button", name="Where the player is").nth(1).click()
    await expect(desk.tab.get_by_label("To")).to_have_value("0:40")


async def is_a_page_drawn(frame: Locator) -> bool:
    """Whether much of the frame is the white of paper, with something dark on it."""
    picture = Image.open(io.BytesIO(await frame.screenshot())).convert("L")
    counts = picture.histogram()
    total = picture.width * picture.height
    return counts[255] > total * 0.3 and sum(counts[:100]) > total * 0.005
