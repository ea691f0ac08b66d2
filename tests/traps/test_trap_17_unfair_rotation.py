"""Trap 17: a rotation that is unfair, or that stands still."""

from datetime import timedelta

from activities.contracts import Offer
from activities.steps import DecideRound, EndAssignment, OpenRound
from adapters.records.round_tables import AssignmentRow
from domain.assignment import AssignmentState, Ranked
from tests.traps.books import NOW, Books

HOUR = timedelta(hours=1)


async def ranking_of(books: Books, offer: Offer | None) -> list[Ranked]:
    """Return the ranking that was stored with an offer."""
    assert offer is not None
    row = await books.row(AssignmentRow, offer.assignment_id)
    kept = row.ranking["ranking"]
    assert isinstance(kept, list)
    return [Ranked.model_validate(place) for place in kept]


def ended(offer: Offer | None, outcome: AssignmentState) -> EndAssignment:
    """Return the step that ends an offer."""
    assert offer is not None
    return EndAssignment(assignment_id=offer.assignment_id, outcome=outcome)


async def test_the_ranking_is_stored_with_the_facts_that_made_it(books: Books) -> None:
    """Proves: each offer keeps the whole ranking and, for each place in it, the facts of that
    moment; the first place is who was asked.
    """
    half = await books.hire(1, capacity=2)
    third = await books.hire(2, capacity=3)
    await books.offer(await books.queued(1))
    await books.offer(await books.queued(2), at=NOW + HOUR)
    offer = await books.offer(await books.queued(3), at=NOW + 2 * HOUR)

    ranking = await ranking_of(books, offer)
    assert offer is not None
    assert [place.assessor_id for place in ranking] == [third, half]
    assert offer.assessor_id == third
    facts = {place.assessor_id: (place.load, place.capacity) for place in ranking}
    assert facts == {half: (1, 2), third: (1, 3)}
    assert {place.last_offered_at for place in ranking} == {NOW, NOW + HOUR}


async def test_offers_go_round_by_facts(books: Books) -> None:
    """Proves: with equal load the turn goes to whoever has been longest without an offer, a new
    assessor comes first, and somebody who was away is not passed over for ever.
    """
    first = await books.hire(1, capacity=5)
    second = await books.hire(2, capacity=5)
    asked = []
    for number in range(4):
        enrollment_id = await books.queued(number)
        at = NOW + number * HOUR
        offer = await books.offer(enrollment_id, at=at)
        assert offer is not None
        asked.append(offer.assessor_id)
        await books.enter(enrollment_id, ended(offer, AssignmentState.CANCELLED), at=at)
    assert set(asked[:2]) == {first, second}
    assert asked[2:] == asked[:2]

    newcomer = await books.hire(3, capacity=5)
    offer = await books.offer(await books.queued(9), at=NOW + 9 * HOUR)
    assert offer is not None
    assert offer.assessor_id == newcomer


async def test_who_declined_is_left_out_of_this_round_alone(books: Books) -> None:
    """Proves: there is no pointer that moves on: the next round asks by facts again, also whoever
    declined the one before.
    """
    await books.hire(1, capacity=5)
    await books.hire(2, capacity=5)
    enrollment_id = await books.queued(1)
    first = await books.offer(enrollment_id)
    second = await books.offer(
        enrollment_id, ended(first, AssignmentState.DECLINED), ordinal=2, at=NOW + HOUR
    )
    assert first is not None
    assert second is not None
    assert second.assessor_id != first.assessor_id
    assert [p.assessor_id for p in await ranking_of(books, second)] == [second.assessor_id]

    other = await books.offer(await books.queued(2), at=NOW + 2 * HOUR)
    assert other is not None
    assert other.assessor_id == first.assessor_id


async def test_the_assessor_of_the_previous_round_comes_first(books: Books) -> None:
    """Proves: a resubmission goes to whoever knows the work, although somebody else has never
    been asked.
    """
    enrollment_id, offer = await books.assessing(1)
    await books.hire(2, capacity=5)
    not_met = ("detail/1.2",)
    version = await books.mark(enrollment_id, offer.assessor_id, not_met=not_met)
    judgement = await books.judge(enrollment_id, offer, version)
    await books.enter(
        enrollment_id,
        DecideRound(round=1, assignment_id=offer.assignment_id, judgement=judgement),
        OpenRound(round=2, open_items=not_met),
    )
    again = await books.offer(enrollment_id, ordinal=2, of=2)

    assert again is not None
    assert again.assessor_id == offer.assessor_id
    ranking = await ranking_of(books, again)
    assert [place.assessed_previous_round for place in ranking] == [True, False]
