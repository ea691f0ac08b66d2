"""``python -m tests.hostile --target pages --seconds 60``: fuzz a target, or each in turn.

What is found stays in ``var/hostile/TARGET``, and the next run goes on from there. Exit code 1 when
something was found; the input that did it lies beside.
"""

import argparse
import sys
from collections.abc import Sequence
from typing import Final

from tests.architecture.source import ROOT
from tests.hostile.running import Fuzzed, fuzzed
from tests.hostile.target import NAMES

WHERE: Final = ROOT / "var" / "hostile"
ALL: Final = "all"


def main(arguments: Sequence[str]) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    parser.add_argument("--target", choices=(ALL, *NAMES), default=ALL)
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    given = parser.parse_args(arguments)
    names = NAMES if given.target == ALL else (given.target,)
    sys.stdout.write(f"{'target':14}{'runs':>12}{'each second':>13}{'reached new':>13}  found\n")
    runs = []
    for name in names:
        runs.append(fuzzed(name, WHERE / name, seconds=given.seconds))
        sys.stdout.write(_line(runs[-1]))
        sys.stdout.flush()
    return 1 if any(run.told for run in runs) else 0


def _line(run: Fuzzed) -> str:
    found = f"something:\n{run.told}" if run.told else "nothing"
    return f"{run.name:14}{run.runs:12,}{run.per_second:13,}{run.kept:13,}  {found}\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
