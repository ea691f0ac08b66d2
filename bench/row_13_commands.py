"""Row 13: how long the commands of the README take."""

import asyncio
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from adapters.embedded.processes import environment_without
from adapters.embedded.stack import ROOT
from bench.figures import Goal, Line, absent, alone, at_most, series, told
from bench.running import Measured, Run
from settings import PREFIX

TITLE = "Commands of the README"
REPORT: Final = ROOT / "var" / "tests.xml"
"""Written by each ``make test``, with how long it took."""

PATIENCE: Final = 300
MINUTES: Final = at_most(6)


async def measure(run: Run) -> Measured:
    """Play the demo as a process; read how long the last whole test run took."""
    times = [
        await asyncio.to_thread(_demo, run.directory / f"demo-{n}") for n in range(run.size(2, 1))
    ]
    demo = alone("make demo, installed already", "s", series(*times), at_most(60))
    return Measured(
        lines=(demo, *_tests(REPORT, MINUTES)),
        setup=("the demo from nothing each time; tests as `make test` left them in var/tests.xml",),
    )


def _demo(directory: Path) -> float:
    began = time.perf_counter()
    subprocess.run(  # noqa: S603  our own program
        [sys.executable, "starter.py", "demo", "--data-dir", str(directory)],
        cwd=ROOT,
        env=environment_without(PREFIX, "TEMPORAL_"),
        check=True,
        capture_output=True,
        timeout=PATIENCE,
    )
    return time.perf_counter() - began


def _tests(report: Path, goal: Goal) -> tuple[Line, ...]:
    """Return how long the last test run took, and how many tests it was.

    A run with a failure is no measurement: it may be short because it ended early.
    """
    name = "make test"
    if not report.exists():
        return (absent(name, "min", goal, "run `make test` first: it leaves var/tests.xml"),)
    suite = next(ET.parse(report).getroot().iter("testsuite"))  # noqa: S314  our own file
    at = datetime.fromtimestamp(report.stat().st_mtime, UTC)
    minutes = float(suite.get("time", "0")) / 60
    failed = int(suite.get("failures", "0")) + int(suite.get("errors", "0"))
    said = f"the run that ended at {at:%Y-%m-%d %H:%M} UTC"
    if failed:
        return (absent(name, "min", goal, f"{failed} tests failed in {said}"),)
    return (
        alone(name, "min", series(minutes), goal, remark=said),
        told("tests", "", int(suite.get("tests", "0"))),
    )
