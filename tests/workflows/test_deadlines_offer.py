"""Deadlines of an offer, and the queue behind it: who is offered next, and what wakes a round."""

from datetime import UTC, datetime

from sqlalchemy import select

from adapters.records.roster_book import RosterBook
from adapters.records.round_tables import AssessorRow, AssignmentRow, RoundRow
from domain.assignment import AssignmentState
from domain.enrollment import Party, Stage
from domain.grounds import grounds
from office.roster import RosterDesk
from tests.house import OPS, Assessor, House
from tests.workflows.clockwork import Clockwork, calendar_of
from tests.workflows.stages import accepted, offered


async def load_of(house: House, assessor: Assessor) -> int:
    """Return how many rounds an assessor holds."""
    async with house.database.reading() as session:
        return (await session.get_one(AssessorRow, assessor.id)).load


async def assignments(house: House, enrollment_id: str) -> list[tuple[str, str]]:
    """Return whom the round was offered to, in order, and what became of it."""
    async with house.database.reading() as session:
        rows = await session.scalars(
            select(AssignmentRow)
            .where(AssignmentRow.enrollment_id == enrollment_id)
            .order_by(AssignmentRow.offered_at)
        )
        return [(row.assessor_id, row.state) for row in rows]


async def test_a_silent_assessor_is_reminded_once_and_the_next_is_asked(
    house: House, library: str
) -> None:
    """Proves: a reminder after one business day, to the assessor who was asked; after two the
    offer expires, its place is free, and the next assessor is asked. The last one silent, the
    round waits with attention; it is looked at each business day, and offered once somebody came.
    """
    placed = await offered(house, library, assessors=2)
    first, second = placed.assessors
    journey = Clockwork(house, placed.enrollment_id)
    at = await journey.after(Stage.OFFERED, 1)
    await journey.passes(at, "mail offer_reminder to assessor 1")
    at = await journey.after(Stage.OFFERED, 2)
    await journey.passes(at, "assignment expired", "offered", "mail offer to assessor 2")
    assert (await load_of(house, first), await load_of(house, second)) == (0, 1)

    at = await journey.after(Stage.OFFERED, 1)
    await journey.passes(at, "mail offer_reminder to assessor 2")
    at = await journey.after(Stage.OFFERED, 2)
    await journey.passes(at, "assignment expired", "nobody_to_offer", "attention no_assessor")
    row = await house.row(placed.enrollment_id)
    assert (row.stage, row.waiting_on) == (Stage.QUEUED, Party.OPS)
    at = await journey.after(Stage.QUEUED, 1)
    await journey.passes(at, "nobody_to_offer")

    third = await house.hire(library)
    at = await journey.after(Stage.QUEUED, 1)
    await journey.passes(at, "offered", "settled no_assessor", "mail offer to assessor 3")
    assert await assignments(house, placed.enrollment_id) == [
        (first.id, AssignmentState.EXPIRED),
        (second.id, AssignmentState.EXPIRED),
        (third.id, AssignmentState.OFFERED),
    ]


async def test_an_extended_offer_expires_later(house: House, library: str) -> None:
    """Proves: ops can give an assessor more time; counted in business days, as the offer is."""
    placed = await offered(house, library)
    journey, calendar = (
        Clockwork(house, placed.enrollment_id),
        await calendar_of(house),
    )
    await house.ops.extend(placed.enrollment_id, 3, OPS)
    assert (await journey.due()).due_at == await journey.after(Stage.OFFERED, 5)
    at = await journey.after(Stage.OFFERED, 1)
    await journey.passes(at, "mail offer_reminder to assessor 1")
    at = calendar.due_after_business_days(await journey.entered(Stage.OFFERED), 5).at
    await journey.passes(at, "assignment expired", "nobody_to_offer", "attention no_assessor")


