"""The board and the checks as pages: what they say, where they lead, how the board moves."""

import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import expect
from temporalio.testing import WorkflowEnvironment

from adapters.records.tables import OrderLineRow
from domain.enrollment import AttentionKind, Ending, Party, Stage
from domain.notices import NoticeState
from domain.orders import LineState
from portal.operations.board import watch_over
from portal.site import now
from tests.portal.browsing import page_of
from tests.portal.quiet import Quiet, quiet_portal
from tests.portal.standings import DAY, HOUR
from tests.servers import SqliteTemplate
from tests.traps.books import learner, order_of

AT_ONCE = timedelta(milliseconds=30)


@pytest.fixture
async def quiet(
    temporal: WorkflowEnvironment, sqlite_template: SqliteTemplate, tmp_path: Path
) -> AsyncIterator[Quiet]:
    """A portal whose records are this test's own."""
    async with quiet_portal(temporal, sqlite_template, tmp_path) as quiet:
        yield quiet


async def put_everywhere(quiet: Quiet) -> dict[str, str]:
    """Put a journey behind each number of the board; returns some by name."""
    standings, at = quiet.standings, now()
    late = await standings.journey(1, Stage.WORKING, at - HOUR, open_attention=1)
    await standings.journey(2, Stage.REVISING, at + DAY, access_due_at=at, access_met_at=at)
    await standings.journey(3, until=at + DAY, access_due_at=at, access_breached_at=at)
    await standings.journey(4, Stage.GRANTING_ACCESS, at + DAY, access_due_at=at + DAY)
    await standings.ended(5, Ending.AWARDED, at - DAY)
    assessor = await quiet.books.hire(1)
    await standings.assessing(6, assessor, at + DAY, called_at=at - DAY)
    await standings.attention(late, AttentionKind.MAIL_BOUNCED, at - HOUR)
    await standings.notice("n1", late, NoticeState.BOUNCED, at=at - HOUR)
    return {"late": late}


async def test_every_number_of_the_board_leads_to_its_lines(quiet: Quiet) -> None:
    """Proves: whoever follows a number meets a page with exactly so many lines."""
    await put_everywhere(quiet)
    source = await quiet.ops.get("/ops")
    numbers = {
        address.replace("&amp;", "&"): int(number)
        for address, number in re.findall(
            r'href="(/ops/[^"]+)"[^>]*><strong>(\d+)</strong>', source
        )
        + re.findall(
            r'<a href="(/ops/journeys\?stage=[^"]+)">[^<]+</a></th>\s*<td[^>]*>(\d+)', source
        )
        + re.findall(r'<a href="(/ops/[^"]+)">[^<]+</a></dt><dd>(?:<span[^>]*>)?(\d+)', source)
        + re.findall(r'<a class="badge bad" href="([^"]+)"[^>]*>(\d+)</a>', source)
    }
    assert len(numbers) >= 20
    assert set(numbers.values()) >= {0, 1}
    for address, number in numbers.items():
        page = await quiet.ops.get(address)
        lines = page.count("<tr>") - 1 if "<tbody>" in page else 0
        assert lines == number, address


async def test_an_empty_board_says_so_kindly(quiet: Quiet) -> None:
    """Proves: a programme without anything has a board of zeros and no broken sentence."""
    await quiet.ops.get("/ops")
    assert "Everything waits on somebody, until a stated time." in quiet.ops.text
    assert "nobody waits" in quiet.ops.text
    await quiet.ops.get("/ops/checks")
    assert "Everything holds." in quiet.ops.text


async def test_the_board_is_for_operations_alone(quiet: Quiet) -> None:
    """Proves: a stranger, a practitioner and an assessor are turned away from every page of it."""
    journey = await quiet.standings.journey(1)
    person = await quiet.portal.site.access.owner_of(journey)
    assert person is not None
    browsers = [quiet.portal.browser(), await quiet.portal.practitioner(journey)]
    for browser in browsers:
        for address in ("", "/board/events", "/journeys", "/orders", "/attention", "/mail"):
            await browser.get(f"/ops{address}", status=401)
        for address in ("/reports", "/checks", "/checks/1", "/assessors", "/journeys?as=csv"):
            await browser.get(f"/ops{address}", status=401)


