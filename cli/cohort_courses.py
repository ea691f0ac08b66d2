"""How far a journey of the sample cohort can go: one course for each state that people should see.

Repeated, a course goes on where it stopped.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from cli.cohort_acts import (
    ALL_PARTS,
    accept,
    decline,
    enter,
    hand_in,
    hand_in_again,
    judge,
    mark,
    revise,
    submit,
    withdraw,
    write,
)
from cli.cohort_journey import Journey, grounds_of, is_at_clock, until
from cli.cohort_work import sample_work
from domain.enrollment import ClockKind, Party, Stage
from domain.notices import NoticeKind
from domain.policy import Approval, Policy
from workflows.contracts import Standing

Course = Callable[[Journey], Awaitable[None]]
"""Takes one journey to where it shall stand."""

PRESS: Final = "cohort"
"""Under which a correction is asked for, so that a repeated course asks for the same one."""

_APPROVED: Final = Policy(approval=Approval.ALWAYS)
_TWO_ROUNDS: Final = Policy(rounds=2)
_ONE_ROUND: Final = Policy(rounds=1)


async def fresh(journey: Journey) -> None:
    """In the portal, and nothing written yet."""
    await enter(journey)


async def unverified(journey: Journey) -> None:
    """Bought a moment ago; the link in the mail is waiting."""
    await journey.buy()


async def unreachable(journey: Journey) -> None:
    """The link could not be delivered."""
    await journey.buy()
    await journey.bounce(NoticeKind.VERIFY_ACCOUNT)


async def silent(journey: Journey) -> None:
    """Ten business days and every reminder went by without a click."""
    await journey.buy()
    await journey.let_time_pass(is_at_clock(ClockKind.ESCALATION))


async def begun(journey: Journey) -> None:
    """Two answers of part 1 are drafted."""
    await enter(journey)
    await write(journey, 1, most=2)


async def drafted(journey: Journey) -> None:
    """Part 1 could be handed in, and is not."""
    await enter(journey)
    await write(journey, 1)


async def one_part_in(journey: Journey) -> None:
    """Part 1 is in, the first piece of evidence is there."""
    await drafted(journey)
    await submit(journey, 1)
    await write(journey, 2, most=1)


async def two_parts_in(journey: Journey) -> None:
    """Parts 1 and 3 are in, half of the portfolio is drafted."""
    await drafted(journey)
    await write(journey, 3)
    await submit(journey, 1, 3)
    await write(journey, 2, most=2)


async def all_drafted(journey: Journey) -> None:
    """Everything is written and complete, and nothing is handed in."""
    await enter(journey)
    for part in ALL_PARTS:
        await write(journey, part)


async def bounced(journey: Journey) -> None:
    """In the portal; the access mail came back afterwards."""
    await enter(journey)
    await journey.bounce(NoticeKind.ACCESS)


async def bought_twice(journey: Journey) -> None:
    """Begun; the office paid for the same once more, and that line is held."""
    await begun(journey)
    await journey.buy_again()


async def withdrawn(journey: Journey) -> None:
    """Left while an assessor was at work."""
    await hand_in(journey)
    await accept(journey)
    await mark(journey, most=2)
    await withdraw(journey)


async def refunded(journey: Journey) -> None:
    """Never began; the office has its money back."""
    await enter(journey)
    await journey.refund()


async def lapsed(journey: Journey) -> None:
    """A year, and the grace after it, went by."""
    await enter(journey)
    await journey.let_time_pass(_never)


async def closed(journey: Journey) -> None:
    """The only round was used up, and nobody granted another."""
    await hand_in(journey, _ONE_ROUND)
    await judge(journey, not_met=_missed(journey))
    await journey.until_stage(Stage.OUT_OF_ROUNDS)
    await journey.let_time_pass(_never)


async def out_of_rounds(journey: Journey) -> None:
    """Handed in the same again; operations may grant another round."""
    await hand_in(journey, _TWO_ROUNDS)
    await judge(journey, not_met=_missed(journey))
    await hand_in_again(journey, is_revised=False)
    await judge(journey, 2, not_met=_missed(journey))
    await journey.until_stage(Stage.OUT_OF_ROUNDS, 2)


async def awarded(journey: Journey) -> None:
    """Everything was met in the first round."""
    await hand_in(journey)
    await judge(journey)
    await journey.until_stage(Stage.ENDED)


async def taken_back(journey: Journey) -> None:
    """Was awarded; the credential is about somebody else's work, and was taken back."""
    await awarded(journey)
    why = grounds_of("The portfolio was handed in by another school before.", Party.OPS)
    await (await journey.desks.credential_desk()).revoke(await _first(journey), why, PRESS)


