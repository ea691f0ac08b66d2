"""What a journey refuses at its door: every message at every stage where it is not possible.

A refusal there changes nothing: not the records, not the standing, not one event of the history.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from itertools import count

import pytest

from activities.contracts import Actor, Offer
from domain.assessment import NotYourAssignment
from domain.assignment import NotYourOffer, OfferExpired, OfferTaken
from domain.enrollment import (
    EnrollmentClosed,
    ExtensionTooLong,
    NotAtThisStage,
    NothingToExtend,
    Party,
    Stage,
    StaleRound,
    UnknownEnrollment,
)
from domain.refusals import Refusal
from domain.submission import PartAlreadySubmitted, PartLocked, UnknownPart
from domain.values import Contract
from tests.house import AGREED, OPS, House
from tests.workflows.clockwork import Clockwork, letters_held
from tests.workflows.stages import Placed, placed_at
from workflows.contracts import (
    AcceptOffer,
    DecideApproval,
    DeclineOffer,
    Done,
    Extend,
    GrantRound,
    Reassign,
    RecordJudgement,
    Recuse,
    Refund,
    Standing,
    SubmitPart,
    VerifyAccount,
    Withdraw,
)

SOMEBODY = Actor(party=Party.OPS)
NOBODYS = Offer(assignment_id="a-nobodys", assessor_id="s-nobody")
NUMBERS = count(1)

AT_EACH_STAGE: dict[Stage, dict[str, type[Refusal]]] = {
    Stage.VERIFYING: {
        "submit_part": NotAtThisStage,
        "accept_offer": OfferExpired,
        "decline_offer": OfferExpired,
        "recuse": NotYourAssignment,
        "record_judgement": NotYourAssignment,
        "decide_approval": NotAtThisStage,
        "reassign": NotAtThisStage,
    },
    Stage.GRANTING_ACCESS: {
        "verify_account": NotAtThisStage,
        "submit_part": NotAtThisStage,
        "accept_offer": OfferExpired,
        "record_judgement": NotYourAssignment,
        "decide_approval": NotAtThisStage,
        "extend": NothingToExtend,
        "reassign": NotAtThisStage,
    },
    Stage.WORKING: {
        "verify_account": NotAtThisStage,
        "accept_offer": OfferExpired,
        "decline_offer": OfferExpired,
        "recuse": NotYourAssignment,
        "record_judgement": NotYourAssignment,
        "decide_approval": NotAtThisStage,
        "reassign": NotAtThisStage,
    },
    Stage.QUEUED: {
        "verify_account": NotAtThisStage,
        "submit_part": PartAlreadySubmitted,
        "accept_offer": OfferExpired,
        "decline_offer": OfferExpired,
        "recuse": NotYourAssignment,
        "record_judgement": NotYourAssignment,
        "decide_approval": NotAtThisStage,
        "extend": NothingToExtend,
    },
    Stage.OFFERED: {
        "verify_account": NotAtThisStage,
        "submit_part": PartAlreadySubmitted,
        "recuse": NotYourAssignment,
        "record_judgement": NotYourAssignment,
        "decide_approval": NotAtThisStage,
    },
    Stage.ASSESSING: {
        "verify_account": NotAtThisStage,
        "submit_part": PartAlreadySubmitted,
        "accept_offer": OfferTaken,
        "decline_offer": OfferTaken,
        "decide_approval": NotAtThisStage,
    },
    Stage.APPROVING: {
        "verify_account": NotAtThisStage,
        "submit_part": PartAlreadySubmitted,
        "accept_offer": OfferTaken,
        "decline_offer": OfferTaken,
        "recuse": NotAtThisStage,
        "record_judgement": NotAtThisStage,
        "reassign": NotAtThisStage,
    },
    Stage.REVISING: {
        "verify_account": NotAtThisStage,
        "submit_part": PartLocked,
        "accept_offer": OfferExpired,
        "decline_offer": OfferExpired,
        "recuse": NotYourAssignment,
        "record_judgement": NotYourAssignment,
        "decide_approval": NotAtThisStage,
        "reassign": NotAtThisStage,
    },
    Stage.OUT_OF_ROUNDS: {
        "verify_account": NotAtThisStage,
        "submit_part": PartAlreadySubmitted,
        "accept_offer": OfferExpired,
        "recuse": NotYourAssignment,
        "record_judgement": NotYourAssignment,
        "decide_approval": NotAtThisStage,
        "reassign": NotAtThisStage,
    },
}
"""Every message that a stage does not take, and how it is refused there."""


@pytest.fixture
async def placed(house: House, library: str, stage: Stage) -> AsyncIterator[Placed]:
    """A journey at ``stage``; the access mail of one that waits for it is held back."""
    async with AsyncExitStack() as stack:
        if stage is Stage.GRANTING_ACCESS:
            await stack.enter_async_context(letters_held(house))
        yield await placed_at(house, library, stage)


def requests_in(round_number: int, offer: Offer, part: int = 1) -> dict[str, Contract]:
    """Return one request of each kind, for a round and an offer."""
    theirs = {
        "actor": SOMEBODY,
        "round": round_number,
        "assignment_id": offer.assignment_id,
        "assessor_id": offer.assessor_id,
    }
    return {
        "verify_account": VerifyAccount(actor=SOMEBODY),
        "submit_part": SubmitPart(
            actor=SOMEBODY, round=round_number, part=part, revision_id="v-none"
        ),
        "accept_offer": AcceptOffer.model_validate(theirs),
        "decline_offer": DeclineOffer.model_validate(theirs),
        "recuse": Recuse.model_validate(theirs),
        "record_judgement": RecordJudgement.model_validate(theirs | {"marks_version": 0}),
        "decide_approval": DecideApproval(actor=SOMEBODY, round=round_number, is_confirmed=True),
        "extend": Extend(actor=SOMEBODY, days=1),
        "reassign": Reassign(actor=SOMEBODY, round=round_number),
        "grant_round": GrantRound(actor=SOMEBODY),
        "withdraw": Withdraw(actor=SOMEBODY),
        "refund": Refund(actor=SOMEBODY, line_id="o-none-1"),
    }


async def ask(house: House, enrollment_id: str, update: str, request: Contract) -> Done:
    """Send a message to the journey, as an act of its own."""
    key = f"refusal-{next(NUMBERS)}"
    return await house.requests.send(enrollment_id, update, request, Done, key)


async def trace_of(house: House, enrollment_id: str) -> tuple[object, Standing, int]:
    """Return what the records, the journey and its history say."""
    description = await house.engine.journey(enrollment_id).describe()
    recorded = await Clockwork(house, enrollment_id).recorded()
    return recorded, await house.standing(enrollment_id), description.history_length


@pytest.mark.parametrize("stage", AT_EACH_STAGE)
async def test_a_stage_refuses_what_does_not_belong_to_it(
    house: House, placed: Placed, stage: Stage
) -> None:
    """Proves: each message that a stage does not take meets the refusal for it, and leaves no
    event, no record and no change of the standing.
    """
    standing = await house.standing(placed.enrollment_id)
    requests = requests_in(standing.round, standing.offer or NOBODYS)
    before = await trace_of(house, placed.enrollment_id)
    for update, refusal in AT_EACH_STAGE[stage].items():
        with pytest.raises(Refusal) as refused:
            await ask(house, placed.enrollment_id, update, requests[update])
        assert (update, type(refused.value)) == (update, refusal)
    assert await trace_of(house, placed.enrollment_id) == before


@pytest.mark.parametrize("stage", [Stage.OFFERED, Stage.ASSESSING])
async def test_a_round_and_an_offer_belong_to_somebody(
    house: House, placed: Placed, stage: Stage
) -> None:
    """Proves: messages about another round, another offer, or by another assessor are refused."""
    standing = await house.standing(placed.enrollment_id)
    assert standing.offer is not None
    anothers = standing.offer.model_copy(update={"assessor_id": "s-another"})
    before = await trace_of(house, placed.enrollment_id)
    for update, request in requests_in(2, standing.offer).items():
        if "round" in type(request).model_fields:
            with pytest.raises(StaleRound):
                await ask(house, placed.enrollment_id, update, request)
    for offer, at_offer in ((anothers, NotYourOffer), (NOBODYS, OfferExpired)):
        requests = requests_in(1, offer)
        for update in ("accept_offer", "decline_offer"):
            with pytest.raises(at_offer):
                await ask(house, placed.enrollment_id, update, requests[update])
        for update in ("recuse", "record_judgement"):
            with pytest.raises(NotYourAssignment):
                await ask(house, placed.enrollment_id, update, requests[update])
    assert await trace_of(house, placed.enrollment_id) == before


async def test_a_part_is_one_of_three_and_in_once(house: House, library: str) -> None:
    """Proves: there is no part 4, a part that is in is not taken again, and a round that is not
    open takes no part.
    """
    enrollment_id = await house.working(library)
    await house.write(enrollment_id, 1)
    await house.practitioner.submit(enrollment_id, 1, AGREED)
    await house.all_settled(enrollment_id)
    before = await trace_of(house, enrollment_id)
    for part, round_number, refusal in (
        (4, 1, UnknownPart),
        (1, 1, PartAlreadySubmitted),
        (2, 2, StaleRound),
    ):
        request = requests_in(round_number, NOBODYS, part)["submit_part"]
        with pytest.raises(refusal):
            await ask(house, enrollment_id, "submit_part", request)
    assert await trace_of(house, enrollment_id) == before


@pytest.mark.parametrize("days", [-1, 0, 731])
async def test_an_extension_has_a_range(house: House, library: str, days: int) -> None:
    """Proves: an extension is one to 730 days; any other moves nothing."""
    enrollment_id = await house.working(library)
    await house.all_settled(enrollment_id)
    before = await trace_of(house, enrollment_id)
    with pytest.raises(ExtensionTooLong):
        await ask(house, enrollment_id, "extend", Extend(actor=SOMEBODY, days=days))
    assert await trace_of(house, enrollment_id) == before
    await ask(house, enrollment_id, "extend", Extend(actor=SOMEBODY, days=730))


async def test_an_ended_journey_refuses_everything(house: House, library: str) -> None:
    """Proves: after its end a journey takes no message of any kind, nor marks, drafts or files."""
    placed = await placed_at(house, library, Stage.ENDED)
    await house.engine.journey(placed.enrollment_id).result()
    await house.all_settled(placed.enrollment_id)
    recorded = await Clockwork(house, placed.enrollment_id).recorded()
    for update, request in requests_in(1, NOBODYS).items():
        with pytest.raises(EnrollmentClosed):
            await ask(house, placed.enrollment_id, update, request)
    with pytest.raises(EnrollmentClosed):
        await house.parts.open_work(placed.enrollment_id)
    with pytest.raises(EnrollmentClosed):
        await house.assessor.sheet(placed.assessor.id, placed.enrollment_id)
    with pytest.raises(EnrollmentClosed):
        await house.artifact(placed.enrollment_id)
    assert await Clockwork(house, placed.enrollment_id).recorded() == recorded


async def test_an_enrollment_that_never_was(house: House) -> None:
    """Proves: an unknown number is named as such, and nothing is started for it."""
    with pytest.raises(UnknownEnrollment):
        await house.parts.open_work("e-never")
    with pytest.raises(UnknownEnrollment):
        await house.assessor.sheet("s-never", "e-never")
    with pytest.raises(UnknownEnrollment):
        await house.practitioner.withdraw("e-never", OPS)
