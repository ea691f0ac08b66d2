"""Drafts, files and frozen revisions as they are kept, on both databases."""

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.contracts import PartRef
from activities.steps import EndJourney, ReceivePart
from adapters.records.database import Database
from adapters.records.round_tables import ArtifactRow, DraftRow, RevisionRow
from adapters.records.tables import EnrollmentRow
from domain.assessment import StaleVersion, UnknownItem
from domain.enrollment import Ending, EnrollmentClosed, UnknownEnrollment
from domain.evidence import Evidence, Stored
from domain.findings import FindingCode
from domain.locators import Page
from domain.submission import (
    Draft,
    PartAlreadySubmitted,
    ReceiptEntry,
    UnknownArtifact,
    UnknownPart,
    UnknownRevision,
)
from tests.house import ITEMS, NARRATIVE
from tests.traps.books import NOW, Books

ANSWERED = Draft(part=1, answers={"question/1": NARRATIVE, "question/2": NARRATIVE})


@pytest.fixture
async def books(database: AsyncEngine) -> Books:
    """Books with one micro-credential for sale."""
    books = Books(Database(database))
    await books.publish()
    return books


def reference(enrollment_id: str, version: int = 1, part: int = 1) -> PartRef:
    """Return which draft is to be frozen."""
    return PartRef(enrollment_id=enrollment_id, round=1, part=part, draft_version=version)


async def test_a_draft_is_kept_and_counts_its_versions(books: Books) -> None:
    """Proves: what was saved is what is read, with the version that the next save must name."""
    enrollment_id = await books.enrolled(1)
    assert await books.parts.draft(enrollment_id, 1) == Draft(part=1)

    saved = await books.parts.save(enrollment_id, ANSWERED, NOW)

    assert saved == ANSWERED.model_copy(update={"version": 1})
    assert await books.parts.draft(enrollment_id, 1) == saved
    assert (await books.row(EnrollmentRow, enrollment_id)).portal_used_at == NOW


@pytest.mark.parametrize("version", [0, 2])
async def test_a_draft_based_on_another_version_is_refused(books: Books, version: int) -> None:
    """Proves: neither an older tab nor an invented version overwrites what is kept."""
    enrollment_id = await books.enrolled(1)
    await books.parts.save(enrollment_id, ANSWERED, NOW)
    before = await books.everything()

    with pytest.raises(StaleVersion):
        await books.parts.save(enrollment_id, Draft(part=1, version=version), NOW)

    assert await books.everything() == before


async def test_of_saves_at_once_one_wins_and_the_others_hear_of_it(books: Books) -> None:
    """Proves: five tabs that save the first draft at once leave one text, and four refusals."""
    enrollment_id = await books.enrolled(1)
    drafts = [Draft(part=1, answers={"question/1": f"text {n}"}) for n in range(5)]

    outcomes = await asyncio.gather(
        *(books.parts.save(enrollment_id, draft, NOW) for draft in drafts), return_exceptions=True
    )

    (won,) = [each for each in outcomes if isinstance(each, Draft)]
    assert sum(isinstance(each, StaleVersion) for each in outcomes) == 4
    assert await books.parts.draft(enrollment_id, 1) == won
    assert len(await books.rows(DraftRow)) == 1


async def test_items_of_another_part_or_rubric_are_refused(books: Books) -> None:
    """Proves: a draft holds nothing but the items of its own part."""
    enrollment_id = await books.enrolled(1)
    for key in ("question/3", "detail/1.1", "reflection"):
        with pytest.raises(UnknownItem):
            await books.parts.save(enrollment_id, Draft(part=1, answers={key: "x"}), NOW)
    with pytest.raises(UnknownPart):
        await books.parts.draft(enrollment_id, 4)
    assert await books.rows(DraftRow) == []


async def test_evidence_points_at_a_file_of_the_same_enrollment(books: Books) -> None:
    """Proves: a file that was never uploaded here cannot be evidence, whoever owns it."""
    own, other = await books.enrolled(1), await books.enrolled(2)
    foreign = await books.artifact(other)
    piece = Evidence(artifact_id=foreign, locator=Page(number=1), explanation="See here.")

    with pytest.raises(UnknownArtifact):
        await books.parts.save(own, Draft(part=2, evidence={"detail/1.1": (piece,)}), NOW)
    with pytest.raises(UnknownArtifact):
        await books.parts.stored_file(own, foreign)
    assert await books.rows(DraftRow) == []


async def test_the_same_file_under_the_same_name_is_one_file(books: Books) -> None:
    """Proves: a repeated upload adds nothing; another name or another content does."""
    enrollment_id = await books.enrolled(1)
    first = await books.artifact(enrollment_id)
    assert await books.artifact(enrollment_id) == first
    assert await books.artifact(enrollment_id, "other.pdf") != first
    other = Stored(sha256="b" * 64, size=7)
    assert await books.parts.add_artifact(enrollment_id, "plan.pdf", other, NOW) != first
    assert len(await books.rows(ArtifactRow)) == 3
    assert len(await books.parts.artifacts(enrollment_id)) == 2, "one was not looked into yet"


