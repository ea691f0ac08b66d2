"""Acts on their way to a journey, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.records.database import Database
from adapters.records.request_book import GIVEN_UP, ON_ITS_WAY, RequestBook
from adapters.records.tables import EnrollmentRow
from adapters.records.turn_tables import RequestRow
from tests.traps.books import NOW, Books

SECOND = timedelta(seconds=1)


@pytest.fixture
async def books(database: AsyncEngine) -> Books:
    """Books with one micro-credential for sale."""
    books = Books(Database(database))
    await books.publish()
    return books


async def write_one_more(books: Books, enrollment_id: str) -> None:
    """Let the journey have written one more entry."""
    async with books.database.transaction() as session:
        await session.execute(
            update(EnrollmentRow)
            .where(EnrollmentRow.id == enrollment_id)
            .values(last_sequence=EnrollmentRow.last_sequence + 1)
        )


async def test_an_act_is_lost_once_its_journey_wrote_and_nobody_waits(books: Books) -> None:
    """Proves: only an act that is older than its sender's patience, whose journey has written
    since, is asked for again; kept twice it is one, and its answer ends it.
    """
    enrollment_id, book = await books.enrolled(1), RequestBook(books.database)
    for _ in range(2):
        await book.sent("u1", enrollment_id, "withdraw", {"actor": {}}, NOW)
    late = NOW + ON_ITS_WAY + SECOND
    assert await book.lost(late) == ()
    await write_one_more(books, enrollment_id)
    assert await book.lost(NOW + ON_ITS_WAY) == ()
    (lost,) = await book.lost(late)
    assert (lost.id, lost.enrollment_id, lost.update) == ("u1", enrollment_id, "withdraw")
    assert lost.request == {"actor": {}}
    await book.answered("u1")
    assert await book.lost(late) == ()


async def test_an_act_without_a_trace_is_forgotten(books: Books) -> None:
    """Proves: what never reached its journey is not done behind its sender's back later on."""
    enrollment_id, book = await books.enrolled(1), RequestBook(books.database)
    await book.sent("u1", enrollment_id, "withdraw", {}, NOW)
    assert await book.lost(NOW + GIVEN_UP + SECOND) == ()
    assert await books.rows(RequestRow) == []


async def test_an_act_for_an_unknown_enrollment_is_not_kept(books: Books) -> None:
    """Proves: a wrong number leaves nothing behind; the journey's absence is told elsewhere."""
    await RequestBook(books.database).sent("u1", "e-nobody", "withdraw", {}, NOW)
    assert await books.rows(RequestRow) == []
