"""A run is named by its seed: the plan follows from it alone, and covers what it should."""

from collections import Counter

from tests.chaos.boundaries import Victim, boundaries, order_name
from tests.chaos.plan import FAULTS_FOR_THREE_DAYS, LONG_RUN, Course, Fault, planned


def test_a_seed_is_a_plan() -> None:
    """Proves: the same seed and numbers are the same plan, another seed is another one."""
    assert planned(7, 50, 60) == planned(7, 50, 60)
    assert planned(7, 50, 60) != planned(8, 50, 60)


def test_the_long_run_kills_at_every_boundary_and_injects_every_fault() -> None:
    """Proves: 1,000 journeys and 200 faults go every course, order the death of a worker and of
    each server before and after every activity and effect, and leave no kind of fault out.
    """
    plan = planned(1, 1_000, LONG_RUN)
    everywhere = {order_name(place, victim) for place in boundaries() for victim in Victim}
    assert plan.kill_orders == everywhere
    assert {each.fault for each in plan.faults} == set(Fault)
    assert {each.course for each in plan.journeys} == set(Course) - {Course.SHORT_DAYS}
    assert [each.number for each in plan.faults] == list(range(200))


def test_what_has_a_place_of_its_own_takes_none_of_the_others() -> None:
    """Proves: however the places are drawn, there is a stop of three days and a worker of the
    previous release for every 25 faults, and half of all faults kill at a boundary.
    """
    for seed in range(20):
        kinds = Counter(each.fault for each in planned(seed, 1, LONG_RUN).faults)
        special = LONG_RUN // FAULTS_FOR_THREE_DAYS
        assert (kinds[Fault.THREE_DAYS], kinds[Fault.OTHER_RELEASE]) == (special, special)
        assert kinds[Fault.KILL_AT_BOUNDARY] == LONG_RUN // 2


def test_a_short_run_orders_a_server_of_each_kind_as_well() -> None:
    """Proves: each fault at a boundary names its worker's and, elsewhere, that of each server."""
    for each in planned(3, 6, 6).faults:
        is_at_boundary = each.fault is Fault.KILL_AT_BOUNDARY
        assert bool(each.boundary) is is_at_boundary
        suffixes = {order.rpartition(".")[2] for order in each.standing}
        assert suffixes == (set(Victim) - {Victim.WORKER} if is_at_boundary else set())
