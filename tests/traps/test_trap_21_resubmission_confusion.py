"""Trap 21: a resubmission in which nobody knows what is open and what was settled."""

from datetime import UTC, datetime

import pytest

from activities.contracts import Actor
from domain.assessment import ItemLocked, MarkKind
from domain.enrollment import Party, Stage
from domain.locators import Page
from domain.submission import Draft, PartLocked
from tests.house import AGREED, ITEMS, House
from tests.workflows import stages
from workflows.contracts import PartReceived, SubmitPart

OPEN, LOCKED = "detail/1.2", "detail/1.1"


async def test_only_what_was_not_met_can_be_written(house: House, library: str) -> None:
    """Proves: in the second round the draft holds the open item alone; a locked item refuses to
    be written, a part without an open item refuses to be submitted, and neither leaves a trace.
    """
    placed = await stages.judged(house, library, not_met=(OPEN,))
    enrollment_id = placed.enrollment_id
    row = await house.until_stage(enrollment_id, Stage.REVISING)
    assert row.round == 2
    draft = await house.parts.draft(enrollment_id, 2)
    assert set(draft.evidence) == {OPEN}

    piece = draft.evidence[OPEN][0]
    meddling = draft.model_copy(update={"evidence": {LOCKED: (piece,)}})
    with pytest.raises(ItemLocked):
        await house.parts.save(enrollment_id, meddling, datetime.now(UTC))
    narrative = Draft(part=1, answers={"question/1": "written over"})
    with pytest.raises(ItemLocked):
        await house.parts.save(enrollment_id, narrative, datetime.now(UTC))
    request = SubmitPart(
        actor=Actor(party=Party.PRACTITIONER), round=2, part=1, revision_id="v-any"
    )
    with pytest.raises(PartLocked):
        await house.engine.ask(
            enrollment_id, "submit_part", request, PartReceived, request_id=f"{enrollment_id}-1"
        )
    assert (await house.parts.draft(enrollment_id, 2)) == draft


async def test_what_was_met_stays_with_its_provenance(house: House, library: str) -> None:
    """Proves: the assessor of the second round sees the new evidence beside the text that was met
    in the first one, with who met it, when and in which round; only the open item is marked, and
    meeting it awards the credential.
    """
    placed = await stages.judged(house, library, not_met=(OPEN,))
    enrollment_id, assessor = placed.enrollment_id, placed.assessor
    await house.until_stage(enrollment_id, Stage.REVISING)
    artifact_id = await house.artifact(enrollment_id)
    await house.practitioner.point_at(
        enrollment_id, OPEN, artifact_id, Page(number=2), "Now with the whole week."
    )
    await house.practitioner.submit(enrollment_id, 2, AGREED)
    await house.until_stage(enrollment_id, Stage.OFFERED)
    await house.assessor.accept(assessor.id, enrollment_id)

    sheet = await house.marks.sheet(assessor.id, enrollment_id)
    assert sheet.open_items == (OPEN,)
    assert {each.item for each in sheet.locked} == set(ITEMS) - {OPEN}
    assert {(each.round, each.assessor_id) for each in sheet.locked} == {(1, assessor.id)}
    first, portfolio, reflection = sheet.parts
    assert set(portfolio.evidence) == {OPEN, LOCKED, "detail/2.1"}
    assert portfolio.evidence[OPEN][-1].explanation == "Now with the whole week."
    assert first.answers["question/1"].startswith("word")
    assert reflection.answers["reflection"].startswith("word")
    with pytest.raises(ItemLocked):
        await house.assessor.mark_now(assessor.id, enrollment_id, LOCKED, MarkKind.NOT_MET, "No.")

    await house.assessor.mark_now(assessor.id, enrollment_id, OPEN, MarkKind.MET, "")
    recorded = await house.assessor.judge(assessor.id, enrollment_id)
    assert recorded.judgement.proficient
    await house.until_stage(enrollment_id, Stage.ENDED)
