"""The journeys and orders whose histories are kept: together every stage, ending and clock.

Each plays on a whole Laurel and returns the id of the workflow whose history is kept.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta

from adapters.records.credential_values import CredentialFilter
from adapters.time_skipping import fast_forward
from domain.assessment import StaleVersion
from domain.assignment import NobodyToReassign
from domain.credentials import CredentialNoLongerCounts
from domain.enrollment import AttentionKind, ClockKind, Stage
from domain.policy import Approval, Policy
from tests.house import OPS, House
from tests.lost_turns import lost_turn, nothing_lost
from tests.replay.playing import (
    decide,
    ended,
    finished,
    has_attention,
    offered,
    offers_made,
    order_form,
    second_order,
    time_is_up,
)
from tests.smtp_servers import At
from tests.waiting import eventually
from tests.workflows.test_happy_journey import assess
from workflows.names import JOURNEYS_QUEUE, correction_id, intake_id

Scenario = Callable[[House, str], Awaitable[str]]
"""Plays in a library that belongs to it alone."""

NEVER = timedelta(days=400)


async def awarded(house: House, library: str) -> str:
    """A practitioner whom the directory knows gets there in the first round."""
    assessor = await house.hire(library)
    enrollment_id = await house.submitted(library)
    await assess(house, assessor, enrollment_id)
    return await ended(house, enrollment_id)


async def verified_late(house: House, library: str) -> str:
    """Every reminder of the verification, then ops verify; withdrawn before any work."""
    enrollment_id = await house.enrolled(library)
    await house.all_settled(enrollment_id)
    await time_is_up(house, enrollment_id, ClockKind.ESCALATION)
    await house.all_settled(enrollment_id)
    await house.practitioner.verify(enrollment_id, OPS)
    await house.until_stage(enrollment_id, Stage.WORKING)
    await house.practitioner.withdraw(enrollment_id, OPS)
    return await ended(house, enrollment_id)


async def lapsed(house: House, library: str) -> str:
    """Nothing is ever submitted: reminders, grace, the end."""
    enrollment_id = await house.working(library)
    await time_is_up(house, enrollment_id, ClockKind.GRACE)
    await house.all_settled(enrollment_id)
    await house.forward(enrollment_id, NEVER)
    return await ended(house, enrollment_id)


async def nobody_wants_it(house: House, library: str) -> str:
    """Expired, declined, recused, then nobody is left, until somebody is hired."""
    for _ in range(3):
        await house.hire(library)
    enrollment_id = await house.submitted(library)
    await time_is_up(house, enrollment_id, ClockKind.OFFER)
    await house.all_settled(enrollment_id)
    await house.assessor.decline(await offered(house, enrollment_id), enrollment_id, OPS)
    await eventually(lambda: offers_made(house, enrollment_id, 3))
    third = await offered(house, enrollment_id)
    await house.assessor.accept(third, enrollment_id)
    await house.all_settled(enrollment_id)
    await house.assessor.recuse(third, enrollment_id, OPS)
    await house.until_stage(enrollment_id, Stage.QUEUED)
    newcomer = await house.hire(library)
    await house.engine.wake((enrollment_id,))
    await assess(house, newcomer, enrollment_id)
    return await ended(house, enrollment_id)


async def overdue(house: House, library: str) -> str:
    """A reassignment is refused, an assessment never handed in; released, reassigned, judged."""
    assessors = {each.id: each for each in [await house.hire(library) for _ in range(4)]}
    enrollment_id = await house.submitted(library)
    holder = await offered(house, enrollment_id)
    with suppress(NobodyToReassign):
        await house.ops.reassign(enrollment_id, 1, OPS, holder)
    del assessors[holder]
    named = assessors.popitem()[1]
    await house.ops.reassign(enrollment_id, 1, OPS, named.id)
    await house.all_settled(enrollment_id)
    await house.assessor.accept(named.id, enrollment_id)
    await house.all_settled(enrollment_id)
    await time_is_up(house, enrollment_id, ClockKind.OFFER)
    await house.all_settled(enrollment_id)
    await house.ops.extend(enrollment_id, 2, OPS)
    del assessors[await offered(house, enrollment_id)]
    await house.ops.reassign(enrollment_id, 1, OPS)
    await assess(house, assessors.popitem()[1], enrollment_id)
    return await ended(house, enrollment_id)


async def passed_back(house: House, library: str) -> str:
    """The approver is late, passes the judgement back, and confirms the next one."""
    assessor = await house.hire(library)
    enrollment_id = await house.submitted(library, Policy(approval=Approval.ALWAYS))
    await assess(house, assessor, enrollment_id, not_met=("detail/1.1",))
    await time_is_up(house, enrollment_id, ClockKind.ESCALATION)
    await decide(house, assessor, enrollment_id, is_confirmed=False)
    await house.until_stage(enrollment_id, Stage.ASSESSING)
    await house.all_settled(enrollment_id)
    await house.marked(assessor, enrollment_id)
    await house.assessor.judge(assessor.id, enrollment_id)
    await house.until_stage(enrollment_id, Stage.APPROVING)
    await house.all_settled(enrollment_id)
    await decide(house, assessor, enrollment_id, is_confirmed=True)
    return await ended(house, enrollment_id)


async def closed(house: House, library: str) -> str:
    """Three rounds, and nobody grants a fourth."""
    assessor = await house.hire(library)
    enrollment_id = await house.submitted(library)
    for number in (1, 2, 3):
        await assess(house, assessor, enrollment_id, not_met=("detail/1.2", "reflection"))
        if number < 3:
            await house.until_stage(enrollment_id, Stage.REVISING)
            await house.all_settled(enrollment_id)
            await house.submit_all(enrollment_id)
    await house.until_stage(enrollment_id, Stage.OUT_OF_ROUNDS)
    await house.all_settled(enrollment_id)
    await house.forward(enrollment_id, NEVER)
    return await ended(house, enrollment_id)


async def granted(house: House, library: str) -> str:
    """The only round is used up; ops grant another and more time for it."""
    assessor = await house.hire(library)
    enrollment_id = await house.submitted(library, Policy(rounds=1))
    await assess(house, assessor, enrollment_id, not_met=("question/2",))
    await house.until_stage(enrollment_id, Stage.OUT_OF_ROUNDS)
    await house.all_settled(enrollment_id)
    await house.ops.grant_round(enrollment_id, OPS)
    await house.until_stage(enrollment_id, Stage.REVISING)
    await house.all_settled(enrollment_id)
    await house.ops.extend(enrollment_id, 5, OPS)
    await house.submit_all(enrollment_id)
    await assess(house, assessor, enrollment_id)
    return await ended(house, enrollment_id)


async def not_revised(house: House, library: str) -> str:
    """The practitioner does not revise: reminders, and the end without a grace."""
    assessor = await house.hire(library)
    enrollment_id = await house.submitted(library)
    await assess(house, assessor, enrollment_id, not_met=("detail/2.1",))
    await house.until_stage(enrollment_id, Stage.REVISING)
    await house.all_settled(enrollment_id)
    await house.forward(enrollment_id, NEVER)
    return await ended(house, enrollment_id)


async def withdrawn(house: House, library: str) -> str:
    """The practitioner withdraws while an assessor is at work."""
    assessor = await house.hire(library)
    enrollment_id = await house.submitted(library)
    await house.assessor.accept(assessor.id, enrollment_id)
    await house.all_settled(enrollment_id)
    await house.practitioner.withdraw(enrollment_id, OPS)
    return await ended(house, enrollment_id)


async def refunded(house: House, library: str) -> str:
    """Two orders grant the same; the first is refunded, and then the second."""
    enrollment_id = await house.working(library)
    order_id = (await house.row(enrollment_id)).line_id.rpartition("-")[0]
    second = await second_order(house, enrollment_id, library)
    await house.orders.refund(order_id, (), OPS)
    assert (await house.row(enrollment_id)).stage == Stage.WORKING
    await house.orders.refund(second, (), OPS)
    return await ended(house, enrollment_id)


async def access_late(house: House, library: str) -> str:
    """The mail server does not take the access mail until the promise is broken."""
    await house.publish(library)
    order = house.paid_order(library)
    await house.know(order.lines[0].learner)
    # The payer's own letter may meet some of these; the access mail meets enough of them.
    house.smtp.expect(At.RECIPIENT, *["450 4.2.1 not now"] * 8)
    enrollment_id = await house.enrollment_of(await house.orders.take_paid_order(order))
    await house.until_stage(enrollment_id, Stage.GRANTING_ACCESS)
    await time_is_up(house, enrollment_id, ClockKind.ESCALATION)
    assert AttentionKind.ACCESS_LATE in await house.attention(enrollment_id)
    await house.until_stage(enrollment_id, Stage.WORKING)
    await house.practitioner.withdraw(enrollment_id, OPS)
    return await ended(house, enrollment_id)


async def order_paid(house: House, library: str) -> str:
    """The shop says paid: the intake starts the journey at once."""
    await house.publish(library)
    order = house.paid_order(library)
    await house.enrollment_of(await house.orders.take_paid_order(order))
    return await finished(house, intake_id(order.channel, order.external_id))


async def order_settled_later(house: House, library: str) -> str:
    """A school pays its order form some days after it was recorded."""
    order_id, workflow_id = await order_form(house, library)
    await fast_forward(house.client, workflow_id, timedelta(days=9))
    await house.orders.settle(order_id, OPS)
    return await finished(house, workflow_id)


async def order_overdue(house: House, library: str) -> str:
    """Nobody pays; ops are told, and refund the order."""
    order_id, workflow_id = await order_form(house, library)
    await fast_forward(house.client, workflow_id, timedelta(days=70))
    await eventually(lambda: has_attention(house, order_id))
    await house.orders.refund(order_id, (), OPS)
    return await finished(house, workflow_id)


async def credential_issued(house: House, library: str) -> str:
    """As ``awarded``, opened since there are credentials: one is issued at the end."""
    return await awarded(house, library)


async def credential_revoked(house: House, library: str) -> str:
    """Operations revoke a credential."""
    done = await house.credentials.revoke(await credential(house, library), OPS)
    return correction_id(done.correction_id)


async def credential_reissued(house: House, library: str) -> str:
    """Operations replace a credential."""
    done = await house.credentials.reissue(await credential(house, library), OPS)
    return correction_id(done.correction_id)


async def credential_corrected_too_late(house: House, library: str) -> str:
    """Two who correct the same credential at once: one is refused."""
    revoked = await credential(house, library)
    asked = [house.credentials.revoke(revoked, OPS, press) for press in ("one", "other")]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(each, CredentialNoLongerCounts) for each in answers) == 1
    refused = [each for each in await house.issued.corrections(revoked) if each.refused_at]
    return correction_id(refused[0].id)


async def reassigned_at_work(house: House, library: str) -> str:
    """Ops reassign a round in the queue and one at work; a judgement of old marks is refused."""
    enrollment_id = await house.submitted(library)
    await house.until_stage(enrollment_id, Stage.QUEUED)
    first = await house.hire(library)
    await house.ops.reassign(enrollment_id, 1, OPS)
    await house.assessor.accept(first.id, enrollment_id)
    await house.all_settled(enrollment_id)
    second = await house.hire(library)
    await house.ops.reassign(enrollment_id, 1, OPS, second.id)
    await house.assessor.accept(second.id, enrollment_id)
    await house.all_settled(enrollment_id)
    await house.marked(second, enrollment_id)
    with suppress(StaleVersion):
        await house.assessor.judge(second.id, enrollment_id, marks_version=0)
    await house.assessor.judge(second.id, enrollment_id)
    return await ended(house, enrollment_id)


async def sweep(house: House, library: str) -> str:
    """One sweep over whatever the other scenarios left; recorded before it was guarded."""
    workflow_id = f"sweep/{library}"
    await house.client.start_workflow("Sweep", id=workflow_id, task_queue=JOURNEYS_QUEUE)
    return await finished(house, workflow_id)


async def sweep_until_it_works(house: House, library: str) -> str:
    """The same, past the guard ``UNTIL_IT_WORKS``."""
    return await sweep(house, library)


async def credential(house: House, library: str) -> str:
    """Return the credential of somebody who was awarded."""
    await awarded(house, library)
    listed = await house.issued.page(CredentialFilter(library=library))
    return listed.lines[0].id


SCENARIOS: tuple[Scenario, ...] = (
    *(awarded, verified_late, lapsed, nobody_wants_it, overdue, passed_back, closed, granted),
    *(not_revised, withdrawn, refunded, access_late),
    *(order_paid, order_settled_later, order_overdue, sweep),
    *(credential_issued, credential_revoked, credential_reissued, credential_corrected_too_late),
    *(reassigned_at_work, lost_turn, nothing_lost, sweep_until_it_works),
)
"""Everything that is recorded; a test holds that together they meet every stage and ending."""
