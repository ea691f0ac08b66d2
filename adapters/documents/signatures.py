"""What a file is by its first bytes, whatever its name says.

The answer is a media type of ``domain.media``. ZIP and OLE are containers; ``office`` looks into
them.
"""

import codecs
from typing import BinaryIO, Final

from adapters.documents.limits import HEAD_BYTES
from domain.media import UNKNOWN

_AT_THE_BEGINNING: Final = (
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"\x1a\x45\xdf\xa3", "video/x-matroska"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"BM", "image/bmp"),
    (b"{\\rtf", "application/rtf"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video/x-ms-asf"),
    (b"\x00\x00\x01\xba", "video/mpeg"),
    (b"\x00\x00\x01\xb3", "video/mpeg"),
)
_RIFF_FORMS: Final = {b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo", b"WEBP": "image/webp"}
_HEIC_BRANDS: Final = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"}
_AVIF_BRANDS: Final = {b"avif", b"avis"}
# A QuickTime file of before the brand box begins with one of these.
_OLD_QUICKTIME: Final = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
_WEB_PAGE: Final = (b"<!doctype html", b"<html")
_BYTE_ORDER_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Some programs write a line of their own before a PDF's header; readers search this far.
_PDF_SEARCH_BYTES: Final = 1024
_BITMAP_HEADER_BYTES: Final = 26


def sniff(stream: BinaryIO) -> str:
    """Return the media type of what ``stream`` begins with."""
    stream.seek(0)
    head = stream.read(HEAD_BYTES)
    return _by_magic(head) or _by_frames(stream, head) or _by_text(head)


def _by_magic(head: bytes) -> str | None:
    """Recognise the formats that begin with a mark of their own."""
    if head[:4] in (b"RIFF", b"RF64"):
        return _RIFF_FORMS.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _by_brand(head[8:12])
    if head[4:8] in _OLD_QUICKTIME:
        return "video/quicktime"
    for magic, media_type in _AT_THE_BEGINNING:
        if head.startswith(magic):
            return media_type if media_type != "image/bmp" or _is_bitmap(head) else None
    return "application/pdf" if b"%PDF-" in head[:_PDF_SEARCH_BYTES] else None


def _by_brand(brand: bytes) -> str:
    """Tell the members of the MP4 family apart; which streams an MP4 has is seen later."""
    if brand in _HEIC_BRANDS:
        return "image/heic"
    if brand in _AVIF_BRANDS:
        return "image/avif"
    return "video/quicktime" if brand == b"qt  " else "video/mp4"


def _is_bitmap(head: bytes) -> bool:
    """Two letters are not enough: the reserved field of a bitmap is zero."""
    return len(head) >= _BITMAP_HEADER_BYTES and head[6:10] == bytes(4)


def _by_frames(stream: BinaryIO, head: bytes) -> str | None:
    """Recognise MP3 and AAC, which have no mark, by two frames in a row, behind a tag or not."""
    start = 0
    if head.startswith(b"ID3") and len(head) >= 10:
        start = 10 + _seven_bit_number(head[6:10])
        stream.seek(start)
        head = stream.read(HEAD_BYTES)
        if head.startswith(b"fLaC"):
            return "audio/flac"
    for media_type, frame_length in (
        ("audio/mpeg", _mp3_frame_length),
        ("audio/aac", _aac_frame_length),
    ):
        length = frame_length(head[:7])
        if length and frame_length(head[length : length + 7]):
            return media_type
    # A tag is made for MP3; that the sound behind it is missing is for the reader to find.
    return "audio/mpeg" if start else None


def _seven_bit_number(four_bytes: bytes) -> int:
    """Read a number of which each byte holds seven bits."""
    number = 0
    for byte in four_bytes:
        number = number << 7 | byte & 0x7F
    return number


_MP3_BITRATES: Final = {
    # (is MPEG 1, layer): kbit/s by index
    (True, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_MP3_RATES: Final = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def _mp3_frame_length(header: bytes) -> int:
    """Return the length in bytes of the MPEG audio frame with this header, or 0."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return 0
    version, layer = header[1] >> 3 & 3, 4 - (header[1] >> 1 & 3)
    bitrate_index, rate_index, padding = header[2] >> 4, header[2] >> 2 & 3, header[2] >> 1 & 1
    if version == 1 or layer == 4 or rate_index == 3 or bitrate_index in (0, 15):
        return 0
    bitrate = _MP3_BITRATES[version == 3, layer][bitrate_index] * 1000
    rate = _MP3_RATES[version][rate_index]
    if layer == 1:
        return (12 * bitrate // rate + padding) * 4
    slots = 72 if layer == 3 and version != 3 else 144
    return slots * bitrate // rate + padding


def _aac_frame_length(header: bytes) -> int:
    """Return the length in bytes of the ADTS frame with this header, or 0."""
    if len(header) < 7 or header[0] != 0xFF or header[1] & 0xF6 != 0xF0:
        return 0
    length = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    return length if length > 7 else 0


def _by_text(head: bytes) -> str:
    """Tell web pages and plain text from what is not text at all."""
    if head.lstrip()[:64].lower().startswith(_WEB_PAGE):
        return "text/html"
    if head.startswith(_BYTE_ORDER_MARKS):
        return "text/plain"
    try:
        # Not final: the head may end in the middle of a character.
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return UNKNOWN
    is_prose = text and not any(c < " " and c not in "\t\n\r\f\v" for c in text)
    return "text/plain" if is_prose else UNKNOWN
