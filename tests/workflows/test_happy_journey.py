"""A whole journey on the real engine, and what it costs."""

from domain.assessment import MarkKind
from domain.enrollment import Ending, Stage
from domain.notices import NoticeKind, NoticeState
from tests.house import OPS, Assessor, House

MOST_EVENTS, MOST_TRANSITIONS = 65, 20
"""Budget of a happy journey with all its notices (performance.md, row 1)."""

MOST_EVENTS_A_ROUND, MOST_TRANSITIONS_A_ROUND = 28, 10
"""Budget of each further round."""


async def history_cost(house: House, enrollment_id: str) -> tuple[int, int]:
    """Return the events and state transitions of a journey so far."""
    row = await house.row(enrollment_id)
    if row.ended_at is not None:
        await house.engine.journey(enrollment_id).result()
    description = await house.engine.journey(enrollment_id).describe()
    info = description.raw_description.workflow_execution_info
    return description.history_length, info.state_transition_count


async def assess(
    house: House, assessor: Assessor, enrollment_id: str, not_met: tuple[str, ...] = ()
) -> None:
    """Accept, mark and judge the open round."""
    await house.until_stage(enrollment_id, Stage.OFFERED)
    await house.all_settled(enrollment_id)
    await house.assessor.accept(assessor.id, enrollment_id)
    await house.all_settled(enrollment_id)
    await house.marked(assessor, enrollment_id, not_met)
    await house.assessor.judge(assessor.id, enrollment_id)


async def test_a_journey_goes_from_order_to_award(house: House, library: str) -> None:
    """Proves: order, access, three parts, offer, assessment and award, with every notice sent,
    within the budget of events and state transitions.
    """
    assessor = await house.hire(library)
    enrollment_id = await house.enrolled(library)
    assert (await house.row(enrollment_id)).stage == Stage.VERIFYING
    await house.all_settled(enrollment_id)
    await house.practitioner.verify(enrollment_id, OPS)
    await house.until_stage(enrollment_id, Stage.WORKING)
    await house.submit_all(enrollment_id)
    await assess(house, assessor, enrollment_id)

    row = await house.until_stage(enrollment_id, Stage.ENDED)
    assert row.ending == Ending.AWARDED
    notices = await house.all_settled(enrollment_id)
    assert {notice.state for notice in notices} == {NoticeState.ACCEPTED}
    assert sorted(notice.kind for notice in notices) == sorted(
        [
            NoticeKind.VERIFY_ACCOUNT,
            NoticeKind.ACCESS,
            *[NoticeKind.PART_RECEIVED] * 3,
            NoticeKind.SUBMISSION_RECEIVED,
            NoticeKind.OFFER,
            NoticeKind.ASSIGNMENT_CONFIRMED,
            NoticeKind.AWARDED,
        ]
    )
    events, transitions = await history_cost(house, enrollment_id)
    print(f"\nhappy journey: {events} events, {transitions} state transitions")  # noqa: T201
    assert events <= MOST_EVENTS
    assert transitions <= MOST_TRANSITIONS


async def test_a_further_round_opens_only_what_was_not_met(house: House, library: str) -> None:
    """Proves: a second round asks for the item that was not met alone, within its budget."""
    assessor = await house.hire(library)
    enrollment_id = await house.submitted(library)
    await assess(house, assessor, enrollment_id, not_met=("detail/1.2",))
    row = await house.until_stage(enrollment_id, Stage.REVISING)
    assert row.round == 2
    standing = await house.standing(enrollment_id)
    assert standing.open_items == ("detail/1.2",)
    await house.all_settled(enrollment_id)
    before = await history_cost(house, enrollment_id)

    await house.submit_all(enrollment_id)
    await house.until_stage(enrollment_id, Stage.OFFERED)
    await house.assessor.accept(assessor.id, enrollment_id)
    sheet = await house.marks.sheet(assessor.id, enrollment_id)
    assert sheet.open_items == ("detail/1.2",)
    assert {locked.item for locked in sheet.locked} >= {"detail/1.1", "question/1", "reflection"}
    await house.assessor.mark_now(assessor.id, enrollment_id, "detail/1.2", MarkKind.MET, "")
    await house.assessor.judge(assessor.id, enrollment_id)
    await house.until_stage(enrollment_id, Stage.ENDED)
    after = await history_cost(house, enrollment_id)
    events, transitions = (late - early for late, early in zip(after, before, strict=True))
    print(f"\nfurther round: {events} events, {transitions} state transitions")  # noqa: T201
    assert events <= MOST_EVENTS_A_ROUND
    assert transitions <= MOST_TRANSITIONS_A_ROUND
