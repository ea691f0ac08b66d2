"""What the activities on the queue ``documents`` need from outside: storage, a look into a file.

Both are given by the composition root. Errors are part of the ports: ``FileTooLarge`` is the
practitioner's, ``FileMissing`` and ``FileCorrupt`` are for operations (``domain.evidence``).
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

from domain.evidence import Inspection, Stored


class FileStorage(Protocol):
    """Where uploaded files are kept: immutable, named by the SHA-256 of their content."""

    async def put(self, chunks: AsyncIterator[bytes], limit: int) -> Stored:
        """Keep what ``chunks`` bring, at most ``limit`` bytes; the same content is kept once.

        Raises ``FileTooLarge``. An upload that fails or is cancelled leaves nothing visible.
        """
        ...

    async def read_back(self, sha256: str) -> Stored:
        """Read the whole file again and return what was really read (trap 12).

        Raises ``FileMissing``, and ``FileCorrupt`` when the content is not the one it is named by.
        """
        ...

    async def fetch_to(self, sha256: str, path: Path) -> Stored:
        """Write the file to ``path``. Raises ``FileMissing`` and ``FileCorrupt``."""
        ...

    def stream(self, sha256: str, first: int = 0, last: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes from ``first`` to ``last``, both included, as players ask for them.

        Raises ``FileMissing`` before the first chunk.
        """
        ...


class Inspector(Protocol):
    """Looks into a file and says what it is."""

    async def inspect(self, path: Path, declared_name: str) -> Inspection:
        """Return what was found by the bytes; only the ending of ``declared_name`` is looked at."""
        ...
