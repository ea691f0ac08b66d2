"""The lists of operations as pages and as files: filters in the address, pages, bad input."""

import csv
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import expect
from temporalio.testing import WorkflowEnvironment

from adapters.records.list_values import AttentionItem, JourneyOrder, MailTrouble, SubjectKind
from adapters.records.tables import OrderLineRow, OrderRow
from domain.enrollment import AttentionKind, Ending, Party, Stage
from domain.notices import NoticeState
from domain.orders import Learner, LineState
from portal.operations.attention import address_of
from portal.operations.csv_answers import cell_text
from portal.operations.journey_list import COLUMNS, ORDERS
from portal.operations.mail import TROUBLES
from portal.site import now
from tests.portal.browsing import page_of
from tests.portal.quiet import Quiet, quiet_portal
from tests.portal.standings import DAY, HOUR
from tests.servers import SqliteTemplate
from tests.traps.books import NOW, ZONE, learner, order_of

LISTS = ("journeys", "orders", "attention", "mail", "assessors")


@pytest.fixture
async def quiet(
    temporal: WorkflowEnvironment, sqlite_template: SqliteTemplate, tmp_path: Path
) -> AsyncIterator[Quiet]:
    """A portal whose records are this test's own."""
    async with quiet_portal(temporal, sqlite_template, tmp_path) as quiet:
        yield quiet


def sheet_of(text: str) -> list[list[str]]:
    """Read a file as a spreadsheet does."""
    assert text.startswith("\ufeff")
    return list(csv.reader(StringIO(text.removeprefix("\ufeff"))))


async def test_filters_stand_in_the_address_and_in_the_form(quiet: Quiet) -> None:
    """Proves: an address alone says what is listed, its form shows the same choices, and what does
    not fit is not there.
    """
    at = now()
    late = await quiet.standings.journey(1, Stage.WORKING, at - HOUR)
    queued = await quiet.standings.journey(2, Stage.QUEUED, at + DAY, waiting_on=Party.OPS)
    awarded = await quiet.standings.ended(3, Ending.AWARDED, at - DAY)
    expected: tuple[tuple[str, set[str]], ...] = (
        ("", {late, queued}),
        ("?which=all", {late, queued, awarded}),
        ("?stage=queued&text=&library=", {queued}),
        ("?stage=ended", {awarded}),
        ("?waiting_on=ops", {queued}),
        ("?late=true", {late}),
        ("?text=Learner+Nr2", {queued}),
        ("?which=all&text=shop-3", {awarded}),
        (f"?ending=awarded&ended_since={(at - 3 * DAY).date()}", {awarded}),
        (f"?ending=awarded&ended_since={(at + DAY).date()}", set()),
        ("?library=missouri", set()),
    )
    for query, fitting in expected:
        page = await quiet.ops.get(f"/ops/journeys{query}")
        shown = {each for each in (late, queued, awarded) if f'value="{each}"' in page}
        assert shown == fitting, query
    page = await quiet.ops.get("/ops/journeys?stage=queued&order=newest&text=nr2&late=true")
    assert '<option value="queued" selected>' in page
    assert '<option value="newest" selected>' in page
    assert 'value="nr2"' in page
    assert 'name="late" value="true" checked' in page
    assert ORDERS.keys() == set(JourneyOrder)


async def test_pages_follow_each_other_and_keep_the_filters(quiet: Quiet) -> None:
    """Proves: from the first page to the last by the page's own links, each line once, in the
    order that was asked for; and back to the first.
    """
    order = order_of(1, *(learner(each) for each in range(120)))
    await quiet.books.opened(await quiet.books.ordered(order))
    address, seen, pages = "/ops/journeys?text=shop-1&order=number&which=open", list[str](), 0
    while address:
        page = await quiet.ops.get(address)
        seen += [part.partition('"')[0] for part in page.split('name="enrollment" value="')[1:]]
        following = page.partition('rel="next" href="')[2].partition('"')[0]
        address, pages = following.replace("&amp;", "&"), pages + 1
        assert ("First page" in page) == (pages > 1)
        assert not address or "text=shop-1" in address
    assert (pages, len(seen)) == (3, 120)
    assert seen == sorted(set(seen))
    assert "the last one" in quiet.ops.text


