"""A short run of the fault harness: the real stack as processes, disturbed while people act."""

from pathlib import Path

import pytest

from tests.chaos.boundaries import Victim
from tests.chaos.plan import Fault, planned
from tests.chaos.run import run
from tests.chaos.stack import Shape

SEED, JOURNEYS, FAULTS = 47, 6, 6


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Where the run keeps its servers' data and its logs."""
    return tmp_path


async def test_a_short_run_loses_nothing(directory: Path) -> None:
    """Proves: under the first faults of a seed no notice is lost, no acknowledged act, no journey,
    and nothing is done twice; the table says so in 100 columns.
    """
    plan = planned(SEED, JOURNEYS, FAULTS)
    assert len({each.fault for each in plan.faults}) > 1
    assert Fault.KILL_AT_BOUNDARY in {each.fault for each in plan.faults}
    report = await run(plan, directory, shape=Shape(workers=2, portals=1))
    table = report.table()
    assert report.is_sound, table
    assert report.count("journeys begun") == JOURNEYS
    assert report.count("notices accepted") >= JOURNEYS
    assert report.count("acts that were acknowledged") >= JOURNEYS
    assert len(report.injected) == FAULTS
    # A run in which nothing was met would prove nothing.
    assert any(each.victim is Victim.WORKER for each in report.killed)
    others = [each for each in report.injected if each.has_struck and each.number % 2]
    servers = [each for each in report.killed if each.victim is not Victim.WORKER]
    assert others or servers or any(report.met.values())
    assert max(map(len, table.splitlines())) <= 100
