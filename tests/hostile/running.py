"""A target under the fuzzer in a process of its own, and what came of it."""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.architecture.source import ROOT

_LAST: Final = 40
"""Lines of the fuzzer's own report that are worth reading when it found something."""


@dataclass(frozen=True)
class Fuzzed:
    """What one run of the fuzzer did; ``told`` is the end of its report if it found something."""

    name: str
    runs: int
    per_second: int
    kept: int
    told: str = ""


def fuzzed(name: str, directory: Path, *, seconds: int = 0, runs: int = -1) -> Fuzzed:
    """Run one target for some seconds or runs; it goes on from what ``directory`` holds."""
    directory.mkdir(parents=True, exist_ok=True)
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "tests.hostile.fuzzing", name),
            *map(str, (seconds, runs, directory)),
        ],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    report = ended.stderr.decode(errors="replace")
    return Fuzzed(
        name=name,
        runs=_stated("number_of_executed_units", report),
        per_second=_stated("average_exec_per_sec", report),
        kept=_stated("new_units_added", report),
        told=""
        if ended.returncode == 0
        else _end_of(ended.stdout.decode(errors="replace"), report),
    )


def _stated(name: str, report: str) -> int:
    found = re.search(rf"stat::{name}:\s+([0-9]+)", report)
    return int(found[1]) if found else 0


def _end_of(said: str, report: str) -> str:
    """Return the error with its place; the fuzzer's own dictionary is no news."""
    lines = [line for line in (said + report).splitlines() if "# Uses:" not in line]
    return "\n".join(line[:300] for line in lines[-_LAST:])
