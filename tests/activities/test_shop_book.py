"""The log of the shop's messages: one answer for each, whoever was faster, on both databases."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.records.database import Database
from adapters.records.shop_book import OVERTAKEN_FOR, UNSIGNED_EVERY, Received, ShopBook, received
from adapters.records.tables import AttentionRow
from adapters.records.webhook_tables import ShopMessageRow
from domain.shop_webhook import Heading, ShopAnswer, WebhookIdReused
from tests.traps.books import NOW, Books

LATER = ShopAnswer(status=503, code="not_now", sentence="Later.")
TAKEN = ShopAnswer(status=200, code="order_taken", sentence="Taken.", order_id="o1")
TAKEN_TOO = ShopAnswer(status=200, code="order_taken", sentence="Taken.", order_id="o2")


@pytest.fixture
def books(database: AsyncEngine) -> Books:
    """Books of a database in which nothing was ordered."""
    return Books(Database(database))


def message(body: bytes = b"paid") -> Received:
    """Return a paid order of the shop."""
    return received("msg_1", Heading(kind="order.paid", order_number="S-1"), body)


async def test_the_first_final_answer_stands(books: Books) -> None:
    """Proves: of many deliveries at once one answer is kept and all get it; what is tried again
    after "later" is taken, and what was taken is never taken back.
    """
    book = ShopBook(books.database)
    assert await book.keep(message(), LATER, NOW, is_final=False) == LATER
    assert await book.answer_of(message(), NOW) is None
    answers = await asyncio.gather(
        *(book.keep(message(), each, NOW, is_final=True) for each in (TAKEN, TAKEN_TOO) * 4)
    )
    (first, *others) = {each.order_id for each in answers}
    assert others == []
    assert await book.keep(message(), LATER, NOW, is_final=False) != LATER
    known = await book.answer_of(message(), NOW + timedelta(hours=1))
    assert known is not None
    assert known.order_id == first
    row = await books.row(ShopMessageRow, "msg_1")
    assert (row.times, row.first_at, row.last_at) == (11, NOW, NOW + timedelta(hours=1))


async def test_an_id_with_other_content_gets_no_answer_of_another(books: Books) -> None:
    """Proves: the answer of one message is not given to a different one under its id."""
    book = ShopBook(books.database)
    await book.keep(message(), TAKEN, NOW, is_final=True)
    with pytest.raises(WebhookIdReused):
        await book.answer_of(message(b"another"), NOW)
    refused = ShopAnswer(status=409, code="webhook_id_reused", sentence="No.")
    assert await book.keep(message(b"another"), refused, NOW, is_final=False) == refused
    assert await book.answer_of(message(), NOW) == TAKEN


async def test_attention_waits_where_a_message_may_only_be_early(books: Books) -> None:
    """Proves: attention opens at once or after a while, once, and closes when it is taken."""
    book = ShopBook(books.database)
    await book.keep(message(), LATER, NOW, is_final=False)
    for at in (NOW, NOW + OVERTAKEN_FOR - timedelta(seconds=1)):
        await book.bring_to_ops(message(), "order_not_known_yet", at, OVERTAKEN_FOR)
    assert await books.rows(AttentionRow) == []
    for _ in range(2):
        at = NOW + OVERTAKEN_FOR
        await book.bring_to_ops(message(), "order_not_known_yet", at, OVERTAKEN_FOR)
    (attention,) = await books.rows(AttentionRow)
    assert (attention.opened_why, attention.closed_at) == ("order_not_known_yet", None)
    await book.keep(message(), TAKEN, at, is_final=True)
    (attention,) = await books.rows(AttentionRow)
    assert attention.closed_at == at


async def test_messages_that_nobody_signed_fill_no_table(books: Books) -> None:
    """Proves: however many come, one row an hour is written, and that only once in a while."""
    book = ShopBook(books.database)
    refused = ShopAnswer(status=401, code="shop_not_signed", sentence="No.")
    for second in range(25):
        await book.note_unsigned(refused, NOW + timedelta(seconds=second))
    (row,) = await books.rows(ShopMessageRow)
    assert row.times == 1 + 24 // int(UNSIGNED_EVERY.total_seconds())
    await book.note_unsigned(refused, NOW + timedelta(hours=1))
    assert len(await books.rows(ShopMessageRow)) == 2
