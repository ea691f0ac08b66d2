"""The other lists of operations: orders, attention, mail in trouble, what assessors hold."""

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.records.attention_list import ORDER as ATTENTION
from adapters.records.database import Database
from adapters.records.keyset import LARGEST_NUMBER, Cursor, CursorNotValid, LineT, Page
from adapters.records.list_values import (
    AttentionFilter,
    MailTrouble,
    NoticeFilter,
    OrderFilter,
    OrderStanding,
    SubjectKind,
)
from adapters.records.round_tables import AssignmentRow, LeaveRow
from adapters.records.tables import OrderLineRow, OrderRow
from domain.enrollment import AttentionKind
from domain.notices import NoticeKind, NoticeState, Recipient
from domain.orders import Channel, Learner, LineState
from tests.portal.standings import DAY, HOUR, Standings
from tests.traps.books import NOW, Books, learner, order_of


@pytest.fixture
async def standings(database: AsyncEngine) -> Standings:
    """Books on either database, with one micro-credential for sale."""
    books = Books(Database(database))
    await books.publish()
    return Standings(books)


async def walked(ask: Callable[[str], Awaitable[Page[LineT]]]) -> list[LineT]:
    """Walk a list from its first page to its last."""
    lines: list[LineT] = []
    after: str | None = ""
    while after is not None:
        page = await ask(after)
        lines += page.lines
        after = page.after
    return lines


async def test_orders_are_listed_with_what_became_of_their_lines(standings: Standings) -> None:
    """Proves: newest first page by page; each filter fits what it names; lines are counted by
    state; the search knows order number, purchase order and payer.
    """
    books = standings.books
    form = order_of(1, *(learner(each) for each in range(1, 6))).model_copy(
        update={
            "channel": Channel.FORM,
            "payer_name": "Cæcilie Borg",
            "payer_organization": "Oak Hill District",
            "purchase_order": "PO-77",
        }
    )
    big = await books.ordered(form)
    await books.opened(big)
    states = (LineState.HELD, LineState.REFUNDING, LineState.REFUNDED, LineState.WAITING)
    for number, state in enumerate(states, start=1):
        await standings.change(OrderLineRow, f"{big}-{number}", state=state, price_cents=9900)
    unpaid = await books.ordered(order_of(2, learner(7)), is_settled=False)
    gone = await books.ordered(order_of(3, learner(8)), is_settled=False)
    await standings.change(OrderRow, gone, is_complete=True, placed_at=NOW - DAY)
    await standings.change(OrderRow, unpaid, placed_at=NOW + DAY, due_at=NOW + 3 * DAY)
    expected: tuple[tuple[OrderFilter, list[str]], ...] = (
        (OrderFilter(), [unpaid, big, gone]),
        (OrderFilter(standing=OrderStanding.UNSETTLED), [unpaid]),
        (OrderFilter(standing=OrderStanding.HELD), [big]),
        (OrderFilter(standing=OrderStanding.REFUNDING), [big]),
        (OrderFilter(channel=Channel.FORM), [big]),
        (OrderFilter(text="caecilie"), []),
        (OrderFilter(text="oak distr"), [big]),
        (OrderFilter(text="po 77"), [big]),
        (OrderFilter(text="SHOP-3"), [gone]),
        (OrderFilter(text=unpaid), [unpaid]),
        (OrderFilter(text="nobody"), []),
    )
    for wanted, numbers in expected:

        async def ask(after: str, wanted: OrderFilter = wanted) -> Page[object]:
            page = await standings.views.orders(wanted, after, 1)
            return Page[object](lines=page.lines, after=page.after)

        assert [getattr(each, "order_id", "") for each in await walked(ask)] == numbers, wanted
    newest, middle, _ = (await standings.views.orders(OrderFilter())).lines
    assert (newest.settled_at, newest.settlement_due_at) == (None, NOW + 3 * DAY)
    counts = (middle.waiting, middle.enrolled, middle.held, middle.refunding, middle.refunded)
    assert (middle.lines, middle.price_cents, counts) == (5, 4 * 9900, (1, 1, 1, 1, 1))


