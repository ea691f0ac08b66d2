"""The list of journeys: what fits, in which order, page by page; and the search."""

import base64
from collections.abc import Sequence
from datetime import datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.steps import RefundLine
from adapters.records.database import Database
from adapters.records.keyset import Cursor, CursorNotValid, unsealed
from adapters.records.list_values import STARTING, JourneyFilter, JourneyOrder, PromiseState
from adapters.records.ops_book import OpsBook
from adapters.records.tables import EnrollmentRow
from adapters.webhooks.shop_signing import LONGEST_ID
from domain.enrollment import AttentionKind, Ending, Party, Stage
from domain.orders import Learner
from tests.portal.standings import DAY, HOUR, Standings
from tests.traps.books import NOW, Books, because, learner, order_of


@pytest.fixture
async def standings(database: AsyncEngine) -> Standings:
    """Books on either database, with one micro-credential for sale."""
    books = Books(Database(database))
    await books.publish()
    return Standings(books)


async def numbers_of(
    standings: Standings,
    wanted: JourneyFilter,
    order: JourneyOrder = JourneyOrder.DUE,
    limit: int = 50,
) -> list[str]:
    """Walk a list from its first page to its last."""
    numbers: list[str] = []
    after: str | None = ""
    while after is not None:
        page = await standings.views.journeys(wanted, order, after, limit)
        assert len(page.lines) <= limit
        numbers += [line.enrollment_id for line in page.lines]
        after = page.after
    return numbers


async def test_each_filter_keeps_what_fits_and_leaves_out_the_rest(standings: Standings) -> None:
    """Proves: every field of the filter decides, alone and together with another one."""
    late = await standings.journey(1, Stage.WORKING, NOW - HOUR)
    queued = await standings.journey(2, Stage.QUEUED, waiting_on=Party.OPS, open_attention=1)
    await standings.attention(queued, AttentionKind.NO_ASSESSOR)
    await standings.attention(late, AttentionKind.NO_ASSESSOR, closed=NOW)
    met = await standings.journey(3, access_due_at=NOW - 2 * DAY, access_met_at=NOW - 3 * DAY)
    broken = await standings.journey(
        4, access_due_at=NOW - DAY, access_breached_at=NOW - DAY, access_met_at=NOW
    )
    running = await standings.journey(5, Stage.GRANTING_ACCESS, access_due_at=NOW + DAY)
    awarded = await standings.ended(6, Ending.AWARDED, NOW - DAY)
    withdrawn = await standings.ended(7, Ending.WITHDRAWN, NOW - 5 * DAY, library="other")
    everybody = {late, queued, met, broken, running, awarded, withdrawn}
    expected: tuple[tuple[JourneyFilter, set[str]], ...] = (
        (JourneyFilter(), everybody),
        (JourneyFilter(is_open=True), everybody - {awarded, withdrawn}),
        (JourneyFilter(stage=Stage.QUEUED), {queued}),
        (JourneyFilter(stage=Stage.ENDED), {awarded, withdrawn}),
        (JourneyFilter(stage="nowhere"), set()),
        (JourneyFilter(waiting_on=Party.OPS), {queued}),
        (JourneyFilter(waiting_on=Party.ENGINE), {awarded, withdrawn}),
        (JourneyFilter(library="other"), {withdrawn}),
        (JourneyFilter(has_attention=True), {queued}),
        (JourneyFilter(attention=AttentionKind.NO_ASSESSOR), {queued}),
        (JourneyFilter(attention=AttentionKind.ACCESS_LATE), set()),
        (JourneyFilter(is_late_at=NOW), {late}),
        (JourneyFilter(promise=PromiseState.MET), {met}),
        (JourneyFilter(promise=PromiseState.BREACHED), {broken}),
        (JourneyFilter(promise=PromiseState.RUNNING), {running}),
        (JourneyFilter(promise=PromiseState.MET, promise_since=NOW - DAY), set()),
        (JourneyFilter(ending=Ending.AWARDED), {awarded}),
        (JourneyFilter(ended_since=NOW - 2 * DAY), {awarded}),
        (JourneyFilter(stage=Stage.WORKING, is_open=True, text="learner3"), {met}),
    )
    for wanted, fitting in expected:
        for order in JourneyOrder:
            assert set(await numbers_of(standings, wanted, order)) == fitting, (wanted, order)


