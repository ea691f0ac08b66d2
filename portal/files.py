"""Uploaded files, given back: in stretches, as what they are, and never with any rights of ours.

A file comes from outside and is served from the portal's own address. Its answer therefore carries
a policy that puts it into a sandbox of its own (no script, no form, no cookie of ours), says its
kind and forbids guessing another one. What no browser shows safely is only given to be saved.
Chromium shows a PDF under this policy, at the page of ``#page=3``, in a frame that has no
``sandbox`` attribute (docs/decisions/0016).
"""

import re
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Final, Protocol
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import Response, StreamingResponse

from domain.evidence import FileCorrupt, FileMissing, Inspection, StorageUnavailable, Stored
from domain.media import UNKNOWN, ArtifactKind
from domain.refusals import NotFound

_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "img-src 'self'",
        "media-src 'self'",
        "style-src 'unsafe-inline'",  # how browsers arrange a picture or a player of their own
        "frame-ancestors 'self'",
        "form-action 'none'",
        "base-uri 'none'",
    )
)
_RECORDINGS: Final = frozenset({ArtifactKind.AUDIO, ArtifactKind.VIDEO})

SHOWN: Final = frozenset(
    {ArtifactKind.PDF, ArtifactKind.IMAGE, ArtifactKind.AUDIO, ArtifactKind.VIDEO}
)
"""Kinds that a browser shows by itself; all others are saved and opened with a program."""

_RANGE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
_PLAIN: Final = re.compile(r"[^A-Za-z0-9._ -]")

Stretch = tuple[int, int]
"""The first and the last byte of a stretch, both included."""


class Streamed(Protocol):
    """The store, as far as giving files back needs it."""

    def stream(self, sha256: str, first: int, last: int) -> AsyncIterator[bytes]:
        """Yield the bytes from ``first`` to ``last``, both included."""
        ...


class FileNotGiven(NotFound):
    """Storage does not give the file back now."""

    code = "file_not_given"
    sentence = (
        "This file cannot be read at the moment. Try again in a few minutes, and write to us if it "
        "stays so; nothing else is lost."
    )


async def kept_file(
    request: Request,
    files: Streamed,
    stored: Stored,
    inspection: Inspection | None,
    name: str,
    *,
    is_to_save: bool = False,
) -> Response:
    """Answer with a file, or with the stretch of it that a player asks for.

    ``name`` is what it is called when it is saved: for assessors never the name that its owner
    gave it. Whoever calls this has checked the visitor's right to the file. Raises
    ``FileNotGiven``.
    """
    is_shown = (
        not is_to_save
        and inspection is not None
        and inspection.problem is None
        and inspection.kind in SHOWN
    )
    etag = f'"{stored.sha256}"'
    headers = {
        "accept-ranges": "bytes",
        "etag": etag,
        # Asked for again each time, so that a right that ended is noticed.
        "cache-control": "private, no-cache",
        "content-security-policy": _policy(inspection),
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
        "content-type": inspection.media_type if inspection and is_shown else UNKNOWN,
        "content-disposition": _disposition(name, is_shown=is_shown),
    }
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    asked = _stretch(request, stored.size, etag)
    if asked is None:
        headers["content-range"] = f"bytes */{stored.size}"
        return Response(status_code=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=headers)
    return await _streamed(request, files, stored, asked, headers)


async def _streamed(
    request: Request,
    files: Streamed,
    stored: Stored,
    stretch: Stretch,
    headers: dict[str, str],
) -> Response:
    first, last = stretch
    length = last - first + 1
    is_part = length < stored.size
    headers["content-length"] = str(length)
    if is_part:
        headers["content-range"] = f"bytes {first}-{last}/{stored.size}"
    status = HTTPStatus.PARTIAL_CONTENT if is_part else HTTPStatus.OK
    if request.method == "HEAD" or not length:
        return Response(status_code=status, headers=headers)
    chunks = files.stream(stored.sha256, first, last)
    try:
        beginning = await anext(chunks, b"")
    except (FileMissing, FileCorrupt, StorageUnavailable) as failure:
        raise FileNotGiven from failure
    return StreamingResponse(_joined(beginning, chunks), status_code=status, headers=headers)


async def _joined(beginning: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield beginning
    async for chunk in rest:
        yield chunk


def _stretch(request: Request, size: int, etag: str) -> Stretch | None:
    """Return what is asked for, all of it by default; None for a stretch that is not there.

    What is not understood is answered with the whole file, as the standard has it (RFC 9110, 14.2),
    and so is a stretch of a file that is another one by now (``If-Range``).
    """
    whole = (0, size - 1)
    asked = _RANGE.fullmatch(request.headers.get("range", "").strip())
    if asked is None or asked.groups() == ("", ""):
        return whole
    if request.headers.get("if-range", etag) != etag:
        return whole
    first, last = asked.groups()
    if not first:  # the last so many bytes
        count = min(int(last), size)
        return (size - count, size - 1) if count else None
    end = min(int(last), size - 1) if last else size - 1
    if int(first) >= size:
        return None
    return (int(first), end) if int(first) <= end else whole


def _policy(inspection: Inspection | None) -> str:
    """Whatever a file turns out to be, it runs nothing, asks nobody and is nobody here.

    A recording that is opened by itself is fetched a second time by the browser's player, which a
    sandbox without an origin forbids; it gets the origin back and still may run nothing.
    """
    plays = inspection is not None and inspection.kind in _RECORDINGS
    return f"sandbox{' allow-same-origin' if plays else ''}; {_POLICY}"


def _disposition(name: str, *, is_shown: bool) -> str:
    """Say what a file is called, in letters that every browser reads, and in its own."""
    how = "inline" if is_shown else "attachment"
    plain = _PLAIN.sub("_", name)
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