async def test_the_board_tells_what_changes_and_only_that(quiet: Quiet) -> None:
    """Proves: a stream of events says when it looked, and brings the pieces when a number moved;
    one watch serves everybody.
    """
    state = quiet.portal.app.state
    state.board_watch = watch_over(quiet.portal.app, AT_ONCE)
    client = quiet.ops.client
    async with client.stream("GET", "/ops/board/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.aiter_lines()
        name, facts = await next_event(lines)
        assert name == "board"
        assert "<strong>0</strong><span>need attention" in facts["pieces"]
        name, facts = await next_event(lines)
        assert (name, list(facts)) == ("seen", ["as_of"])
        assert "<time datetime=" in facts["as_of"]
        await quiet.standings.attention("order-1", AttentionKind.SETTLEMENT_OVERDUE, now())
        while name == "seen":
            name, facts = await next_event(lines)
        assert "<strong>1</strong><span>need attention" in facts["pieces"]


async def next_event(lines: AsyncIterator[str]) -> tuple[str, dict[str, str]]:
    """Return the name and the facts of the next event."""
    name = ""
    async for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        if line.startswith("data: "):
            facts: dict[str, str] = json.loads(line.removeprefix("data: "))
            return name, facts
    raise AssertionError("the stream ended")


async def test_the_board_moves_in_a_real_browser(quiet: Quiet, chromium: Chromium) -> None:
    """Proves: a number changes on the open page without a press, and whoever stands on a link
    still stands on it.
    """
    state = quiet.portal.app.state
    state.board_watch = watch_over(quiet.portal.app, AT_ONCE)
    async with page_of(chromium, quiet.portal, Party.OPS, await quiet.staff_id()) as page:
        await page.goto("/ops")
        tile = page.locator('[data-piece="tiles"] a[href="/ops/attention"]')
        await expect(page.get_by_text("updates by itself")).to_be_visible()
        await expect(tile.locator("strong")).to_have_text("0")
        await tile.focus()
        await quiet.standings.attention("order-1", AttentionKind.SETTLEMENT_OVERDUE, now())
        await expect(tile.locator("strong")).to_have_text("1")
        await expect(tile).to_be_focused()
        await expect(page.get_by_role("link", name="settlement overdue")).to_be_visible()


async def test_the_checks_show_the_rows_behind_every_number(quiet: Quiet) -> None:
    """Proves: a broken sentence has its rows on the page, each with a way to look at it; they stand
    alone page by page and as a file; a number that does not exist is refused.
    """
    order = await quiet.books.ordered(order_of(7, *(learner(each) for each in range(1, 13))))
    journey = await quiet.standings.journey(20, until=now() - DAY)
    await quiet.standings.change(OrderLineRow, f"{order}-12", state=LineState.ENROLLED)
    page = await quiet.ops.get("/ops/checks")
    assert "2 of 7 sentences do not hold." in quiet.ops.text
    assert f'href="/ops/journeys/{journey}"' in page
    assert page.count(f'href="/ops/orders/{order}"') == 10
    assert "12 breaches" in quiet.ops.text
    page = await quiet.ops.get("/ops/checks/1")
    assert page.count(f'href="/ops/orders/{order}"') == 12
    assert "enrolled, but there is no such enrollment" in quiet.ops.text
    await quiet.ops.get("/ops/checks/5")
    assert "It holds" in quiet.ops.text
    sheet = (await quiet.ops.get("/ops/checks/1?as=csv")).splitlines()
    assert len(sheet) == 13
    assert "unknown_invariant" in await quiet.ops.get("/ops/checks/9", status=404)
    await quiet.ops.get("/ops/checks/1?after=made-up", status=422)
