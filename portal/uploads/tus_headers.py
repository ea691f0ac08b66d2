"""The headers of the tus protocol, read and written (https://tus.io/protocols/resumable-upload)."""

import base64
import binascii
from email.utils import format_datetime
from typing import Final

from fastapi import Request

from domain.refusals import Invalid
from domain.uploads import LARGEST_ARTIFACT, Checksum, ChecksumAlgorithm, Upload, UploadState

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,creation-with-upload,termination,expiration,checksum"
BYTES: Final = "application/offset+octet-stream"
_MOST_DIGITS: Final = 15

SERVER_HEADERS: Final = {
    "tus-version": VERSION,
    "tus-extension": EXTENSIONS,
    "tus-max-size": str(LARGEST_ARTIFACT),
    "tus-checksum-algorithm": ",".join(ChecksumAlgorithm),
}
"""What this server can do."""


class OtherVersion(Invalid):
    """The client speaks another version of the protocol, or does not say which."""

    code = "other_tus_version"
    sentence = "This address speaks version {version} of the tus protocol. Say so in Tus-Resumable."

    def __init__(self) -> None:
        super().__init__(version=VERSION)


class HeaderNotReadable(Invalid):
    """A header is missing or says nothing that can be used."""

    code = "header_not_readable"
    sentence = "The header {header} is missing or not readable."


class NotBytes(Invalid):
    """The request brings something else than a stretch of a file."""

    code = "not_bytes_of_a_file"
    sentence = "Send bytes of a file as {expected}."

    def __init__(self) -> None:
        super().__init__(expected=BYTES)


def number_in(request: Request, header: str) -> int:
    """Return a whole number from a header. Raises ``HeaderNotReadable``."""
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise HeaderNotReadable(header=header)
    return int(text)


def brings_bytes(request: Request) -> bool:
    """Whether the request brings bytes of a file in the protocol's own way."""
    return request.headers.get("content-type", "").partition(";")[0].strip() == BYTES


def file_name(request: Request) -> str:
    """Return the file's name from the metadata. Raises ``HeaderNotReadable``.

    The kind that a client claims is not looked at: a file is known by its bytes.
    """
    for pair in request.headers.get("upload-metadata", "").split(","):
        key, _, value = pair.strip().partition(" ")
        if key == "filename":
            try:
                return base64.b64decode(value, validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                break
    raise HeaderNotReadable(header="upload-metadata")


def checksum_in(request: Request) -> Checksum | None:
    """Return what the request's bytes have to hash to, if it says so."""
    text = request.headers.get("upload-checksum")
    if text is None:
        return None
    algorithm, _, value = text.partition(" ")
    try:
        return Checksum(
            algorithm=ChecksumAlgorithm(algorithm), digest=base64.b64decode(value, validate=True)
        )
    except (ValueError, binascii.Error) as unreadable:
        raise HeaderNotReadable(header="upload-checksum") from unreadable


def standing_headers(upload: Upload) -> dict[str, str]:
    """Return how far an upload has come, and until when the rest is awaited."""
    headers = {"upload-offset": str(upload.received), "cache-control": "no-store"}
    if upload.state is UploadState.RECEIVING:
        headers["upload-expires"] = format_datetime(upload.expires_at, usegmt=True)
    return headers


def described_headers(upload: Upload) -> dict[str, str]:
    """Return all that a client asks for before it goes on."""
    name = base64.b64encode(upload.name.encode()).decode()
    return {
        **standing_headers(upload),
        "upload-length": str(upload.length),
        "upload-metadata": f"filename {name}",
    }
