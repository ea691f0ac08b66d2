"""What a practitioner sees, read from the records of either database."""

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.contracts import PartRef
from activities.steps import DecideRound, EnterStage, ReceivePart
from adapters.records.database import Database
from adapters.records.practice_views import PartNotReceived, PracticeViews
from adapters.records.result_views import ResultViews
from domain.assessment import MarkKind
from domain.enrollment import ClockKind, Party, Stage, UnknownEnrollment
from domain.part_standing import PartState
from domain.submission import Draft, ReceiptEntry, UnknownPart
from tests.house import NARRATIVE
from tests.traps.books import NOW, Books, clock

ANSWERS = {"question/1": NARRATIVE, "question/2": NARRATIVE}
FILE = ReceiptEntry(name="plan.pdf", size=7, sha256="a" * 64)


@pytest.fixture
async def books(database: AsyncEngine) -> Books:
    """Books with one micro-credential for sale."""
    books = Books(Database(database))
    await books.publish()
    return books


async def stand_at(books: Books, enrollment_id: str, stage: Stage, of: int = 1) -> None:
    """Let the journey stand at a stage, waiting on its practitioner."""
    entered = EnterStage(
        stage=stage,
        waiting_on=Party.PRACTITIONER,
        clock=clock(ClockKind.WORKING_PERIOD, 10),
        round=of,
    )
    await books.enter(enrollment_id, entered)


async def received(books: Books, enrollment_id: str, draft: Draft, of: int = 1) -> None:
    """Freeze a draft and let it count."""
    saved = await books.parts.save(enrollment_id, draft, NOW)
    part = PartRef(
        enrollment_id=enrollment_id, round=of, part=draft.part, draft_version=saved.version
    )
    revision_id = await books.parts.freeze(part, saved, (FILE,))
    step = ReceivePart(round=of, part=draft.part, revision_id=revision_id, open_items=())
    await books.enter(enrollment_id, step)


async def test_the_home_agrees_with_the_books(books: Books) -> None:
    """Proves: states, words and what blocks are those that writing and submitting go by."""
    enrollment_id = await books.enrolled(1)
    await stand_at(books, enrollment_id, Stage.WORKING)
    await books.parts.save(enrollment_id, Draft(part=1, answers={"question/1": "Two words"}), NOW)
    await received(books, enrollment_id, Draft(part=3, answers={"reflection": NARRATIVE}))
    home = await PracticeViews(books.database).home(enrollment_id)
    states = {part.part: part.state for part in home.parts}
    assert states == {1: PartState.DRAFT, 2: PartState.NOTHING, 3: PartState.RECEIVED}
    for part in (1, 2):
        findings = await books.parts.preflight(enrollment_id, part)
        assert home.parts[part - 1].blockers == len(findings) > 0
    assert (home.parts[0].words, home.parts[2].words) == (2, 60)
    assert (home.rounds_left, home.subscription_until is not None) == (2, True)
    assert home.due is not None
    assert "10 business days" in home.due.why


async def test_an_editor_in_round_2_begins_with_what_its_book_does(books: Books) -> None:
    """Proves: what is open again starts from the earlier text, what was met is locked and counts,
    and marks show only when they are decided.
    """
    enrollment_id, offer = await books.assessing(1)
    await received(books, enrollment_id, Draft(part=1, answers=ANSWERS))
    version = await books.mark(enrollment_id, offer.assessor_id, ("question/2",))
    judgement = await books.judge(enrollment_id, offer, version)
    views, results = PracticeViews(books.database), ResultViews(books.database)
    assert (await results.result(enrollment_id)).rounds == ()
    decide = DecideRound(round=1, assignment_id=offer.assignment_id, judgement=judgement)
    await books.enter(enrollment_id, decide)
    await stand_at(books, enrollment_id, Stage.REVISING, of=2)

    view = await views.part(enrollment_id, 1)
    draft = await books.parts.draft(enrollment_id, 1)
    assert {f.key: f.text for f in view.fields if f.is_open} == draft.answers
    assert view.version == draft.version == 0
    first, second = view.fields
    assert (first.is_open, first.met is not None, first.feedback) == (False, True, None)
    assert second.feedback is not None
    assert (second.feedback.kind, second.earlier) == (MarkKind.NOT_MET, NARRATIVE)
    assert (view.words, view.is_writable) == (120, True)
    (one,) = (await results.result(enrollment_id)).rounds
    assert [line.key for line in one.lines if line.said and line.said.kind != "met"] == [
        "question/2"
    ]


async def test_a_receipt_is_of_what_was_received(books: Books) -> None:
    """Proves: it names each file as it was read back; without a received revision there is none."""
    enrollment_id = await books.enrolled(1)
    await stand_at(books, enrollment_id, Stage.WORKING)
    views = PracticeViews(books.database)
    with pytest.raises(PartNotReceived):
        await views.receipt(enrollment_id, 1)
    await received(books, enrollment_id, Draft(part=1, answers=ANSWERS))
    receipt = (await views.receipt(enrollment_id, 1)).receipt
    assert (receipt.files, receipt.words, receipt.round) == ((FILE,), 120, 1)
    with pytest.raises(PartNotReceived):
        await views.receipt(enrollment_id, 1, 2)


async def test_unknown_enrollments_and_parts_are_refused(books: Books) -> None:
    """Proves: a page of nothing is never shown."""
    views = PracticeViews(books.database)
    with pytest.raises(UnknownEnrollment):
        await views.home("e-nobody")
    for part in (0, 4):
        with pytest.raises(UnknownPart):
            await views.part(await books.enrolled(part + 10), part)