async def test_every_order_shows_each_journey_once_page_by_page(standings: Standings) -> None:
    """Proves: with pages of any size, ties, journeys without a due time and ended ones included,
    each journey stands on one page, in the order that was asked for.
    """
    instants: Sequence[datetime | None] = (NOW + DAY, NOW + DAY, NOW - DAY, None, NOW, None)
    for number, until in enumerate(instants, start=1):
        stage = Stage.WORKING if until else STARTING
        times = {"opened_at": NOW - (number % 3) * DAY, "last_at": NOW + (number % 2) * HOUR}
        journey = await standings.journey(number, stage, **times)
        await standings.change(EnrollmentRow, journey, waiting_until=until)
    for number in range(7, 12):
        await standings.ended(number, Ending.LAPSED, NOW - (number % 3) * DAY)
    rows = {row.id: row for row in await standings.books.rows(EnrollmentRow)}
    for order in JourneyOrder:
        whole = await numbers_of(standings, JourneyFilter(), order)
        assert sorted(whole) == sorted(rows), order
        for limit in (1, 2, 3):
            assert await numbers_of(standings, JourneyFilter(), order, limit) == whole, order

    def parts_of(number: str) -> tuple[int, float]:
        row = rows[number]
        if row.waiting_until:
            return 0, row.waiting_until.timestamp()
        return (2, -row.ended_at.timestamp()) if row.ended_at else (1, 0)

    by_due = [parts_of(each) for each in await numbers_of(standings, JourneyFilter())]
    assert by_due == sorted(by_due)
    for order, key in ((JourneyOrder.OLDEST, "opened_at"), (JourneyOrder.NUMBER, "id")):
        told = await numbers_of(standings, JourneyFilter(), order)
        assert [getattr(rows[each], key) for each in told] == sorted(
            getattr(row, key) for row in rows.values()
        )
    newest = await numbers_of(standings, JourneyFilter(), JourneyOrder.NEWEST)
    assert newest == (await numbers_of(standings, JourneyFilter(), JourneyOrder.OLDEST))[::-1]
    active = await numbers_of(standings, JourneyFilter(), JourneyOrder.ACTIVITY)
    latest = [rows[each].last_at for each in active]
    assert latest == sorted(latest, reverse=True)


async def test_a_walk_is_not_upset_by_what_happens_meanwhile(standings: Standings) -> None:
    """Proves: journeys that come before the page that was seen move nothing on the next one."""
    journeys = [await standings.journey(number, until=NOW + number * DAY) for number in (1, 2, 3)]
    first = await standings.views.journeys(JourneyFilter(), JourneyOrder.DUE, "", 2)
    await standings.journey(4, until=NOW)
    second = await standings.views.journeys(JourneyFilter(), JourneyOrder.DUE, first.after or "", 2)
    assert [line.enrollment_id for line in (*first.lines, *second.lines)] == journeys
    assert second.after is None


@pytest.mark.parametrize("character", ["a", '"', "é", "\N{FULLWIDTH LATIN SMALL LETTER A}", "😀"])
def test_the_longest_id_leads_on_to_the_next_page(character: str) -> None:
    """Proves: whatever a shop calls its messages, their list has a second page."""
    cursor = Cursor(order="shop", at=NOW, id=character * LONGEST_ID)
    assert unsealed(cursor.sealed(), "shop") == cursor


async def test_a_damaged_or_foreign_cursor_is_refused(standings: Standings) -> None:
    """Proves: no altered, cut, foreign or made-up cursor shows a page as if it were the right one;
    the refusal is one of ours whatever is sent.
    """
    for number in (1, 2, 3):
        await standings.journey(number)
    page = await standings.views.journeys(JourneyFilter(), JourneyOrder.DUE, "", 1)
    good = page.after or ""
    swapped = good[:-4] + ("AAAA" if good[-4:] != "AAAA" else "BBBB")
    inside = base64.urlsafe_b64encode(b"123456" + b'{"order":"due","id":"e"}').decode()
    damaged = (good[:-1], good[1:], swapped, inside, "é", "%00", "a b", "x", good * 9)
    for cursor in damaged:
        with pytest.raises(CursorNotValid):
            await standings.views.journeys(JourneyFilter(), JourneyOrder.DUE, cursor)
    with pytest.raises(CursorNotValid):
        await standings.views.journeys(JourneyFilter(), JourneyOrder.OLDEST, good)
    other = Cursor(order="placed", at=NOW, id="o").sealed()
    with pytest.raises(CursorNotValid):
        await standings.views.journeys(JourneyFilter(), JourneyOrder.DUE, other)