async def test_a_declined_offer_keeps_its_place_in_the_queue(house: House, library: str) -> None:
    """Proves: a decline is offered on at once; with nobody left the round waits since it was
    opened, not since the decline, and the one who declined is not asked again.
    """
    placed = await offered(house, library, assessors=2)
    journey = Clockwork(house, placed.enrollment_id)
    before = set(await journey.recorded())
    await house.assessor.decline(placed.assessor.id, placed.enrollment_id, OPS)
    await journey.brings(before, "assignment declined", "offered", "mail offer to assessor 2")
    before = set(await journey.recorded())
    await house.assessor.decline(placed.assessors[1].id, placed.enrollment_id, OPS)
    await journey.brings(before, "assignment declined", "nobody_to_offer", "attention no_assessor")
    await house.ops.reassign(placed.enrollment_id, 1, OPS)
    assert (await house.row(placed.enrollment_id)).stage == Stage.QUEUED
    async with house.database.reading() as session:
        waiting = await session.get_one(RoundRow, (placed.enrollment_id, 1))
    assert waiting.waiting_since == waiting.opened_at


async def test_a_freed_place_wakes_the_round_that_waits(house: House, library: str) -> None:
    """Proves: when an assessor at capacity gives a round up, the waiting round is offered to them
    by itself, and its attention closes.
    """
    assessor = await house.hire(library, capacity=1)
    holding = await house.submitted(library)
    await house.until_stage(holding, Stage.OFFERED)
    waiting = await house.submitted(library)
    await house.until_stage(waiting, Stage.QUEUED)
    assert await house.attention(waiting) == {"no_assessor"}
    journey = Clockwork(house, waiting)
    await house.all_settled(waiting)
    before = set(await journey.recorded())
    await house.assessor.decline(assessor.id, holding, OPS)
    await journey.brings(before, "offered", "settled no_assessor", "mail offer to assessor 1")
    assert await assignments(house, waiting) == [(assessor.id, AssignmentState.OFFERED)]
    assert await load_of(house, assessor) == 1


async def test_a_changed_roster_wakes_the_round_that_waits(house: House, library: str) -> None:
    """Proves: a raised capacity reaches the waiting round at once, through the roster desk."""
    assessor = await house.hire(library, capacity=1)
    await house.submitted(library)
    waiting = await house.submitted(library)
    await house.until_stage(waiting, Stage.QUEUED)
    journey = Clockwork(house, waiting)
    await house.all_settled(waiting)
    before = set(await journey.recorded())
    zone = house.settings.programme_zone
    desk = RosterDesk(RosterBook(house.database, zone), house.engine.wake)
    why = grounds("more hours from now on", "operations", datetime.now(UTC))
    await desk.set_capacity(assessor.id, 2, why)
    await journey.brings(before, "offered", "settled no_assessor", "mail offer to assessor 1")


async def test_word_of_a_free_place_changes_nothing_where_nobody_waits(
    house: House, library: str
) -> None:
    """Proves: a round that is offered or assessed is not offered anew because a place is free."""
    placed = await offered(house, library, assessors=2)
    journey = Clockwork(house, placed.enrollment_id)
    before = await journey.recorded()
    await house.engine.wake((placed.enrollment_id,))
    await house.standing(placed.enrollment_id)
    assert await journey.recorded() == before
    await house.assessor.accept(placed.assessor.id, placed.enrollment_id)
    await house.all_settled(placed.enrollment_id)
    before = await journey.recorded()
    await house.engine.wake((placed.enrollment_id,))
    await house.standing(placed.enrollment_id)
    assert await journey.recorded() == before


async def test_ops_can_offer_a_round_to_somebody_by_name(house: House, library: str) -> None:
    """Proves: a reassignment frees the one who had it, tells them, and asks the named one."""
    placed = await accepted(house, library, assessors=3)
    journey = Clockwork(house, placed.enrollment_id)
    before = set(await journey.recorded())
    named = placed.assessors[2]
    await house.ops.reassign(placed.enrollment_id, 1, OPS, to_assessor_id=named.id)
    await journey.brings(
        before,
        "assignment reassigned",
        "mail assignment_ended to assessor 1",
        "offered",
        "mail offer to assessor 2",
    )
    assert await assignments(house, placed.enrollment_id) == [
        (placed.assessor.id, AssignmentState.REASSIGNED),
        (named.id, AssignmentState.OFFERED),
    ]
    assert await load_of(house, placed.assessor) == 0
