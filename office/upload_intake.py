"""What one request brings of an upload, cut into pieces: one is kept while the next comes in."""

import asyncio
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from activities.upload_ports import PieceStorage
from adapters.records.upload_book import UploadBook
from domain.refusals import Refusal
from domain.uploads import (
    PIECE_BYTES,
    BytesDiffer,
    Checksum,
    MoreThanAnnounced,
    Piece,
    Upload,
)


class Intake:
    """Lets each piece count as soon as it is kept, one after the other.

    Two pieces are held at most: what comes faster than it is kept waits in the connection. A
    checksum lets all pieces count at the end, or none. Used as a context: after it nothing is at
    work any more, and what will not count is removed.
    """

    def __init__(
        self, book: UploadBook, pieces: PieceStorage, upload: Upload, checksum: Checksum | None
    ) -> None:
        self._book = book
        self._pieces = pieces
        self._upload = upload
        self._checksum = checksum
        self._digest = checksum.algorithm.digest() if checksum else None
        # Filled in turns: memory asked for anew for each piece costs more time than its digest.
        size = min(PIECE_BYTES, upload.remaining)
        self._filling, self._spare = (memoryview(bytearray(size)) for _ in range(2))
        self._filled = 0
        self._at = upload.received
        self._keeping: asyncio.Task[None] | None = None
        self._waiting: list[Piece] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._keeping is not None:
            # What it raises was told already, or is less than what ends the request.
            await asyncio.gather(self._keeping, return_exceptions=True)
        if self._waiting:
            await self._pieces.remove(tuple(self._waiting))

    async def take(self, chunk: bytes) -> None:
        """Take some bytes; raises ``MoreThanAnnounced`` on the first one too many.

        Raises too what became of the piece before, if that is known: nobody goes on sending for
        nothing.
        """
        if self._at + self._filled + len(chunk) > self._upload.length:
            raise MoreThanAnnounced
        if self._keeping is not None and self._keeping.done():
            await self._piece_before()
        rest = memoryview(chunk)
        while rest:
            size = min(len(rest), len(self._filling) - self._filled)
            self._filling[self._filled : self._filled + size] = rest[:size]
            self._filled += size
            rest = rest[size:]
            if self._filled == len(self._filling):
                await self._hand_over()

    async def end(self) -> Upload:
        """Keep what is left, and return where the upload stands."""
        if self._filled:
            await self._hand_over()
        await self._piece_before()
        if self._checksum is None or self._digest is None:
            return self._upload
        if self._digest.digest() != self._checksum.digest:
            raise BytesDiffer
        if self._waiting:
            pieces, self._waiting = tuple(self._waiting), []
            await self._count(pieces)
        return self._upload

    async def _hand_over(self) -> None:
        """Have what was filled kept, when the piece before it is: then its memory is free."""
        await self._piece_before()
        content = self._filling[: self._filled]
        self._keeping = asyncio.create_task(self._keep(self._at, content))
        self._filling, self._spare = self._spare, self._filling
        self._at += self._filled
        self._filled = 0

    async def _piece_before(self) -> None:
        """Wait for the piece that is being kept; raises what that raised."""
        if self._keeping is not None:
            keeping, self._keeping = self._keeping, None
            await keeping

    async def _keep(self, start: int, content: memoryview) -> None:
        if self._digest is not None:
            await asyncio.to_thread(self._digest.update, content)
        piece = await self._pieces.put(self._upload.id, start, content)
        if self._checksum is not None:
            self._waiting.append(piece)  # counts with all the others, when the sum is right
        else:
            await self._count((piece,))

    async def _count(self, pieces: tuple[Piece, ...]) -> None:
        try:
            self._upload = await self._book.append(self._upload.id, pieces, datetime.now(UTC))
        except Refusal:
            await self._pieces.remove(pieces)
            raise
