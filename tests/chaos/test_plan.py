"""A run is named by its seed: the plan follows from it alone, and covers what it should."""

from tests.chaos.boundaries import boundaries
from tests.chaos.plan import Course, Fault, planned


def test_a_seed_is_a_plan() -> None:
    """Proves: the same seed and numbers are the same plan, another seed is another one."""
    assert planned(7, 50, 60) == planned(7, 50, 60)
    assert planned(7, 50, 60) != planned(8, 50, 60)


def test_the_long_run_kills_at_every_boundary_and_injects_every_fault() -> None:
    """Proves: 1,000 journeys and 200 faults go every course, kill before and after every activity
    and effect in turn, and leave no kind of fault out.
    """
    plan = planned(1, 1_000, 200)
    assert {each.boundary for each in plan.faults if each.boundary} == set(boundaries())
    assert {each.fault for each in plan.faults} == set(Fault)
    assert {each.course for each in plan.journeys} == set(Course) - {Course.SHORT_DAYS}
    assert [each.number for each in plan.faults] == list(range(200))
