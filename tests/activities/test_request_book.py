"""Acts on their way to a journey, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.records.database import Database
from adapters.records.request_book import GIVEN_UP, ON_ITS_WAY, RequestBook
from adapters.records.tables import EnrollmentRow
from adapters.records.turn_tables import EntryRow, RequestRow
from tests.traps.books import NOW, Books

SECOND = timedelta(seconds=1)


@pytest.fixture
async def books(database: AsyncEngine) -> Books:
    """Books with one micro-credential for sale."""
    books = Books(Database(database))
    await books.publish()
    return books


async def write_one_more(books: Books, enrollment_id: str, cause: str | None) -> None:
    """Let the journey have written one more entry, caused by somebody."""
    async with books.database.transaction() as session:
        enrollment = await session.get_one(EnrollmentRow, enrollment_id)
        enrollment.last_sequence += 1
        session.add(
            EntryRow(
                enrollment_id=enrollment_id,
                sequence=enrollment.last_sequence,
                answer={},
                cause=cause,
            )
        )


@pytest.mark.parametrize("cause", ["u1", None])
async def test_an_act_is_lost_once_its_journey_wrote_and_nobody_waits(
    books: Books, cause: str | None
) -> None:
    """Proves: only an act that is older than its sender's patience, and that its journey has
    written, is asked for again; kept twice it is one, and its answer ends it. Of a journey that
    names no causes, it counts that anything was written since.
    """
    enrollment_id, book = await books.enrolled(1), RequestBook(books.database)
    for _ in range(2):
        await book.sent("u1", enrollment_id, "withdraw", {"actor": {}}, NOW)
    late = NOW + ON_ITS_WAY + SECOND
    assert await book.lost(late) == ()
    await write_one_more(books, enrollment_id, cause)
    assert await book.lost(NOW + ON_ITS_WAY) == ()
    (lost,) = await book.lost(late)
    assert (lost.id, lost.enrollment_id, lost.update) == ("u1", enrollment_id, "withdraw")
    assert lost.request == {"actor": {}}
    await book.answered("u1")
    assert await book.lost(late) == ()


async def test_an_act_that_did_not_arrive_is_nobodys_business(books: Books) -> None:
    """Proves: whoever was told that nothing was done may have thought better of it: what others
    cause later does not bring such an act back, and the journey's next act does not wait for it.
    """
    enrollment_id, book = await books.enrolled(1), RequestBook(books.database)
    await book.sent("u1", enrollment_id, "withdraw", {}, NOW)
    await write_one_more(books, enrollment_id, "u-of-somebody-else")
    assert await book.lost(NOW + ON_ITS_WAY + SECOND) == ()
    assert await book.sent("u2", enrollment_id, "extend", {}, NOW) == ()
    assert await book.lost(NOW + GIVEN_UP + SECOND) == ()
    assert await books.rows(RequestRow) == []


async def test_an_act_is_kept_once_those_before_it_are_answered(books: Books) -> None:
    """Proves: what the journey wrote and nobody answered comes first; until then the next act is
    not kept, so that it is not done by itself later on.
    """
    enrollment_id, book = await books.enrolled(1), RequestBook(books.database)
    await book.sent("u1", enrollment_id, "accept_offer", {}, NOW)
    await write_one_more(books, enrollment_id, "u1")
    (lost,) = await book.sent("u2", enrollment_id, "record_judgement", {}, NOW)
    assert lost.id == "u1"
    assert [each.id for each in await books.rows(RequestRow)] == ["u1"]
    await book.answered("u1")
    assert await book.sent("u2", enrollment_id, "record_judgement", {}, NOW) == ()
    assert [each.id for each in await books.rows(RequestRow)] == ["u2"]


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