@pytest.mark.parametrize(
    "address",
    [
        "journeys?stage=nowhere",
        "journeys?order=sideways",
        "journeys?which=some",
        "journeys?since=yesterday",
        "journeys?attention=none",
        "journeys?after=made-up",
        "journeys?text=a%00b",
        f"journeys?text={'x' * 201}",
        "journeys?as=pdf",
        "orders?standing=lost",
        "orders?after=made-up",
        "attention?kind=boredom",
        "attention?after=made-up",
        "mail?trouble=late",
        "mail?after=made-up",
        "assessors?after=made-up",
        "reports?first=2026-13",
        "reports?first=2026-05&last=2026-04",
        "reports?first=2020-01&last=2026-04",
        "reports?table=secrets",
    ],
)
async def test_what_cannot_be_asked_is_refused_with_a_way_on(quiet: Quiet, address: str) -> None:
    """Proves: an address that somebody changed is refused as a page in plain words, never shown as
    another list and never an error of ours.
    """
    await quiet.ops.get(f"/ops/{address}", status=422)
    assert len(quiet.ops.text) > 100
    assert "Traceback" not in quiet.ops.text


@pytest.mark.parametrize("name", LISTS)
async def test_an_empty_list_says_what_would_stand_there(quiet: Quiet, name: str) -> None:
    """Proves: no list of nothing is a bare table, and its file has its columns alone."""
    page = await quiet.ops.get(f"/ops/{name}")
    assert 'class="empty"' in page
    assert "<tbody>" not in page
    assert len(sheet_of(await quiet.ops.get(f"/ops/{name}?as=csv"))) == 1


async def test_a_file_holds_all_that_fits_and_nothing_that_acts(quiet: Quiet) -> None:
    """Proves: every line of every page stands in the file, by the filters of the address; a name
    that a spreadsheet would carry out is text, and instants have their distance from UTC.
    """
    order = order_of(1, *(learner(each) for each in range(520)))
    await quiet.books.opened(await quiet.books.ordered(order))
    hostile = Learner(name='=HYPERLINK("http://x","y")', address="evil@example.org")
    await quiet.books.opened(await quiet.books.ordered(order_of(2, hostile)))
    answer = await quiet.ops.client.get("/ops/journeys?as=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="journeys.csv"'
    columns, *rows = sheet_of(answer.text)
    assert tuple(columns) == COLUMNS
    assert len({row[0] for row in rows}) == len(rows) == 521
    _, *evil = sheet_of(await quiet.ops.get("/ops/journeys?as=csv&text=evil"))
    assert [row[1] for row in evil] == ['\'=HYPERLINK("http://x","y")']
    assert evil[0][COLUMNS.index("opened")] == "2025-03-04 09:00-06:00"
    page = await quiet.ops.get("/ops/journeys?text=evil")
    assert '=HYPERLINK("http' not in page


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("=1+1", "'=1+1"),
        ("+49 123", "'+49 123"),
        ("-x", "'-x"),
        ("@x", "'@x"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("a=1", "a=1"),
        (-5, "-5"),
        (0.123456, "0.1235"),
        (None, ""),
        (True, "yes"),
        (datetime(2025, 7, 4, 17, tzinfo=UTC), "2025-07-04 12:00-05:00"),
    ],
)
def test_each_cell_is_defused(cell: str | float | datetime | None, text: str) -> None:
    """Proves: only text is defused, by its first sign; numbers and instants stay what they are."""
    assert cell_text(cell, ZoneInfo(ZONE)) == text


async def test_orders_show_what_became_of_their_lines(quiet: Quiet) -> None:
    """Proves: paid or not, held, refunded: each order says it, each filter finds it, and its page
    is one press away.
    """
    order = await quiet.books.ordered(order_of(1, learner(1), learner(2)))
    await quiet.books.opened(order)
    await quiet.standings.change(OrderLineRow, f"{order}-2", state=LineState.HELD)
    unpaid = await quiet.books.ordered(order_of(2, learner(3)), is_settled=False)
    await quiet.standings.change(OrderRow, unpaid, due_at=now() - DAY)
    page = await quiet.ops.get("/ops/orders")
    assert f'href="/ops/orders/{order}"' in page
    for words in ("1 enrolled", "1 held", "1 waiting", "not yet", "late"):
        assert words in quiet.ops.text
    for query, fitting in (("standing=held", order), ("standing=unsettled", unpaid)):
        page = await quiet.ops.get(f"/ops/orders?{query}")
        assert [each for each in (order, unpaid) if each in page] == [fitting]
    assert len(sheet_of(await quiet.ops.get("/ops/orders?as=csv&text=shop-2"))) == 2


