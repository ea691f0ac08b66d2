"""A real web server that takes webhooks, and answers them as a test tells it beforehand."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from standardwebhooks import Webhook

from adapters.embedded.processes import LOOPBACK, free_ports
from tests.waiting import eventually

Message = MutableMapping[str, object]


@dataclass(frozen=True)
class Hook:
    """One webhook as it arrived."""

    headers: dict[str, str]
    body: bytes

    @property
    def event_id(self) -> str:
        """The id of the event, the same at every attempt."""
        return self.headers["webhook-id"]

    def verified_by(self, secret: str) -> dict[str, object]:
        """Return the event, as the library that receivers use reads it; raises if not genuine."""
        content: dict[str, object] = Webhook(secret).verify(self.body, self.headers)
        return content

    @property
    def content(self) -> dict[str, object]:
        """The event, unverified."""
        content: dict[str, object] = json.loads(self.body)
        return content


@dataclass
class Receiver:
    """Takes everything, unless told otherwise: ``answers`` are given one by one, then 204."""

    url: str
    answers: list[int] = field(default_factory=list)
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    reply: bytes = b""
    hooks: list[Hook] = field(default_factory=list)
    held: asyncio.Event | None = None
    """While set and not signalled, no answer is given."""

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        body = bytearray()
        is_more = True
        while is_more:
            part = await receive()
            body += bytes(part.get("body", b""))  # type: ignore[call-overload]
            is_more = bool(part.get("more_body"))
        pairs: list[tuple[bytes, bytes]] = scope["headers"]  # type: ignore[assignment]
        named = {name.decode(): value.decode() for name, value in pairs}
        self.hooks.append(Hook(named, bytes(body)))
        if self.held is not None:
            await self.held.wait()
        status = self.answers.pop(0) if self.answers else 204
        await send({"type": "http.response.start", "status": status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.reply if status != 204 else b""})

    async def until(self, is_so: Callable[[list[Hook]], bool]) -> list[Hook]:
        """Wait until what arrived fits."""

        async def fits() -> bool:
            return is_so(self.hooks)

        await eventually(fits)
        return self.hooks

    def about(self, subject_id: str) -> list[Hook]:
        """Return what arrived about an enrollment or an order; other tests go on beside this."""
        return [hook for hook in self.hooks if subject_id.encode() in hook.body]


@asynccontextmanager
async def running_receiver(certificate: Path | None = None) -> AsyncIterator[Receiver]:
    """Run a receiver on a free loopback port, over TLS with a certificate of its own."""
    (port,) = free_ports(1)
    receiver = Receiver(f"{'https' if certificate else 'http'}://{LOOPBACK}:{port}/hooks")
    config = uvicorn.Config(
        receiver,
        host=LOOPBACK,
        port=port,
        log_config=None,
        lifespan="off",
        ssl_certfile=certificate,
        ssl_version=ssl.PROTOCOL_TLS_SERVER,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    serving = asyncio.create_task(server.serve())

    async def has_started() -> bool:
        return server.started

    try:
        await eventually(has_started)
        yield receiver
    finally:
        if receiver.held is not None:
            receiver.held.set()
        server.should_exit = True
        await serving
