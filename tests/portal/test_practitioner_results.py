"""Results: what was said of each item, once it is decided and not before, and never by whom."""

from domain.enrollment import Stage
from tests.house import ITEMS, OPS, House
from tests.portal.served import Portal
from tests.workflows import stages

FEEDBACK = "Show the log of a whole week."


async def test_feedback_stands_at_each_item_and_leads_to_its_field(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: after a round each item is met and locked, or open again with its feedback and the
    way to it; the assessor is "an assessor".
    """
    placed = await stages.judged(house, library, ("detail/1.2", "question/1"))
    browser = await portal.practitioner(placed.enrollment_id)
    source = await browser.get(f"/my/{placed.enrollment_id}/result")
    assert "Not everything is met yet" in browser.text
    assert "4 of 6 items are met" in browser.text
    assert browser.text.count(FEEDBACK) == 2
    assert browser.text.count("open again Revise it") == 2
    assert f"/my/{placed.enrollment_id}/parts/2#detail-1.2" in source
    assert f"/my/{placed.enrollment_id}/parts/1#question-1" in source
    assert "Locked: met in round 1" in browser.text
    assert "60 calendar days" in browser.text
    for secret in (placed.assessor.name, placed.assessor.address, placed.assessor.id):
        assert secret not in source


async def test_nothing_is_said_before_it_is_final(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: marks, and a judgement that waits to be approved, do not show; confirmed, they do."""
    placed = await stages.judged(house, library, ("reflection",), stages.APPROVED)
    await house.until_stage(placed.enrollment_id, Stage.APPROVING)
    browser = await portal.practitioner(placed.enrollment_id)
    for page in ("result", "parts/3"):
        await browser.get(f"/my/{placed.enrollment_id}/{page}")
        assert FEEDBACK not in browser.text
        assert "not met" not in browser.text
    await browser.get(f"/my/{placed.enrollment_id}/result")
    assert "No result yet" in browser.text
    await browser.get(f"/my/{placed.enrollment_id}/result?round=1", status=404)
    await house.assessor.decide_approval(placed.enrollment_id, 1, 1, is_confirmed=True, grounds=OPS)
    await house.until_stage(placed.enrollment_id, Stage.REVISING)
    await browser.get(f"/my/{placed.enrollment_id}/result")
    assert FEEDBACK in browser.text


async def test_each_round_keeps_its_result_and_the_award_says_what_was_met(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: the second round's result has what was met in the first with its round; the first
    one's stays as it was; the award congratulates and names the micro-credential.
    """
    placed = await stages.judged(house, library, ("detail/1.2",))
    await stages.another_round(house, placed)
    await stages.judge(house, placed, ())
    await house.until_stage(placed.enrollment_id, Stage.ENDED)
    browser = await portal.practitioner(placed.enrollment_id)
    source = await browser.get(f"/my/{placed.enrollment_id}/result")
    assert "Awarded: Steady Hands" in browser.text
    assert "Congratulations, Learner" in browser.text
    assert "Nobody is told of this award before you say so" in browser.text
    assert browser.text.count("Locked: met in round 1") == len(ITEMS) - 1
    assert browser.text.count("Locked: met in round 2") == 1
    assert FEEDBACK not in browser.text
    assert placed.assessor.name not in source
    await browser.get(f"/my/{placed.enrollment_id}/result?round=1")
    assert "5 of 6 items are met" in browser.text
    assert FEEDBACK in browser.text
    assert "Revise it" not in browser.text
