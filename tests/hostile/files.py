"""Uploaded files: whatever the bytes are, an inspection says what they are and what is wrong.

The first byte chooses the name under which the file comes. Nothing raises, and what is usable has
the measures of its kind. The reader of the site runs in a process of its own with limits; here it
runs without one, so that a limit cannot hide what it saves us from."""

import io
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import strategies as st

from adapters.documents.inspection import inspect_file
from adapters.documents.limits import (
    ARCHIVE_MAX_ENTRIES,
    ARCHIVE_RATIO_FROM_BYTES,
    IMAGE_MAX_PIXELS,
    RECORDING_MAX_BOXES,
)
from domain.evidence import check_file
from tests import artifacts
from tests.hostile.limits import MIB, Bound
from tests.hostile.target import Growing, Target
from tests.hostile.texts import spoiled

NAMES = (
    "plan.pdf",
    "talk.pptx",
    "plan.docx",
    "lesson.mp4",
    "board.png",
    "sound.mp3",
    "file",
    "名.\u202efdp",
)
WHOLE: tuple[Callable[[], bytes], ...] = (
    *(artifacts.pdf, artifacts.presentation, artifacts.document, artifacts.archive),
    *(artifacts.video, artifacts.sound, artifacts.image, artifacts.mp4_without_tracks),
    *(artifacts.mp3_with_cover, lambda: artifacts.video("webm"), lambda: artifacts.sound("wav")),
    *(lambda: artifacts.sound("ogg"), lambda: artifacts.sound("flac")),
    *(lambda: artifacts.image("JPEG"), lambda: artifacts.image("GIF")),
    *(lambda: artifacts.image("WEBP"), lambda: artifacts.ole("WordDocument")),
)
HEADS = (
    b"%PDF-1.7\n",
    b"PK\x03\x04",
    b"\x89PNG\r\n\x1a\n",
    b"GIF89a",
    b"\xff\xd8\xff",
    b"OggS",
    b"ID3",
)


def holds(content: bytes) -> None:
    """An inspection of the right size, usable or with a problem that has a sentence."""
    name = NAMES[(content[:1] or b"0")[0] % len(NAMES)]
    with tempfile.NamedTemporaryFile(prefix="laurel-hostile-") as file:
        file.write(content[1:])
        file.flush()
        found = inspect_file(Path(file.name), name)
    assert found.size == len(content) - 1 if content else found.size == 0
    finding = check_file(found, name)
    assert (finding is None) == (found.problem is None)
    if finding is not None:
        assert finding.sentence.endswith(".")


def nested_archives(depth: int) -> bytes:
    """Return an archive in an archive in an archive, each ten times over."""
    inner = bytes(100_000)
    for _ in range(depth):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(10):
                archive.writestr(f"ppt/{number}.zip", inner)
        inner = out.getvalue()
    return inner


def pdf_of(*objects: bytes, root: bytes = b"<</Type/Catalog/Pages 2 0 R>>") -> bytes:
    """Return a PDF of these objects behind its root, without an index: readers rebuild it."""
    numbered = (b"%d 0 obj\n%s\nendobj\n" % each for each in enumerate((root, *objects), start=1))
    return b"%PDF-1.7\n" + b"".join(numbered) + b"trailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"


def deep_pdf(depth: int) -> bytes:
    """Return a PDF with lists inside each other."""
    return pdf_of(b"<</Type/Pages/Count 1/Kids " + b"[" * depth + b"]" * depth + b">>")


def ring_of_pages(size: int) -> bytes:
    """Return a PDF whose page tree leads back to its beginning."""
    nodes = (b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % (3 + n % size) for n in range(size + 1))
    return pdf_of(*nodes)


def many_pages(count: int) -> bytes:
    """Return a PDF that names one page over and over."""
    kids = b"3 0 R " * count
    pages = b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids)
    return pdf_of(pages, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>")


def endless_index(length: int) -> bytes:
    """Return a PDF whose index says that it has ever more entries."""
    stream = b"<</Type/XRef/Size %d/W[0 0 0]/Index[0 %d]/Root 1 0 R/Length 0>>" % (length, length)
    return b"%PDF-1.7\n5 0 obj\n" + stream + b"stream\n\nendstream\nendobj\nstartxref\n9\n%%EOF\n"


def _wholes() -> st.SearchStrategy[bytes]:
    return st.sampled_from(WHOLE).map(lambda make: make())


@st.composite
def _files(draw: st.DrawFn) -> bytes:
    """Return something whole or of two formats at once, under a name of another kind."""
    name = draw(st.integers(0, len(NAMES) - 1))
    content = draw(
        _wholes()
        | spoiled(_wholes())
        | st.tuples(st.sampled_from(HEADS), _wholes()).map(b"".join)
        | st.tuples(_wholes(), _wholes()).map(b"".join)
        | st.integers(0, 3).map(nested_archives)
        | st.integers(1, 3000).map(deep_pdf)
        | st.integers(1, 20).map(ring_of_pages)
        | st.integers(1, 10**9).map(endless_index)
        | spoiled(st.integers(1, 5).map(many_pages))
    )
    return bytes([name]) + content


def _named(make: Callable[[int], bytes]) -> Callable[[int], bytes]:
    return lambda n: b"\x00" + make(n)


_BOX = b"\0\0\0\x08free"


def _many_parts(count: int) -> bytes:
    """Return a Word document with so many parts in all."""
    out = io.BytesIO(artifacts.document())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        for number in range(count - len(archive.namelist())):
            archive.writestr(f"word/{number}.xml", b"")
    return out.getvalue()


def _unpacks_to(size: int) -> bytes:
    """Return a Word document with a part that is as large as none is asked how small it was."""
    out = io.BytesIO(artifacts.document())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/image1.bmp", bytes(size))
    return out.getvalue()


TARGET = Target(
    holds=holds,
    made=_files(),
    seeds=(
        *(bytes([number]) + make() for number, make in enumerate(WHOLE[3:4] + WHOLE[6:8])),
        *(b"\x00" + each for each in (many_pages(2), deep_pdf(9), ring_of_pages(2))),
        *(b"\x06" + head for head in HEADS),
    ),
    growing=(
        Growing("deep PDF", _named(deep_pdf), 20_000),
        Growing("pages of a PDF", _named(many_pages), 150),
        Growing("ring of pages", _named(ring_of_pages), 150),
        Growing(
            "boxes",
            lambda n: b"\x03" + artifacts.mp4_without_tracks() + _BOX * n,
            20_000,
        ),
        Growing(
            "parts",
            lambda n: b"\x01" + artifacts.archive(dict.fromkeys(map(str, range(n)), b"")),
            500,
        ),
    ),
    largest=(
        lambda: b"\x04" + artifacts.png_of_size(10_000, IMAGE_MAX_PIXELS // 10_000),
        lambda: b"\x02" + _many_parts(ARCHIVE_MAX_ENTRIES),
        lambda: b"\x02" + _unpacks_to(ARCHIVE_RATIO_FROM_BYTES - 64 * 1024),
        lambda: b"\x03" + artifacts.mp4_without_tracks() + _BOX * (RECORDING_MAX_BOXES - 10),
        lambda: b"\x00" + many_pages(1_000),
        lambda: b"\x00" + deep_pdf(200_000),
        lambda: b"\x06" + bytes(16 * MIB),
    ),
    bound=Bound(memory=256 * MIB),
    examples=50,
    words=(*HEADS, b"/Kids", b"/Count", b"/Prev", b"/ObjStm", b"moov", b"IDAT", b"ftypisom"),
)
