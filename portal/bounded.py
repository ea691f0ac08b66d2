"""No request brings more than its kind needs: what is larger is turned away before it is read.

A framework reads a form to its end before anybody asks for rights. Uploads bound themselves, byte
by byte, after their rights were checked.
"""

import re
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Final

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES: Final = 6 * 1024 * 1024
"""A long draft, a file of learners, a page of the catalogue: all fit."""

_UPLOADS: Final = re.compile(r"^/my/[^/]+/(uploads|parts/2/files)(/|$)")

_CHARSET: Final = re.compile(rb"charset", re.IGNORECASE)
_UTF_8: Final = re.compile(rb";\s*charset\s*=\s*\"?utf-8\"?\s*(?=;|$)", re.IGNORECASE)
_MOST_DIGITS: Final = 18

_NOT_UTF_8: Final = {
    "code": "charset_not_taken",
    "sentence": "Forms are taken in UTF-8, as browsers send them. Send this one in UTF-8.",
    "points": [],
}

_TOO_LARGE: Final = {
    "code": "request_too_large",
    "sentence": "That was more than can be taken at once. Send less, or upload it as a file.",
    "points": [],
}


class _TooMuch(Exception):
    """A body without a stated length went on beyond the bound."""


class BoundedBodies:
    """Turns away what is too large, by its stated length or as it comes in."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its body bounded."""
        if scope["type"] != "http" or _UPLOADS.match(scope["path"]):
            return await self._app(scope, receive, send)
        headers = scope["headers"]
        if not all(map(_is_in_bounds, _named(b"content-length", headers))):
            refusal = JSONResponse(_TOO_LARGE, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return await refusal(scope, receive, send)
        if not all(map(_is_in_utf_8, _named(b"content-type", headers))):
            refusal = JSONResponse(_NOT_UTF_8, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
            return await refusal(scope, receive, send)
        return await self._app(scope, _counted(receive), send)


def _named(name: bytes, headers: Iterable[tuple[bytes, bytes]]) -> Iterator[bytes]:
    """Yield the values of every header of a name: readers differ in which one they take."""
    yield from (value for each, value in headers if each == name)


def _is_in_bounds(length: bytes) -> bool:
    return length.isdigit() and len(length) <= _MOST_DIGITS and int(length) <= MOST_BYTES


def _is_in_utf_8(kind: bytes) -> bool:
    """Tell whether a form says nothing of its letters, as browsers do, or says UTF-8.

    The framework would read it with whichever of Python's codecs it names: some take time
    quadratic in the text, some make halves of letters, which nothing here can keep.
    """
    if not kind.lstrip().lower().startswith(b"multipart/"):
        return True
    return len(_CHARSET.findall(kind)) == len(_UTF_8.findall(kind))


def _counted(receive: Receive) -> Receive:
    seen = 0

    async def counting() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MOST_BYTES:
            raise _TooMuch
        return message

    return counting
