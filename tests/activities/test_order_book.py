"""How orders are recorded and turned into enrollments, on both databases."""

import asyncio
from datetime import timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.contracts import LinesToStart, OrderRef
from adapters.records.database import Database
from adapters.records.order_book import CHUNK
from adapters.records.tables import (
    AttentionRow,
    DueTimeRow,
    EnrollmentRow,
    NoticeRow,
    OrderLineRow,
    OrderRow,
    PersonRow,
    SubscriptionGrantRow,
)
from domain.enrollment import AttentionKind
from domain.orders import LineState, NotForSale, OrderDiffers
from domain.policy import Approval, Policy
from tests.traps.books import NOW, Books, learner, order_of


@pytest.fixture
async def books(database: AsyncEngine) -> Books:
    """Books with one micro-credential for sale."""
    books = Books(Database(database))
    await books.publish()
    return books


async def test_the_same_order_again_is_the_same_order(books: Books) -> None:
    """Proves: a repeated order gives the same id and changes nothing, whenever it comes."""
    order = order_of(1, learner(1), learner(2))
    order_id = await books.ordered(order)
    before = await books.everything()

    assert await books.orders.record(order, NOW + timedelta(days=3), settled_at=None) == order_id
    assert await books.everything() == before


async def test_the_same_number_with_other_content_is_refused(books: Books) -> None:
    """Proves: neither another learner nor another price slips in under a known order number."""
    order = order_of(1, learner(1))
    await books.ordered(order)
    before = await books.everything()
    dearer = order.lines[0].model_copy(update={"price_cents": 1})

    for other in (order_of(1, learner(2)), order.model_copy(update={"lines": (dearer,)})):
        with pytest.raises(OrderDiffers):
            await books.ordered(other)

    assert await books.everything() == before


async def test_twenty_webhooks_at_once_make_one_order(books: Books) -> None:
    """Proves: deliveries of one webhook that overlap all get the one order, and none an error."""
    order = order_of(1, learner(1), learner(2))

    ids = await asyncio.gather(*(books.ordered(order) for _ in range(20)))

    assert len(set(ids)) == 1
    assert len(await books.rows(OrderRow)) == 1
    assert len(await books.rows(OrderLineRow)) == 2


async def test_two_orders_for_one_new_learner_at_once_make_one_person(books: Books) -> None:
    """Proves: orders that overlap share the person; the directory never has somebody twice."""
    orders = [order_of(number, learner(1), learner(number)) for number in range(2, 8)]

    await asyncio.gather(*(books.ordered(order) for order in orders))

    assert len(await books.rows(OrderRow)) == 6
    assert len(await books.rows(PersonRow)) == 7


async def test_an_order_is_recorded_as_a_whole_or_not_at_all(books: Books) -> None:
    """Proves: one line that is not for sale leaves no order, no line and no person behind."""
    order = order_of(1, learner(1), learner(2))
    absent = order.lines[1].model_copy(update={"slug": "not-there"})
    before = await books.everything()

    with pytest.raises(NotForSale):
        await books.ordered(order.model_copy(update={"lines": (order.lines[0], absent)}))

    assert await books.everything() == before


def test_an_order_without_lines_is_no_order() -> None:
    """Proves: nobody can pay for nothing."""
    with pytest.raises(ValidationError):
        order_of(1)


