"""What turning an upload into a file needs from outside: its pieces, the records, a look into it.

Errors are part of the ports: ``PieceDamaged`` for a piece that the store does not give back.
"""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Protocol

from activities.contracts import ArtifactRef
from domain.evidence import Stored
from domain.uploads import Piece, Upload


class PieceStorage(Protocol):
    """Where the pieces of an upload lie until all have come."""

    async def put(self, upload_id: str, start: int, content: bytes | memoryview) -> Piece:
        """Keep some bytes of an upload. They count only when the records say so."""
        ...

    def stream(self, pieces: tuple[Piece, ...]) -> AsyncIterator[bytes]:
        """Yield what the pieces hold, in order. Raises ``PieceDamaged``."""
        ...

    async def discard(self, upload_id: str) -> None:
        """Remove every piece of an upload."""
        ...

    async def remove(self, pieces: tuple[Piece, ...]) -> None:
        """Remove pieces that turned out not to count."""
        ...


class UploadWriter(Protocol):
    """How far each upload has come."""

    async def arrived(self, upload_id: str) -> tuple[Upload, tuple[Piece, ...]] | None:
        """Return an upload with its pieces in order; None when it was removed."""
        ...

    async def rewind(self, upload_id: str, to: int, at: datetime) -> None:
        """Void what came from byte ``to`` on."""
        ...

    async def kept(self, upload_id: str, artifact_id: str, at: datetime) -> None:
        """The whole file stands in the store, as this artifact."""
        ...


class ArtifactWriter(Protocol):
    """Where uploaded files are recorded."""

    async def add_artifact(
        self, enrollment_id: str, name: str, stored: Stored, at: datetime
    ) -> str:
        """Record an uploaded file; the same content under the same name is one file."""
        ...


class Looking(Protocol):
    """Has a file looked into."""

    async def look_into(self, artifact: ArtifactRef) -> None:
        """Have a file inspected, without waiting for what is found; twice at once is once."""
        ...
