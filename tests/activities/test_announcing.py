"""Events for other systems are part of what they tell of, and cost nothing where nobody listens."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPICursor, ExecutionContext
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.steps import AcceptOffer, BeginJourney, EndJourney, RecordAward, VerifyPerson
from activities.webhook_ports import Answer, OutgoingEvent, Verdict
from adapters.records.database import Database
from adapters.records.delivery_book import MOST_DECLINED, DeliveryBook
from adapters.records.keyset import CursorNotValid
from adapters.records.tables import AttentionRow
from adapters.records.webhook_book import OVERLAP, WebhookBook
from adapters.records.webhook_tables import WebhookDeliveryRow
from adapters.records.webhook_values import DeliveryFilter
from adapters.records.webhook_views import WebhookViews
from domain.assignment import OfferExpired
from domain.enrollment import ClockKind, Ending
from domain.webhooks import (
    CHOSEN_KINDS,
    MOST_ENDPOINTS,
    DeliveryState,
    EndpointExists,
    EventKind,
    TooManyEndpoints,
)
from tests.traps.books import NOW, Books, because, clock, learner, order_of

BEGIN = BeginJourney(
    verification=clock(ClockKind.VERIFICATION, 10), access=clock(ClockKind.ACCESS, 2)
)
URL = "https://receiver.example.org/hooks"
SECRET = SecretStr("whsec_" + "c2VjcmV0" * 6)
TAKEN = Answer(verdict=Verdict.TAKEN, status=204, reply="", duration_ms=3)
DECLINED = Answer(verdict=Verdict.DECLINED, status=400, reply="what is this?", duration_ms=3)
EVERY = frozenset(CHOSEN_KINDS)


@pytest.fixture
async def books(database: AsyncEngine) -> Books:
    """Books with one micro-credential for sale."""
    books = Books(Database(database))
    await books.publish()
    return books


async def listening(
    books: Books, kinds: frozenset[EventKind] = EVERY, url: str = URL, at: datetime = NOW
) -> str:
    """Register an endpoint; returns its id."""
    return await WebhookBook(books.database).register(url, kinds, SECRET, because(at))


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Gather the statements that a database is sent in the block."""
    seen: list[str] = []

    def listen(
        _: Connection,
        __: DBAPICursor,
        statement: str,
        ___: object,
        ____: ExecutionContext,
        *_____: object,
    ) -> None:
        seen.append(statement)

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", listen)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", listen)


async def test_where_nobody_listens_it_costs_no_statement(books: Books) -> None:
    """Proves: an entry of a journey asks about endpoints along with its own first query, and does
    nothing else about them; with a listener it reads them once and writes once.
    """
    first, second = await books.enrolled(1), await books.enrolled(2)
    with statements(books.database) as alone:
        await books.enter(first, BEGIN)
    assert len([each for each in alone if "webhook" in each]) == 1
    assert [each for each in alone if each.startswith("SELECT webhook")] == []

    await listening(books)
    with statements(books.database) as heard:
        await books.enter(second, BEGIN)
    of_webhooks = [each.split()[0] for each in heard if "webhook_" in each]
    assert of_webhooks == ["SELECT", "SELECT", "INSERT"]


async def test_an_event_is_recorded_with_what_it_tells_of_or_not_at_all(books: Books) -> None:
    """Proves: a turn that is refused tells nobody of anything; one that is repeated is told once,
    and answers with the delivery that it recorded the first time.
    """
    await listening(books)
    enrollment_id, offer = await books.assessing(1)
    before = await books.rows(WebhookDeliveryRow)
    ended = EndJourney(ending=Ending.WITHDRAWN)
    with pytest.raises(OfferExpired):
        await books.enter(
            enrollment_id, ended, AcceptOffer(assignment_id=offer.assignment_id), sequence=90
        )
    assert len(await books.rows(WebhookDeliveryRow)) == len(before)
    first = await books.enter(enrollment_id, ended, sequence=91)
    again = await books.enter(enrollment_id, ended, sequence=91)
    assert first.deliveries == again.deliveries
    assert len(first.deliveries) == 1
    assert len(await books.rows(WebhookDeliveryRow)) == len(before) + 1


