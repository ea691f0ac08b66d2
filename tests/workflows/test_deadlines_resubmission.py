"""Deadlines of a resubmission, and the rounds: three, then ops may grant another."""

from datetime import timedelta

from domain.calendar import Unit
from domain.enrollment import Ending, Party, Stage
from domain.notices import NoticeKind
from tests.house import OPS, House
from tests.workflows.clockwork import Clockwork, calendar_of
from tests.workflows.stages import NOT_MET, ONE_ROUND, another_round, judge, judged

ENDING = NoticeKind.RESUBMISSION_ENDING


async def test_a_resubmission_is_reminded_and_lapses(house: House, library: str) -> None:
    """Proves: 60 days to resubmit, reminders 14 and 3 days before the end, then the journey
    lapses; nothing is recorded or sent after that.
    """
    placed = await judged(house, library)
    journey, calendar = (
        Clockwork(house, placed.enrollment_id),
        await calendar_of(house),
    )
    due = calendar.due_after_calendar_days(await journey.entered(Stage.REVISING), 60)
    for ordinal, days in enumerate((14, 3), start=1):
        (at,) = calendar.reminders_before(due, (days,), Unit.CALENDAR_DAYS)
        await journey.passes(at, f"mail {ENDING} to practitioner {ordinal}")
    await journey.passes(due.at, "ended lapsed", "mail lapsed to practitioner 1")
    assert (await house.row(placed.enrollment_id)).ending == Ending.LAPSED


async def test_an_extended_resubmission_lapses_later(house: House, library: str) -> None:
    """Proves: ops' extension moves the end of a resubmission and its reminders with it."""
    placed = await judged(house, library)
    journey, calendar = (
        Clockwork(house, placed.enrollment_id),
        await calendar_of(house),
    )
    old = calendar.due_after_calendar_days(await journey.entered(Stage.REVISING), 60)
    (unwanted,) = calendar.reminders_before(old, (3,), Unit.CALENDAR_DAYS)
    await house.ops.extend(placed.enrollment_id, 30, OPS)
    new = calendar.due_after_calendar_days(old.at, 30)
    (at,) = calendar.reminders_before(new, (14,), Unit.CALENDAR_DAYS)
    assert unwanted < at
    await journey.passes(at, f"mail {ENDING} to practitioner 1")
    assert (await journey.due()).due_at == new.at


async def test_three_rounds_and_one_that_ops_grant(house: House, library: str) -> None:
    """Proves: after the third round the journey waits for ops, with attention; a granted round
    opens at once, with 60 days to resubmit, the place of the alarm taken back; and it can be won.
    """
    placed = await judged(house, library)
    for _ in (2, 3):
        await another_round(house, placed)
        await judge(house, placed)
    row = await house.until_stage(placed.enrollment_id, Stage.OUT_OF_ROUNDS)
    assert (row.round, row.waiting_on) == (3, Party.OPS)
    assert await house.attention(placed.enrollment_id) == {"rounds_used_up"}
    journey, calendar = (
        Clockwork(house, placed.enrollment_id),
        await calendar_of(house),
    )
    await house.all_settled(placed.enrollment_id)

    before = set(await journey.recorded())
    await house.ops.grant_round(placed.enrollment_id, OPS)
    await journey.brings(
        before,
        "round_granted",
        "settled rounds_used_up",
        "stage revising/resubmission",
        "mail not_yet to practitioner 2",
    )
    standing = await house.standing(placed.enrollment_id)
    assert (standing.round, standing.open_items) == (4, NOT_MET)
    began = await journey.entered(Stage.REVISING)
    assert standing.due is not None
    assert standing.due.at == calendar.due_after_calendar_days(began, 60).at
    await another_round(house, placed)
    await judge(house, placed, not_met=())
    row = await house.until_stage(placed.enrollment_id, Stage.ENDED)
    assert row.ending == Ending.AWARDED


async def test_without_a_granted_round_the_journey_closes(house: House, library: str) -> None:
    """Proves: ops have 30 days to grant a round; then the journey is closed."""
    placed = await judged(house, library, policy=ONE_ROUND)
    await house.until_stage(placed.enrollment_id, Stage.OUT_OF_ROUNDS)
    journey, calendar = (
        Clockwork(house, placed.enrollment_id),
        await calendar_of(house),
    )
    at = calendar.due_after_calendar_days(await journey.entered(Stage.OUT_OF_ROUNDS), 30).at
    await journey.passes(
        at, "ended closed", "settled rounds_used_up", "mail closed to practitioner 1"
    )
    assert (await house.row(placed.enrollment_id)).ending == Ending.CLOSED


async def test_a_round_granted_beforehand_is_there_when_it_is_needed(
    house: House, library: str
) -> None:
    """Proves: ops may grant a round while one is still going on; it is used like any other."""
    placed = await judged(house, library)
    await house.ops.grant_round(placed.enrollment_id, OPS)
    assert (await house.standing(placed.enrollment_id)).rounds_allowed == 4
    await house.forward(placed.enrollment_id, timedelta(days=1))
    assert (await house.row(placed.enrollment_id)).stage == Stage.REVISING
