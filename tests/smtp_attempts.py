"""What the tests of the mail relay have in common: a letter, a claim, and some patience."""

import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from activities.mail_ports import Delivery
from adapters.mail.smtp import SmtpRelay
from adapters.mail.smtp_connection import MailServer
from domain.letters import Letter
from tests.smtp_servers import LOOPBACK, Answer, Deed

NOW = datetime(2025, 5, 23, 21, 10, tzinfo=UTC)
SOON = timedelta(milliseconds=500)
"""How long the relay waits for servers that say nothing."""
MEGABYTES = 8_000_000
"""More bytes of text than the buffers between two sockets hold."""


def letter(to: str = "pat@school.example.org", **changes: object) -> Letter:
    """Return a letter as the sender of notices hands it over."""
    plain = Letter(
        message_id="<n-7@laurel.example.org>",
        sender="Laurel <laurel@example.org>",
        to_address=to,
        to_name="Pat Example",
        subject="Your access",
        text="You have access.\n.\n..and a line of dots\n",
        html="<p>You have access.</p>",
        reply_to="support@example.org",
        date=NOW,
        headers=(),
    )
    return plain.model_copy(update=changes)


class Claim:
    """A claim as the records grant it, which remembers how often it was asked."""

    def __init__(self, *, is_granted: bool = True) -> None:
        self.is_granted = is_granted
        self.asked = 0

    async def __call__(self) -> bool:
        self.asked += 1
        return self.is_granted


def server_at(
    port: int, within: timedelta = timedelta(seconds=20), **changes: object
) -> MailServer:
    """Return a server on this machine, and how long it may take for each step."""
    times = {"connect_within": within, "answer_within": within, "accept_within": within}
    return MailServer(**{"host": LOOPBACK, "port": port, **times, **changes})  # type: ignore[arg-type]


def patience_with(answer: Answer) -> timedelta:
    """Return how long to wait: silence is waited for in vain, everything else comes."""
    return SOON if answer is Deed.SILENCE else timedelta(seconds=20)


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    def advance(self, span: timedelta) -> None:
        self.seconds += span.total_seconds()


async def attempt(
    server: MailServer,
    *,
    claim: Callable[[], Awaitable[bool]] | None = None,
    sent: Letter | None = None,
    tls: ssl.SSLContext | None = None,
) -> Delivery:
    """Deliver one letter over a relay of its own."""
    relay = SmtpRelay(server, tls=tls, now=lambda: NOW)
    try:
        return await relay.deliver(sent or letter(), claim or Claim())
    finally:
        await relay.close()
