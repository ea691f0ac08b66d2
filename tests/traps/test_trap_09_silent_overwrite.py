"""Trap 9: somebody's words that another tab overwrote without a word."""

import pytest

from domain.assessment import Mark, MarkKind, StaleVersion
from domain.submission import Draft
from tests.house import House
from tests.traps.books import NOW, Books
from tests.workflows import stages

ITEM = "question/1"


async def test_a_second_tab_does_not_overwrite_a_draft(books: Books) -> None:
    """Proves: of two tabs that both read version 1, the second save is refused; the first text is
    what is kept, and is there to be shown beside the refused one.
    """
    enrollment_id = await books.enrolled(1)
    read = await books.parts.save(enrollment_id, Draft(part=1, answers={ITEM: "first"}), NOW)
    first_tab = read.model_copy(update={"answers": {ITEM: "from the first tab"}})
    second_tab = read.model_copy(update={"answers": {ITEM: "from the second tab"}})

    await books.parts.save(enrollment_id, first_tab, NOW)
    with pytest.raises(StaleVersion) as refused:
        await books.parts.save(enrollment_id, second_tab, NOW)

    assert refused.value.code == "stale_version"
    kept = await books.parts.draft(enrollment_id, 1)
    assert (kept.answers[ITEM], kept.version) == ("from the first tab", 2)
    merged = kept.model_copy(update={"answers": {ITEM: "of both"}})
    assert (await books.parts.save(enrollment_id, merged, NOW)).version == 3


async def test_a_second_tab_does_not_overwrite_a_mark(books: Books) -> None:
    """Proves: the same for marks: the first write stays, and can be shown beside the other."""
    enrollment_id, offer = await books.assessing(1)
    mine = Mark(item=ITEM, kind=MarkKind.NOT_MET, feedback="Which week?", version=0)
    saved, _ = await books.marks.save(offer.assessor_id, enrollment_id, mine, NOW)
    first_tab = saved.model_copy(update={"feedback": "Which week, and why?"})
    second_tab = saved.model_copy(update={"kind": MarkKind.MET, "feedback": ""})

    await books.marks.save(offer.assessor_id, enrollment_id, first_tab, NOW)
    with pytest.raises(StaleVersion):
        await books.marks.save(offer.assessor_id, enrollment_id, second_tab, NOW)

    (kept,) = (await books.marks.sheet(offer.assessor_id, enrollment_id)).marks
    assert (kept.kind, kept.feedback) == (MarkKind.NOT_MET, "Which week, and why?")


async def test_a_judgement_of_marks_that_changed_since_is_refused(
    house: House, library: str
) -> None:
    """Proves: whoever hands in a judgement from an older page is told so by the journey, which
    stays where it was; from the new page it is taken.
    """
    placed = await stages.accepted(house, library)
    await house.marked(placed.assessor, placed.enrollment_id)
    seen = (await house.marks.sheet(placed.assessor.id, placed.enrollment_id)).marks_version
    await house.assessor.mark_now(
        placed.assessor.id, placed.enrollment_id, ITEM, MarkKind.NOT_MET, "Which week?"
    )
    with pytest.raises(StaleVersion):
        await house.assessor.judge(placed.assessor.id, placed.enrollment_id, seen)
    assert (await house.row(placed.enrollment_id)).stage == "assessing"

    recorded = await house.assessor.judge(placed.assessor.id, placed.enrollment_id, seen + 1)
    assert recorded.judgement.not_met == (ITEM,)
