"""Previews of acts: what is said before is what then happens, and the refusal is the same one.

Trap 7's other side: nobody decides on effects that were only guessed.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from adapters.records.case_views import CaseViews
from adapters.records.tables import OrderLineRow
from domain.enrollment import AttentionKind, Party, Stage
from domain.notices import NoticeKind
from domain.policy import Approval, Policy
from domain.previews import Act, ActKind
from domain.refusals import Refusal
from office.previews import standing_of
from tests.house import OPS, House
from tests.portal.foresight import (
    assert_came_true,
    needs_attention,
    previewed,
    put_away,
    seen,
    stray_notices,
)
from tests.waiting import eventually
from tests.workflows.clockwork import letters_held
from tests.workflows.stages import Placed, accepted, judged, offered, placed_at

APPROVERS = OPS.model_copy(update={"party": Party.APPROVER})
LAST_ROUND = Policy(rounds=1, approval=Approval.ALWAYS)
APPROVED = Policy(approval=Approval.ALWAYS)
Do = Callable[[House, str], Awaitable[object]]
Place = Callable[[House, str], Awaitable[Placed]]


@dataclass(frozen=True)
class Step:
    """An act, and how it is really done."""

    act: Act
    do: Do


@dataclass(frozen=True)
class Case:
    """Acts that are done to one journey, one after the other, and where they begin."""

    place: Place
    steps: tuple[Step, ...]


def at(stage: Stage) -> Place:
    """Return how a journey comes to a stage."""
    return lambda house, library: placed_at(house, library, stage)


def case(place: Place | Stage, *steps: Step) -> Case:
    """Return acts on a journey that stands at a stage, or was placed in another way."""
    return Case(at(place) if isinstance(place, Stage) else place, steps)


def extend(days: int) -> Step:
    """Move the running due time."""
    act = Act(kind=ActKind.EXTEND, days=days)
    return Step(act, lambda house, journey: house.ops.extend(journey, days, OPS))


def decide(kind: ActKind) -> Step:
    """Confirm or pass back the first judgement."""

    async def do(house: House, journey: str) -> object:
        return await house.assessor.decide_approval(
            journey, 1, 1, APPROVERS, is_confirmed=kind is ActKind.APPROVE
        )

    return Step(Act(kind=kind), do)


async def refund_line(house: House, journey: str) -> object:
    """Refund the line under which a journey runs, as the command line does."""
    order_id, _, number = (await house.row(journey)).line_id.rpartition("-")
    return await house.orders.refund(order_id, (int(number),), OPS)


async def offer_anew(house: House, journey: str) -> object:
    """Take the round from whoever has it."""
    row = await house.row(journey)
    return await house.ops.reassign(journey, row.round, OPS, again=str(row.last_sequence))


async def with_a_held_line(house: House, library: str) -> Placed:
    """Return a journey whose learner has a second order that is held."""
    placed = await placed_at(house, library, Stage.WORKING)
    order = house.paid_order(library)
    learner = await house.learner_of(placed.enrollment_id)
    line = order.lines[0].model_copy(update={"learner": learner})
    order_id = await house.orders.take_paid_order(order.model_copy(update={"lines": (line,)}))

    async def is_held() -> bool:
        async with house.database.reading() as session:
            return (await session.get_one(OrderLineRow, f"{order_id}-1")).state == "held"

    await eventually(is_held)
    return placed


async def two_offered(house: House, library: str) -> Placed:
    """Return an offered round that somebody else could be offered too."""
    return await offered(house, library, assessors=2)


async def two_accepted(house: House, library: str) -> Placed:
    """Return an overdue round in somebody's hands that somebody else could be offered."""
    placed = await accepted(house, library, assessors=2)
    await needs_attention(house, placed.enrollment_id, AttentionKind.ASSESSMENT_OVERDUE)
    return placed


async def with_attention(house: House, library: str) -> Placed:
    """Return a round in somebody's hands about which a lot is open."""
    placed = await accepted(house, library)
    # Not a delayed mail: the farewell, accepted at once, would close that.
    kinds = (AttentionKind.ASSESSMENT_OVERDUE, AttentionKind.MAIL_REFUSED)
    await needs_attention(house, placed.enrollment_id, *kinds)
    return placed


