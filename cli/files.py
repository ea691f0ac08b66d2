"""Files that are named on the command line."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final

from domain.refusals import Invalid, NotFound

STANDARD_INPUT: Final = "-"


class FileMissing(NotFound):
    """Nothing is at the path that was named."""

    code = "file_not_found"
    sentence = "There is no file {name}. Check the path."


class FileNotReadable(Invalid):
    """Something is there, and it cannot be read as a file."""

    code = "file_not_readable"
    sentence = "{name} cannot be read ({what}). Name a file that this account may read."


def read_named_file(name: str, most_bytes: int) -> bytes:
    """Return the bytes of a file, or of the standard input for ``-``, or refuse.

    One byte more than ``most_bytes`` at most is read, so that a rule about size sees the excess
    and a file without end does not fill the memory.
    """
    try:
        if name == STANDARD_INPUT:
            return sys.stdin.buffer.read(most_bytes + 1)
        with Path(name).open("rb") as file:
            return file.read(most_bytes + 1)
    except FileNotFoundError:
        raise FileMissing(name=name) from None
    except (OSError, ValueError) as failure:
        raise FileNotReadable(name=name, what=type(failure).__name__) from None


CHUNK: Final = 1024 * 1024
"""Bytes that are in the memory at a time while a file is uploaded."""


async def chunks_of(path: Path, advance: Callable[[], None] = lambda: None) -> AsyncIterator[bytes]:
    """Yield a file piece by piece; ``advance`` is told of each."""
    with path.open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            advance()
            yield chunk