async def issued_anew(journey: Journey) -> None:
    """Was awarded; the name in the credential was misspelled, and another one took its place."""
    await awarded(journey)
    why = grounds_of("The name was misspelled in the order.", Party.OPS)
    await (await journey.desks.credential_desk()).reissue(await _first(journey), why, PRESS)


async def _first(journey: Journey) -> str:
    """Return the first credential of the award, once it is made."""
    views = journey.desks.credentials

    async def is_made() -> bool:
        return bool(await views.of_enrollment(journey.enrollment_id))

    await until(f"{journey.person.external_id}: the credential", is_made)
    return (await views.of_enrollment(journey.enrollment_id))[0].id


async def awarded_in_two_rounds(journey: Journey) -> None:
    """One detail was missing at first."""
    await hand_in(journey)
    await judge(journey, not_met=_missed(journey))
    await hand_in_again(journey)
    await judge(journey, 2)
    await journey.until_stage(Stage.ENDED)


async def revising(journey: Journey) -> None:
    """Has the feedback, and has not looked at it yet."""
    await hand_in(journey)
    await judge(journey, not_met=_missed(journey))
    await journey.until_stage(Stage.REVISING, 2)


async def revised(journey: Journey) -> None:
    """Has written what was missing, and not handed it in."""
    await revising(journey)
    await revise(journey)


async def revising_two_parts(journey: Journey) -> None:
    """A question and a detail are open again."""
    await hand_in(journey)
    await judge(journey, not_met=("question/3", *_missed(journey)))
    await journey.until_stage(Stage.REVISING, 2)


async def offered(journey: Journey) -> None:
    """An assessor has to answer."""
    await hand_in(journey)
    await journey.until_stage(Stage.OFFERED)


async def offered_on(journey: Journey) -> None:
    """The first assessor declined."""
    await hand_in(journey)
    await decline(journey)
    await journey.until_stage(Stage.OFFERED)


async def accepted(journey: Journey) -> None:
    """An assessor has taken it, and not begun."""
    await hand_in(journey)
    await accept(journey)


async def partly_marked(journey: Journey) -> None:
    """An assessor has marked the first items."""
    await accepted(journey)
    await mark(journey, most=4)


async def all_marked(journey: Journey) -> None:
    """Every mark is there; the judgement is not handed in."""
    await accepted(journey)
    await mark(journey, not_met=_missed(journey))


async def overdue(journey: Journey) -> None:
    """Ten business days went by without a judgement."""
    await partly_marked(journey)
    await journey.let_time_pass(is_at_clock(ClockKind.OVERDUE))


async def in_second_round(journey: Journey) -> None:
    """The revision is with the assessor who asked for it."""
    await revising(journey)
    await hand_in_again(journey)
    await accept(journey, 2)


async def approving(journey: Journey) -> None:
    """Judged proficient; an approver has to confirm."""
    await hand_in(journey, _APPROVED)
    await judge(journey)
    await journey.until_stage(Stage.APPROVING)


async def approving_not_yet(journey: Journey) -> None:
    """Judged not yet; an approver has to confirm."""
    await hand_in(journey, _APPROVED)
    await judge(journey, not_met=_missed(journey))
    await journey.until_stage(Stage.APPROVING)


async def queued(journey: Journey) -> None:
    """Everything is in, and no assessor has a free place."""
    await hand_in(journey)
    await journey.until_stage(Stage.QUEUED)


def _missed(journey: Journey) -> tuple[str, ...]:
    """Return what the assessors find missing in the sample work."""
    return sample_work(journey.person.key).not_met


def _never(_: Standing) -> bool:
    """Time goes on until the journey ends."""
    return False
