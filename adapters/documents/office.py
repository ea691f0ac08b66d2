"""Office files: PowerPoint's slides, Word, and everything else that is a ZIP or an OLE file.

An archive is measured by its table of contents before any of it is unpacked.
"""

import struct
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO, Final

from lxml.etree import LxmlError  # type: ignore[import-untyped]  # lxml ships no types
from pptx import Presentation
from pptx.exc import PythonPptxError

from adapters.documents.limits import (
    ARCHIVE_MAX_BYTES,
    ARCHIVE_MAX_DIRECTORY_BYTES,
    ARCHIVE_MAX_ENTRIES,
    ARCHIVE_MAX_RATIO,
    ARCHIVE_RATIO_FROM_BYTES,
    HEAD_BYTES,
)
from domain.evidence import Inspection, InspectionProblem
from domain.media import PROTECTED_OFFICE, UNFINISHED_ZIP, medium_of

ARCHIVE_ERRORS: Final = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    OSError,
    ValueError,
    LookupError,
    EOFError,
    NotImplementedError,  # zipfile: a way of packing that it does not know
    RuntimeError,  # zipfile: an entry behind a password
)
"""What a damaged archive leads to."""

PRESENTATION_ERRORS: Final = (
    *ARCHIVE_ERRORS,
    PythonPptxError,
    LxmlError,
    # python-pptx takes the parts of a presentation for what they should be.
    TypeError,
    AttributeError,
    AssertionError,
    RecursionError,
)
"""What a damaged presentation leads to."""

_OPENXML: Final = "application/vnd.openxmlformats-officedocument."
PRESENTATION: Final = f"{_OPENXML}presentationml.presentation"
DOCUMENT: Final = f"{_OPENXML}wordprocessingml.document"

# The type that [Content_Types].xml gives the main part, and the medium that makes it.
_MAIN_PARTS: Final = {
    b"presentationml.presentation.main+xml": PRESENTATION,
    b"powerpoint.presentation.macroEnabled.main+xml": PRESENTATION,
    b"presentationml.slideshow.main+xml": f"{_OPENXML}presentationml.slideshow",
    b"powerpoint.slideshow.macroEnabled.main+xml": f"{_OPENXML}presentationml.slideshow",
    b"wordprocessingml.document.main+xml": DOCUMENT,
    b"word.document.macroEnabled.main+xml": DOCUMENT,
    b"spreadsheetml.sheet.main+xml": f"{_OPENXML}spreadsheetml.sheet",
    b"excel.sheet.macroEnabled.main+xml": f"{_OPENXML}spreadsheetml.sheet",
}
_OPENDOCUMENT: Final = "application/vnd.oasis.opendocument."
_CONTENT_TYPES: Final = "[Content_Types].xml"
_FOLDERS_OF_A_BEGINNING: Final = {b"ppt/": PRESENTATION, b"word/": DOCUMENT}
_CHUNK_BYTES: Final = 1024 * 1024
_SMALL_PART_BYTES: Final = 4 * 1024 * 1024

_END_RECORD: Final = b"PK\x05\x06"
_END_RECORD_BYTES: Final = 22
_END_RECORD_REACH: Final = _END_RECORD_BYTES + 0xFFFF  # a comment may follow it
_LARGE_END_LOCATOR: Final = b"PK\x06\x07"
_LARGE_END_LOCATOR_BYTES: Final = 20


def read_zip(path: Path, size: int) -> Inspection:
    """Find out which of the formats that are a ZIP inside this is, and read it."""
    with path.open("rb") as stream:
        end = _end_record(stream, size)
        if end is None:
            return _found(_by_beginning(stream), size, InspectionProblem.TRUNCATED)
        if _is_too_much_to_list(end):
            return _found(_by_beginning(stream), size, InspectionProblem.TOO_COMPLEX)
        try:
            with zipfile.ZipFile(stream) as archive:
                return _read_archive(archive, stream, size)
        except ARCHIVE_ERRORS:
            return _found(_by_beginning(stream), size, InspectionProblem.UNREADABLE)


def _found(
    media_type: str, size: int, problem: InspectionProblem | None, slides: int | None = None
) -> Inspection:
    kind = medium_of(media_type).kind
    return Inspection(kind=kind, media_type=media_type, size=size, slides=slides, problem=problem)


def _end_record(stream: BinaryIO, size: int) -> bytes | None:
    """Return what stands from the archive's end record on, with the locator of a large one."""
    stream.seek(max(0, size - _END_RECORD_REACH))
    tail = stream.read()
    found = tail.rfind(_END_RECORD)
    if found < 0 or len(tail) - found < _END_RECORD_BYTES:
        return None
    locator = max(0, found - _LARGE_END_LOCATOR_BYTES)
    return tail[locator:] if tail.startswith(_LARGE_END_LOCATOR, locator) else tail[found:]


