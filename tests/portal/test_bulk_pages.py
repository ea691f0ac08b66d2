"""Acts in bulk as operations see them: chosen, shown, started, watched; looking does nothing."""

import json
from html import unescape

import pytest
from playwright.async_api import Browser as Chromium

from adapters.records.bulk_book import BulkBook
from adapters.records.staff_book import StaffBook
from domain.bulk import BulkResult
from domain.enrollment import Party
from domain.previews import Act, ActKind
from domain.timeline import Happening
from portal.operations.bulk_progress import changes
from tests.house import OPS, House
from tests.portal.browsing import page_of
from tests.portal.pressing import hidden, press
from tests.portal.served import Browser, Portal
from tests.portal.test_bulk import ended, token


async def shown(ops: Browser, journeys: list[str], kind: ActKind, **more: str) -> dict[str, str]:
    """Tick journeys and choose an act; returns what the form that starts it carries."""
    source = await ops.post("/ops/bulk", status=200, enrollment=journeys)
    fields = {
        **hidden(source, '<form method="post" action="/ops/bulk" '),
        "kind": kind.value,
        **more,
    }
    source = await press(ops, "/ops/bulk", fields, "", status=200)
    return hidden(source, '<form method="post" action="/ops/bulk/start"')


async def test_a_selection_is_shown_before_anything_is_done(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: ticking and choosing change nothing; the page counts what would be done and what be
    refused, with the refusals' own words; without a reason it is not started.
    """
    journeys = [await house.enrolled(library) for _ in range(2)]
    over = await house.enrolled(library)
    await house.practitioner.withdraw(over, OPS)
    ops = await portal.operations()
    fields = await shown(ops, [*journeys, over], ActKind.EXTEND, days="4")
    assert "2 would be done" in ops.text
    assert "1 would be refused" in ops.text
    assert "This journey has ended (withdrawn)" in ops.text
    assert fields["days"] == "4"
    kinds = [line.kind for line in await house.timeline(journeys[0])]
    assert Happening.DUE_TIME_EXTENDED not in kinds

    source = await press(ops, "/ops/bulk/start", fields, " ", status=422)
    assert "No reason is given." in unescape(source)


async def test_what_was_started_is_shown_with_each_result(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: starting it twice starts it once; its page and the list of acts say how far it is,
    why, and what came of each journey, page by page.
    """
    journeys = [await house.enrolled(library) for _ in range(2)]
    over = await house.enrolled(library)
    await house.practitioner.withdraw(over, OPS)
    ops = await portal.operations()
    fields = await shown(ops, [*journeys, over], ActKind.EXTEND, days="4")
    first = await press(ops, "/ops/bulk/start", fields, "Snow week.")
    assert await press(ops, "/ops/bulk/start", fields, "Snow week.") == first
    bulk_id = first.rpartition("/")[2]
    await ended(house, bulk_id)

    await ops.get(first)
    assert "3 of 3 journeys" in ops.text
    assert "2 done, 1 refused" in ops.text
    assert "Snow week." in ops.text
    assert "This journey has ended (withdrawn)" in ops.text
    learner = await house.learner_of(journeys[0])
    assert learner.name in ops.text
    for journey in journeys:
        kinds = [line.kind for line in await house.timeline(journey)]
        assert kinds.count(Happening.DUE_TIME_EXTENDED) == 1
    await ops.get("/ops/bulk")
    assert "Move the due times later by 4 days" in ops.text
    await ops.get(f"{first}?after=2")
    assert over in ops.text
    assert journeys[0] not in ops.text


async def test_mails_of_a_selection_are_counted(house: House, portal: Portal, library: str) -> None:
    """Proves: how many mails would go out is said before they do, and what cannot be undone."""
    journeys = [await house.enrolled(library) for _ in range(2)]
    ops = await portal.operations()
    await shown(ops, journeys, ActKind.WITHDRAW)
    assert "2 × “withdrawn” to the practitioner" in ops.text
    assert "A journey that has ended cannot be opened again." in ops.text


async def test_what_cannot_be_chosen_is_said(house: House, portal: Portal, library: str) -> None:
    """Proves: nothing ticked, too much ticked, and attention that is not named are told in words;
    where nothing would be done there is no button.
    """
    ops = await portal.operations()
    await ops.post("/ops/bulk", status=422)
    assert "No journey is selected." in ops.text
    await ops.post("/ops/bulk", status=422, selection=" ".join(f"e{n}" for n in range(1001)))
    assert "1001 journeys are selected" in ops.text
    journey = await house.enrolled(library)
    await ops.post("/ops/bulk", status=200, enrollment=[journey], kind="close_attention")
    assert "Say which attention is to be closed." in ops.text
    await ops.post("/ops/bulk", status=200, enrollment=[journey, "e-none"], kind="grant_round")
    assert "There is no enrollment e-none here." in ops.text
    await ops.post(
        "/ops/bulk",
        status=200,
        enrollment=[journey],
        kind="close_attention",
        attention="mail_bounced",
    )
    assert "Nothing would be done to any of them." in ops.text
    await ops.post("/ops/bulk", status=422, enrollment=[journey], kind="refund_everybody")
    await ops.get("/ops/bulk/b-unknown", status=404)
    await ops.get("/ops/bulk/b-unknown/events", status=404)


async def test_it_can_be_stopped_and_taken_up(house: House, portal: Portal, library: str) -> None:
    """Proves: the buttons of the page stop an act before its next journey, and end it so."""
    journeys = [await house.enrolled(library) for _ in range(2)]
    act = Act(kind=ActKind.EXTEND, days=1)
    bulk_id = await BulkBook(house.database).begin(token(), act, dict.fromkeys(journeys), OPS)
    ops = await portal.operations()
    await ops.get(f"/ops/bulk/{bulk_id}")
    assert "0 of 2 journeys" in ops.text
    await ops.post(f"/ops/bulk/{bulk_id}/stop")
    await ops.post(f"/ops/bulk/{bulk_id}/go-on")
    progress = await ended(house, bulk_id)
    assert progress.counts == {BulkResult.LEFT_OUT: 2}
    await ops.get(f"/ops/bulk/{bulk_id}")
    assert "2 left out" in ops.text


def facts_of(event: str) -> dict[str, object]:
    """Return what an event says, as a browser reads it."""
    data = next(line for line in event.splitlines() if line.startswith("data: "))
    facts: dict[str, object] = json.loads(data.removeprefix("data: "))
    return facts


async def test_progress_is_told_as_it_changes(house: House, library: str) -> None:
    """Proves: whoever watches is told how far it is, once for each change, and the end of it."""
    journey = await house.enrolled(library)
    book = BulkBook(house.database)
    act = Act(kind=ActKind.EXTEND, days=1)
    bulk_id = await book.begin(token(), act, {journey: None}, OPS)
    told = changes(book, bulk_id)
    first = facts_of(await anext(told))
    assert (first["settled"], first["total"], first["is_ended"]) == (0, 1, False)
    await book.end(bulk_id, OPS.at)
    rest = [facts_of(each) async for each in told]
    assert [each["is_ended"] for each in rest] == [True]
    assert rest[0]["counts"] == {"left out": 1}


async def test_the_bar_moves_by_itself_in_a_browser(
    house: House, portal: Portal, chromium: Chromium, library: str
) -> None:
    """Proves: a page that is only looked at shows the end, and each result, by itself."""
    journeys = [await house.enrolled(library) for _ in range(3)]
    act = Act(kind=ActKind.EXTEND, days=1)
    bulk_id = await BulkBook(house.database).begin(token(), act, dict.fromkeys(journeys), OPS)
    staff_id = await StaffBook(house.database).add("Watcher", "watcher@example.org", OPS)
    async with page_of(chromium, portal, Party.OPS, staff_id) as page:
        await page.goto(f"/ops/bulk/{bulk_id}")
        assert await page.locator("progress").get_attribute("value") == "0"
        ops = await portal.operations()
        await ops.post(f"/ops/bulk/{bulk_id}/go-on")
        await page.get_by_text("3 done", exact=True).wait_for()
        await page.get_by_text("ended", exact=True).wait_for()
        assert await page.locator("tbody .badge.good").count() == 3


@pytest.mark.parametrize("kind", [ActKind.RESEND, ActKind.REASSIGN])
async def test_each_journey_of_a_selection_is_looked_at(
    house: House, portal: Portal, library: str, kind: ActKind
) -> None:
    """Proves: what depends on each journey's own mail or round is previewed for each."""
    journey = await house.enrolled(library)
    ops = await portal.operations()
    await ops.post("/ops/bulk", status=200, enrollment=[journey], kind=kind.value)
    assert "1 would be refused" in ops.text
    told = {ActKind.RESEND: "no access mail", ActKind.REASSIGN: "not possible now"}
    assert told[kind] in ops.text
