"""What every answer says to browsers: run our own scripts alone, show nothing in foreign frames."""

from collections.abc import MutableMapping
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        *(f"{kind}-src 'self'" for kind in ("script", "style", "font", "connect", "media")),
        "img-src 'self' data:",
        "frame-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
"""No inline script or style, nothing from elsewhere."""

_ALWAYS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
_OVER_TLS: Final = {"strict-transport-security": "max-age=63072000"}


class SafeHeaders:
    """Adds the headers; an answer that sets one itself keeps its own, for it knows better.

    Pages are about people, so nothing keeps a copy of them; static files say otherwise themselves.
    """

    def __init__(self, app: ASGIApp, *, is_secure: bool) -> None:
        self._app = app
        self._headers = {**_ALWAYS, **(_OVER_TLS if is_secure else {}), "cache-control": "no-store"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request with the headers added."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_missing(message, self._headers)
            await send(message)

        await self._app(scope, receive, sending if scope["type"] == "http" else send)


def _add_missing(message: MutableMapping[str, object], wanted: dict[str, str]) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in wanted.items():
        headers.setdefault(name, value)
