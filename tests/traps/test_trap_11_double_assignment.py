"""Trap 11: two assessors with one round, or one assessor with more than there are places."""

import asyncio

import pytest
from sqlalchemy.exc import IntegrityError

from activities.contracts import Entry, Offer
from activities.ports import Written
from activities.steps import OfferRound
from adapters.records.round_tables import AssessorRow, AssignmentRow
from domain.enrollment import ClockKind
from tests.traps.books import NOW, Books, clock

ROUNDS, PLACES = 20, 3


async def test_the_database_holds_one_live_assignment_of_a_round(books: Books) -> None:
    """Proves: five offers of one round at the same moment, as no journey would make them, leave
    one live assignment and one taken place: the constraint refuses the others as a whole.
    """
    for number in range(5):
        await books.hire(number)
    enrollment_id = await books.queued(1)

    def entry(number: int) -> Entry:
        step = OfferRound(
            round=1,
            ordinal=number,
            offer=clock(ClockKind.OFFER),
            review=clock(ClockKind.QUEUE_REVIEW, 1),
        )
        return Entry(enrollment_id=enrollment_id, sequence=10 + number, at=NOW, steps=(step,))

    outcomes = await asyncio.gather(
        *(books.journeys.enter(entry(number)) for number in range(5)), return_exceptions=True
    )

    assert sum(isinstance(each, Written) for each in outcomes) == 1
    assert sum(isinstance(each, IntegrityError) for each in outcomes) == 4
    assert len(await books.rows(AssignmentRow)) == 1
    assert sum(row.load for row in await books.rows(AssessorRow)) == 1


@pytest.mark.parametrize("capacities", [(3,), (1, 1, 1), (2, 1)], ids=str)
async def test_places_are_never_given_twice(books: Books, capacities: tuple[int, ...]) -> None:
    """Proves: of twenty rounds that look for an assessor at the same moment exactly as many get
    one as there are places; nobody is above capacity, and the others wait.
    """
    for number, capacity in enumerate(capacities):
        await books.hire(number, capacity=capacity)
    waiting = [await books.queued(number) for number in range(ROUNDS)]

    offers = await asyncio.gather(*(books.offer(each) for each in waiting))

    given = [offer for offer in offers if isinstance(offer, Offer)]
    assert len(given) == PLACES
    assessors = await books.rows(AssessorRow)
    assert sorted(row.load for row in assessors) == sorted(capacities)
    assignments = await books.rows(AssignmentRow, AssignmentRow.is_live.is_(True))
    assert len({row.enrollment_id for row in assignments}) == PLACES
    for row in assessors:
        assert sum(each.assessor_id == row.id for each in assignments) == row.load
