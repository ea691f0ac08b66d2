"""The bytes that a request brings, as they come: never more of them than one read in memory."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final

from fastapi import Depends, Request
from starlette.requests import ClientDisconnect

from portal.forms import TOKEN_FIELD, TOKEN_HEADER, ForeignForm

SILENCE: Final = timedelta(seconds=60)
"""A sender that says nothing for this long is gone, whatever the network believes."""


async def token_beside_the_body(request: Request) -> None:
    """Refuse a request whose form token is not in a header or in the address.

    Looking for it in the body would keep all of a file before anybody asked for rights. Raises
    ``ForeignForm``.
    """
    is_changing = request.method not in {"GET", "HEAD", "OPTIONS"}
    if is_changing and not (TOKEN_HEADER in request.headers or TOKEN_FIELD in request.query_params):
        raise ForeignForm


TOKEN_BESIDE_THE_BODY: Final = Depends(token_beside_the_body)
"""For routers that take files; it stands before ``OURS``."""


def body_size(request: Request) -> int | None:
    """Return how many bytes the request says that it brings, if it says so."""
    said = request.headers.get("content-length", "")
    return int(said) if said.isascii() and said.isdigit() else None


class Body:
    """A request's bytes. A dropped connection is their end, and not an error: the rest comes later.

    ``is_broken`` tells afterwards whether they ended before their time.
    """

    def __init__(self, request: Request, silence: timedelta = SILENCE) -> None:
        self._chunks = request.stream()
        self._silence = silence.total_seconds()
        self.is_broken = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield what comes, until all has come or nothing comes any more."""
        while (chunk := await self._next()) is not None:
            if chunk:
                yield chunk

    async def _next(self) -> bytes | None:
        try:
            async with asyncio.timeout(self._silence):
                return await anext(self._chunks)
        except StopAsyncIteration:
            return None
        except (ClientDisconnect, TimeoutError):
            self.is_broken = True
            return None
