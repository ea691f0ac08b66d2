"""Measures some rows in this process: ``python -m bench.one_process --rows 2,3 --out F``.

Called by ``python -m bench``, which gives it a folder, a time limit and an end.
"""

import argparse
import asyncio
import logging
import os
import sys
import time
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from adapters.telemetry import use_forwarding_runtime
from bench.figures import RowResult
from bench.machine import this_machine
from bench.rows import MEASURES, TITLES
from bench.running import Measured, Run, begun


async def measure(rows: Sequence[int], out: Path, directory: Path, *, is_quick: bool) -> None:
    """Measure rows one after the other; each is written down as soon as it is there."""
    async with begun(directory, is_quick=is_quick) as run:
        for number in rows:
            result = await _row(number, run)
            with out.open("a") as file:
                file.write(result.model_dump_json() + "\n")


async def _row(number: int, run: Run) -> RowResult:
    machine = this_machine()
    load, began, at = os.getloadavg()[0], time.perf_counter(), datetime.now(UTC)
    found, failure = Measured(lines=()), ""
    try:
        found = await MEASURES[number](run)
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise
    except BaseException as failed:  # noqa: BLE001  said in the result; other rows go on
        traceback.print_exception(failed)
        failure = f"It failed: {type(failed).__name__}; see its log."
    return RowResult(
        number=number,
        title=TITLES[number],
        machine=machine,
        lines=found.lines,
        setup=found.setup,
        at=at,
        took=time.perf_counter() - began,
        load=load,
        others=0.0,
        is_quick=run.is_quick,
        failure=failure,
    )


def main(arguments: Sequence[str]) -> None:
    """Measure from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args(arguments)
    given.directory.mkdir(exist_ok=True)
    use_forwarding_runtime()
    logging.disable(logging.WARNING)
    rows = [int(number) for number in given.rows.split(",")]
    asyncio.run(measure(rows, given.out, given.directory, is_quick=given.quick))


if __name__ == "__main__":
    main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    # The Temporal client now and then crashes in Python's finalisation: leave without it.
    os._exit(0)
