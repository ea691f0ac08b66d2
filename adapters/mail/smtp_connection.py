"""One connection to the mail server, and the exchange of one letter over it.

aiosmtplib speaks the protocol up to ``DATA``. The letter itself is written here, because what a
lost connection means depends on one thing that its ``data`` does not tell: whether the final dot
had been written.
"""

import asyncio
import re
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address
from typing import Final, Self, cast

from aiosmtplib import SMTP, SMTPException, SMTPResponse, SMTPResponseException
from aiosmtplib.protocol import SMTPProtocol
from pydantic import SecretStr

from activities.mail_ports import DeferredFor
from adapters.mail.smtp_replies import Step, stopped, stopping_at
from settings import MailEncryption

GOODBYE_WITHIN: Final = timedelta(seconds=5)
"""How long a server may take to say goodbye, or that a kept connection still works."""

_LINE_END: Final = re.compile(rb"\r\n|\r|\n")
_LEADING_DOT: Final = re.compile(rb"^\.", re.MULTILINE)
_GO_AHEAD: Final = 354
_FINAL_DOT: Final = b".\r\n"


@dataclass(frozen=True)
class MailServer:
    """The mail server, how it is reached, and how long it may take."""

    host: str
    port: int
    encryption: MailEncryption = MailEncryption.NONE
    username: str | None = None
    """Name to log in with; no login without it."""
    password: SecretStr | None = None
    connect_within: timedelta = timedelta(seconds=15)
    answer_within: timedelta = timedelta(seconds=60)
    """For each answer before the letter's end, and for taking the letter's bytes."""
    accept_within: timedelta = timedelta(minutes=5)
    """For the answer that decides, while the server may be checking the content."""


@dataclass(frozen=True)
class Mailing:
    """One letter as the protocol carries it: from whom, to whom, and its bytes."""

    sender: str
    recipient: str
    body: bytes

    @property
    def needs_utf8(self) -> bool:
        """Whether a server has to know SMTPUTF8 (RFC 6531) to be told the addresses."""
        return not (self.sender.isascii() and self.recipient.isascii())

    def options(self, supports: Callable[[str], bool]) -> list[str]:
        """Return what a server with these extensions is told along with the sender."""
        is_8bit = not self.body.isascii()
        return [
            *([f"SIZE={len(self.body)}"] if supports("size") else []),
            *(["BODY=8BITMIME"] if is_8bit and supports("8bitmime") else []),
            *(["SMTPUTF8"] if self.needs_utf8 else []),
        ]