async def test_attention_tells_whose_it_is(standings: Standings) -> None:
    """Proves: of a journey, of a line, of an order and of what is none of them, each with what is
    known of it; oldest first, page by page, what is closed left out.
    """
    journey = await standings.journey(1)
    order = await standings.books.ordered(
        order_of(2, Learner(name="Held Learner", address="held@example.org")), is_settled=False
    )
    await standings.attention(journey, AttentionKind.ACCESS_LATE, NOW)
    await standings.attention(f"{order}-1", AttentionKind.SECOND_ENROLLMENT, NOW - DAY)
    await standings.attention(order, AttentionKind.SETTLEMENT_OVERDUE, NOW)
    await standings.attention("digest-1", AttentionKind.MAIL_REFUSED, NOW + DAY)
    await standings.attention(journey, AttentionKind.NO_ASSESSOR, NOW - 2 * DAY, closed=NOW)
    found = await walked(lambda after: standings.views.attention(AttentionFilter(), after, 1))
    assert [
        (each.subject_kind, each.subject, each.order_id, each.practitioner, each.stage)
        for each in found
    ] == [
        (SubjectKind.LINE, f"{order}-1", order, "Held Learner", ""),
        (SubjectKind.ENROLLMENT, journey, found[1].order_id, "Learner Nr1", "working"),
        (SubjectKind.ORDER, order, order, "Payer", ""),
        (SubjectKind.OTHER, "digest-1", None, "", ""),
    ]
    assert (found[0].title, found[2].title, found[2].order_number) == ("Steady Hands", "", "shop-2")
    wanted = AttentionFilter(kind=AttentionKind.ACCESS_LATE)
    assert [each.kind for each in (await standings.views.attention(wanted)).lines] == [
        AttentionKind.ACCESS_LATE
    ]


async def put_in_trouble(standings: Standings) -> str:
    """Put notices into every sort of trouble, seen and unseen; returns a journey of two of them."""
    journey, seen = await standings.journey(1), await standings.journey(2)
    await standings.assessing(3, await standings.books.hire(1), NOW + DAY)
    order = await standings.order_of(journey)
    await standings.attention(journey, AttentionKind.MAIL_REFUSED)
    await standings.attention(order.id, AttentionKind.MAIL_BOUNCED)
    await standings.attention(seen, AttentionKind.MAIL_UNCONFIRMED, closed=NOW)
    await standings.notice("n1", journey, NoticeState.REFUSED, at=NOW - DAY, reply="550 no")
    await standings.notice(
        "n2",
        order.id,
        NoticeState.BOUNCED,
        order_id=order.id,
        kind=NoticeKind.ORDER_RECEIVED,
        recipient=Recipient.PAYER,
    )
    await standings.notice("n3", seen, NoticeState.UNKNOWN, at=NOW + DAY)
    await standings.notice(
        "n4",
        seen,
        NoticeState.INTENDED,
        at=NOW + HOUR,
        attempts=20,
        recipient=Recipient.ASSESSOR,
        assignment_id="a3",
    )
    await standings.notice("n5", journey, NoticeState.REFUSED, superseded_by="n1")
    await standings.notice("n6", journey, NoticeState.BOUNCED)
    return journey


