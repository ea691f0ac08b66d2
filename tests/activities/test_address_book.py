"""Changes of address as they are kept, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.records.address_book import AddressBook
from adapters.records.database import Database
from adapters.records.ops_book import OpsBook
from adapters.records.tables import EnrollmentRow, NoticeRow, PersonRow, TimelineRow
from domain.address_changes import CONFIRM_WITHIN, ChangeStopped, ChangeTooOld
from domain.enrollment import Party
from domain.grounds import grounds
from tests.traps.books import NOW, Books

NEW = "somebody.new@elm.example.org"


@pytest.fixture
async def books(database: AsyncEngine) -> Books:
    """Books with one micro-credential for sale."""
    books = Books(Database(database))
    await books.publish()
    return books


async def address_of(books: Books, enrollment_id: str) -> str:
    """Return the address that is recorded."""
    enrollment = await books.row(EnrollmentRow, enrollment_id)
    return (await books.row(PersonRow, enrollment.person_id)).address


async def reason(books: Books, key: str) -> str:
    """Keep why; returns its id."""
    why = grounds("I moved.", "the practitioner", NOW, Party.PRACTITIONER)
    return await OpsBook(books.database).keep_reason(key, why)


async def test_a_change_is_asked_confirmed_and_taken_back(books: Books) -> None:
    """Proves: the address is the new one after the confirming and the old one after the stopping,
    each with a line in the practitioner's name; two notices, and no third, were made.
    """
    enrollment_id = await books.enrolled(1)
    old, book = await address_of(books, enrollment_id), AddressBook(books.database)
    change, mails = await book.ask(enrollment_id, NEW, NOW)
    assert len(mails) == 2
    assert await address_of(books, enrollment_id) == old
    for _ in range(2):
        await book.confirm(change.id, "confirm", await reason(books, "confirm"), NOW)
        assert await address_of(books, enrollment_id) == NEW
    for _ in range(2):
        await book.stop(change.id, "stop", await reason(books, "stop"), NOW)
        assert await address_of(books, enrollment_id) == old
    lines = await books.rows(TimelineRow, TimelineRow.kind == "address_corrected")
    assert [line.party for line in lines] == [Party.PRACTITIONER] * 2
    notices = await books.rows(NoticeRow, NoticeRow.subject_id == change.id)
    assert {notice.kind for notice in notices} == {"address_confirm", "address_change"}


async def test_a_change_runs_out_and_gives_way_to_a_later_one(books: Books) -> None:
    """Proves: tested one second on either side; only the latest change can be confirmed."""
    enrollment_id = await books.enrolled(1)
    book, why = AddressBook(books.database), await reason(books, "confirm")
    second = timedelta(seconds=1)
    late, _ = await book.ask(enrollment_id, NEW, NOW)
    with pytest.raises(ChangeTooOld):
        await book.confirm(late.id, "late", why, NOW + CONFIRM_WITHIN)
    change, _ = await book.ask(enrollment_id, NEW, NOW)
    with pytest.raises(ChangeStopped):
        await book.confirm(late.id, "earlier", why, NOW)
    await book.confirm(change.id, "confirm", why, NOW + CONFIRM_WITHIN - second)
    assert await address_of(books, enrollment_id) == NEW


async def test_what_operations_corrected_since_stays(books: Books) -> None:
    """Proves: taking a change back does not undo an address that operations gave later."""
    enrollment_id = await books.enrolled(1)
    book, why = AddressBook(books.database), await reason(books, "why")
    change, _ = await book.ask(enrollment_id, NEW, NOW)
    await book.confirm(change.id, "confirm", why, NOW)
    given = "given.by.ops@elm.example.org"
    await OpsBook(books.database).correct_address(enrollment_id, given, "ops", why, NOW)
    await book.stop(change.id, "stop", why, NOW)
    assert await address_of(books, enrollment_id) == given