class Connection:
    """An open connection, greeted, protected and logged in as configured."""

    def __init__(self, client: SMTP, server: MailServer, opened_at: float) -> None:
        self._client = client
        self._server = server
        transport = cast(asyncio.WriteTransport, client.transport)
        transport.set_write_buffer_limits(high=0)  # so that drain() means: handed to the system
        protocol = cast(SMTPProtocol, client.protocol)
        self._protocol = protocol
        self._writer = asyncio.StreamWriter(transport, protocol, None, asyncio.get_running_loop())
        self.opened_at = opened_at
        self.used_at = opened_at
        self.letters = 0
        """Letters offered over it so far."""
        self.has_envelope = False
        """Whether the server still remembers a letter that it did not get."""

    @classmethod
    async def open(
        cls, server: MailServer, tls: ssl.SSLContext, monotonic: Callable[[], float]
    ) -> Self:
        """Connect, protect and log in. Raises ``Stopped``, for no letter's sake."""
        is_wrapped = server.encryption is MailEncryption.TLS
        client = SMTP(
            hostname=server.host,
            port=server.port,
            timeout=server.answer_within.total_seconds(),
            use_tls=is_wrapped,
            start_tls=False,  # done below, so that each step's failure has its own meaning
            tls_context=tls,
            local_hostname="localhost",  # replaced below; else the name servers would be asked
        )
        try:
            await _prepare(client, server)
        except BaseException:
            client.close()
            raise
        return cls(client, server, monotonic())

    @property
    def is_open(self) -> bool:
        """Whether neither side has ended it, as far as this side has heard."""
        return self._client.is_connected

    def supports(self, extension: str) -> bool:
        """Tell whether the server offers an extension such as ``8bitmime``."""
        return self._client.supports_extension(extension)

    async def offer(self, mailing: Mailing) -> None:
        """Name sender and recipient of a letter. Raises ``Stopped``."""
        self.letters += 1
        encoding = "utf-8" if mailing.needs_utf8 else "ascii"
        options = mailing.options(self.supports)
        with stopping_at(Step.SENDER):
            await self._client.mail(mailing.sender, options=options, encoding=encoding)
        with stopping_at(Step.RECIPIENT):
            await self._client.rcpt(mailing.recipient, encoding=encoding)

    async def send(self, body: bytes) -> SMTPResponse | None:
        """Send the letter and return the answer to it; None if no answer came to its end.

        Raises ``Stopped`` as long as the final dot was not written.
        """
        with stopping_at(Step.LETTER):
            ready = await self._client.execute_command(b"DATA")
            if ready.code != _GO_AHEAD:
                raise SMTPResponseException(ready.code, ready.message)
        answer = asyncio.ensure_future(self._protocol.read_response())
        try:
            with stopping_at(Step.LETTER):
                await self._write(body, answer)
            return await self._last_word(answer)
        except BaseException:
            self.cut()  # the server would take whatever came next for more of the letter
            raise
        finally:
            await _collect(answer)

    async def is_usable(self) -> bool:
        """Ask the server to forget any envelope, and tell whether it answered as it should."""
        if not self.is_open:
            return False
        try:
            await self._client.rset(timeout=GOODBYE_WITHIN.total_seconds())
        except (OSError, SMTPException):
            return False
        except asyncio.CancelledError:
            self.cut()  # its owner will not come back for it
            raise
        return self.is_open

    async def leave(self) -> None:
        """Take leave politely, and close in any case."""
        try:
            if self.is_open:
                with suppress(OSError, SMTPException):
                    await self._client.quit(timeout=GOODBYE_WITHIN.total_seconds())
        finally:
            self._client.close()

    def cut(self) -> None:
        """Close without a word, as one does when nobody knows what the other side expects."""
        self._writer.transport.abort()  # close() would first wait for a server that reads nothing
        self._client.close()

    async def _write(self, body: bytes, answer: asyncio.Future[SMTPResponse]) -> None:
        """Hand all but the final dot to the system, unless the server gives up before that."""
        async with asyncio.timeout(self._server.answer_within.total_seconds()):
            self._writer.write(body)
            with suppress(ConnectionError):  # the answer, or its absence, says it better
                await self._writer.drain()
            await asyncio.sleep(0)  # hear of an end that has arrived already
            if answer.done() or not self.is_open:
                early = await answer
                raise SMTPResponseException(early.code, early.message)

    async def _last_word(self, answer: asyncio.Future[SMTPResponse]) -> SMTPResponse | None:
        """Write the dot that makes the letter the server's, and hear what it says."""
        self._writer.write(_FINAL_DOT)
        try:
            async with asyncio.timeout(self._server.accept_within.total_seconds()):
                return await answer
        except SMTPResponseException as garbled:
            return SMTPResponse(garbled.code, garbled.message)
        except (OSError, SMTPException):
            return None


async def _prepare(client: SMTP, server: MailServer) -> None:
    """Bring a connection to where letters can be offered."""
    with stopping_at(Step.CONNECT):
        await client.connect(timeout=server.connect_within.total_seconds())
        client.local_hostname = _address_literal(client)
        await _greet(client)
    if server.encryption is MailEncryption.STARTTLS:
        with stopping_at(Step.TLS):
            await client.starttls()
            await _greet(client)  # what was offered before counts no longer (RFC 3207, 4.2)
    if server.username is not None:
        secret = server.password.get_secret_value() if server.password else ""
        with stopping_at(Step.LOGIN):
            await client.login(server.username, secret)
    if not client.is_connected:
        raise stopped(DeferredFor.UNREACHABLE)


async def _greet(client: SMTP) -> None:
    """Say EHLO, or HELO to a server that does not know it."""
    try:
        await client.ehlo()
    except SMTPResponseException as unknown:
        if unknown.code // 100 != 5 or not client.is_connected:
            raise
        await client.helo()


def _address_literal(client: SMTP) -> str:
    """Return how this side names itself: by its address, which is true everywhere (RFC 5321)."""
    own = ip_address(str(client.get_transport_info("sockname")[0]).partition("%")[0])
    return f"[IPv6:{own}]" if isinstance(own, IPv6Address) else f"[{own}]"


async def _collect(answer: asyncio.Future[SMTPResponse]) -> None:
    """End the reading of an answer, so that nothing of it is left to complain later."""
    if not answer.done():  # else nothing is awaited: the outcome is on its way to the caller
        answer.cancel()
        await asyncio.wait([answer])
    if not answer.cancelled():
        answer.exception()


def on_the_wire(message: bytes) -> bytes:
    """Return a message with the line ends and doubled dots that SMTP wants (RFC 5321, 4.5.2)."""
    lines = _LINE_END.sub(b"\r\n", message)
    whole = lines if lines.endswith(b"\r\n") else lines + b"\r\n"
    return _LEADING_DOT.sub(b"..", whole)