async def test_mail_in_trouble_names_whom_it_was_for(standings: Standings) -> None:
    """Proves: what failed and was not sent again, and what is being tried for long; with the
    recipient's present address; what operations closed is left out until it is asked for.
    """
    journey = await put_in_trouble(standings)

    async def listed(wanted: NoticeFilter) -> list[tuple[str, MailTrouble, str, bool]]:
        lines = await walked(lambda after: standings.views.notices(wanted, after, 1))
        return [(each.notice_id, each.trouble, each.address, each.is_seen) for each in lines]

    delayed = ("n4", MailTrouble.DELAYED, "assessor1@example.org", False)
    bounced = ("n2", MailTrouble.BOUNCED, "payer@example.org", False)
    refused = ("n1", MailTrouble.REFUSED, "learner1@example.org", False)
    unknown = ("n3", MailTrouble.UNKNOWN, "learner2@example.org", True)
    closed = ("n6", MailTrouble.BOUNCED, "learner1@example.org", True)
    assert await listed(NoticeFilter()) == [delayed, bounced, refused]
    everything = await listed(NoticeFilter(with_seen=True))
    assert sorted(everything) == sorted([unknown, delayed, bounced, closed, refused])
    assert everything[:2] == [unknown, delayed]
    assert await listed(NoticeFilter(trouble=MailTrouble.REFUSED)) == [refused]
    assert await listed(NoticeFilter(trouble=MailTrouble.DELAYED)) == [delayed]
    assert await listed(NoticeFilter(trouble=MailTrouble.UNKNOWN)) == []
    (line,) = (await standings.views.notices(NoticeFilter(trouble=MailTrouble.REFUSED))).lines
    assert (line.reply, line.enrollment_id, line.order_id) == ("550 no", journey, None)


async def test_assessors_are_listed_overdue_for_longest_first(standings: Standings) -> None:
    """Proves: who holds what is counted from the live assignments; an assessment is overdue by its
    clock or by the time that has passed; leave of today shows; every page follows the last.
    """
    books = standings.books
    first, second, third = [await books.hire(each, capacity=4) for each in (1, 2, 3)]
    await standings.assessing(1, first, NOW - HOUR)
    await standings.assessing(2, second, NOW + DAY, called_at=NOW - 3 * DAY)
    await standings.assessing(3, second, NOW + DAY)
    await standings.assessing(4, second, NOW + DAY)
    await standings.change(AssignmentRow, "a4", state="offered")
    await standings.add(
        LeaveRow(assessor_id=third, first_day=NOW.date(), last_day=NOW.date()),
        LeaveRow(assessor_id=first, first_day=(NOW + DAY).date(), last_day=(NOW + DAY).date()),
    )
    found = await walked(lambda after: standings.views.assessors(NOW, after=after, limit=1))
    held = [
        (each.assessor_id, each.offered, each.assessing, each.overdue, each.overdue_since)
        for each in found
    ]
    assert held == [
        (second, 1, 2, 1, NOW - 3 * DAY),
        (first, 0, 1, 1, NOW - HOUR),
        (third, 0, 0, 0, None),
    ]
    assert [each.is_on_leave for each in found] == [False, False, True]
    late = await standings.views.assessors(NOW, is_overdue_only=True)
    assert [each.assessor_id for each in late.lines] == [second, first]


async def test_every_list_refuses_a_cursor_that_is_not_its_own(standings: Standings) -> None:
    """Proves: a made-up cursor never reaches a query, whichever list is asked."""
    views = standings.views
    asked = (
        views.orders(OrderFilter(), "made-up"),
        views.attention(AttentionFilter(), "made-up"),
        views.notices(NoticeFilter(), "made-up"),
        views.assessors(NOW, after="made-up"),
    )
    for each in asked:
        with pytest.raises(CursorNotValid):
            await each


@pytest.mark.parametrize("number", [LARGEST_NUMBER + 1, 9_999_999_999, 10**12, "1.0", "x"])
async def test_a_number_that_no_line_has_is_refused(standings: Standings, number: object) -> None:
    """Proves: where a list's ties are decided by a number, a forged one never reaches a database
    that would refuse to compare with it; the largest that there can be does.
    """
    forged = Cursor(order=ATTENTION, at=NOW, id=str(number)).sealed()
    with pytest.raises(CursorNotValid):
        await standings.views.attention(AttentionFilter(), forged)
    largest = Cursor(order=ATTENTION, at=NOW, id=str(LARGEST_NUMBER)).sealed()
    assert (await standings.views.attention(AttentionFilter(), largest)).lines == ()
