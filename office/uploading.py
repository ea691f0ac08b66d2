"""Uploading: announce a file, send it in pieces, go on where it stopped, give it up.

What is answered as received was kept before. Memory stays flat, however much a request brings.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

from activities.upload_ports import PieceStorage
from adapters.records.upload_book import UploadBook
from domain.evidence import FileTooLarge
from domain.refusals import Conflict
from domain.uploads import (
    LARGEST_ARTIFACT,
    MOST_UNFINISHED_BYTES,
    Checksum,
    MoreThanAnnounced,
    Upload,
    UploadState,
    WrongOffset,
)
from office.desks import Desks
from office.document_queue import DocumentQueue
from office.practising import shown_name
from office.upload_intake import Intake

_BYTES_IN_A_MEGABYTE = 1_000_000


class UploadDesk:
    """Acts of a practitioner on the uploads of one enrollment."""

    def __init__(self, book: UploadBook, pieces: PieceStorage, desks: Desks) -> None:
        self._book = book
        self._pieces = pieces
        self._desks = desks

    async def begin(self, enrollment_id: str, name: str, length: int) -> Upload:
        """Announce a file of ``length`` bytes.

        Raises ``FileTooLarge``, ``FileNameMissing`` and what ``UploadBook.begin`` raises.
        """
        if length > LARGEST_ARTIFACT:
            raise FileTooLarge(limit_mb=LARGEST_ARTIFACT // _BYTES_IN_A_MEGABYTE)
        upload = await self._book.begin(enrollment_id, shown_name(name), length, _now())
        return await self._finished_if_whole(upload)

    async def refuse_without_room(self, enrollment_id: str, announced: int) -> None:
        """Refuse a form with files of so many bytes together before any of them is taken.

        Raises ``FileTooLarge`` and what ``UploadBook.begin`` raises.
        """
        if announced > MOST_UNFINISHED_BYTES:
            raise FileTooLarge(limit_mb=MOST_UNFINISHED_BYTES // _BYTES_IN_A_MEGABYTE)
        await self._book.refuse_without_room(enrollment_id, announced, _now())

    async def upload(self, enrollment_id: str, upload_id: str) -> Upload:
        """Return how far an upload has come. Raises ``UnknownUpload``, ``UploadExpired``."""
        return await self._book.upload(enrollment_id, upload_id, _now())

    async def standing(self, enrollment_id: str, upload_id: str) -> Upload:
        """Return how far an upload has come to whoever would go on with it. Raises as ``upload``.

        Who is told that everything has arrived sends nothing more. So the file is made of it, where
        whoever received the last byte died before they had that begun.
        """
        return await self._finished_if_whole(await self.upload(enrollment_id, upload_id))

    async def unfinished(self, enrollment_id: str) -> tuple[Upload, ...]:
        """Return the uploads of an enrollment that are not files yet."""
        return await self._book.unfinished(enrollment_id, _now())

    def refuse_unfitting(self, upload: Upload, offset: int, announced: int | None) -> None:
        """Refuse bytes that do not fit an upload before any of them is taken.

        ``announced`` is how many the request says that it brings. Raises ``WrongOffset`` and
        ``MoreThanAnnounced``.
        """
        if offset != upload.received:
            raise WrongOffset(upload.received)
        if announced is not None and announced > upload.remaining:
            raise MoreThanAnnounced

    async def receive(
        self, upload: Upload, chunks: AsyncIterator[bytes], checksum: Checksum | None = None
    ) -> Upload:
        """Take what ``chunks`` bring, as far as they come, and return where the upload stands.

        With a ``checksum`` all of it counts or nothing does (``BytesDiffer``). When the last byte
        is in, the file is made of it; asking again with nothing to bring asks for that again.
        """
        async with Intake(self._book, self._pieces, upload, checksum) as intake:
            async for chunk in chunks:
                await intake.take(chunk)
            received = await intake.end()
        return await self._finished_if_whole(received)

    async def discard(self, enrollment_id: str, upload_id: str) -> None:
        """Give an upload up. Raises ``UnknownUpload``; one that is a file already stays one."""
        upload = await self._book.upload(enrollment_id, upload_id, _now())
        if upload.state is UploadState.KEPT:
            raise UploadIsKept
        # The pieces first: what breaks off in between is found again by its record.
        await self._pieces.discard(upload.id)
        await self._book.forget(upload.id)

    async def _finished_if_whole(self, upload: Upload) -> Upload:
        if upload.state is UploadState.ARRIVED:
            await DocumentQueue(await self._desks.engine()).keep(upload.id)
        return upload


class UploadIsKept(Conflict):
    """The file is there already; it is no upload any more."""

    code = "upload_is_kept"
    sentence = "This file has arrived completely, and is kept."


def _now() -> datetime:
    return datetime.now(UTC)
