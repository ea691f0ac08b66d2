"""No request brings more than its kind needs: what is larger is turned away before it is read.

A framework reads a form to its end before anybody asks for rights. Uploads bound themselves, byte
by byte, after their rights were checked.
"""

import re
from http import HTTPStatus
from typing import Final

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES: Final = 6 * 1024 * 1024
"""A long draft, a file of learners, a page of the catalogue: all fit."""

_UPLOADS: Final = re.compile(r"^/my/[^/]+/(uploads|parts/2/files)(/|$)")

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
        stated = dict(scope["headers"]).get(b"content-length", b"0")
        if not stated.isdigit() or int(stated) > MOST_BYTES:
            refusal = JSONResponse(_TOO_LARGE, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return await refusal(scope, receive, send)
        return await self._app(scope, _counted(receive), send)


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
