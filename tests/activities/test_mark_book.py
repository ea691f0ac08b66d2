"""Marks as they are made, on both databases."""

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.steps import DecideRound, EndAssignment, EndJourney, JudgeRound, OpenRound, PassBack
from adapters.records.database import Database
from adapters.records.round_tables import AssessorRow, AssignmentRow, MarkRow, RoundRow
from domain.assessment import (
    ItemLocked,
    Judgement,
    Mark,
    MarkKind,
    MarksIncomplete,
    NotYourAssignment,
    Obstacle,
    StaleVersion,
    UnknownItem,
)
from domain.assignment import AssignmentState
from domain.enrollment import (
    Ending,
    EnrollmentClosed,
    NotAtThisStage,
    StaleRound,
    UnknownEnrollment,
)
from tests.house import ITEMS
from tests.traps.books import NOW, Books

MET = Mark(item="question/1", kind=MarkKind.MET, version=0)


@pytest.fixture
async def books(database: AsyncEngine) -> Books:
    """Books with one micro-credential for sale."""
    books = Books(Database(database))
    await books.publish()
    return books


def judged(assignment_id: str, version: int, number: int = 1) -> JudgeRound:
    """Return the step that judges the round from the marks at a version."""
    return JudgeRound(
        round=number, assignment_id=assignment_id, marks_version=version, open_items=ITEMS
    )


async def test_a_mark_is_kept_and_counts_its_writes(books: Books) -> None:
    """Proves: a mark is there as soon as it is saved, with its version and the sheet's."""
    enrollment_id, offer = await books.assessing(1)
    first, sheet_version = await books.marks.save(offer.assessor_id, enrollment_id, MET, NOW)
    assert (first.version, sheet_version) == (1, 1)
    changed = first.model_copy(update={"kind": MarkKind.NOT_MET, "feedback": "Which week?"})
    second, sheet_version = await books.marks.save(offer.assessor_id, enrollment_id, changed, NOW)
    assert (second.version, sheet_version) == (2, 2)

    sheet = await books.marks.sheet(offer.assessor_id, enrollment_id)
    assert sheet.marks == (second,)
    assert sheet.marks_version == 2
    assert sheet.open_items == ITEMS


async def test_a_mark_based_on_another_version_is_refused(books: Books) -> None:
    """Proves: an older tab does not overwrite a mark, and nothing of it is kept."""
    enrollment_id, offer = await books.assessing(1)
    await books.marks.save(offer.assessor_id, enrollment_id, MET, NOW)
    before = await books.everything()
    for version in (0, 2):
        stale = MET.model_copy(update={"version": version, "feedback": "lost?"})
        with pytest.raises(StaleVersion):
            await books.marks.save(offer.assessor_id, enrollment_id, stale, NOW)
    assert await books.everything() == before


async def test_marks_saved_at_once_are_all_counted(books: Books) -> None:
    """Proves: six marks of different items at the same moment are all kept, and the version of
    the sheet counts each of them, so that no judgement is based on a sheet it has not seen.
    """
    enrollment_id, offer = await books.assessing(1)
    marks = [MET.model_copy(update={"item": item}) for item in ITEMS]

    await asyncio.gather(
        *(books.marks.save(offer.assessor_id, enrollment_id, mark, NOW) for mark in marks)
    )

    assert len(await books.rows(MarkRow)) == len(ITEMS)
    assert (await books.row(RoundRow, enrollment_id, 1)).marks_version == len(ITEMS)


async def test_of_marks_of_one_item_at_once_one_wins(books: Books) -> None:
    """Proves: two tabs that mark one item for the first time leave one mark and a refusal."""
    enrollment_id, offer = await books.assessing(1)
    marks = [MET.model_copy(update={"feedback": f"tab {n}"}) for n in range(4)]

    outcomes = await asyncio.gather(
        *(books.marks.save(offer.assessor_id, enrollment_id, mark, NOW) for mark in marks),
        return_exceptions=True,
    )

    assert sum(isinstance(each, StaleVersion) for each in outcomes) == 3
    assert len(await books.rows(MarkRow)) == 1


async def test_only_the_assessor_who_accepted_marks(books: Books) -> None:
    """Proves: an offer gives no right to mark, nor does somebody else's assignment, nor one that
    ended; what was marked stays.
    """
    enrollment_id, offer = await books.assessing(1)
    other_enrollment, other = await books.assessing(2)
    await books.marks.save(offer.assessor_id, enrollment_id, MET, NOW)
    for assessor_id, foreign in (
        (other.assessor_id, enrollment_id),
        (offer.assessor_id, other_enrollment),
    ):
        with pytest.raises(NotYourAssignment):
            await books.marks.save(assessor_id, foreign, MET, NOW)
        with pytest.raises(NotYourAssignment):
            await books.marks.sheet(assessor_id, foreign)

    released = EndAssignment(assignment_id=offer.assignment_id, outcome=AssignmentState.RELEASED)
    await books.enter(enrollment_id, released)
    with pytest.raises(NotYourAssignment):
        await books.marks.save(offer.assessor_id, enrollment_id, MET, NOW)
    assert len(await books.rows(MarkRow)) == 1, "an assessor's work is kept (trap 8)"


async def test_an_offer_is_no_assignment_yet(books: Books) -> None:
    """Proves: marking begins with the acceptance; the offer is listed without any person."""
    assessor_id = await books.hire(1)
    enrollment_id = await books.queued(1)
    await books.offer(enrollment_id)
    with pytest.raises(NotYourAssignment):
        await books.marks.save(assessor_id, enrollment_id, MET, NOW)
    (line,) = await books.marks.offers(assessor_id)
    assert (line.enrollment_id, line.state) == (enrollment_id, AssignmentState.OFFERED)
    assert line.items == len(ITEMS)
    assert "Learner" not in line.model_dump_json()


