"""What single rows do with what they found: the worst list is named, a failed run is no figure."""

import asyncio
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.database import Database, make_engine
from adapters.records.round_tables import AssessorRow
from bench import row_07_places as places
from bench.figures import Verdict, at_most
from bench.row_06_lists import Times, _growth, _worst
from bench.row_13_commands import _tests
from bench.sink import running_sink
from bench.source import rate
from tests.servers import PostgresTemplate

FEW, WAITING = 20, 40


def _times(milliseconds: float) -> Times:
    blocks = [[milliseconds] * 4] * 3
    return Times(ours=blocks, alone=blocks)


def test_a_fast_list_that_grows_is_seen() -> None:
    """Proves: a list that grew tenfold is the judged one, though it is faster than all others."""
    few = {"slow": _times(100), "fast": _times(1)}
    many = {"slow": _times(101), "fast": _times(10)}
    line = _worst([_growth(name, few, many, 20) for name in many])
    assert (line.verdict, line.ratio) == (Verdict.MISSED, 10)
    assert line.name == "worst: fast, growth at 20 ×"
    assert line.remark == "1 of 2 lists lie beyond the goal; 0 are unsteady"


@pytest.mark.parametrize(
    ("failures", "errors", "verdict"),
    [(0, 0, Verdict.ONCE), (1, 0, Verdict.ABSENT), (0, 1, Verdict.ABSENT)],
)
def test_a_failed_run_of_the_tests_is_no_figure(
    tmp_path: Path, failures: int, errors: int, verdict: Verdict
) -> None:
    """Proves: a run that ended early because something failed never meets its goal."""
    report = tmp_path / "tests.xml"
    counts = f'tests="9" failures="{failures}" errors="{errors}"'
    report.write_text(f'<testsuites><testsuite {counts} time="60" /></testsuites>')
    assert _tests(report, at_most(6))[0].verdict is verdict


async def _roster(session: AsyncSession) -> list[tuple[str, int, datetime | None]]:
    query = select(AssessorRow.id, AssessorRow.load, AssessorRow.last_offered_at)
    return [
        (row[0], row[1], row[2]) for row in await session.execute(query.order_by(AssessorRow.id))
    ]


async def test_more_is_reserved_than_there_are_places(
    postgres_template: PostgresTemplate, tmp_path: Path
) -> None:
    """Proves: each reservation finds the roster as the one before it found it, so that no size of
    the measurement runs out of places.
    """
    async with postgres_template.copy(tmp_path) as url:
        await places._fill(url, (0, 0), (FEW, WAITING))
        database = Database(make_engine(url))
        async with database.reading() as session:
            before = await _roster(session)
        for number in range(FEW * 3):
            assert await places._reserve(database, f"e{number % WAITING}") > 0
        async with database.reading() as session:
            assert await _roster(session) == before
        await database.close()


async def test_the_harness_has_a_ceiling_of_its_own(tmp_path: Path) -> None:
    """Proves: without postfix the sink's own end is still known, in letters that it took."""
    async with running_sink(tmp_path) as port:
        assert await asyncio.to_thread(rate, port, 40, 2_700, 4) > 0
