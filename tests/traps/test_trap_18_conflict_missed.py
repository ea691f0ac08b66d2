"""Trap 18: an assessor who may not assess this practitioner, and does."""

import pytest

from activities.steps import AcceptOffer, JudgeRound
from adapters.records.round_tables import AssessorRow
from domain.assignment import ConflictOfInterest
from domain.orders import Learner
from tests.house import ITEMS
from tests.traps.books import Books, order_of

SCHOOL = "North School"


@pytest.mark.parametrize(
    ("organization", "person_address"),
    [
        pytest.param(SCHOOL, None, id="the same organization"),
        pytest.param("  NORTH   school ", None, id="the same organization, spelled otherwise"),
        pytest.param("Elsewhere", "learner1@example.org", id="the same person, other address"),
    ],
)
async def test_a_conflict_is_never_offered(
    books: Books, organization: str, person_address: str | None
) -> None:
    """Proves: whoever is the practitioner or of the same organization is not asked, whatever the
    ranking; with nobody else there the round waits instead, and anybody else is asked at once.
    """
    conflicted = await books.hire(1, organization=organization, person_address=person_address)
    enrollment_id = await books.queued(1, organization=SCHOOL)
    assert await books.offer(enrollment_id) is None
    assert (await books.row(AssessorRow, conflicted)).load == 0

    other = await books.hire(2, organization="Elsewhere")
    offer = await books.offer(enrollment_id, ordinal=2)
    assert offer is not None
    assert offer.assessor_id == other


async def test_an_assessor_who_pursues_the_credential_is_not_asked(books: Books) -> None:
    """Proves: an assessor who bought the micro-credential under the address of the roster is left
    out of their own round.
    """
    await books.hire(1, organization="Elsewhere")
    own = Learner(name="Assessor Nr1", address="assessor1@example.org", organization=SCHOOL)
    (chunk,) = await books.opened(await books.ordered(order_of(1, own)))
    enrollment_id = chunk.journeys[0].enrollment_id
    await books.open_round(enrollment_id)
    assert await books.offer(enrollment_id) is None


async def test_a_conflict_that_appears_after_the_offer_stops_the_acceptance(books: Books) -> None:
    """Proves: conflicts are looked for again when the offer is taken; the refusal leaves nothing
    behind and says no school and no person.
    """
    await books.hire(1, organization="Elsewhere")
    enrollment_id = await books.queued(1, organization=SCHOOL)
    offer = await books.offer(enrollment_id)
    assert offer is not None
    await books.hire(1, organization=SCHOOL)
    before = await books.everything()

    with pytest.raises(ConflictOfInterest) as refused:
        await books.enter(enrollment_id, AcceptOffer(assignment_id=offer.assignment_id))

    assert await books.everything() == before
    assert SCHOOL not in str(refused.value)
    assert "Nr1" not in str(refused.value)


async def test_a_conflict_that_appears_while_assessing_stops_the_judgement(books: Books) -> None:
    """Proves: conflicts are looked for once more when the marks are handed in."""
    await books.hire(1, organization="Elsewhere")
    enrollment_id = await books.queued(1, organization=SCHOOL)
    offer = await books.offer(enrollment_id)
    assert offer is not None
    await books.accept(enrollment_id, offer)
    version = await books.mark(enrollment_id, offer.assessor_id)
    await books.hire(1, organization="Elsewhere", person_address="learner1@example.org")
    before = await books.everything()

    with pytest.raises(ConflictOfInterest):
        await books.enter(
            enrollment_id,
            JudgeRound(
                round=1,
                assignment_id=offer.assignment_id,
                marks_version=version,
                open_items=ITEMS,
            ),
        )
    assert await books.everything() == before
