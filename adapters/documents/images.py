"""Images: whether they can be decoded to the end."""

from pathlib import Path
from typing import Final

from PIL import Image

from adapters.documents.limits import IMAGE_MAX_PIXELS
from adapters.documents.media_types import FORMATS
from domain.evidence import ArtifactKind, Inspection, InspectionProblem

IMAGE_ERRORS: Final = (
    OSError,  # Pillow's own errors are of this kind, a cut-off image among them
    SyntaxError,  # Pillow: a broken PNG chunk
    ValueError,
    LookupError,
    ArithmeticError,
    TypeError,
    AttributeError,
    RuntimeError,
    EOFError,
    Image.DecompressionBombError,
)
"""What a damaged image leads to; Pillow has no base of its own for all of it."""

# Pillow only warns where its own limit is passed. Ours is looked at before anything is decoded.
Image.MAX_IMAGE_PIXELS = None

_THUMBNAIL: Final = (64, 64)


def read_image(path: Path, size: int, media_type: str) -> Inspection:
    """Decode an image to the end; a JPEG at an eighth of its size, which reads all of it too."""
    problem: InspectionProblem | None = None
    try:
        if not _decodes_within_bounds(path, FORMATS[media_type]):
            problem = InspectionProblem.TOO_COMPLEX
    except IMAGE_ERRORS:
        problem = _why_it_fails(path, size, media_type)
    return Inspection(kind=ArtifactKind.IMAGE, media_type=media_type, size=size, problem=problem)


def _decodes_within_bounds(path: Path, image_format: str) -> bool:
    """Decode the image; return False, without decoding, when it has too many pixels."""
    with path.open("rb") as stream:
        with Image.open(stream, formats=[image_format]) as image:
            if image.width * image.height > IMAGE_MAX_PIXELS:
                return False
            image.verify()  # the checksums, where there are any; the image has to be opened again
        stream.seek(0)
        with Image.open(stream, formats=[image_format]) as image:
            image.draft("RGB", _THUMBNAIL)
            image.load()
    return True


# The mark at the end, and how near to it it stands: cameras append data of their own to a JPEG.
_END_MARKS: Final = {
    "image/png": (b"IEND\xaeB`\x82", 1024),
    "image/jpeg": (b"\xff\xd9", 1024),
    "image/gif": (b"\x00\x3b", 2),
}


def _why_it_fails(path: Path, size: int, media_type: str) -> InspectionProblem:
    """Tell an image without its end from one that is damaged inside."""
    with path.open("rb") as stream:
        if media_type in _END_MARKS:
            mark, reach = _END_MARKS[media_type]
            stream.seek(max(0, size - reach))
            has_end = mark in stream.read()
        else:  # WebP states its length
            stream.seek(4)
            has_end = int.from_bytes(stream.read(4), "little") + 8 <= size
    return InspectionProblem.UNREADABLE if has_end else InspectionProblem.TRUNCATED