@pytest.mark.parametrize("count", [1, CHUNK - 1, CHUNK, CHUNK + 1, 45])
async def test_every_line_is_opened_whatever_the_chunks(books: Books, count: int) -> None:
    """Proves: no line is left out or opened twice at the boundaries of the chunks."""
    order_id = await books.ordered(order_of(1, *(learner(n) for n in range(count))))

    chunks = await books.opened(order_id)

    opened = [journey.enrollment_id for chunk in chunks for journey in chunk.journeys]
    assert len(opened) == len(set(opened)) == count
    assert all(len(chunk.journeys) <= CHUNK for chunk in chunks)
    assert [chunk.is_complete for chunk in chunks] == [False] * (count // CHUNK) + [True]
    assert {row.state for row in await books.rows(OrderLineRow)} == {LineState.ENROLLED}
    assert (await books.row(OrderRow, order_id)).is_complete


async def test_a_districts_five_hundred_lines_are_opened(books: Books) -> None:
    """Proves: the largest usual order form is recorded and opened, each learner once."""
    order_id = await books.ordered(order_of(1, *(learner(n) for n in range(500))))

    chunks = await books.opened(order_id)

    assert len(chunks) == 500 // CHUNK + 1
    assert len(await books.rows(EnrollmentRow)) == 500
    assert len(await books.rows(SubscriptionGrantRow)) == 500


async def test_a_repeated_chunk_is_answered_as_the_first_was(books: Books) -> None:
    """Proves: a crash between the records and the start of the journeys loses no journey."""
    order_id = await books.ordered(order_of(1, *(learner(n) for n in range(25))))
    request = LinesToStart(order_id=order_id, after=0, at=NOW)
    first = await books.orders.open_lines(request)
    before = await books.everything()

    again = await books.orders.open_lines(request)

    assert again == first
    assert await books.everything() == before


async def test_a_journey_pins_the_policy_under_which_its_order_was_taken(books: Books) -> None:
    """Proves: the enrollment keeps the policy of the intake by value, not the one of the book."""
    order_id = await books.ordered(order_of(1, learner(1)))
    policy = Policy(approval=Approval.ALWAYS, rounds=1, subscription_months=3)

    request = LinesToStart(order_id=order_id, after=0, at=NOW, policy=policy)
    (journey,) = (await books.orders.open_lines(request)).journeys

    assert Policy.model_validate(journey.journey["policy"]) == policy
    assert [grant.months for grant in await books.rows(SubscriptionGrantRow)] == [3]


async def test_a_second_open_enrollment_is_held_for_ops(books: Books) -> None:
    """Proves: a second purchase of the same micro-credential is held with attention and a time
    until which ops decide; its subscription is granted all the same.
    """
    first = await books.enrolled(1)
    second = await books.ordered(order_of(2, learner(1)))

    (chunk,) = await books.opened(second)

    assert chunk.journeys == ()
    line = await books.row(OrderLineRow, f"{second}-1")
    assert (line.state, line.enrollment_id) == (LineState.HELD, None)
    assert line.held_until is not None
    assert line.held_until > NOW
    (attention,) = await books.rows(AttentionRow)
    assert (attention.kind, attention.subject_id) == (AttentionKind.SECOND_ENROLLMENT, line.id)
    assert [row.id for row in await books.rows(EnrollmentRow)] == [first]
    assert len(await books.rows(SubscriptionGrantRow)) == 2


async def test_the_same_learner_twice_in_one_order_is_held_once(books: Books) -> None:
    """Proves: a learner who stands in a form twice is enrolled once and held once."""
    order_id = await books.ordered(order_of(1, learner(1), learner(1)))
    await books.opened(order_id)
    lines = sorted(await books.rows(OrderLineRow), key=lambda line: line.number)
    assert [line.state for line in lines] == [LineState.ENROLLED, LineState.HELD]


async def test_the_payer_is_told_once_and_the_clock_runs(books: Books) -> None:
    """Proves: acknowledging again intends no second notice and computes no second due time."""
    order_id = await books.ordered(order_of(1, learner(1)), is_settled=False)
    first, notices = await books.orders.acknowledge(OrderRef(order_id=order_id, at=NOW))
    later = OrderRef(order_id=order_id, at=NOW + timedelta(days=1))
    again, repeated = await books.orders.acknowledge(later)

    assert first.due is not None
    assert first.due.at - NOW > timedelta(days=59)
    assert again == first
    assert repeated == notices
    assert len(await books.rows(NoticeRow)) == 1
    assert len(await books.rows(DueTimeRow)) == 1


async def test_an_unpaid_order_alerts_ops_and_is_looked_at_again(books: Books) -> None:
    """Proves: a payer who does not pay is brought to ops once, with a new due time each time,
    and paying closes the attention.
    """
    order_id = await books.ordered(order_of(1, learner(1)), is_settled=False)
    standing, _ = await books.orders.acknowledge(OrderRef(order_id=order_id, at=NOW))
    for days in (61, 122):
        at = NOW + timedelta(days=days)
        overdue = await books.orders.overdue(OrderRef(order_id=order_id, at=at))
        assert overdue.due is not None
        assert standing.due is not None
        assert overdue.due.at > at
        assert overdue.due.id != standing.due.id
        standing = overdue
    assert [row.closed_at for row in await books.rows(AttentionRow)] == [None]

    await books.refunds.settle(order_id, NOW + timedelta(days=130))
    paid = await books.orders.standing(OrderRef(order_id=order_id, at=NOW + timedelta(days=130)))

    assert paid.settled_at == NOW + timedelta(days=130)
    (attention,) = await books.rows(AttentionRow)
    assert attention.closed_at is not None


async def test_a_repeated_alert_about_the_money_is_answered_as_the_first_was(
    books: Books,
) -> None:
    """Proves: when the answer to an overdue order got lost, asking again computes nothing new."""
    order_id = await books.ordered(order_of(1, learner(1)), is_settled=False)
    await books.orders.acknowledge(OrderRef(order_id=order_id, at=NOW))
    late = OrderRef(order_id=order_id, at=NOW + timedelta(days=61))
    first = await books.orders.overdue(late)
    before = await books.everything()
    assert await books.orders.overdue(late) == first
    assert await books.everything() == before
