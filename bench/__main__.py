"""``python -m bench [--rows 1,6] [--quick]``: measures, prints one table, and keeps it as JSON.

Each group of rows runs in a process of its own, which ends by itself or is ended; what was measured
before stays, so rows may be run one by one. ``--publish`` writes what was measured last into the
documents and draws the picture. A goal that is missed is told, and fails nothing.
"""

import argparse
import asyncio
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from adapters.embedded.processes import Child, environment_without
from adapters.embedded.stack import ROOT
from bench.accounts import Look
from bench.figures import Results, RowResult
from bench.publishing import NotMeasured, publish
from bench.rows import TITLES, groups_of
from bench.table import table
from bench.watching import until
from settings import PREFIX

RESULTS: Final = ROOT / "bench" / "results"
LATEST: Final = RESULTS / "latest.json"
AT_MOST: Final = timedelta(minutes=10)
"""How long a row may take."""

OPEN_TO_OTHERS: Final = 0o755
"""PostgreSQL runs under an account of its own, which has to come through."""


def kept() -> Results:
    """Return what was measured before. Raises ``NotMeasured`` when a harness of old wrote it."""
    if not LATEST.exists():
        return Results()
    try:
        return Results.model_validate_json(LATEST.read_text())
    except ValidationError as unlike:
        raise NotMeasured(f"{LATEST.name} is of another harness; put it away first.") from unlike


async def measure(rows: tuple[int, ...], *, is_quick: bool) -> list[RowResult]:
    """Measure rows in a process of their own; its figures are left, and its logs if it failed."""
    directory = _made_folder()
    out = directory / "rows.jsonl"
    try:
        before = Look.now()
        child = _start(rows, directory, out, is_quick=is_quick)
        limit = AT_MOST.total_seconds() * len(rows)
        with suppress(TimeoutError):
            async with asyncio.timeout(limit):
                await until(partial(_has_ended, child), every=0.2)
        is_late = child.is_running
        child.kill()
        others = Look.now().others_since(before)
        found = _found(out, others)
        is_whole = len(found) == len(rows) and not any(each.failure for each in found)
        if is_late or child.exit_status or not is_whole:
            _keep_logs(rows, directory)
        return found
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _made_folder() -> Path:
    directory = Path(tempfile.mkdtemp(prefix="laurel-bench-"))
    directory.chmod(OPEN_TO_OTHERS)
    return directory


async def _has_ended(child: Child) -> bool:
    return not child.is_running


def _start(rows: tuple[int, ...], directory: Path, out: Path, *, is_quick: bool) -> Child:
    temporary = directory / "tmp"
    temporary.mkdir(mode=OPEN_TO_OTHERS)
    numbers = ",".join(map(str, rows))
    program = [sys.executable, "-m", "bench.one_process", "--rows", numbers, "--out", str(out)]
    return Child.start(
        "bench",
        [*program, "--directory", str(directory / "run"), *(["--quick"] if is_quick else [])],
        log_directory=directory / "logs",
        environment={**environment_without(PREFIX, "TEMPORAL_"), "TMPDIR": str(temporary)},
        directory=ROOT,
    )


def _found(out: Path, others: float) -> list[RowResult]:
    """Return the rows that were written, judged again by what others took meanwhile."""
    lines = out.read_text().splitlines() if out.exists() else []
    rows = [RowResult.model_validate_json(line) for line in lines]
    return [
        row.model_copy(
            update={"others": others, "lines": tuple(each.beside(others) for each in row.lines)}
        )
        for row in rows
    ]


def _keep_logs(rows: tuple[int, ...], directory: Path) -> None:
    """Keep the logs of a process that did not end well."""
    kept_in = RESULTS / f"logs-{'-'.join(map(str, rows))}"
    shutil.rmtree(kept_in, ignore_errors=True)
    shutil.copytree(directory / "logs", kept_in)
    for folder in directory.glob("run/*/logs"):
        shutil.copytree(folder, kept_in / folder.parent.name)


async def run(wanted: Sequence[int], *, is_quick: bool) -> None:
    """Measure the wanted rows, keep and print them."""
    results = kept()
    RESULTS.mkdir(exist_ok=True)
    for group in groups_of(wanted):
        _tell(f"Row {', '.join(map(str, group))}: {TITLES[group[0]]} …")
        found = await measure(group, is_quick=is_quick)
        failed = [each.number for each in found if each.failure]
        missing = sorted({*group} - {each.number for each in found} | {*failed})
        for row in found:
            results = results.with_row(row)
        LATEST.write_text(results.model_dump_json(indent=1) + "\n")
        if missing:
            _tell(f"  not measured: {missing}; the logs lie in {RESULTS.relative_to(ROOT)}/")
    chosen = tuple(row for row in results.rows if row.number in wanted)
    sys.stdout.write("\n" + table(results.model_copy(update={"rows": chosen})))


def _tell(said: str) -> None:
    sys.stderr.write(f"{said}\n")
    sys.stderr.flush()


def main(arguments: Sequence[str]) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rows", default="", help="numbers by commas; all without it")
    parser.add_argument("--quick", action="store_true", help="small, for trying it out")
    parser.add_argument("--publish", action="store_true", help="write documents and picture")
    given = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that nothing is left then either
    rows = [int(number) for number in given.rows.split(",") if number] or list(TITLES)
    unknown = sorted({*rows} - {*TITLES})
    if unknown:
        parser.error(f"there are rows 1 to {len(TITLES)}, and none called {unknown[0]}")
    try:
        if given.publish:
            publish(kept())
        else:
            asyncio.run(run(rows, is_quick=given.quick))
    except NotMeasured as refused:
        parser.error(str(refused))
    return 0


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)