async def test_attention_and_mail_lead_to_where_they_are_dealt_with(quiet: Quiet) -> None:
    """Proves: each line names whose it is and links there; groups have their counts; what was seen
    to is shown only when it is asked for.
    """
    journey = await quiet.standings.journey(1)
    order = await quiet.standings.order_of(journey)
    await quiet.standings.attention(journey, AttentionKind.MAIL_REFUSED, NOW)
    await quiet.standings.attention(order.id, AttentionKind.SETTLEMENT_OVERDUE, NOW)
    await quiet.standings.notice("n1", journey, NoticeState.REFUSED, reply="550 <no> such box")
    await quiet.standings.notice("n2", journey, NoticeState.UNKNOWN)
    page = await quiet.ops.get("/ops/attention")
    assert f'<a href="/ops/journeys/{journey}">Learner Nr1</a>' in page
    assert f'<a href="/ops/orders/{order.id}">Payer</a>' in page
    assert "all 2" in quiet.ops.text
    page = await quiet.ops.get("/ops/attention?kind=mail_refused")
    assert order.id not in page
    page = await quiet.ops.get("/ops/mail")
    assert f'href="/ops/journeys/{journey}/letters/n1"' in page
    assert "550 &lt;no&gt; such box" in page
    assert "/letters/n2" not in page
    assert "letters/n2" in await quiet.ops.get("/ops/mail?seen=true")
    assert len(sheet_of(await quiet.ops.get("/ops/mail?as=csv&seen=true"))) == 3
    assert TROUBLES.keys() == set(MailTrouble)


@pytest.mark.parametrize(
    ("kind", "subject_kind", "address"),
    [
        (AttentionKind.ACCESS_LATE, SubjectKind.ENROLLMENT, "/ops/journeys/x"),
        (AttentionKind.SECOND_ENROLLMENT, SubjectKind.LINE, "/ops/orders/o"),
        (AttentionKind.SETTLEMENT_OVERDUE, SubjectKind.ORDER, "/ops/orders/o"),
        (AttentionKind.WEBHOOK_FAILED, SubjectKind.OTHER, "/ops/webhooks/endpoints/x"),
        (AttentionKind.SHOP_MESSAGE_REFUSED, SubjectKind.OTHER, "/ops/webhooks/shop"),
        (AttentionKind.MAIL_REFUSED, SubjectKind.OTHER, "/ops/mail"),
    ],
)
def test_every_sort_of_attention_has_its_page(
    kind: AttentionKind, subject_kind: SubjectKind, address: str
) -> None:
    """Proves: whatever attention is about, its line leads to a page."""
    line = AttentionItem(
        kind=kind,
        subject="x",
        subject_kind=subject_kind,
        order_id="o",
        opened_at=NOW,
        why="",
        practitioner="",
        title="",
        stage="",
        order_number="",
    )
    assert address_of(line) == address


async def test_what_assessors_hold_is_told_overdue_first(quiet: Quiet) -> None:
    """Proves: who is late stands first and can be shown alone."""
    first, second = await quiet.books.hire(1), await quiet.books.hire(2)
    await quiet.standings.assessing(1, second, now() + DAY, called_at=now() - DAY)
    page = await quiet.ops.get("/ops/assessors")
    assert 0 < page.index(second) < page.index(first)
    page = await quiet.ops.get("/ops/assessors?overdue=true")
    assert second in page
    assert first not in page


async def test_journeys_are_chosen_with_one_press_and_acted_on(
    quiet: Quiet, chromium: Chromium
) -> None:
    """Proves: with scripts one press chooses a page of journeys, and what is chosen reaches the
    form for acts in bulk; nothing is done on the way.
    """
    for number in (1, 2, 3):
        await quiet.standings.journey(number)
    async with page_of(chromium, quiet.portal, Party.OPS, await quiet.staff_id()) as page:
        await page.goto("/ops/journeys")
        await page.get_by_label("Choose all on this page").check()
        await page.get_by_label("Choose Learner Nr2").uncheck()
        await expect(page.locator('[name="enrollment"]:checked')).to_have_count(2)
        await page.get_by_role("button", name="Act on those chosen").click()
        await expect(page).to_have_url(f"{quiet.portal.url}/ops/bulk")
        await expect(page.get_by_role("heading", level=1)).to_contain_text("2")
