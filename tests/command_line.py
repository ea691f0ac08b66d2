"""The command line as its users start it: a process of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass

from tests.architecture.source import ROOT

PATIENCE = 60
"""Seconds after which a command that hangs fails its test."""


@dataclass(frozen=True)
class Outcome:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, object]:
        """The JSON object that the command printed."""
        content: dict[str, object] = json.loads(self.out)
        return content

    @property
    def json_list(self) -> list[dict[str, object]]:
        """The JSON list that the command printed."""
        content: list[dict[str, object]] = json.loads(self.out)
        return content

    @property
    def refusal(self) -> object:
        """The code of the refusal that a command with ``--json`` printed."""
        error = self.json["error"]
        assert isinstance(error, dict)
        return error["code"]

    @property
    def widest(self) -> int:
        """Columns of the longest line on either stream."""
        return max((len(line) for line in (self.out + self.err).splitlines()), default=0)


@dataclass(frozen=True)
class CommandLine:
    """Starts ``starter.py`` with settings of its own and nothing of the machine's."""

    settings: tuple[tuple[str, str], ...] = ()

    def __call__(self, *arguments: object, stdin: bytes = b"") -> Outcome:
        """Run one command to its end."""
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("LAUREL_", "TEMPORAL_"))
        }
        ended = subprocess.run(
            [sys.executable, "starter.py", *map(str, arguments)],
            cwd=ROOT,
            env=environment | dict(self.settings),
            input=stdin,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        return Outcome(ended.returncode, ended.stdout.decode(), ended.stderr.decode())

    def with_settings(self, **settings: str) -> "CommandLine":
        """Return the same command line with more settings."""
        return CommandLine((*self.settings, *settings.items()))
