"""Logs that survive a SIGKILL of whoever writes them: one JSON object a line, on disk at once."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

LineT = TypeVar("LineT", bound=BaseModel)


class Journal:
    """Writes lines; several processes may write to the same file."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def write(self, line: BaseModel) -> None:
        """Add a line; it is on the disk when this returns."""
        os.write(self._descriptor, line.model_dump_json().encode() + b"\n")
        os.fsync(self._descriptor)

    def close(self) -> None:
        """Give the file back."""
        os.close(self._descriptor)


def lines_of(file: Path, kind: type[LineT]) -> Iterator[LineT]:
    """Yield the lines of a log; one whose writer was killed in the middle counts for nothing."""
    if not file.exists():
        return
    *whole, _ = file.read_bytes().split(b"\n")
    for line in whole:
        yield kind.model_validate_json(line)
