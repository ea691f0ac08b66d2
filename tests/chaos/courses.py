"""The courses of the load: from the order to the end or to where a journey is to stay."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from domain.enrollment import Ending, Party, Stage
from domain.orders import LineState
from domain.policy import Approval, Policy
from domain.previews import ActKind as OpsAct
from tests.chaos.acts import ActKind, GaveUp, persist, until
from tests.chaos.clocks import SHORT_DAYS
from tests.chaos.crowd import DESERTED, LASTING, TEEMING
from tests.chaos.operating import credential_of, extend_in_bulk, operate, reissue
from tests.chaos.plan import Course, JourneyPlan
from tests.chaos.traveller import Traveller

NOT_MET: Final = ("detail/1.2",)
APPROVED: Final = Policy(approval=Approval.ALWAYS)
ONE_ROUND: Final = Policy(rounds=1)
MOMENT: Final = timedelta(seconds=1)
SOME_DAYS: Final = timedelta(days=4)
A_WHILE: Final = 10.0
"""Seconds that somebody leaves a reminder to come, before they do what it reminds of."""

_STAYING: Final = {
    Course.OFFERED: LASTING,
    Course.ASSESSING: LASTING,
    Course.APPROVING: LASTING,
    Course.QUEUED: DESERTED,
}


def library_of(plan: JourneyPlan) -> str:
    """Return the library of a journey: whoever stays with an assessor takes no place of others."""
    return _STAYING.get(plan.course, TEEMING[plan.number % len(TEEMING)])


async def play(traveller: Traveller) -> None:
    """Take a journey along its course; raises ``GaveUp`` where it is stuck."""
    await _COURSES[traveller.plan.course](traveller)


async def _working(it: Traveller) -> None:
    await it.buy()
    await it.crowd.until_stage(it.enrollment_id, Stage.WORKING)


async def _handed_in(it: Traveller) -> None:
    await _working(it)
    await it.hand_in()


async def _ended(it: Traveller, ending: Ending) -> None:
    """Wait for the end; any other end than the course's own is none that it came to."""
    await it.crowd.until_stage(it.enrollment_id, Stage.ENDED)
    row = await it.crowd.row(it.enrollment_id)
    if row.ending != ending:
        raise GaveUp(f"ended as {row.ending} and not as {ending}")


async def _awarded(it: Traveller) -> None:
    await _handed_in(it)
    await it.judge()
    await _ended(it, Ending.AWARDED)


async def _revising(it: Traveller) -> None:
    await _handed_in(it)
    await it.judge(not_met=NOT_MET)
    await it.crowd.until_stage(it.enrollment_id, Stage.REVISING, number=2)


async def _two_rounds(it: Traveller) -> None:
    await _revising(it)
    await it.hand_in(2)
    await it.judge(2)
    await _ended(it, Ending.AWARDED)


async def _judged_for_approval(it: Traveller) -> None:
    await it.buy_with(APPROVED)
    await it.crowd.until_stage(it.enrollment_id, Stage.WORKING)
    await it.hand_in()
    await it.judge()
    await it.crowd.until_stage(it.enrollment_id, Stage.APPROVING)


async def _approved(it: Traveller) -> None:
    await _judged_for_approval(it)
    await operate(it, OpsAct.APPROVE, ActKind.CONFIRMED, round=1, judgement=1)
    await _ended(it, Ending.AWARDED)


async def _passed_back(it: Traveller) -> None:
    await _judged_for_approval(it)
    await operate(it, OpsAct.PASS_BACK, ActKind.PASSED_BACK, round=1, judgement=1)
    await it.crowd.until_stage(it.enrollment_id, Stage.ASSESSING)
    await it.judge()
    await it.crowd.until_stage(it.enrollment_id, Stage.APPROVING)
    await operate(it, OpsAct.APPROVE, ActKind.CONFIRMED, round=1, judgement=2)
    await _ended(it, Ending.AWARDED)


async def _declined(it: Traveller) -> None:
    await _handed_in(it)
    await it.decline()
    await it.judge()
    await _ended(it, Ending.AWARDED)


async def _expired(it: Traveller) -> None:
    await _handed_in(it)
    await it.crowd.until_stage(it.enrollment_id, Stage.OFFERED)
    first = await it.crowd.assignment(it.enrollment_id)

    async def is_over() -> bool:
        held = await it.crowd.assignment(it.enrollment_id)
        is_still_held = held is not None and first is not None and held.id == first.id
        if is_still_held:
            await _forward_to_due_time(it)
        return not is_still_held

    await until("the end of an offer", is_over)
    await it.judge()
    await _ended(it, Ending.AWARDED)


async def _reassigned(it: Traveller) -> None:
    await _handed_in(it)
    await it.crowd.until_stage(it.enrollment_id, Stage.OFFERED)
    await operate(it, OpsAct.REASSIGN, ActKind.REASSIGNED, round=1)
    await it.judge()
    await _ended(it, Ending.AWARDED)


async def _extended(it: Traveller) -> None:
    await _working(it)
    await operate(it, OpsAct.EXTEND, ActKind.EXTENDED, days=5)
    await it.withdraw()
    await _ended(it, Ending.WITHDRAWN)


async def _withdrawn(it: Traveller) -> None:
    await _handed_in(it)
    await it.accept()
    await it.withdraw()
    await _ended(it, Ending.WITHDRAWN)


async def _refunded(it: Traveller) -> None:
    """The refund is sent first; it is taken once the order is known."""
    await asyncio.gather(it.refund(), it.pay())

    async def is_refunded() -> bool:
        line = await it.crowd.line(it.line_id)
        return line is not None and line.state == LineState.REFUNDED

    await until("the refunded line", is_refunded)
    line = await it.crowd.line(it.line_id)
    if line is not None and line.enrollment_id is not None:
        it.enrollment_id = line.enrollment_id
        await _ended(it, Ending.REFUNDED)