async def test_the_same_upload_at_once_is_one_file(books: Books) -> None:
    """Proves: a button that was pressed twice makes one file and no error."""
    enrollment_id = await books.enrolled(1)
    stored = Stored(sha256="c" * 64, size=7)

    ids = await asyncio.gather(
        *(books.parts.add_artifact(enrollment_id, "a.pdf", stored, NOW) for _ in range(5))
    )

    assert len(set(ids)) == len(await books.rows(ArtifactRow)) == 1


async def test_the_preflight_lists_everything_that_blocks(books: Books) -> None:
    """Proves: an empty part names each missing answer and the missing words; a full one nothing."""
    enrollment_id = await books.enrolled(1)
    codes = [each.code for each in await books.parts.preflight(enrollment_id, 1)]
    missing = [FindingCode.ANSWER_MISSING] * 2
    assert codes == [*missing, FindingCode.TOO_FEW_WORDS]

    await books.parts.save(enrollment_id, ANSWERED, NOW)
    assert await books.parts.preflight(enrollment_id, 1) == ()
    evidence = await books.parts.preflight(enrollment_id, 2)
    assert [each.code for each in evidence] == [FindingCode.EVIDENCE_MISSING] * 3


async def test_what_is_frozen_is_the_version_that_was_agreed_to(books: Books) -> None:
    """Proves: a draft that was changed after the practitioner agreed is not frozen."""
    enrollment_id = await books.enrolled(1)
    await books.parts.save(enrollment_id, ANSWERED, NOW)
    await books.parts.save(enrollment_id, ANSWERED.model_copy(update={"version": 1}), NOW)

    with pytest.raises(StaleVersion):
        await books.parts.submitted(reference(enrollment_id, version=1))
    submitted = await books.parts.submitted(reference(enrollment_id, version=2))
    assert submitted.findings == ()


async def test_a_version_is_frozen_once_and_for_ever(books: Books) -> None:
    """Proves: freezing again, also at the same moment, gives the same revision, unchanged."""
    enrollment_id = await books.enrolled(1)
    draft = await books.parts.save(enrollment_id, ANSWERED, NOW)
    files = (ReceiptEntry(name="plan.pdf", size=7, sha256="a" * 64),)
    part = reference(enrollment_id)

    ids = await asyncio.gather(*(books.parts.freeze(part, draft, files) for _ in range(5)))
    changed = draft.model_copy(update={"answers": {}})
    ids.append(await books.parts.freeze(part, changed, ()))

    assert len(set(ids)) == 1
    (revision,) = await books.rows(RevisionRow)
    assert Draft.model_validate(revision.content) == draft
    assert revision.words == 120
    assert revision.accepted_at is None, "it counts when the journey took it"


async def test_an_accepted_part_is_closed_to_writing(books: Books) -> None:
    """Proves: after the journey took a part its draft cannot be written any more, and a second
    revision of it cannot be accepted.
    """
    enrollment_id = await books.enrolled(1)
    draft = await books.parts.save(enrollment_id, ANSWERED, NOW)
    revision_id = await books.parts.freeze(reference(enrollment_id), draft, ())
    received = ReceivePart(round=1, part=1, revision_id=revision_id, open_items=ITEMS)
    await books.enter(enrollment_id, received)

    with pytest.raises(PartAlreadySubmitted):
        await books.parts.save(enrollment_id, draft, NOW)
    assert (await books.row(RevisionRow, revision_id)).accepted_at == NOW


async def test_a_revision_counts_for_its_own_part_round_and_enrollment(books: Books) -> None:
    """Proves: a revision is not taken for another part, round or enrollment, nor an unknown one."""
    own, other = await books.enrolled(1), await books.enrolled(2)
    draft = await books.parts.save(own, ANSWERED, NOW)
    revision_id = await books.parts.freeze(reference(own), draft, ())
    wrong = (
        (other, 1, 1, revision_id),
        (own, 2, 1, revision_id),
        (own, 1, 3, revision_id),
        (own, 1, 1, "v-unknown"),
    )
    before = await books.everything()
    for enrollment_id, number, part, revision in wrong:
        step = ReceivePart(round=number, part=part, revision_id=revision, open_items=ITEMS)
        with pytest.raises(UnknownRevision):
            await books.enter(enrollment_id, step)
    assert await books.everything() == before


async def test_the_preflight_of_a_freezing_is_kept_once(books: Books) -> None:
    """Proves: the findings that stopped a freezing can be read afterwards; a repeat replaces."""
    enrollment_id = await books.enrolled(1)
    findings = await books.parts.preflight(enrollment_id, 1)
    part = reference(enrollment_id, version=0)
    first = await books.parts.blocked(part, findings)
    assert await books.parts.blocked(part, findings) == first
    assert await books.parts.findings(first) == findings


async def test_an_ended_or_unknown_enrollment_takes_nothing(books: Books) -> None:
    """Proves: neither drafts nor files come into an enrollment that has ended."""
    enrollment_id = await books.enrolled(1)
    await books.enter(enrollment_id, EndJourney(ending=Ending.WITHDRAWN))
    with pytest.raises(EnrollmentClosed):
        await books.parts.save(enrollment_id, ANSWERED, NOW)
    with pytest.raises(EnrollmentClosed):
        await books.artifact(enrollment_id)
    with pytest.raises(UnknownEnrollment):
        await books.parts.open_work("e-unknown")
