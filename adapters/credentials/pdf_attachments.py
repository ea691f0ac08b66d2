"""What a PDF carries with it. Runs in the child of ``attachments`` alone: see there."""

import io
from collections.abc import Iterator
from itertools import islice
from typing import Final

from pypdf import PasswordType, PdfReader, apply_configuration
from pypdf.errors import LimitReachedError

from adapters.credentials.attachments import Found, Trouble
from adapters.credentials.baking import encoding_of
from adapters.documents.pdf import PDF_ERRORS
from domain.credential_forms import Encoding

MOST_ATTACHMENTS: Final = 100
MOST_STREAM_BYTES: Final = 16 * 1024 * 1024
"""What one compressed stream of the PDF may unpack to."""


def look(pdf: bytes) -> Found:
    """Return the credentials among the attachments; no content raises anything."""
    with apply_configuration(
        zlib_maximum_output_length=MOST_STREAM_BYTES,
        lzw_maximum_output_length=MOST_STREAM_BYTES,
        run_length_maximum_output_length=MOST_STREAM_BYTES,
        disable_legacy_handling=True,
    ):
        try:
            reader = PdfReader(io.BytesIO(pdf))
            if reader.is_encrypted and reader.decrypt("") is PasswordType.NOT_DECRYPTED:
                return Found(trouble=Trouble.LOCKED)
            credentials = tuple(islice(_credentials(reader), 2))
        except (MemoryError, RecursionError, LimitReachedError):
            return Found(trouble=Trouble.TOO_COMPLEX)
        except PDF_ERRORS:
            return Found(trouble=Trouble.DAMAGED)
    return Found(credentials=credentials)


def _credentials(reader: PdfReader) -> Iterator[bytes]:
    """Yield each attachment that is a credential by its content; other papers may lie beside it."""
    for attachment in islice(reader.attachment_list, MOST_ATTACHMENTS):
        content = attachment.content
        encoding = encoding_of(content)
        if encoding is Encoding.JWT or (encoding is Encoding.JSON and b'"@context"' in content):
            yield content
