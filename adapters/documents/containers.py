"""Whether the end of a recording is missing, by the lengths that its container states.

libav plays a cut-off recording as far as it goes, with the length of the whole; so the lengths are
compared with the file here, before it is opened.
"""

import struct
from dataclasses import dataclass
from typing import BinaryIO, Final

from adapters.documents.limits import RECORDING_MAX_BOXES

_SEGMENT: Final = 0x18538067
# A recorder that does not know the length yet writes one of these.
_OPEN_LENGTHS: Final = {0, 0xFFFFFFFF}
_EBML_MAX_HEADERS: Final = 16


@dataclass(frozen=True)
class Boxes:
    """The top level of an MP4: whether it is whole, has its index, and was made in fragments."""

    is_cut_off: bool
    has_index: bool
    is_fragmented: bool


def boxes_of(stream: BinaryIO, size: int) -> Boxes:
    """Walk the boxes at the top of an MP4 or QuickTime file of ``size`` bytes."""
    names: set[bytes] = set()
    position = 0
    for _ in range(RECORDING_MAX_BOXES):
        if position >= size:
            break
        stream.seek(position)
        header = stream.read(16)
        name = header[4:8]
        if len(header) < 8:
            return _boxes(names, is_cut_off=True)
        if not name.isalnum() and name.strip() not in (b"", b"wide"):
            break  # bytes after the last box: players ignore them
        length = int.from_bytes(header[:4], "big")
        if length == 1 and len(header) == 16:
            length = int.from_bytes(header[8:16], "big")
        names.add(name)
        if length == 0:
            break  # this box runs to the end of the file
        if length < 8:
            break  # not a box; the demuxer says what it makes of it
        position += length
    return _boxes(names, is_cut_off=position > size)


def _boxes(names: set[bytes], *, is_cut_off: bool) -> Boxes:
    return Boxes(is_cut_off, has_index=b"moov" in names, is_fragmented=b"moof" in names)


def is_matroska_cut_off(stream: BinaryIO, size: int) -> bool:
    """Tell whether the segment of a Matroska or WebM file ends after the file does.

    A segment of unknown length, as browsers record it, cannot tell.
    """
    position = 0
    for _ in range(_EBML_MAX_HEADERS):
        stream.seek(position)
        header = stream.read(12)
        identifier, id_length = _ebml_number(header, keeps_marker=True)
        length, length_length = _ebml_number(header[id_length:], keeps_marker=False)
        if not id_length or not length_length:
            return position < size
        is_open = length == (1 << 7 * length_length) - 1
        if is_open:
            return False
        position += id_length + length_length + length
        if identifier == _SEGMENT or position >= size:
            return position > size
    return False


def _ebml_number(data: bytes, *, keeps_marker: bool) -> tuple[int, int]:
    """Read a number of variable length; return it with its length in bytes, or 0, 0."""
    if not data or not data[0]:
        return 0, 0
    length = 9 - data[0].bit_length()
    if len(data) < length:
        return 0, 0
    number = int.from_bytes(data[:length], "big")
    return (number if keeps_marker else number & (1 << 7 * length) - 1), length


def is_wave_cut_off(stream: BinaryIO, size: int) -> bool:
    """Tell whether the samples of a WAV file end after the file does."""
    position = 12
    while position + 8 <= size:
        stream.seek(position)
        name, length = struct.unpack("<4sI", stream.read(8))
        if name == b"data":
            return length not in _OPEN_LENGTHS and position + 8 + length > size
        position += 8 + length + length % 2
    return True


def is_webm(stream: BinaryIO) -> bool:
    """Tell WebM from other Matroska by the document type in its header."""
    stream.seek(0)
    return b"webm" in stream.read(64)