async def test_an_item_outside_the_rubric_is_refused(books: Books) -> None:
    """Proves: a mark belongs to an item of the pinned rubric."""
    enrollment_id, offer = await books.assessing(1)
    with pytest.raises(UnknownItem):
        await books.marks.save(
            offer.assessor_id, enrollment_id, MET.model_copy(update={"item": "detail/9.9"}), NOW
        )
    with pytest.raises(UnknownEnrollment):
        await books.marks.sheet(offer.assessor_id, "e-unknown")


async def test_a_judgement_is_of_the_marks_as_they_were_seen(books: Books) -> None:
    """Proves: judging an older version of the sheet, or with an item missing, is refused and
    leaves nothing; judging what is there gives exactly the items that were not met.
    """
    enrollment_id, offer = await books.assessing(1)
    with pytest.raises(MarksIncomplete):
        await books.enter(enrollment_id, judged(offer.assignment_id, 0), sequence=8)
    version = await books.mark(enrollment_id, offer.assessor_id, not_met=("detail/1.2",))
    before = await books.everything()
    with pytest.raises(StaleVersion):
        await books.enter(enrollment_id, judged(offer.assignment_id, version - 1), sequence=8)
    assert await books.everything() == before

    written = await books.enter(enrollment_id, judged(offer.assignment_id, version), sequence=8)
    assert written.entered.judgement == Judgement(
        round=1, proficient=False, not_met=("detail/1.2",)
    )


async def test_marks_rest_while_a_judgement_waits_for_approval(books: Books) -> None:
    """Proves: between judgement and decision nothing is marked, so the approver confirms what
    was judged; after passing it back the assessor goes on from the same marks.
    """
    enrollment_id, offer = await books.assessing(1)
    version = await books.mark(enrollment_id, offer.assessor_id, not_met=("detail/1.2",))
    await books.enter(enrollment_id, judged(offer.assignment_id, version))
    changed = Mark(item="detail/1.2", kind=MarkKind.MET, version=1)

    with pytest.raises(NotAtThisStage):
        await books.marks.save(offer.assessor_id, enrollment_id, changed, NOW)

    await books.enter(enrollment_id, PassBack(round=1))
    _, again = await books.marks.save(offer.assessor_id, enrollment_id, changed, NOW)
    assert again > version


async def test_what_was_met_is_locked_with_its_provenance(books: Books) -> None:
    """Proves: in the next round an item that was met says who met it, when and in which round,
    and takes no mark; the assessor of the first round is free again.
    """
    enrollment_id, offer = await books.assessing(1)
    version = await books.mark(enrollment_id, offer.assessor_id, not_met=("detail/1.2",))
    written = await books.enter(enrollment_id, judged(offer.assignment_id, version))
    judgement = written.entered.judgement
    assert judgement is not None
    decided = DecideRound(round=1, assignment_id=offer.assignment_id, judgement=judgement)
    await books.enter(enrollment_id, decided)
    assert (await books.row(AssessorRow, offer.assessor_id)).load == 0
    assignment = await books.row(AssignmentRow, offer.assignment_id)
    assert (assignment.state, assignment.is_live) == (AssignmentState.COMPLETED, False)

    await books.enter(enrollment_id, OpenRound(round=2, open_items=judgement.not_met))
    second = await books.offer(enrollment_id, ordinal=2, of=2)
    assert second is not None
    await books.accept(enrollment_id, second, of=2)
    sheet = await books.marks.sheet(second.assessor_id, enrollment_id)

    assert sheet.open_items == ("detail/1.2",)
    assert {each.item for each in sheet.locked} == set(ITEMS) - {"detail/1.2"}
    assert {(e.round, e.assessor_id, e.at) for e in sheet.locked} == {(1, offer.assessor_id, NOW)}
    with pytest.raises(ItemLocked):
        await books.marks.save(second.assessor_id, enrollment_id, MET, NOW)


async def test_an_ended_journey_takes_no_marks(books: Books) -> None:
    """Proves: a withdrawal closes the sheet and frees the assessor."""
    enrollment_id, offer = await books.assessing(1)
    await books.enter(enrollment_id, EndJourney(ending=Ending.WITHDRAWN))
    with pytest.raises(EnrollmentClosed):
        await books.marks.save(offer.assessor_id, enrollment_id, MET, NOW)
    assert (await books.row(AssessorRow, offer.assessor_id)).load == 0


async def test_words_come_before_the_mark_and_an_obstacle_with_it(books: Books) -> None:
    """Proves: feedback without a mark is kept, a stale write is told what was saved meanwhile, and
    what is unscorable keeps its obstacle, on both databases.
    """
    enrollment_id, offer = await books.assessing(1)
    words = Mark(item="question/1", kind=None, feedback="Which week?", version=0)
    kept, _ = await books.marks.save(offer.assessor_id, enrollment_id, words, NOW)
    assert kept == words.model_copy(update={"version": 1})
    with pytest.raises(StaleVersion) as refused:
        await books.marks.save(offer.assessor_id, enrollment_id, MET, NOW)
    assert refused.value.points == (kept,)
    with pytest.raises(StaleRound):
        await books.marks.save(offer.assessor_id, enrollment_id, kept, NOW, round_number=2)

    silent = kept.model_copy(update={"kind": MarkKind.UNSCORABLE, "obstacle": Obstacle.NO_SOUND})
    await books.marks.save(offer.assessor_id, enrollment_id, silent, NOW, round_number=1)
    (mark,) = (await books.marks.sheet(offer.assessor_id, enrollment_id)).marks
    assert (mark.kind, mark.obstacle) == (MarkKind.UNSCORABLE, Obstacle.NO_SOUND)
