"""Sends events over HTTP: no redirects, no waiting without end, no private networks.

The name of a receiver is resolved once, looked at, and then connected to at that very address: a
name that leads elsewhere a moment later leads nowhere. Each event has a connection of its own, so
none is shared between receivers that live at one address.
"""

import asyncio
import socket
import ssl
import time
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import httpx2

from activities.webhook_ports import Answer, OutgoingEvent, Verdict
from adapters.webhooks.signing import signature_headers
from domain.webhook_targets import Target, TargetRule, target_of
from domain.webhooks import EndpointAddressNotValid

CONNECT: Final = timedelta(seconds=5)
ANSWER: Final = timedelta(seconds=20)
"""From the first name lookup to the receiver's status line."""
READ_ON: Final = timedelta(seconds=2)
"""For the beginning of the reply's text; the status alone decides."""

MOST_BYTES: Final = 2048
MOST_CHARACTERS: Final = 300

_ASKS_FOR_PATIENCE: Final = frozenset({408, 425, 429})
"""Client errors by their number, and by their meaning: try later."""

AGENT: Final = "Laurel-Webhooks/1"


class _NotAllowed(Exception):
    """The name leads into a network that webhooks may not go to."""


class HttpSender:
    """Sends events to endpoints."""

    def __init__(
        self,
        rule: TargetRule,
        tls: ssl.SSLContext | None = None,
        *,
        patience: timedelta = ANSWER,
    ) -> None:
        self._rule = rule
        self._patience = patience.total_seconds()
        self._tls = tls or ssl.create_default_context()

    async def send(self, event: OutgoingEvent, at: datetime) -> Answer:
        """Send ``event``, signed as of ``at``; returns what became of it."""
        began = time.monotonic()
        verdict, status, reply = await self._sent(event, at)
        duration = int((time.monotonic() - began) * 1000)
        return Answer(verdict=verdict, status=status, reply=reply, duration_ms=duration)

    async def _sent(self, event: OutgoingEvent, at: datetime) -> tuple[Verdict, int | None, str]:
        try:
            async with asyncio.timeout(self._patience) as limit:
                target = target_of(event.url, self._rule)
                address = await self._resolved(target)
                return await self._posted(event, at, target, address, limit)
        except (EndpointAddressNotValid, httpx2.InvalidURL, _NotAllowed):
            return Verdict.FORBIDDEN, None, "the address may not be connected to"
        except (TimeoutError, httpx2.TimeoutException):
            return Verdict.UNANSWERED, None, "no answer in time"
        except (OSError, UnicodeError):
            return Verdict.UNANSWERED, None, "the name of the host is not known"
        except httpx2.TransportError as failure:
            return Verdict.UNANSWERED, None, _said(failure)

    async def _resolved(self, target: Target) -> str:
        """Return one address of the target that may be connected to."""
        found = await asyncio.get_running_loop().getaddrinfo(
            target.host, target.port, type=socket.SOCK_STREAM
        )
        for *_, place in found:
            if self._rule.allows(target.host, str(place[0])):
                return str(place[0])
        raise _NotAllowed

    async def _posted(
        self,
        event: OutgoingEvent,
        at: datetime,
        target: Target,
        address: str,
        limit: asyncio.Timeout,
    ) -> tuple[Verdict, int | None, str]:
        url = httpx2.URL(target.url)
        headers = {
            "host": url.netloc.decode(),
            "content-type": "application/json",
            "accept-encoding": "identity",
            "user-agent": AGENT,
            **signature_headers(event.secrets, event.body, at, event.event_id),
        }
        async with (
            httpx2.AsyncClient(
                verify=self._tls,
                trust_env=False,
                follow_redirects=False,
                timeout=httpx2.Timeout(self._patience, connect=CONNECT.total_seconds()),
            ) as client,
            client.stream(
                "POST",
                url.copy_with(host=address),
                content=event.body.encode(),
                headers=headers,
                extensions={"sni_hostname": target.host},
            ) as response,
        ):
            # The status is there, and it decides: what comes now may take no time from it.
            limit.reschedule(None)
            reply = await _beginning_of(response)
            return _verdict(response.status_code), response.status_code, reply


def _verdict(status: int) -> Verdict:
    if 200 <= status < 300:
        return Verdict.TAKEN
    if status == httpx2.codes.GONE:
        return Verdict.GONE
    if status >= 500 or status in _ASKS_FOR_PATIENCE:
        return Verdict.UNANSWERED
    return Verdict.DECLINED


async def _beginning_of(response: httpx2.Response) -> str:
    """Return the first words of a reply as plain text; a receiver may send what it likes."""
    taken = bytearray()
    with suppress(TimeoutError, httpx2.HTTPError):
        async with asyncio.timeout(READ_ON.total_seconds()):
            async for chunk in response.aiter_raw():
                taken += chunk[:MOST_BYTES]
                if len(taken) >= MOST_BYTES:
                    break
    text = taken[:MOST_BYTES].decode(errors="replace")
    plain = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(plain.split())[:MOST_CHARACTERS]


def _said(failure: httpx2.TransportError) -> str:
    """Return what went wrong in words of ours; a library's own text is for its developers."""
    match failure:
        case httpx2.ConnectError() if _is_about_tls(failure):
            return "the certificate or the encryption was not accepted"
        case httpx2.ConnectError():
            return "no connection came about"
        case httpx2.RemoteProtocolError():
            return "it did not answer as a web server does"
        case _:
            return "the connection broke"


def _is_about_tls(failure: BaseException) -> bool:
    cause: BaseException | None = failure
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