def _is_too_much_to_list(end: bytes) -> bool:
    """Tell whether the table of contents alone is out of bounds, before it is read.

    The extension for archives above 4 GB states its own numbers; no file of that size is taken.
    """
    if end.startswith(_LARGE_END_LOCATOR):
        return True
    entries = int.from_bytes(end[10:12], "little")
    directory_bytes = int.from_bytes(end[12:16], "little")
    return entries > ARCHIVE_MAX_ENTRIES or directory_bytes > ARCHIVE_MAX_DIRECTORY_BYTES


def _by_beginning(stream: BinaryIO) -> str:
    """Guess the medium of an archive without its end by the parts at its beginning."""
    stream.seek(0)
    head = stream.read(HEAD_BYTES)
    for folder, media_type in _FOLDERS_OF_A_BEGINNING.items():
        if folder in head:
            return media_type
    return UNFINISHED_ZIP


def _read_archive(archive: zipfile.ZipFile, stream: BinaryIO, size: int) -> Inspection:
    """Read an archive whose table of contents is in bounds."""
    media_type = _medium_inside(archive, set(archive.namelist()))
    if medium_of(media_type).instead is not None:
        return _found(media_type, size, InspectionProblem.UNSUPPORTED_KIND)
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    is_bomb = unpacked > ARCHIVE_RATIO_FROM_BYTES and unpacked > ARCHIVE_MAX_RATIO * size
    if len(entries) > ARCHIVE_MAX_ENTRIES or unpacked > ARCHIVE_MAX_BYTES or is_bomb:
        return _found(media_type, size, InspectionProblem.TOO_COMPLEX)
    try:
        if media_type == PRESENTATION:
            stream.seek(0)
            slides = len(Presentation(stream).slides)
            return _found(media_type, size, None if slides else InspectionProblem.EMPTY, slides)
        _unpack_all(archive)
    except PRESENTATION_ERRORS:
        return _found(media_type, size, InspectionProblem.UNREADABLE)
    return _found(media_type, size, None)


def _medium_inside(archive: zipfile.ZipFile, names: set[str]) -> str:
    """Return the medium that the archive's own description states."""
    if _CONTENT_TYPES in names:
        types = _small_part(archive, _CONTENT_TYPES)
        for part, media_type in _MAIN_PARTS.items():
            if part in types:
                return media_type
    if "mimetype" in names:
        stated = _small_part(archive, "mimetype").decode("ascii", "replace").strip()
        if stated.startswith(_OPENDOCUMENT) and medium_of(stated).media_type == stated:
            return stated
    if "Index/Document.iwa" in names:
        return "application/vnd.apple.iwork"
    return "application/zip"


def _small_part(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(_SMALL_PART_BYTES)


def _unpack_all(archive: zipfile.ZipFile) -> None:
    """Read every part to its end, which compares its checksum."""
    for entry in archive.infolist():
        with archive.open(entry) as part:
            while part.read(_CHUNK_BYTES):
                pass


_OLE_STREAMS: Final = {
    "EncryptedPackage": PROTECTED_OFFICE,
    "WordDocument": "application/msword",
    "PowerPoint Document": "application/vnd.ms-powerpoint",
    "Workbook": "application/vnd.ms-excel",
}


def read_ole(path: Path, size: int) -> Inspection:
    """Tell what an OLE file holds by the names in its directory.

    Office wraps a file with a password into one; the programs of before 2007 saved into one.
    """
    held = _names_in(path)
    media_type = next(
        (kept for name, kept in _OLE_STREAMS.items() if name in held), "application/x-ole-storage"
    )
    if media_type == PROTECTED_OFFICE:
        return _found(media_type, size, InspectionProblem.PASSWORD_PROTECTED)
    return _found(media_type, size, InspectionProblem.UNSUPPORTED_KIND)


def _names_in(path: Path) -> set[str]:
    """Return which of the names stand in the file.

    The directory can stand anywhere in it, so all of it is looked through, a little at a time.
    """
    encoded = {name: name.encode("utf-16-le") for name in _OLE_STREAMS}
    overlap = max(len(name) for name in encoded.values()) - 1
    found: set[str] = set()
    tail = b""
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            window = tail + chunk
            found.update(name for name, sought in encoded.items() if sought in window)
            tail = window[-overlap:]
    return found
