"""Uploads on their way: a file that arrives in pieces, over dropped connections and reloads.

The portal speaks the tus protocol (tus.io, 1.0.0). A piece counts when its row is written, so what
is told as received was really kept, whatever happens to the connection or to the portal. An upload
belongs to one enrollment and is worked on by its practitioner alone, in whichever session.
"""

import hashlib
from datetime import timedelta
from enum import StrEnum
from typing import Final

from pydantic import Field

from domain.evidence import Sha256
from domain.refusals import Conflict, Invalid, NotFound
from domain.values import Instant, Value

LARGEST_ARTIFACT: Final = 2 * 1024**3
"""Bytes of one artifact: two GiB, a long lesson on video."""

PIECE_BYTES: Final = 8 * 1024**2
"""Bytes that count together. A request holds two such pieces in memory: one that comes in, and one
that is being kept; a killed portal loses no more than these."""

UPLOAD_LIFETIME: Final = timedelta(days=7)
"""How long an upload may take from its first to its last byte: a weekend and a busy week."""

MOST_UNFINISHED: Final = 20
"""Unfinished uploads of one enrollment at a time."""

MOST_UNFINISHED_BYTES: Final = 8 * 1024**3
"""What the unfinished uploads of one enrollment may come to; four of the largest."""

MOST_KEPT_BYTES: Final = 40 * 1024**3
"""What all files of one enrollment may come to; twenty of the largest."""

MOST_PIECES: Final = 8192
"""Pieces of one upload: it could not be kept in pieces of a few bytes each for ever."""


class UploadState(StrEnum):
    """How far an upload has come. Whether it expired is computed, never stored (trap 15)."""

    RECEIVING = "receiving"
    ARRIVED = "arrived"
    KEPT = "kept"


class Upload(Value):
    """A file on its way: ``received`` of ``length`` bytes are kept as pieces."""

    id: str
    enrollment_id: str
    name: str
    length: int = Field(ge=0)
    received: int = Field(ge=0)
    state: UploadState
    artifact_id: str | None = None
    expires_at: Instant

    @property
    def remaining(self) -> int:
        """Bytes that have not come yet."""
        return self.length - self.received


class Piece(Value):
    """Some bytes of an upload as they were kept: from ``start``, under ``key`` in the store."""

    start: int = Field(ge=0)
    size: int = Field(gt=0)
    sha256: Sha256
    key: str


class ChecksumAlgorithm(StrEnum):
    """How a client may prove that its bytes arrived as they left."""

    SHA256 = "sha256"
    SHA1 = "sha1"

    def digest(self) -> "hashlib._Hash":
        """Return a new digest of this kind."""
        return hashlib.new(self.value, usedforsecurity=self is ChecksumAlgorithm.SHA256)


class Checksum(Value):
    """What the bytes of one request must hash to."""

    algorithm: ChecksumAlgorithm
    digest: bytes


class PieceDamaged(Exception):
    """The store does not give a piece back as it was kept; what came from ``start`` on is void."""

    def __init__(self, start: int) -> None:
        self.start = start
        super().__init__(f"the piece of an upload from byte {start} on cannot be read back")


class UnknownUpload(NotFound):
    """No such upload in this enrollment, or it was removed."""

    code = "unknown_upload"
    sentence = "This upload is not known here any more. Choose the file again to start it anew."


class UploadExpired(NotFound):
    """Its time is over."""

    code = "upload_expired"
    sentence = (
        "This upload was not finished within {days} days, so what had arrived was removed. "
        "Choose the file again to start it anew."
    )

    def __init__(self) -> None:
        super().__init__(days=UPLOAD_LIFETIME.days)


class WrongOffset(Conflict):
    """The bytes do not begin where the upload stands: another tab, or an answer that got lost."""

    code = "wrong_offset"
    sentence = (
        "The upload stands at byte {received}, and this does not begin there. It goes on from "
        "where it stands."
    )

    def __init__(self, received: int) -> None:
        self.stands_at = received
        super().__init__(received=received)


class MoreThanAnnounced(Invalid):
    """More bytes than the upload was announced with."""

    code = "more_than_announced"
    sentence = "More arrived than was announced for this file. Choose the file again."


class BytesDiffer(Invalid):
    """What arrived is not what was sent; nothing of the request counts."""

    code = "bytes_differ"
    sentence = "A piece of the file was damaged on its way. It is sent once more."


class TooManyUploads(Conflict):
    """So many unfinished uploads that somebody must look at them first."""

    code = "too_many_uploads"
    sentence = (
        "{count} uploads are not finished yet, which is all that fits at a time. Let them finish, "
        "or remove one that you do not need."
    )


class TooManyPieces(Conflict):
    """The upload came in crumbs."""

    code = "too_many_pieces"
    sentence = (
        "This upload was interrupted too often to go on. Remove it and choose the file again, over "
        "a steadier connection if you can."
    )


class StorageFull(Conflict):
    """The files of this enrollment take all the room that one enrollment has."""

    code = "storage_full"
    sentence = (
        "The files of this micro-credential come to more than {most_gb} GB. Upload a smaller copy, "
        "or only the part that shows the evidence; the office can help you with more."
    )
