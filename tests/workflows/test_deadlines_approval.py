"""Approval, where the policy asks for it: nobody else hears before the approver has decided."""

import pytest

from adapters.records.round_tables import RoundRow
from domain.assessment import MarkKind
from domain.enrollment import Ending, NotAtThisStage, Party, Stage
from domain.notices import Recipient
from tests.house import OPS, House
from tests.workflows.clockwork import Clockwork
from tests.workflows.stages import APPROVED, NOT_MET, accepted, judged


async def told(house: House, enrollment_id: str) -> set[str]:
    """Return what the practitioner was told after the submission came in."""
    notices = await house.all_settled(enrollment_id)
    usual = {"access", "part_received", "submission_received"}
    return {n.kind for n in notices if n.recipient == Recipient.PRACTITIONER} - usual


async def test_a_silent_approver_is_escalated_and_nobody_else_hears(
    house: House, library: str
) -> None:
    """Proves: the judgement waits for an approver, who is asked; after 3 business days ops are
    alarmed, then waited on; the practitioner hears nothing until it is confirmed, then all of it.
    """
    placed = await accepted(house, library, policy=APPROVED)
    journey = Clockwork(house, placed.enrollment_id)
    await house.marked(placed.assessor, placed.enrollment_id, NOT_MET)
    before = set(await journey.recorded())
    recorded = await house.assessor.judge(placed.assessor.id, placed.enrollment_id)
    assert recorded.awaits_approval
    asked = "mail approval_requested to approver 1"
    await journey.brings(before, "judged", "stage approving/approval", asked)
    assert (await house.row(placed.enrollment_id)).waiting_on == Party.APPROVER
    at = await journey.after(Stage.APPROVING, 3)
    await journey.passes(at, "attention approval_overdue", "stage approving/escalation")
    at = await journey.after(Stage.APPROVING, 1)
    await journey.passes(at, "stage approving/escalation")
    assert await told(house, placed.enrollment_id) == set()

    before = set(await journey.recorded())
    await house.assessor.decide_approval(placed.enrollment_id, 1, 1, OPS, is_confirmed=True)
    await journey.brings(
        before,
        "settled approval_overdue",
        "assignment completed",
        "decided",
        "stage revising/resubmission",
        "mail not_yet to practitioner 1",
    )


async def test_a_confirmed_proficient_judgement_is_an_award(house: House, library: str) -> None:
    """Proves: with approval always asked, confirming what was met awards the credential."""
    placed = await judged(house, library, not_met=(), policy=APPROVED)
    assert await told(house, placed.enrollment_id) == set()
    await house.assessor.decide_approval(placed.enrollment_id, 1, 1, OPS, is_confirmed=True)
    row = await house.until_stage(placed.enrollment_id, Stage.ENDED)
    assert row.ending == Ending.AWARDED
    assert await told(house, placed.enrollment_id) == {"awarded"}


async def test_a_judgement_that_is_passed_back_is_made_again(house: House, library: str) -> None:
    """Proves: passed back, the assessor alone hears of it and has 10 business days anew; the next
    judgement is asked about again, and the practitioner is told that one only.
    """
    placed = await judged(house, library, policy=APPROVED)
    journey = Clockwork(house, placed.enrollment_id)
    before = set(await journey.recorded())
    await house.assessor.decide_approval(placed.enrollment_id, 1, 1, OPS, is_confirmed=False)
    await journey.brings(
        before, "passed_back", "stage assessing/assessment", "mail passed_back to assessor 1"
    )
    assert (await journey.due()).due_at == await journey.after(Stage.ASSESSING, 10)
    await house.assessor.mark_now(
        placed.assessor.id, placed.enrollment_id, "detail/1.2", MarkKind.MET, ""
    )
    await house.assessor.judge(placed.assessor.id, placed.enrollment_id)
    await house.until_stage(placed.enrollment_id, Stage.APPROVING)
    assert await told(house, placed.enrollment_id) == set()
    await house.assessor.decide_approval(placed.enrollment_id, 1, 2, OPS, is_confirmed=True)
    row = await house.until_stage(placed.enrollment_id, Stage.ENDED)
    assert row.ending == Ending.AWARDED
    assert await told(house, placed.enrollment_id) == {"awarded"}


async def test_an_assessor_may_stand_by_a_judgement(house: House, library: str) -> None:
    """Proves: handed in once more without a change after it was passed back, a judgement is a new
    one, and not taken for a repetition of the first.
    """
    placed = await judged(house, library, policy=APPROVED)
    await house.assessor.decide_approval(placed.enrollment_id, 1, 1, OPS, is_confirmed=False)
    await house.until_stage(placed.enrollment_id, Stage.ASSESSING)
    await house.assessor.judge(placed.assessor.id, placed.enrollment_id)
    await house.until_stage(placed.enrollment_id, Stage.APPROVING)


async def test_marks_rest_while_an_approver_looks_at_them(house: House, library: str) -> None:
    """Proves: what the approver sees is what will be told; nobody changes it meanwhile."""
    placed = await judged(house, library, policy=APPROVED)
    mark = (placed.assessor.id, placed.enrollment_id, "detail/1.2", MarkKind.MET, "")
    with pytest.raises(NotAtThisStage):
        await house.assessor.mark_now(*mark)
    async with house.database.reading() as session:
        row = await session.get_one(RoundRow, (placed.enrollment_id, 1))
    assert row.not_met == {"items": list(NOT_MET)}
    await house.assessor.decide_approval(placed.enrollment_id, 1, 1, OPS, is_confirmed=False)
    await house.until_stage(placed.enrollment_id, Stage.ASSESSING)
    await house.assessor.mark_now(*mark)
