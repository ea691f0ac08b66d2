"""What one request brings of an upload: kept while more comes, in bounded memory, or not at all."""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from adapters.assembly import piece_store_of
from adapters.pieces import PieceStore
from adapters.records.upload_book import UploadBook
from domain.uploads import (
    PIECE_BYTES,
    Checksum,
    ChecksumAlgorithm,
    MoreThanAnnounced,
    Piece,
    Upload,
    WrongOffset,
)
from office.upload_intake import Intake
from tests.house import House
from tests.waiting import eventually


class GatedPieces(PieceStore):
    """A store that keeps nothing until its gate is open."""

    gate: asyncio.Event

    async def put(self, upload_id: str, start: int, content: bytes | memoryview) -> Piece:
        """Keep a piece, when that is let."""
        await self.gate.wait()
        return await super().put(upload_id, start, content)


@dataclass
class Place:
    """An upload that was announced, with where it is kept."""

    house: House
    upload: Upload
    book: UploadBook
    pieces: GatedPieces
    checksum: Checksum | None = None

    def intake(self) -> Intake:
        """Return what takes one request's bytes."""
        return Intake(self.book, self.pieces, self.upload, self.checksum)

    async def stands_at(self) -> int:
        """Return how many bytes count."""
        upload, now = self.upload, datetime.now(UTC)
        return (await self.book.upload(upload.enrollment_id, upload.id, now)).received

    def files(self) -> list[Path]:
        """Return what lies in the store."""
        folder = self.house.settings.data_dir / "files" / "uploads" / self.upload.id
        return sorted(each for each in folder.rglob("*") if each.is_file())


@pytest.fixture
async def place(house: House, library: str) -> Place:
    """An upload of three pieces and a little more; the store's gate is open."""
    book = UploadBook(house.database)
    length = 3 * PIECE_BYTES + 1000
    enrollment_id = await house.working(library)
    upload = await book.begin(enrollment_id, "a.bin", length, datetime.now(UTC))
    pieces = GatedPieces.at(house.settings.files_url)
    pieces.gate = asyncio.Event()
    pieces.gate.set()
    return Place(house, upload, book, pieces)


def filled(letter: bytes, size: int = PIECE_BYTES) -> bytes:
    """Return bytes that no other stretch of the file is made of."""
    return letter * size


async def is_told_to_stop(intake: Intake) -> bool:
    """Bring one byte more; tell whether it was refused, as of an upload that stands elsewhere."""
    try:
        await intake.take(b"b")
    except WrongOffset:
        return True
    return False


async def test_a_piece_is_kept_while_the_next_comes_and_a_third_waits(place: Place) -> None:
    """Proves: memory is bounded however slow the store is: while a piece is being kept the next
    one is taken, what goes beyond it waits; and no piece is written over by those behind it.
    """
    content = filled(b"a") + filled(b"b") + filled(b"c") + filled(b"d", 1000)
    place.pieces.gate.clear()
    async with place.intake() as intake:
        await intake.take(content[: 2 * PIECE_BYTES - 1])
        more = asyncio.create_task(intake.take(content[2 * PIECE_BYTES - 1 :]))
        _, waiting = await asyncio.wait({more}, timeout=0.3)
        assert waiting == {more}
        place.pieces.gate.set()
        await more
        await intake.end()

    found = await place.book.arrived(place.upload.id)
    assert found is not None
    kept = b"".join([each async for each in place.pieces.stream(found[1])])
    assert hashlib.sha256(kept).digest() == hashlib.sha256(content).digest()


async def test_who_was_second_is_told_at_the_next_byte(place: Place) -> None:
    """Proves: a slow sender whose piece does not count hears of it with what it sends next, and
    not a whole piece later; nothing of it stays in the store.
    """
    place.pieces.gate.clear()
    async with place.intake() as second:
        await second.take(filled(b"b"))
        first = await piece_store_of(place.house.settings).put(place.upload.id, 0, b"a" * 10)
        await place.book.append(place.upload.id, (first,), datetime.now(UTC))
        place.pieces.gate.set()
        await eventually(partial(is_told_to_stop, second))

    assert await place.stands_at() == 10
    assert len(place.files()) == 1


@pytest.mark.parametrize("is_sum_sent", [True, False])
async def test_a_refusal_in_the_middle_leaves_nothing_at_work(
    place: Place, *, is_sum_sent: bool
) -> None:
    """Proves: when a byte too many comes while a piece is being kept, that piece counts, and is
    there; of a request with a checksum none counts, and none is there.
    """
    if is_sum_sent:
        sha256 = ChecksumAlgorithm.SHA256
        place.checksum = Checksum(algorithm=sha256, digest=sha256.digest().digest())

    async with place.intake() as intake:
        await intake.take(filled(b"a"))
        with pytest.raises(MoreThanAnnounced):
            await intake.take(filled(b"b", place.upload.length))

    counting = 0 if is_sum_sent else 1
    assert await place.stands_at() == counting * PIECE_BYTES
    assert len(place.files()) == counting
