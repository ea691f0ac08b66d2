"""Versions of drafts as they are kept with each save, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.records.database import Database
from adapters.records.draft_versions import DraftVersions, UnknownDraftVersion
from adapters.records.portal_tables import DraftVersionRow
from domain.assessment import StaleVersion
from domain.draft_versions import MOST_KEPT
from domain.enrollment import StaleRound
from domain.submission import Draft
from tests.traps.books import NOW, Books

ITEM = "question/1"
PARAGRAPH = "A paragraph that nobody wants to write a second time. "


@pytest.fixture
async def books(database: AsyncEngine) -> Books:
    """Books with one micro-credential for sale."""
    books = Books(Database(database))
    await books.publish()
    return books


async def test_what_was_deleted_can_be_fetched_back(books: Books) -> None:
    """Proves: typing on is one version, and the text before a deletion is another."""
    enrollment_id = await books.enrolled(1)
    draft = Draft(part=1)
    for number, text in enumerate(["One.", "One. Two.", PARAGRAPH * 3, "Gone.", "Gone. On."]):
        written = draft.model_copy(update={"answers": {ITEM: text}})
        at = NOW + timedelta(seconds=2 * number)
        draft = await books.parts.save(enrollment_id, written, at)

    versions = DraftVersions(books.database)
    kept = await versions.kept(enrollment_id, 1, 1)
    texts = [
        (await versions.version(enrollment_id, 1, 1, each.version)).draft.answers[ITEM]
        for each in kept
    ]
    assert texts == ["Gone. On.", PARAGRAPH * 3, "One."]
    assert [each.words for each in kept] == [2, 30, 1]


async def test_versions_are_bounded_and_the_newest_is_there(books: Books) -> None:
    """Proves: saving without end keeps a bounded number, the newest among them."""
    enrollment_id = await books.enrolled(1)
    draft = Draft(part=1)
    for number in range(MOST_KEPT + 5):
        written = draft.model_copy(update={"answers": {ITEM: f"{number} {PARAGRAPH}" * 2}})
        draft = await books.parts.save(enrollment_id, written, NOW + timedelta(hours=number))

    rows = await books.rows(DraftVersionRow)
    assert len(rows) == MOST_KEPT
    assert max(row.version for row in rows) == draft.version == MOST_KEPT + 5


async def test_a_refused_save_keeps_no_version(books: Books) -> None:
    """Proves: versions are of what was saved; a stale write, or one of another round, is none."""
    enrollment_id = await books.enrolled(1)
    await books.parts.save(enrollment_id, Draft(part=1, answers={ITEM: "one"}), NOW)
    with pytest.raises(StaleVersion):
        await books.parts.save(enrollment_id, Draft(part=1, answers={ITEM: "two"}), NOW, 1)
    with pytest.raises(StaleRound):
        await books.parts.save(enrollment_id, Draft(part=1, version=1), NOW, 2)
    assert [row.version for row in await books.rows(DraftVersionRow)] == [1]


async def test_an_unknown_version_is_refused(books: Books) -> None:
    """Proves: nobody is shown an empty page in place of a version that is not kept."""
    enrollment_id = await books.enrolled(1)
    with pytest.raises(UnknownDraftVersion):
        await DraftVersions(books.database).version(enrollment_id, 1, 1, 1)