async def ready_for_award(house: House, library: str) -> Placed:
    """Return a proficient judgement that waits for its approver."""
    return await judged(house, library, not_met=(), policy=APPROVED)


async def two_items_short(house: House, library: str) -> Placed:
    """Return a judgement of two items not met that waits for its approver."""
    return await judged(house, library, not_met=("detail/1.2", "question/1"), policy=APPROVED)


async def short_in_the_last_round(house: House, library: str) -> Placed:
    """Return a judgement of the only round, not yet, that waits for its approver."""
    return await judged(house, library, policy=LAST_ROUND)


WITHDRAW = Step(
    Act(kind=ActKind.WITHDRAW),
    lambda house, journey: house.practitioner.withdraw(journey, OPS),
)
GRANT = Step(
    Act(kind=ActKind.GRANT_ROUND), lambda house, journey: house.ops.grant_round(journey, OPS)
)
REFUND = Step(Act(kind=ActKind.REFUND), refund_line)
REASSIGN = Step(Act(kind=ActKind.REASSIGN), offer_anew)
APPROVE, PASS_BACK = decide(ActKind.APPROVE), decide(ActKind.PASS_BACK)

CASES = {
    "verifying": case(Stage.VERIFYING, extend(3), GRANT, WITHDRAW),
    "working": case(Stage.WORKING, extend(14), WITHDRAW),
    "offered": case(Stage.OFFERED, extend(1), WITHDRAW),
    "assessing": case(with_attention, extend(5), WITHDRAW, REFUND),
    "revising": case(Stage.REVISING, extend(30), REFUND),
    "out of rounds": case(Stage.OUT_OF_ROUNDS, extend(7), GRANT),
    "held line": case(with_a_held_line, REFUND, REFUND),
    "offered to two": case(two_offered, REASSIGN, REASSIGN),
    "overdue": case(two_accepted, REASSIGN, WITHDRAW),
    "queued": case(Stage.QUEUED, REASSIGN, WITHDRAW),
    "award": case(ready_for_award, extend(2), APPROVE, REFUND),
    "not yet": case(two_items_short, APPROVE),
    "last round": case(short_in_the_last_round, APPROVE),
    "passed back": case(ready_for_award, PASS_BACK),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_what_is_previewed_is_what_happens(house: House, library: str, case: Case) -> None:
    """Proves: stage, party, due time with its explanation, notices sent and cancelled, attention
    opened and closed are after the act exactly as its preview said; and the records, from which it
    was read, say of the journey what the journey says of itself.
    """
    journey = (await case.place(house, library)).enrollment_id
    for step in case.steps:
        await house.all_settled(journey)
        await assert_stands_as_recorded(house, journey)
        if (await house.row(journey)).ending is None:
            await stray_notices(house, journey)
        before = await seen(house, journey)
        preview = await previewed(house, step.act, journey)
        assert await seen(house, journey) == before, "a preview has changed something"

        await step.do(house, journey)

        assert_came_true(preview, before, await seen(house, journey))
        await put_away(house, journey)


async def test_verifying_is_previewed_up_to_the_access_mail(house: House, library: str) -> None:
    """Proves: verifying by hand leads to the promise that goes on after its pause, with the access
    mail; what the mail server says then is no part of the preview.
    """
    journey = await house.enrolled(library)
    await house.all_settled(journey)
    await stray_notices(house, journey)
    await needs_attention(house, journey, AttentionKind.ACCOUNT_UNVERIFIED)
    before = await seen(house, journey)
    preview = await previewed(house, Act(kind=ActKind.VERIFY), journey)
    async with letters_held(house):
        await house.practitioner.verify(journey, OPS)
        await house.until_stage(journey, Stage.GRANTING_ACCESS)
        assert_came_true(preview, before, await seen(house, journey))
    await put_away(house, journey)


async def assert_stands_as_recorded(house: House, journey: str) -> None:
    """What decides about refusals and due times is the same in the records as in the journey."""
    told = await house.standing(journey)
    case = await CaseViews(house.database).case(journey)
    known = standing_of(case)
    asked = ["stage", "round", "rounds_allowed", "ending"]
    if told.ending is None:  # a journey that has ended is asked about its ending alone
        asked += ["offer", "is_offer_accepted"]
    assert {name: getattr(known, name) for name in asked} == {
        name: getattr(told, name) for name in asked
    }
    if told.due is None:
        assert (known.due, case.due) == (None, None)
        return
    assert known.waiting_on is told.waiting_on
    assert known.due is not None
    assert case.due is not None
    assert (known.due.id, known.due.at) == (told.due.id, told.due.at)
    assert case.due.running.reminders == told.due.reminders


REFUSED: dict[ActKind, Do] = {
    ActKind.EXTEND: lambda house, journey: house.ops.extend(journey, 2, OPS),
    ActKind.REASSIGN: offer_anew,
    ActKind.VERIFY: lambda house, journey: house.practitioner.verify(journey, OPS),
    ActKind.APPROVE: lambda house, journey: house.assessor.decide_approval(
        journey, 1, 1, APPROVERS, is_confirmed=True
    ),
    ActKind.WITHDRAW: lambda house, journey: house.practitioner.withdraw(journey, OPS),
    ActKind.GRANT_ROUND: lambda house, journey: house.ops.grant_round(journey, OPS),
}


@pytest.mark.parametrize(
    ("stage", "kinds"),
    [
        (Stage.VERIFYING, (ActKind.REASSIGN, ActKind.APPROVE)),
        (Stage.WORKING, (ActKind.REASSIGN, ActKind.VERIFY, ActKind.APPROVE)),
        (Stage.QUEUED, (ActKind.EXTEND, ActKind.VERIFY, ActKind.APPROVE)),
        (Stage.APPROVING, (ActKind.REASSIGN, ActKind.VERIFY)),
        (Stage.ENDED, tuple(REFUSED)),
    ],
)
async def test_a_refusal_is_previewed_with_its_own_sentence(
    house: House, library: str, stage: Stage, kinds: tuple[ActKind, ...]
) -> None:
    """Proves: where the journey would refuse, the preview says the same sentence and promises
    nothing.
    """
    journey = (await placed_at(house, library, stage)).enrollment_id
    for kind in kinds:
        preview = await previewed(house, Act(kind=kind, days=2), journey)
        with pytest.raises(Refusal) as refused:
            await REFUSED[kind](house, journey)
        assert preview.refusal is not None, kind
        assert preview.refusal.code == refused.value.code
        assert preview.refusal.sentence == str(refused.value)
        assert not preview.changes_something


@pytest.mark.parametrize("days", [0, 731])
async def test_an_extension_out_of_range_is_refused_beforehand(
    house: House, library: str, days: int
) -> None:
    """Proves: the bounds of an extension are said before it is tried."""
    journey = await house.enrolled(library)
    preview = await previewed(house, Act(kind=ActKind.EXTEND, days=days), journey)
    assert preview.refusal is not None
    assert preview.refusal.code == "extension_out_of_range"


async def test_a_named_assessor_is_offered_or_refused_as_previewed(
    house: House, library: str
) -> None:
    """Proves: naming an assessor is previewed as offered, with the name; naming one who has left
    the round, or who is not on the roster, as the refusal that the journey then gives.
    """
    placed = await two_accepted(house, library)
    journey, other = placed.enrollment_id, placed.assessors[1]
    unknown = Act(kind=ActKind.REASSIGN, assessor_id="s-unknown")
    refused = await previewed(house, unknown, journey)
    assert refused.refusal is not None
    assert refused.refusal.code == "unknown_assessor"

    act = Act(kind=ActKind.REASSIGN, assessor_id=other.id)
    before, preview = await seen(house, journey), await previewed(house, act, journey)
    await house.ops.reassign(journey, 1, OPS, other.id)
    assert_came_true(preview, before, await seen(house, journey))
    assert [each.to_name for each in preview.sent if each.kind is NoticeKind.OFFER] == [other.name]

    back = Act(kind=ActKind.REASSIGN, assessor_id=placed.assessor.id)
    refused = await previewed(house, back, journey)
    with pytest.raises(Refusal) as answer:
        await house.ops.reassign(journey, 1, OPS, placed.assessor.id, again="back")
    assert refused.refusal is not None
    assert refused.refusal.sentence == str(answer.value)