async def test_a_line_says_what_the_records_say(standings: Standings) -> None:
    """Proves: each field of a line is that journey's own."""
    journey = await standings.journey(1, Stage.REVISING, NOW + DAY, round=2, open_attention=3)
    await standings.journey(2)
    order = await standings.order_of(journey)
    page = await standings.views.journeys(JourneyFilter(stage=Stage.REVISING))
    (line,) = page.lines
    row = await standings.books.row(EnrollmentRow, journey)
    assert line.model_dump() == {
        "enrollment_id": journey,
        "practitioner": "Learner Nr1",
        "address": "learner1@example.org",
        "organization": "",
        "order_id": order.id,
        "order_number": "shop-1",
        "title": "Steady Hands",
        "library": "general",
        "stage": "revising",
        "round": 2,
        "waiting_on": "practitioner",
        "waiting_until": NOW + DAY,
        "opened_at": row.opened_at,
        "last_at": row.last_at,
        "attention": 3,
        "ending": None,
    }


async def test_a_search_finds_by_the_beginning_of_any_word(standings: Standings) -> None:
    """Proves: name, address, order number, purchase order and enrollment number are found by the
    beginnings of their words, without case and accents; several words must all fit; an address with
    its @ must fit from its beginning; any other sign is nothing to search by, and no wildcard.
    """
    zoe = Learner(name="Zoë Ångström-Reyes", address="zoe.reyes@oak-hill.example.org")
    order = order_of(1, zoe).model_copy(update={"purchase_order": "PO 2026/77"})
    (chunk,) = await standings.books.opened(await standings.books.ordered(order))
    journey = chunk.journeys[0].enrollment_id
    other = await standings.books.enrolled(2)
    found = ("ZOE", "angstrom", "Ång", "reyes", "zoe.reyes@oak", "hill", "shop-1", "2026", journey)
    for text in (*found, "po 77", journey[:6].upper(), "reyes zo"):
        assert await numbers_of(standings, JourneyFilter(text=text)) == [journey], text
    for text in ("oe", "ngstrom", "zoe lindgren", "%", "_", "'", "\\", " ", "z%"):
        expected = [journey] if text == "z%" else []
        assert await numbers_of(standings, JourneyFilter(text=text)) == expected, text
    for text in (
        "zoe.reyes@oak-hill.example.org",
        "<ZOE.REYES@oak-hill.ex",
        "@oak-hill",
        "zoe @oak",
    ):
        assert await numbers_of(standings, JourneyFilter(text=text)) == [journey], text
    for text in ("reyes@oak-hill.example.org", "zoe.reyes@example.org", "oak@zoe"):
        assert await numbers_of(standings, JourneyFilter(text=text)) == [], text
    both = await numbers_of(standings, JourneyFilter(text="example"), JourneyOrder.NUMBER)
    assert both == sorted([journey, other])


async def test_a_corrected_address_is_searched_by_at_once(standings: Standings) -> None:
    """Proves: the words are written with the correction: the new address finds every journey of
    the person, and the old one finds none of them.
    """
    journey = await standings.books.enrolled(1)
    ops = OpsBook(standings.books.database)
    reason = await ops.keep_reason("key", because())
    await ops.correct_address(journey, "quincy@example.org", "key", reason, NOW)
    assert await numbers_of(standings, JourneyFilter(text="quincy")) == [journey]
    assert await numbers_of(standings, JourneyFilter(text="quincy@example.org")) == [journey]
    assert await numbers_of(standings, JourneyFilter(text="learner1")) == []
    assert await numbers_of(standings, JourneyFilter(text="learner1@example.org")) == []
    assert await numbers_of(standings, JourneyFilter(text="shop-1")) == [journey]


async def test_a_journey_is_found_by_the_order_that_carries_it_now(standings: Standings) -> None:
    """Proves: when a held order takes over after a refund, its number finds the journey, and the
    refunded one does no more.
    """
    journey = await standings.books.enrolled(1)
    first = await standings.order_of(journey)
    held = await standings.books.ordered(order_of(2, learner(1)))
    await standings.books.opened(held)
    await standings.books.enter(journey, RefundLine(line_id=f"{first.id}-1"))
    assert await numbers_of(standings, JourneyFilter(text="shop 2")) == [journey]
    assert await numbers_of(standings, JourneyFilter(text=first.id)) == []
