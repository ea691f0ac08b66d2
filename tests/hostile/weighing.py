"""A target in a fresh process: ``python -m tests.hostile.weighing NAME FILE…``.

Each file is read by a process that has read nothing but the target's seeds, so that no memory which
an earlier input left behind hides what this one takes. A process that does not come back in time is
ended by the kernel, wherever it waits. Exit code 1 when one broke the target or its bounds.
"""

import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.architecture.source import ROOT
from tests.hostile.target import Target, check, target_named

_LAST: Final = 20
"""Lines of an error that are worth reading."""


def weighed(name: str, contents: Sequence[bytes], directory: Path) -> str:
    """Let a target read each of these in a fresh process; returns what was found, or nothing."""
    files = [directory / f"{number:03}" for number, _ in enumerate(contents)]
    for file, content in zip(files, contents, strict=True):
        file.write_bytes(content)
    ended = subprocess.run(
        [sys.executable, "-m", "tests.hostile.weighing", name, *map(str, files)],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    said = (ended.stdout + ended.stderr).decode(errors="replace")
    return "" if ended.returncode == 0 else f"{name}: {said or ended.returncode}"


def main(name: str, *files: str) -> int:
    """Read the files, each in a process of its own."""
    target = target_named(name)
    # What a library loads or keeps for good with its first text is not the price of an input.
    for seed in target.seeds:
        target.holds(seed)
    found = [said for file in files if (said := _read_apart(target, Path(file)))]
    sys.stdout.write("\n".join(found))
    return 1 if found else 0


def _read_apart(target: Target, file: Path) -> str:
    """Read a file in a child of this process; returns what was found, or nothing."""
    sees, says = os.pipe()
    child = os.fork()
    if child == 0:
        # Left to itself this signal ends a process, in a library's own code too.
        signal.setitimer(signal.ITIMER_REAL, target.bound.wall)
        os.write(says, _error_of(target, file.read_bytes()).encode())
        os._exit(0)
    os.close(says)
    with os.fdopen(sees, "rb") as pipe:
        said = pipe.read().decode(errors="replace")
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code == -signal.SIGALRM:
        return f"{file.name}: not back after {target.bound.wall} s on the clock"
    if code:
        return f"{file.name}: ended with {code}"
    return f"{file.name}: {said}" if said else ""


def _error_of(target: Target, content: bytes) -> str:
    try:
        check(target, content, breaks_off=False)
    except BaseException:  # noqa: BLE001  # whatever it is, the parent says it
        return "\n".join(traceback.format_exc().splitlines()[-_LAST:])
    return ""


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
