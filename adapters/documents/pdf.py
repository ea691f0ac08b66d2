"""PDF: how many pages, and whether every one of them can be reached."""

import logging
import re
from pathlib import Path
from typing import BinaryIO, Final

from pypdf import PageObject, PasswordType, PdfReader, apply_configuration
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from adapters.documents.limits import PDF_MAX_STREAM_BYTES, PDF_TAIL_BYTES
from domain.evidence import ArtifactKind, Inspection, InspectionProblem

# pypdf tells about every repair. What matters of it is told as a problem.
logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)

PDF_ERRORS: Final = (
    PyPdfError,
    # pypdf's documentation says that a broken file may raise other exceptions too: it takes the
    # objects of a file for what they should be. These are the ones that a wrong type, value,
    # length, nesting or reference leads to.
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    AssertionError,
    RecursionError,
    NotImplementedError,  # pypdf: an encryption or page label that it does not know
    EOFError,
    OSError,
)
"""What a damaged PDF leads to. A missing library is not among them: that is ours to mend."""

_LINEARIZED_LENGTH: Final = re.compile(rb"/Linearized\b[^>]{0,200}?/L\s+([0-9]{1,12})\b")


class _Unreachable(ValueError):
    """A page is listed that is not there."""


def read_pdf(path: Path, size: int) -> Inspection:
    """Count the pages of a PDF.

    A PDF that opens with an empty password only restricts copying and printing: it is readable.
    """
    with path.open("rb") as stream:
        is_cut_off = _is_shorter_than_stated(stream, size)
        problem = InspectionProblem.TRUNCATED if is_cut_off else None
        pages: int | None = None
        try:
            pages = None if is_cut_off else _count_pages(stream)
        except PDF_ERRORS:
            has_end = _has_end_mark(stream, size)
            problem = InspectionProblem.UNREADABLE if has_end else InspectionProblem.TRUNCATED
        else:
            if pages is None and problem is None:
                problem = InspectionProblem.PASSWORD_PROTECTED
    return _found(size, pages, problem)


def _found(size: int, pages: int | None, problem: InspectionProblem | None) -> Inspection:
    return Inspection(
        kind=ArtifactKind.PDF,
        media_type="application/pdf",
        size=size,
        pages=pages,
        problem=InspectionProblem.EMPTY if pages == 0 else problem,
    )


def _count_pages(stream: BinaryIO) -> int | None:
    """Return the number of pages, None behind a password; raise if a page cannot be reached."""
    with apply_configuration(
        zlib_maximum_output_length=PDF_MAX_STREAM_BYTES,
        lzw_maximum_output_length=PDF_MAX_STREAM_BYTES,
        run_length_maximum_output_length=PDF_MAX_STREAM_BYTES,
        disable_legacy_handling=True,
    ):
        reader = PdfReader(stream)
        if reader.is_encrypted and reader.decrypt("") is PasswordType.NOT_DECRYPTED:
            return None
        count = 0
        for page in reader.pages:
            _reach(page)
            count += 1
        if count != _stated_count(reader):
            raise _Unreachable
        return count


def _stated_count(reader: PdfReader) -> object:
    """Return how many pages the file says it has.

    pypdf leaves out a page that is damaged, and the numbers of those behind it would be wrong.
    """
    tree = reader.root_object["/Pages"]
    return tree["/Count"] if isinstance(tree, DictionaryObject) else None


def _reach(page: PageObject) -> None:
    """Load the page and what is drawn on it, as far as it is in the file."""
    contents = page.get("/Contents")
    if contents is None:
        return  # an empty page
    drawn = contents.get_object()
    parts = [part.get_object() for part in drawn] if isinstance(drawn, ArrayObject) else [drawn]
    for part in parts:
        if not isinstance(part, StreamObject | DictionaryObject):
            raise _Unreachable


def _is_shorter_than_stated(stream: BinaryIO, size: int) -> bool:
    """Tell whether a PDF made for the web states more bytes than there are.

    Such a file has a first index at its beginning, so readers open it without noticing.
    """
    stream.seek(0)
    stated = _LINEARIZED_LENGTH.search(stream.read(1024))
    return stated is not None and int(stated.group(1)) > size


def _has_end_mark(stream: BinaryIO, size: int) -> bool:
    """Tell whether the mark that closes a PDF stands near the end of the file."""
    stream.seek(max(0, size - PDF_TAIL_BYTES))
    return b"%%EOF" in stream.read()
