"""Trap 10: a write that lands on another person's record, or on another round."""

import pytest

from activities.contracts import Actor, ArtifactRef
from domain.assessment import NotYourAssignment
from domain.assignment import NotYourOffer, OfferExpired
from domain.enrollment import Party, StaleRound
from domain.evidence import Evidence
from domain.locators import Page
from domain.refusals import Refusal
from domain.submission import Draft, UnknownArtifact, UnknownRevision
from tests.house import House
from tests.traps.books import NOW, Books
from tests.workflows import stages
from workflows.contracts import (
    AcceptOffer,
    Done,
    JudgementRecorded,
    PartReceived,
    RecordJudgement,
    SubmitPart,
)

PRACTITIONER, ASSESSOR = Actor(party=Party.PRACTITIONER), Actor(party=Party.ASSESSOR)


async def test_a_file_of_another_enrollment_is_no_evidence(books: Books) -> None:
    """Proves: neither in a draft nor for a look into it can another enrollment's file be named."""
    own, other = await books.enrolled(1), await books.enrolled(2)
    foreign = await books.artifact(other)
    piece = Evidence(artifact_id=foreign, locator=Page(number=1), explanation="Look here.")
    before = await books.everything()
    with pytest.raises(UnknownArtifact):
        await books.parts.save(own, Draft(part=2, evidence={"detail/1.1": (piece,)}), NOW)
    assert await books.everything() == before


async def test_inspecting_another_enrollments_file_is_refused(house: House, library: str) -> None:
    """Proves: the activity that opens files refuses a pair of enrollment and file that is none."""
    own, other = await house.working(library), await house.working(library)
    foreign = await house.artifact(other)
    request = ArtifactRef(enrollment_id=own, artifact_id=foreign)
    with pytest.raises(UnknownArtifact):
        await house.engine.run("inspect_artifact", request, activity_id=f"inspect/{own}/{foreign}")


async def test_a_revision_of_another_enrollment_is_not_submitted(
    house: House, library: str
) -> None:
    """Proves: a journey refuses a revision that was frozen for somebody else, and a submission
    for another round than the open one; its parts stay as they were.
    """
    own, other = await house.working(library), await house.working(library)
    await house.submit_all(other)
    foreign = (await house.standing(other)).parts_in[1]

    async def submit(number: int, part: int, key: str) -> PartReceived:
        request = SubmitPart(actor=PRACTITIONER, round=number, part=part, revision_id=foreign)
        return await house.engine.ask(own, "submit_part", request, PartReceived, request_id=key)

    with pytest.raises(UnknownRevision):
        await submit(1, 1, f"{own}-foreign")
    with pytest.raises(StaleRound):
        await submit(2, 1, f"{own}-stale")
    assert (await house.standing(own)).parts_in == {}


async def test_an_assignment_of_another_round_gives_no_rights(house: House, library: str) -> None:
    """Proves: an offer or assignment counts for its own journey and its own assessor alone."""
    first = await stages.offered(house, library)
    second = await stages.offered(house, library, assessors=2)
    own = (await house.standing(first.enrollment_id)).offer
    foreign = (await house.standing(second.enrollment_id)).offer
    assert foreign is not None
    assert own is not None

    async def accept(assignment_id: str, assessor_id: str, number: int = 1) -> Done:
        request = AcceptOffer(
            actor=ASSESSOR, round=number, assignment_id=assignment_id, assessor_id=assessor_id
        )
        key = f"{assignment_id}-{assessor_id}-{number}"
        return await house.engine.ask(
            first.enrollment_id, "accept_offer", request, Done, request_id=key
        )

    wrong: tuple[tuple[str, str, int, type[Refusal]], ...] = (
        (foreign.assignment_id, foreign.assessor_id, 1, OfferExpired),
        (own.assignment_id, "s-somebody", 1, NotYourOffer),
        (own.assignment_id, own.assessor_id, 2, StaleRound),
    )
    for assignment_id, assessor_id, number, refusal in wrong:
        with pytest.raises(refusal):
            await accept(assignment_id, assessor_id, number)
    assert (await house.row(first.enrollment_id)).stage == "offered"


async def test_a_judgement_names_its_own_assignment(house: House, library: str) -> None:
    """Proves: nobody judges a round with the assignment of another one."""
    first = await stages.accepted(house, library)
    offer = (await house.standing(first.enrollment_id)).offer
    assert offer is not None
    request = RecordJudgement(
        actor=ASSESSOR,
        round=1,
        assignment_id="a-another",
        assessor_id=offer.assessor_id,
        marks_version=0,
    )
    with pytest.raises(NotYourAssignment):
        await house.engine.ask(
            first.enrollment_id,
            "record_judgement",
            request,
            JudgementRecorded,
            request_id=f"{first.enrollment_id}-wrong",
        )


async def test_looking_writes_nothing(books: Books) -> None:
    """Proves: everything that people look at can be looked at without a trace in any table."""
    enrollment_id, offer = await books.assessing(1)
    await books.artifact(enrollment_id)
    await books.mark(enrollment_id, offer.assessor_id)
    before = await books.everything()

    await books.parts.open_work(enrollment_id)
    for part in (1, 2, 3):
        await books.parts.draft(enrollment_id, part)
        await books.parts.preflight(enrollment_id, part)
        await books.parts.warnings(enrollment_id, part)
    await books.parts.artifacts(enrollment_id)
    await books.marks.offers(offer.assessor_id)
    await books.marks.sheet(offer.assessor_id, enrollment_id)
    await books.refunds.unfinished_refunds()
    await books.roster.standings(NOW.date())

    assert await books.everything() == before
