"""What holders choose to show, and what public pages read, on both databases."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.credential_contracts import AwardRef
from adapters.records.database import Database
from adapters.records.shared_credentials import SharedCredentials
from adapters.records.sharing_book import SharingBook
from domain.catalog import CatalogKey
from domain.credentials import CredentialState, UnknownCredential
from domain.sharing import UNCHOSEN, Sharing, SharingChanged, Visibility
from domain.shopping import NotOffered
from tests.issuing import Issuing
from tests.traps.books import Books

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
EVERYTHING = Sharing(
    visibility=Visibility.LISTED, shows_name=True, shows_details=True, gives_files=True
)


@pytest.fixture
async def issuing(database: AsyncEngine) -> Issuing:
    """Books with one micro-credential for sale, on either database."""
    books = Books(Database(database))
    await books.publish()
    return Issuing(books)


async def test_choices_are_kept_and_counted(issuing: Issuing, database: AsyncEngine) -> None:
    """Proves: what was chosen last holds, and each change has the next number."""
    enrollment_id = await issuing.awarded()
    book = SharingBook(Database(database))
    assert await book.sharing(enrollment_id) == UNCHOSEN
    first = await book.choose(enrollment_id, EVERYTHING, AT)
    hidden = UNCHOSEN.model_copy(update={"visibility": Visibility.PRIVATE, "version": 1})
    second = await book.choose(enrollment_id, hidden, AT)
    assert (first.version, second.version) == (1, 2)
    assert await book.sharing(enrollment_id) == second


async def test_of_two_windows_one_is_told(issuing: Issuing, database: AsyncEngine) -> None:
    """Proves: choices that are based on the same ones are kept once, at first and later."""
    enrollment_id = await issuing.awarded()
    book = SharingBook(Database(database))
    for version in (0, 1):
        based = EVERYTHING.model_copy(update={"version": version})
        came = await asyncio.gather(
            *(book.choose(enrollment_id, based, AT) for _ in range(4)), return_exceptions=True
        )
        assert sum(isinstance(each, Sharing) for each in came) == 1
        assert sum(isinstance(each, SharingChanged) for each in came) == 3


async def test_a_public_page_reads_all_that_it_needs(
    issuing: Issuing, database: AsyncEngine
) -> None:
    """Proves: kept bytes, status list, state and choices come together; unknown numbers refuse."""
    enrollment_id = await issuing.awarded()
    answer = await issuing.activities.issue_credential(AwardRef(enrollment_id=enrollment_id))
    shared = SharedCredentials(Database(database))
    await SharingBook(Database(database)).choose(enrollment_id, EVERYTHING, AT)
    credential = await shared.credential(str(answer.credential_id))
    assert (credential,) == await shared.of_award(enrollment_id)
    signed = await issuing.views.signed(credential.id)
    listed = await shared.status_list(credential.status_list_id)
    assert listed is not None
    assert (credential.body, credential.jwt) == (signed.body, signed.jwt)
    assert (credential.status_body, credential.status_version) == (listed.body, listed.version)
    assert credential.state is CredentialState.VALID
    assert credential.sharing == EVERYTHING.model_copy(update={"version": 1})
    with pytest.raises(UnknownCredential):
        await shared.credential("cnobody")
    assert await shared.status_list("lnowhere") is None


async def test_a_version_stays_readable_for_those_who_earned_it(
    issuing: Issuing, database: AsyncEngine
) -> None:
    """Proves: what a credential stands for is found by its version; another version is not."""
    enrollment_id = await issuing.awarded()
    shared = SharedCredentials(Database(database))
    entry = await shared.entry(enrollment_id)
    key = CatalogKey(library=entry.library, slug=entry.slug)
    criteria = await shared.criteria(key, 1)
    assert criteria.entry == entry
    assert criteria.is_for_sale
    with pytest.raises(NotOffered):
        await shared.criteria(key, 2)
