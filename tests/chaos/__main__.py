"""``python -m tests.chaos --seed 1 --journeys 100 --faults 40``: a run, its table, its exit code.

Exit code 1 when anything is above zero that must not be. ``--plan`` shows the plan, no more.
"""

import argparse
import asyncio
import logging
import os
import shutil
import sys
from collections.abc import Sequence

from adapters.telemetry import use_forwarding_runtime
from tests.architecture.source import ROOT
from tests.chaos.plan import planned
from tests.chaos.previous import PreviousRelease
from tests.chaos.run import run
from tests.chaos.stack import Shape

WHERE = ROOT / "var" / "chaos"
CLEAR = "\r\x1b[K"
WIDTH = 100


def main(arguments: Sequence[str]) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the run's name: it decides the plan")
    parser.add_argument("--journeys", type=int, default=100)
    parser.add_argument("--faults", type=int, default=40)
    parser.add_argument("--workers", type=int, default=2, help="worker processes")
    parser.add_argument("--portals", type=int, default=2, help="portal processes")
    parser.add_argument("--plan", action="store_true", help="print the plan as JSON, and end")
    given = parser.parse_args(arguments)
    plan = planned(given.seed, given.journeys, given.faults)
    if given.plan:
        sys.stdout.write(plan.model_dump_json(indent=1) + "\n")
        return 0
    # What happens to our own connections is the run's subject, not news.
    use_forwarding_runtime()
    logging.disable(logging.CRITICAL)
    directory = WHERE / f"seed-{given.seed}"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    shape = Shape(workers=given.workers, portals=given.portals)
    release = PreviousRelease()
    report = asyncio.run(run(plan, directory, shape=shape, release=release, tell=_tell))
    sys.stderr.write(CLEAR if sys.stderr.isatty() else "")
    sys.stdout.write(report.table())
    return 0 if report.is_sound else 1


def _tell(said: str) -> None:
    """Say how far the run has come: in one line on a terminal."""
    line = said[: WIDTH - 1]
    sys.stderr.write(f"{CLEAR}{line}" if sys.stderr.isatty() else "")
    sys.stderr.flush()


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    # The Temporal client now and then crashes in Python's finalisation: leave without it.
    os._exit(code)