async def _verified(it: Traveller) -> None:
    await it.buy(is_verified=False)
    await it.crowd.until_stage(it.enrollment_id, Stage.VERIFYING)
    await persist(lambda: it.crowd.house.forward(it.enrollment_id, SOME_DAYS))
    await asyncio.gather(
        it.verify("Followed the link.", Party.PRACTITIONER),
        it.verify("They telephoned.", Party.OPS),
    )
    await it.crowd.until_stage(it.enrollment_id, Stage.WORKING)


async def _bought_twice(it: Traveller) -> None:
    await _working(it)
    await it.buy_again()


async def _lapsed(it: Traveller) -> None:
    await _working(it)
    await _left_alone(it, Ending.LAPSED)


async def _left_alone(it: Traveller, ending: Ending) -> None:
    """Let the time pass until the journey ends by itself."""

    async def has_ended() -> bool:
        row = await it.crowd.row(it.enrollment_id)
        if row.stage != Stage.ENDED:
            await _forward_to_due_time(it)
        return row.stage == Stage.ENDED

    await until("the end of its time", has_ended)
    await _ended(it, ending)


async def _verifying(it: Traveller) -> None:
    await it.buy(is_verified=False)
    await it.crowd.until_stage(it.enrollment_id, Stage.VERIFYING)


async def _out_of_rounds(it: Traveller) -> None:
    await it.buy_with(ONE_ROUND)
    await it.crowd.until_stage(it.enrollment_id, Stage.WORKING)
    await it.hand_in()
    await it.judge(not_met=NOT_MET)
    await it.crowd.until_stage(it.enrollment_id, Stage.OUT_OF_ROUNDS)


async def _granted(it: Traveller) -> None:
    await _out_of_rounds(it)
    await operate(it, OpsAct.GRANT_ROUND, ActKind.GRANTED)
    await it.crowd.until_stage(it.enrollment_id, Stage.REVISING, number=2)
    await it.hand_in(2)
    await it.judge(2)
    await _ended(it, Ending.AWARDED)


async def _closed(it: Traveller) -> None:
    await _out_of_rounds(it)
    await _left_alone(it, Ending.CLOSED)


async def _reissued(it: Traveller) -> None:
    await _awarded(it)
    await reissue(it)


async def _transcribed(it: Traveller) -> None:
    await _awarded(it)
    await credential_of(it)
    await it.transcribe()


async def _extended_in_bulk(it: Traveller) -> None:
    await _working(it)
    await extend_in_bulk(it)
    await it.withdraw()
    await _ended(it, Ending.WITHDRAWN)


async def _offered(it: Traveller) -> None:
    await _handed_in(it)
    await it.crowd.until_stage(it.enrollment_id, Stage.OFFERED)


async def _assessing(it: Traveller) -> None:
    await _handed_in(it)
    await it.accept()
    await it.crowd.until_stage(it.enrollment_id, Stage.ASSESSING)


async def _queued(it: Traveller) -> None:
    await _handed_in(it)
    await it.crowd.until_stage(it.enrollment_id, Stage.QUEUED)


async def _short_days(it: Traveller) -> None:
    """Bought while everything runs; everything stops, starts again, and the reminder comes."""
    await it.buy_with(SHORT_DAYS, is_verified=False)
    await it.crowd.until_stage(it.enrollment_id, Stage.VERIFYING)
    it.crowd.waiting_for_stop += 1
    await it.crowd.has_started_again.wait()
    give_up_at = time.monotonic() + A_WHILE

    async def may_go_on() -> bool:
        is_reminded = await it.crowd.is_reminded(it.enrollment_id)
        return is_reminded or time.monotonic() > give_up_at

    await until("a reminder, or somebody's own idea", may_go_on)
    await it.verify("Followed the link.", Party.PRACTITIONER)
    await it.crowd.until_stage(it.enrollment_id, Stage.WORKING)


async def _forward_to_due_time(it: Traveller) -> None:
    """Move the journey's own clock to what it waits for."""
    due = (await it.crowd.row(it.enrollment_id)).waiting_until
    if due is not None:
        await it.crowd.house.forward_to(it.enrollment_id, due + MOMENT)


_COURSES: Final[dict[Course, Callable[[Traveller], Awaitable[None]]]] = {
    Course.AWARDED: _awarded,
    Course.TWO_ROUNDS: _two_rounds,
    Course.APPROVED: _approved,
    Course.PASSED_BACK: _passed_back,
    Course.DECLINED: _declined,
    Course.EXPIRED: _expired,
    Course.REASSIGNED: _reassigned,
    Course.EXTENDED: _extended,
    Course.WITHDRAWN: _withdrawn,
    Course.REFUNDED: _refunded,
    Course.VERIFIED: _verified,
    Course.BOUGHT_TWICE: _bought_twice,
    Course.LAPSED: _lapsed,
    Course.WORKING: _working,
    Course.OFFERED: _offered,
    Course.ASSESSING: _assessing,
    Course.REVISING: _revising,
    Course.QUEUED: _queued,
    Course.VERIFYING: _verifying,
    Course.APPROVING: _judged_for_approval,
    Course.OUT_OF_ROUNDS: _out_of_rounds,
    Course.GRANTED: _granted,
    Course.CLOSED: _closed,
    Course.REISSUED: _reissued,
    Course.TRANSCRIBED: _transcribed,
    Course.EXTENDED_IN_BULK: _extended_in_bulk,
    Course.SHORT_DAYS: _short_days,
}
