"""Where the pieces of an upload lie until the whole file has come in.

Beside the kept files, in the same folder or bucket: whichever portal a request meets sees what the
others kept, and none needs a disk of its own. A piece is an object of its own, because a bucket
cannot append; a name is used once, so two requests never write over each other.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Final, Self
from uuid import uuid4

from obstore.store import LocalStore, S3Store

from adapters.files import S3Access, faults_named, open_store
from adapters.reading_ahead import ahead
from domain.uploads import Piece, PieceDamaged

_UPLOADS: Final = "uploads/"


class PieceStore:
    """Keeps pieces in a folder or in a bucket (``PieceStorage``)."""

    def __init__(self, store: LocalStore | S3Store) -> None:
        self._store = store

    @classmethod
    def at(cls, url: str, access: S3Access | None = None) -> Self:
        """Return the pieces at the address of the kept files."""
        return cls(open_store(url, access))

    async def put(self, upload_id: str, start: int, content: bytes | memoryview) -> Piece:
        """Keep some bytes of an upload. They count only when the records say so.

        They are read where they lie, by the digest and by the store at once: nobody may change
        them before this returns.
        """
        key = f"{_UPLOADS}{upload_id}/{start:012}-{uuid4().hex}"
        with faults_named():
            digest, _ = await asyncio.gather(
                asyncio.to_thread(hashlib.sha256, content),
                self._store.put_async(key, content, use_multipart=False),
            )
        return Piece(start=start, size=len(content), sha256=digest.hexdigest(), key=key)

    async def stream(self, pieces: tuple[Piece, ...]) -> AsyncIterator[bytes]:
        """Yield what the pieces hold, each compared with what was kept (trap 12).

        Raises ``PieceDamaged`` at the first one that is missing or different.
        """
        async for content in ahead(self._each(pieces)):
            yield content

    async def _each(self, pieces: tuple[Piece, ...]) -> AsyncIterator[bytes]:
        for piece in pieces:
            yield await self._read(piece)

    async def _read(self, piece: Piece) -> bytes:
        with faults_named():
            try:
                answer = await self._store.get_async(piece.key)
            except FileNotFoundError as missing:
                raise PieceDamaged(piece.start) from missing
            content = bytes(await answer.bytes_async())
        digest = await asyncio.to_thread(hashlib.sha256, content)
        if digest.hexdigest() != piece.sha256:
            raise PieceDamaged(piece.start)
        return content

    async def discard(self, upload_id: str) -> None:
        """Remove every piece of an upload, also those that never counted."""
        await self._delete(f"{_UPLOADS}{upload_id}/", before=None)

    async def remove(self, pieces: tuple[Piece, ...]) -> None:
        """Remove pieces that turned out not to count."""
        with faults_named():
            await self._store.delete_async([piece.key for piece in pieces])

    async def discard_abandoned(self, before: datetime) -> int:
        """Remove what was written before that instant, whosever it is; return how many.

        An upload has a last instant, so nothing older than that can still be needed.
        """
        return await self._delete(_UPLOADS, before)

    async def _delete(self, prefix: str, before: datetime | None) -> int:
        with faults_named():
            found = [
                each["path"]
                async for batch in self._store.list(prefix)
                for each in batch
                if before is None or each["last_modified"] < before
            ]
            if found:
                await self._store.delete_async(found)
        return len(found)
