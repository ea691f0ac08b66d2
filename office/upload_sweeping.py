"""What the sweep does for uploads: nothing stays for ever, nothing that arrived is forgotten."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from activities.contracts import ArtifactRef
from activities.upload_ports import PieceStorage
from adapters.records.upload_book import FORGOTTEN_AFTER, UploadBook
from domain.uploads import UPLOAD_LIFETIME
from office.document_queue import DocumentQueue


class AbandonedPieces(PieceStorage, Protocol):
    """Pieces, with a look at those that no upload can need any more."""

    async def discard_abandoned(self, before: datetime) -> int:
        """Remove what was written before that instant; return how many."""
        ...


class AbandonedFiles(Protocol):
    """Kept files, with a look at those that broke off on their way."""

    async def discard_abandoned(self, before: datetime) -> int:
        """Remove what broke off before that instant; return how many."""
        ...


_MOVE: Final = timedelta(hours=6)
"""Far more than a finished file takes from its last byte to its name."""


class UploadSweep:
    """Removes what is over, and takes up what nobody is at work on."""

    def __init__(
        self, book: UploadBook, pieces: AbandonedPieces, files: AbandonedFiles, queue: DocumentQueue
    ) -> None:
        self._book = book
        self._pieces = pieces
        self._files = files
        self._queue = queue

    async def tidy(self, alive: Callable[[], None]) -> int:
        """Return how many uploads were taken up again.

        By the wall clock, which stamps what lies in a store; an engine's clock can be moved ahead.
        The pieces go before the record of an upload, so that a sweep that breaks off in between
        finds them again.
        """
        at = datetime.now(UTC)
        for upload_id in await self._book.over(at):
            alive()
            await self._pieces.discard(upload_id)
            await self._book.forget(upload_id)
        await self._pieces.discard_abandoned(at - UPLOAD_LIFETIME - FORGOTTEN_AFTER)
        await self._files.discard_abandoned(at - _MOVE)
        stuck = await self._book.stuck(at)
        for upload_id in stuck:
            alive()
            await self._queue.keep(upload_id)
        for enrollment_id, artifact_id in await self._book.not_looked_into(at):
            alive()
            await self._queue.look_into(
                ArtifactRef(enrollment_id=enrollment_id, artifact_id=artifact_id)
            )
        return len(stuck)
