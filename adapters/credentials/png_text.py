"""PNG as a row of chunks: enough to read and add a text, without decoding the picture.

What is never decoded cannot be a bomb: a picture of a million by a million pixels is read here
like any other (PNG specification, third edition, chapters 5 and 11.3.3).
"""

import struct
import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

from domain.credential_forms import (
    LARGEST_CREDENTIAL,
    BadgeDamaged,
    BadgeTooComplex,
    CredentialForm,
)

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
MOST_CHUNKS: Final = 20_000
"""A picture of ten megabytes, written in the smallest usual pieces, has about two thousand."""

_FRAME: Final = 12
"""Bytes round the data of a chunk: its length, its kind, its checksum."""


class Chunk(NamedTuple):
    """One chunk: what it is, what it holds, and where it begins and ends in the file."""

    kind: bytes
    data: bytes
    start: int
    end: int


def chunks_of(png: bytes) -> Iterator[Chunk]:
    """Yield the chunks to the closing one; refuse ``badge_damaged`` or ``badge_too_complex``.

    What stands behind the closing chunk is not part of the picture and is not looked at.
    """
    if not png.startswith(SIGNATURE):
        raise damaged()
    start = len(SIGNATURE)
    for _ in range(MOST_CHUNKS):
        chunk = _chunk_at(png, start)
        if (chunk.kind == b"IHDR") is not (start == len(SIGNATURE)):
            raise damaged()
        yield chunk
        if chunk.kind == b"IEND":
            return
        start = chunk.end
    raise BadgeTooComplex(form=CredentialForm.PNG.upper())


def _chunk_at(png: bytes, start: int) -> Chunk:
    head = png[start : start + 8]
    if len(head) < 8:
        raise damaged()
    length, kind = struct.unpack(">I4s", head)
    end = start + _FRAME + length
    if end > len(png):
        raise damaged()
    data = png[start + 8 : end - 4]
    if struct.pack(">I", zlib.crc32(data, zlib.crc32(kind))) != png[end - 4 : end]:
        raise damaged()
    return Chunk(kind, data, start, end)


def text_chunk(keyword: bytes, text: bytes) -> bytes:
    """Return an uncompressed international text as a chunk, ready to be put into a picture."""
    data = keyword + b"\0\0\0\0\0" + text
    checksum = zlib.crc32(data, zlib.crc32(b"iTXt"))
    return struct.pack(">I4s", len(data), b"iTXt") + data + struct.pack(">I", checksum)


def keyword_of(chunk: Chunk) -> bytes:
    """Return the keyword of any of the three kinds of text; empty for other chunks."""
    if chunk.kind not in (b"iTXt", b"tEXt", b"zTXt"):
        return b""
    return chunk.data[:80].partition(b"\0")[0]


def text_of(chunk: Chunk) -> bytes:
    """Return what an international text says, unpacked within bounds."""
    keyword_and_rest = chunk.data.split(b"\0", 1)
    if len(keyword_and_rest) < 2 or len(keyword_and_rest[1]) < 2:
        raise damaged()
    flag, method, rest = keyword_and_rest[1][0], keyword_and_rest[1][1], keyword_and_rest[1][2:]
    parts = rest.split(b"\0", 2)  # the language, the keyword in it, the text
    if len(parts) < 3 or flag > 1 or (flag == 1 and method != 0):
        raise damaged()
    return _unpacked(parts[2]) if flag == 1 else parts[2]


def _unpacked(packed: bytes) -> bytes:
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(packed, LARGEST_CREDENTIAL + 1)
    except zlib.error as error:
        raise damaged() from error
    if len(text) > LARGEST_CREDENTIAL:
        raise BadgeTooComplex(form=CredentialForm.PNG.upper())
    if not unpacking.eof:
        raise damaged()
    return text


def damaged() -> BadgeDamaged:
    """Return the refusal of a PNG that breaks its own rules."""
    return BadgeDamaged(form=CredentialForm.PNG.upper())