async def test_a_turn_without_a_new_stage_tells_nothing(books: Books) -> None:
    """Proves: only what an endpoint was registered for is recorded for it."""
    await listening(books, frozenset({EventKind.STAGE_CHANGED}))
    await listening(books, frozenset({EventKind.AWARDED}), url=f"{URL}/awards")
    enrollment_id = await books.enrolled(1)
    assert len((await books.enter(enrollment_id, BEGIN)).deliveries) == 1
    assert (await books.enter(enrollment_id, VerifyPerson())).deliveries == ()
    awarded = await books.enter(
        enrollment_id, RecordAward(round=1), EndJourney(ending=Ending.AWARDED)
    )
    kinds = {
        row.kind: row.endpoint_id
        for row in await books.rows(WebhookDeliveryRow)
        if row.id in {each.delivery_id for each in awarded.deliveries}
    }
    assert set(kinds) == {EventKind.STAGE_CHANGED, EventKind.AWARDED}
    assert len(set(kinds.values())) == 2


async def test_an_order_is_told_of_when_its_money_is_there(books: Books) -> None:
    """Proves: an unpaid order form is told of when it is settled, once; each refunded line is."""
    await listening(books)
    order_id = await books.ordered(order_of(1, learner(1), learner(2)), is_settled=False)
    assert await books.orders.untold(order_id) == ()
    for _ in range(2):
        await books.refunds.settle(order_id, NOW)
    assert len(await books.orders.untold(order_id)) == 1
    await books.refunds.begin_refund(order_id, (2,), "r", NOW)
    await books.refunds.begin_refund(order_id, (), "r", NOW)
    told = [row.kind for row in await books.rows(WebhookDeliveryRow)]
    assert sorted(told) == [
        *[EventKind.ORDER_REFUNDED] * 2,
        EventKind.ORDER_SETTLED,
    ]


async def delivery_of(books: Books) -> str:
    """Return a delivery on its way."""
    await listening(books, frozenset({EventKind.STAGE_CHANGED}))
    written = await books.enter(await books.enrolled(1), BEGIN)
    return written.deliveries[0].delivery_id


async def test_a_receiver_that_declines_is_asked_a_few_times(books: Books) -> None:
    """Proves: a 4xx may be a moment's fault, so it is tried again, and then believed; an answer in
    between that means "later" does not count.
    """
    book, delivery_id = DeliveryBook(books.database), await delivery_of(books)
    later = Answer(verdict=Verdict.UNANSWERED, status=503, reply="", duration_ms=1)
    for _ in range(MOST_DECLINED - 1):
        assert await book.answered(delivery_id, DECLINED, NOW) is DeliveryState.PENDING
    assert await book.answered(delivery_id, later, NOW) is DeliveryState.PENDING
    assert await book.answered(delivery_id, DECLINED, NOW) is DeliveryState.FAILED
    row = await books.row(WebhookDeliveryRow, delivery_id)
    assert (row.attempts, row.last_status, row.last_reply) == (6, 400, "what is this?")
    (attention,) = await books.rows(AttentionRow, AttentionRow.subject_id == row.endpoint_id)
    assert attention.closed_at is None


async def test_a_settled_delivery_stays_as_it_is(books: Books) -> None:
    """Proves: an answer that comes late, from a sender that was thought dead, is kept in the log
    and changes nothing.
    """
    book, delivery_id = DeliveryBook(books.database), await delivery_of(books)
    assert await book.answered(delivery_id, TAKEN, NOW) is DeliveryState.DELIVERED
    assert await book.answered(delivery_id, DECLINED, NOW) is DeliveryState.DELIVERED
    assert await book.prepare(delivery_id, NOW) is DeliveryState.DELIVERED
    view = await WebhookViews(books.database).delivery(delivery_id)
    assert [each.verdict for each in view.attempts] == ["taken", "declined"]


