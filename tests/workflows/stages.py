"""Bringing a journey to a stage, as its people would."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

from domain.enrollment import Stage
from domain.policy import Approval, Policy
from tests.house import Assessor, House

ONE_ROUND = Policy(rounds=1)
APPROVED = Policy(approval=Approval.ALWAYS)
NOT_MET = ("detail/1.2",)


@dataclass(frozen=True)
class Placed:
    """A journey that stands at a stage, and who was hired for it."""

    enrollment_id: str
    assessors: tuple[Assessor, ...] = field(default=())

    @property
    def assessor(self) -> Assessor:
        """Who has the round."""
        return self.assessors[0]


async def offered(
    house: House, library: str, *, assessors: int = 1, policy: Policy | None = None
) -> Placed:
    """Return a round that is offered to the first of so many newly hired assessors."""
    hired = [await house.hire(library) for _ in range(assessors)]
    enrollment_id = await house.submitted(library, policy)
    await house.until_stage(enrollment_id, Stage.OFFERED)
    standing = await house.standing(enrollment_id)
    assert standing.offer is not None
    asked = standing.offer.assessor_id
    await house.all_settled(enrollment_id)
    return Placed(enrollment_id, tuple(sorted(hired, key=lambda each: each.id != asked)))


async def accepted(
    house: House, library: str, *, assessors: int = 1, policy: Policy | None = None
) -> Placed:
    """Return a round that its assessor has accepted."""
    placed = await offered(house, library, assessors=assessors, policy=policy)
    await house.assessor.accept(placed.assessor.id, placed.enrollment_id)
    await house.all_settled(placed.enrollment_id)
    return placed


async def judged(
    house: House, library: str, not_met: tuple[str, ...] = NOT_MET, policy: Policy | None = None
) -> Placed:
    """Return a round that its assessor has judged."""
    placed = await accepted(house, library, policy=policy)
    await judge(house, placed, not_met)
    await house.all_settled(placed.enrollment_id)
    return placed


async def judge(house: House, placed: Placed, not_met: tuple[str, ...] = NOT_MET) -> None:
    """Mark everything that is open and hand the judgement in."""
    await house.marked(placed.assessor, placed.enrollment_id, not_met)
    await house.assessor.judge(placed.assessor.id, placed.enrollment_id)


async def another_round(house: House, placed: Placed) -> None:
    """Revise, submit, be offered to the same assessor and accepted."""
    await house.submit_all(placed.enrollment_id)
    await house.until_stage(placed.enrollment_id, Stage.OFFERED)
    await house.assessor.accept(placed.assessor.id, placed.enrollment_id)


async def _alone(enrolling: Awaitable[str]) -> Placed:
    return Placed(await enrolling)


_WAYS: dict[Stage, Callable[[House, str], Awaitable[Placed]]] = {
    Stage.VERIFYING: lambda house, library: _alone(house.enrolled(library)),
    Stage.GRANTING_ACCESS: lambda house, library: _alone(house.enrolled(library, is_verified=True)),
    Stage.WORKING: lambda house, library: _alone(house.working(library)),
    Stage.QUEUED: lambda house, library: _alone(house.submitted(library)),
    Stage.OFFERED: offered,
    Stage.ASSESSING: accepted,
    Stage.APPROVING: partial(judged, policy=APPROVED),
    Stage.REVISING: judged,
    Stage.OUT_OF_ROUNDS: partial(judged, policy=ONE_ROUND),
    Stage.ENDED: partial(judged, not_met=()),
}


async def placed_at(house: House, library: str, stage: Stage) -> Placed:
    """Return a journey that stands at ``stage``; at granting access only with letters held."""
    placed = await _WAYS[stage](house, library)
    await house.until_stage(placed.enrollment_id, stage)
    return placed
