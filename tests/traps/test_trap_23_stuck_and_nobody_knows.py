"""Trap 23: a case that is stuck, and nobody knows."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest

from activities.steps import EnterStage
from adapters.records.invariants import InvariantBook
from adapters.records.tables import DueTimeRow, EnrollmentRow
from adapters.time_skipping import current_time
from domain.enrollment import ClockKind, Party, Stage
from tests.house import House
from tests.traps.books import NOW, Books, clock
from tests.workflows.clockwork import letters_held
from tests.workflows.stages import placed_at
from workflows.names import journey_id

WAITS_ON = {
    Stage.VERIFYING: Party.PRACTITIONER,
    Stage.GRANTING_ACCESS: Party.ENGINE,
    Stage.WORKING: Party.PRACTITIONER,
    Stage.QUEUED: Party.OPS,
    Stage.OFFERED: Party.ASSESSOR,
    Stage.ASSESSING: Party.ASSESSOR,
    Stage.APPROVING: Party.APPROVER,
    Stage.REVISING: Party.PRACTITIONER,
    Stage.OUT_OF_ROUNDS: Party.OPS,
}
"""Who is waited on at each open stage."""


def test_every_open_stage_names_its_party() -> None:
    """Proves: a stage that somebody adds is looked at by the test below."""
    assert WAITS_ON.keys() == set(Stage) - {Stage.ENDED}


@pytest.mark.parametrize("stage", WAITS_ON)
async def test_every_open_journey_waits_on_somebody_until_a_time(
    house: House, library: str, stage: Stage
) -> None:
    """Proves: at each stage the flat row names a party and a due time that lies ahead, with an
    explanation, and the journey itself runs a timer for that very instant.
    """
    async with AsyncExitStack() as stack:
        if stage is Stage.GRANTING_ACCESS:
            await stack.enter_async_context(letters_held(house))
        enrollment_id = (await placed_at(house, library, stage)).enrollment_id
        row = await house.row(enrollment_id)
        standing = await house.standing(enrollment_id)
        now = await current_time(house.client, journey_id(enrollment_id))

    assert row.stage == standing.stage == stage
    assert row.waiting_on == standing.waiting_on == WAITS_ON[stage]
    assert row.waiting_until is not None
    assert row.waiting_until > now
    assert standing.due is not None
    assert (standing.due.at, standing.due.id) == (row.waiting_until, row.due_id)
    async with house.database.reading() as session:
        due = await session.get_one(DueTimeRow, row.due_id)
    assert due.due_at == row.waiting_until
    assert due.explanation


async def test_an_ended_journey_waits_on_nobody(house: House, library: str) -> None:
    """Proves: what has ended has no due time left that could alarm anybody."""
    enrollment_id = (await placed_at(house, library, Stage.ENDED)).enrollment_id
    row = await house.row(enrollment_id)
    assert (row.waiting_until, row.due_id, row.open_attention) == (None, None, 0)
    assert row.ended_at is not None
    assert row.ended_at <= datetime.now(UTC)


async def test_a_journey_that_waits_on_nobody_is_counted(books: Books) -> None:
    """Proves: the check that is always counted finds a journey without a due time, and one whose
    due time has passed without anything happening; a healthy one is none of them.
    """
    healthy, timeless, stuck = [await books.enrolled(number) for number in (1, 2, 3)]
    entry = EnterStage(
        stage=Stage.WORKING,
        waiting_on=Party.PRACTITIONER,
        clock=clock(ClockKind.WORKING_PERIOD, 10),
    )
    for enrollment_id in (healthy, timeless, stuck):
        await books.enter(enrollment_id, entry)
    async with books.database.transaction() as session:
        (await session.get_one(EnrollmentRow, timeless)).waiting_until = None
        (await session.get_one(EnrollmentRow, stuck)).waiting_until = NOW

    counted = await InvariantBook(books.database).count(NOW + timedelta(hours=1))

    unattended = next(each for each in counted if each.number == 2)
    assert unattended.breaches == 2
    assert set(unattended.examples) == {timeless, stuck}
