"""Settling, refunding and releasing lines, on both databases."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.contracts import LinesToStart, OrderRef
from activities.steps import EndJourney, RefundLine
from adapters.records.database import Database
from adapters.records.subscriptions import subscription_of
from adapters.records.tables import (
    AttentionRow,
    EnrollmentRow,
    OrderLineRow,
    PersonRow,
    SubscriptionGrantRow,
)
from domain.enrollment import Ending
from domain.orders import (
    AlreadyRefunded,
    LineNotHeld,
    LineState,
    StillEnrolled,
    UnknownLine,
    UnknownOrder,
)
from tests.traps.books import NOW, Books, learner, order_of


@pytest.fixture
async def books(database: AsyncEngine) -> Books:
    """Books with one micro-credential for sale."""
    books = Books(Database(database))
    await books.publish()
    return books


async def line_of(books: Books, order_id: str, number: int = 1) -> OrderLineRow:
    """Return a line of an order."""
    return await books.row(OrderLineRow, f"{order_id}-{number}")


async def bought_twice(books: Books) -> tuple[str, str, str]:
    """Return an enrollment, the order that opened it, and a second order that is held."""
    orders = [await books.ordered(order_of(number, learner(1))) for number in (1, 2)]
    (opened,) = await books.opened(orders[0])
    await books.opened(orders[1])
    return opened.journeys[0].enrollment_id, orders[0], orders[1]


async def test_settling_twice_keeps_the_first_instant(books: Books) -> None:
    """Proves: the access promise counts from the first word of the money."""
    order_id = await books.ordered(order_of(1, learner(1)), is_settled=False)
    await books.refunds.settle(order_id, NOW)
    await books.refunds.settle(order_id, NOW + timedelta(days=9))
    standing = await books.orders.standing(OrderRef(order_id=order_id, at=NOW))
    assert standing.settled_at == NOW
    with pytest.raises(UnknownOrder):
        await books.refunds.settle("o-unknown", NOW)


async def test_refunding_asks_an_open_journey_first(books: Books) -> None:
    """Proves: a line with an open journey stays ``refunding`` until the journey agreed; asking
    again is the same, and the first reason stays.
    """
    order_id = await books.ordered(order_of(1, learner(1), learner(2)))
    await books.opened(order_id)
    _, lines = await books.refunds.begin_refund(order_id, (2,), "r-one", NOW)
    _, again = await books.refunds.begin_refund(order_id, (2,), "r-two", NOW)

    assert [line.line_id for line in lines] == [f"{order_id}-2"]
    assert again == lines
    assert await books.refunds.unfinished_refunds() == lines
    assert (await line_of(books, order_id, 1)).state == LineState.ENROLLED

    await books.enter(lines[0].enrollment_id or "", RefundLine(line_id=lines[0].line_id))
    assert (await line_of(books, order_id, 2)).state == LineState.REFUNDED
    assert await books.refunds.unfinished_refunds() == ()


async def test_an_unknown_line_refunds_nothing(books: Books) -> None:
    """Proves: a typing error among the line numbers refunds none of the others."""
    order_id = await books.ordered(order_of(1, learner(1)))
    before = await books.everything()
    with pytest.raises(UnknownLine):
        await books.refunds.begin_refund(order_id, (1, 7), "r-one", NOW)
    assert await books.everything() == before


async def test_an_order_that_was_refunded_before_it_was_opened_opens_nothing(
    books: Books,
) -> None:
    """Proves: no access is given for money that went back."""
    order_id = await books.ordered(order_of(1, learner(1), learner(2)), is_settled=False)
    _, lines = await books.refunds.begin_refund(order_id, (), "r-one", NOW)
    assert lines == ()
    standing = await books.orders.standing(OrderRef(order_id=order_id, at=NOW))
    assert standing.is_refunded
    await books.opened(order_id)
    assert await books.rows(EnrollmentRow) == []


async def test_opening_and_refunding_at_once_never_leaves_access_without_money(
    books: Books,
) -> None:
    """Proves: whoever comes first, a line is in the end either refunded without an enrollment, or
    enrolled and known to the refund, which then asks its journey.
    """
    orders = [await books.ordered(order_of(n, learner(n))) for n in range(12)]
    for order_id in orders:
        opening = LinesToStart(order_id=order_id, after=0, at=NOW)
        await asyncio.gather(
            books.orders.open_lines(opening),
            books.refunds.begin_refund(order_id, (), "r-one", NOW),
        )
    ends = {(line.state, line.enrollment_id is None) for line in await books.rows(OrderLineRow)}
    assert ends <= {(LineState.REFUNDED, True), (LineState.REFUNDING, False)}
    assert len(await books.rows(EnrollmentRow)) == len(await books.refunds.unfinished_refunds())


async def test_refunding_the_first_order_keeps_what_the_held_one_grants(books: Books) -> None:
    """Proves: the journey goes on under the held line, whose attention is closed, and only the
    first line's subscription is taken back.
    """
    enrollment_id, first, second = await bought_twice(books)
    written = await books.enter(enrollment_id, RefundLine(line_id=f"{first}-1"))

    assert written.entered.is_still_granted
    assert (await line_of(books, first)).state == LineState.REFUNDED
    taken_over = await line_of(books, second)
    assert (taken_over.state, taken_over.held_until) == (LineState.ENROLLED, None)
    assert taken_over.enrollment_id == enrollment_id
    row = await books.row(EnrollmentRow, enrollment_id)
    assert (row.line_id, row.ended_at) == (f"{second}-1", None)
    assert all(each.closed_at for each in await books.rows(AttentionRow))
    revoked = {g.line_id: g.revoked_at for g in await books.rows(SubscriptionGrantRow)}
    assert revoked == {f"{first}-1": NOW, f"{second}-1": None}

    with pytest.raises(AlreadyRefunded):
        await books.enter(enrollment_id, RefundLine(line_id=f"{first}-1"))
    last = await books.enter(enrollment_id, RefundLine(line_id=f"{second}-1"), sequence=9)
    assert last.entered.is_still_granted is False


async def test_refunding_the_held_order_leaves_the_first_alone(books: Books) -> None:
    """Proves: a held line has no journey to ask; it is refunded at once."""
    enrollment_id, _, second = await bought_twice(books)
    _, lines = await books.refunds.begin_refund(second, (), "r-one", NOW)
    assert lines == ()
    assert (await line_of(books, second)).state == LineState.REFUNDED
    assert (await books.row(EnrollmentRow, enrollment_id)).ended_at is None
    assert all(each.closed_at for each in await books.rows(AttentionRow))


async def test_a_line_of_another_enrollment_is_not_refunded(books: Books) -> None:
    """Proves: a journey cannot take back the line of another one."""
    first, second = await books.enrolled(1), await books.enrolled(2)
    foreign = (await books.row(EnrollmentRow, second)).line_id
    before = await books.everything()
    with pytest.raises(UnknownLine):
        await books.enter(first, RefundLine(line_id=foreign))
    assert await books.everything() == before


async def test_a_held_line_is_released_when_the_first_has_ended(books: Books) -> None:
    """Proves: release is refused while the first enrollment is open, starts the line once it has
    ended, and gives the same journey when repeated.
    """
    enrollment_id, _, second = await bought_twice(books)
    before = await books.everything()
    with pytest.raises(StillEnrolled):
        await books.refunds.release(f"{second}-1", NOW)
    assert await books.everything() == before

    await books.enter(enrollment_id, EndJourney(ending=Ending.WITHDRAWN))
    journey = await books.refunds.release(f"{second}-1", NOW)
    assert journey.enrollment_id != enrollment_id
    assert await books.refunds.release(f"{second}-1", NOW) == journey
    assert (await line_of(books, second)).state == LineState.ENROLLED
    assert all(each.closed_at for each in await books.rows(AttentionRow))


async def test_only_a_held_line_is_released(books: Books) -> None:
    """Proves: a refunded line does not come back, and an unknown one is refused."""
    _, _, second = await bought_twice(books)
    await books.refunds.begin_refund(second, (), "r-one", NOW)
    with pytest.raises(LineNotHeld):
        await books.refunds.release(f"{second}-1", NOW)
    with pytest.raises(UnknownLine):
        await books.refunds.release("o-unknown-1", NOW)


async def test_the_subscription_is_extended_by_each_valid_order(books: Books) -> None:
    """Proves: two orders give twenty-four months, and refunding one leaves twelve."""
    enrollment_id, first, _ = await bought_twice(books)
    (person,) = await books.rows(PersonRow)
    assert await subscription(books, person.id) == datetime(2027, 3, 4, 15, tzinfo=UTC)
    await books.enter(enrollment_id, RefundLine(line_id=f"{first}-1"))
    assert await subscription(books, person.id) == datetime(2026, 3, 4, 15, tzinfo=UTC)
    assert await subscription(books, "p-unknown") is None


async def subscription(books: Books, person_id: str) -> datetime | None:
    """Return until when the learning network is open to somebody."""
    async with books.database.reading() as session:
        return await subscription_of(session, person_id)