async def test_the_secret_before_the_newest_signs_for_a_day(books: Books) -> None:
    """Proves: both secrets sign until the day is over, then the new one alone."""
    delivery_id = await delivery_of(books)
    book = DeliveryBook(books.database)
    row = await books.row(WebhookDeliveryRow, delivery_id)
    new = SecretStr("whsec_" + "bmV3ISEh" * 6)
    now = datetime.now(UTC)
    await WebhookBook(books.database).rotate(row.endpoint_id, new, because(now))
    during = await book.prepare(delivery_id, now + OVERLAP - timedelta(seconds=1))
    after = await book.prepare(delivery_id, now + OVERLAP)
    assert isinstance(during, OutgoingEvent)
    assert isinstance(after, OutgoingEvent)
    assert (during.secrets, after.secrets) == ((new, SECRET), (new,))


async def test_what_nobody_tries_is_found(books: Books) -> None:
    """Proves: the sweep finds what was never tried for a quarter of an hour and what has not been
    tried for longer than the longest pause, and leaves alone what somebody is trying.
    """
    book, delivery_id = DeliveryBook(books.database), await delivery_of(books)
    recorded = (await books.row(WebhookDeliveryRow, delivery_id)).recorded_at

    async def is_found_after(pause: timedelta) -> bool:
        return bool(await book.lost(recorded + pause))

    assert not await is_found_after(timedelta(minutes=14))
    assert await is_found_after(timedelta(minutes=16))
    later = Answer(verdict=Verdict.UNANSWERED, status=None, reply="", duration_ms=1)
    await book.answered(delivery_id, later, recorded)
    assert not await is_found_after(timedelta(hours=6))
    assert await is_found_after(timedelta(hours=7))
    assert not await is_found_after(timedelta(days=4))
    assert await book.give_up(recorded + timedelta(days=4)) == 1


async def test_endpoints_are_bounded_however_many_are_added_at_once(books: Books) -> None:
    """Proves: two people who add the last place at the same moment do not both get one; an address
    is switched on once.
    """
    for number in range(MOST_ENDPOINTS - 1):
        await listening(books, url=f"{URL}/{number}")
    outcomes = await asyncio.gather(
        *(listening(books, url=f"{URL}/last-{number}") for number in range(3)),
        return_exceptions=True,
    )
    refused = [each for each in outcomes if isinstance(each, TooManyEndpoints)]
    assert (len(outcomes) - len(refused), len(refused)) == (1, 2)
    book = WebhookBook(books.database)
    (first, *_) = await WebhookViews(books.database).endpoints(NOW)
    await book.switch_off(first.endpoint_id, because())
    with pytest.raises(EndpointExists):
        await listening(books, url=f"{URL}/0" if first.url != f"{URL}/0" else f"{URL}/1")


async def test_the_log_is_read_page_by_page(books: Books) -> None:
    """Proves: pages hold every delivery once, the newest first, each in one query; a filter holds;
    a cursor that was changed is refused.
    """
    endpoint_id = await listening(books)
    for number in range(5):
        await books.enter(await books.enrolled(number), BEGIN)
    views = WebhookViews(books.database)
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        with statements(books.database) as asked:
            page = await views.deliveries(DeliveryFilter(endpoint_id=endpoint_id), after, 3)
        assert len([each for each in asked if each.startswith("SELECT")]) == 1
        seen += [line.delivery_id for line in page.lines]
        after = page.after
    assert seen == [
        row.id
        for row in sorted(
            await books.rows(WebhookDeliveryRow),
            key=lambda row: (row.recorded_at, row.id),
            reverse=True,
        )
    ]
    failed = await views.deliveries(DeliveryFilter(state=DeliveryState.FAILED))
    assert failed.lines == ()
    with pytest.raises(CursorNotValid):
        await views.deliveries(DeliveryFilter(), "broken")
    (line,) = await views.endpoints(datetime.now(UTC))
    assert (line.pending, line.failed, line.last_delivered_at) == (10, 0, None)
