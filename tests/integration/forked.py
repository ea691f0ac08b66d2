"""The command line in processes that are forked with everything imported already.

A command spends most of its time on importing. Here one server process imports ``starter`` and what
it needs once, and each command is a fork of it: a process of its own with its own environment,
output and exit code, in a fifth of the time. ``test_cli_checks`` compares the two.
"""

import os
import tempfile
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import NoReturn

from settings import PREFIX
from tests.architecture.source import ROOT
from tests.command_line import PATIENCE, Outcome

IMPORTED = (
    "starter",
    "adapters.assembly",
    "adapters.records.catalog_book",
    "adapters.records.invariants",
    "adapters.records.opening",
    "adapters.records.views",
    "adapters.temporal",
    "aiosqlite",
    "office.assessing",
    "office.operating",
    "office.orders",
    "office.practising",
    "rich.table",
    "sqlalchemy.dialects.sqlite.aiosqlite",
)
"""What commands load; one that is missing here only takes its time again."""


@dataclass(frozen=True)
class ForkedCommandLine:
    """Starts commands like ``tests.command_line.CommandLine``, without importing anew."""

    settings: tuple[tuple[str, str], ...] = ()

    def __call__(self, *arguments: object) -> Outcome:
        """Run one command to its end."""
        with tempfile.TemporaryDirectory() as folder:
            out, err, left = (Path(folder) / name for name in ("out", "err", "code"))
            process = _server().Process(
                target=_command, args=([*map(str, arguments)], dict(self.settings), out, err, left)
            )
            process.start()
            process.join(PATIENCE)
            code = process.exitcode
            if code is None:
                process.kill()
                raise AssertionError(f"did not end within {PATIENCE} s: {arguments}")
            # Under load the fork server loses a status now and then, and says 255.
            code = int(left.read_text()) if left.exists() else code
            return Outcome(code, out.read_text("utf-8"), err.read_text("utf-8"))

    def with_settings(self, **settings: str) -> "ForkedCommandLine":
        """Return the same command line with more settings."""
        return ForkedCommandLine((*self.settings, *settings.items()))


@cache
def _server() -> ForkServerContext:
    context = get_context("forkserver")
    context.set_forkserver_preload([*IMPORTED])
    return context


def _command(
    arguments: list[str], settings: dict[str, str], out: Path, err: Path, left: Path
) -> None:
    """Be the command: nothing but ``settings`` is known of an installation of Laurel."""
    os.chdir(ROOT)
    for name in [name for name in os.environ if name.startswith((PREFIX, "TEMPORAL_"))]:
        del os.environ[name]
    os.environ.update(settings)
    for number, file in ((1, out), (2, err)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), number)
    from starter import main

    leave = os._exit

    def leave_word(status: int) -> NoReturn:
        left.write_text(str(status))
        leave(status)

    os._exit = leave_word
    main(arguments)
