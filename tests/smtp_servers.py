"""Mail servers for the tests: real sockets, real SMTP, and told beforehand where to misbehave.

``async with ScriptedServer() as server`` takes every letter. A script names a point of the
conversation and what happens there instead, once for each entry of its list:

    ScriptedServer({At.RECIPIENT: ["450 4.2.1 later"]})    refuses one recipient, then no more
    ScriptedServer({At.END: [Deed.DROP] * 9})              hangs up nine times in place of a reply
"""

import asyncio
import base64
import ipaddress
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

LOOPBACK: Final = "127.0.0.1"
NAME, PASSWORD = "laurel-relay", "a long password"
EVERYTHING: Final = ("SIZE 50000000", "8BITMIME", "SMTPUTF8")
_SMALL_BUFFER: Final = 4096


class At(StrEnum):
    """A point of the conversation; commands are named as they are written."""

    CONNECT = "CONNECT"
    HELLO = "EHLO"
    OLD_HELLO = "HELO"
    TLS = "STARTTLS"
    LOGIN = "AUTH"
    SENDER = "MAIL"
    RECIPIENT = "RCPT"
    LETTER = "DATA"
    MIDDLE = "MIDDLE"
    """Some of the letter's bytes have been read."""
    END = "END"
    """The final dot has been read."""
    RESET = "RSET"
    GOODBYE = "QUIT"


class Deed(StrEnum):
    """What a server does in place of a reply."""

    DROP = "drop"
    SILENCE = "silence"


Answer = str | Deed
Script = Mapping[At, Sequence[Answer]]


@dataclass(frozen=True)
class Received:
    """A letter that the server had up to its final dot, with the command lines before it."""

    sender: str
    recipient: str
    body: bytes


class _Gone(Exception):
    """The conversation is over."""


class ScriptedServer:
    """A mail server on a loopback port, in the loop of the test, that writes down what it saw."""

    def __init__(
        self,
        script: Script | None = None,
        *,
        extensions: Sequence[str] = EVERYTHING,
        starttls: ssl.SSLContext | None = None,
        implicit_tls: ssl.SSLContext | None = None,
        wants_login: bool = False,
        gate: asyncio.Event | None = None,
    ) -> None:
        self._script = {at: list(answers) for at, answers in (script or {}).items()}
        self._extensions = tuple(extensions)
        self._starttls = starttls
        self._implicit_tls = implicit_tls
        self._wants_login = wants_login
        self._gate = gate
        self._talks: dict[asyncio.Task[None], _Talk] = {}
        self._news = asyncio.Condition()
        self.port = 0
        self.connections = 0
        """Connections made so far."""
        self.most_open = 0
        """Connections that were open at the same time."""
        self.commands: list[str] = []
        """First words of the commands, in the order in which they came."""
        self.received: list[Received] = []
        """Letters read up to the final dot, whatever was answered."""
        self.waiting = 0
        """Letters whose answer waits for the gate."""

    @property
    def open_now(self) -> int:
        """Connections that are open."""
        return len(self._talks)

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Return as soon as something that this server sees is so."""
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(is_so)

    async def hang_up(self) -> None:
        """End every connection, as a server does that is restarted."""
        for talk in list(self._talks.values()):
            talk.writer.close()
        await self.until(lambda: not self._talks)

    def expect(self, at: At, *answers: Answer) -> None:
        """Misbehave from now on: the next times at ``at``."""
        self._script.setdefault(at, []).extend(answers)

    async def __aenter__(self) -> Self:
        listener = socket.create_server((LOOPBACK, 0))
        # A letter of some size must not fit into what the system takes in the server's place.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL_BUFFER)
        self.port = int(listener.getsockname()[1])
        self._server = await asyncio.start_server(
            self._welcome, sock=listener, ssl=self._implicit_tls, limit=_SMALL_BUFFER
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()
        talks = list(self._talks)
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)

    def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Begin one conversation, in a task that is ours to end."""
        self.connections += 1
        talk = _Talk(self, reader, writer)
        self._talks[asyncio.get_running_loop().create_task(self._converse(talk))] = talk
        self.most_open = max(self.most_open, len(self._talks))

    async def _converse(self, talk: "_Talk") -> None:
        """Hold one conversation and forget it."""
        try:
            await self._tell()
            with suppress(_Gone, ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
                await talk.hold()
        finally:
            talk.writer.close()
            self._talks = {task: known for task, known in self._talks.items() if known is not talk}
            await self._tell()

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    def _scripted(self, at: At, usual: str) -> Answer:
        left = self._script.get(at)
        return left.pop(0) if left else usual


class _Talk:
    """The server's side of one connection."""

    def __init__(
        self, server: ScriptedServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.writer = writer
        self._server = server
        self._reader = reader
        self._is_protected = server._implicit_tls is not None
        self._is_known = not server._wants_login
        self._sender = self._recipient = ""

    async def hold(self) -> None:
        """Answer until one side ends it."""
        await self._answer(At.CONNECT, "220 test.example.org ready")
        while line := (await self._reader.readuntil(b"\n")).decode().strip():
            verb = line.partition(" ")[0].upper()
            self._server.commands.append(verb)
            await self._obey(At(verb), line)
            await self._server._tell()

    async def _obey(self, at: At, line: str) -> None:
        match at:
            case At.HELLO:
                await self._answer(at, "\r\n".join(self._introduction()))
            case At.TLS:
                await self._protect()
            case At.LOGIN:
                await self._log_in(line)
            case At.SENDER if not self._is_known:
                await self._answer(at, "530 5.7.0 log in first")
            case At.SENDER:
                self._sender = line
                await self._answer(at, "250 2.1.0 ok")
            case At.RECIPIENT:
                self._recipient = line
                await self._answer(at, "250 2.1.5 ok")
            case At.LETTER:
                await self._take_letter()
            case At.GOODBYE:
                await self._answer(at, "221 2.0.0 bye")
                raise _Gone
            case _:
                await self._answer(at, "250 2.0.0 ok")

    def _introduction(self) -> list[str]:
        offered = ["test.example.org", *self._server._extensions]
        if self._server._starttls and not self._is_protected:
            offered.append("STARTTLS")
        if self._server._wants_login:
            offered.append("AUTH PLAIN")
        return [f"250-{offer}" for offer in offered[:-1]] + [f"250 {offered[-1]}"]

    async def _protect(self) -> None:
        """Answer, then shake hands; a client that does not trust us ends it."""
        answer = self._server._scripted(At.TLS, "220 2.0.0 go ahead")
        await self._say(answer)
        if answer != "220 2.0.0 go ahead":
            return
        assert self._server._starttls is not None
        await self.writer.start_tls(self._server._starttls)
        self._is_protected = True

    async def _log_in(self, line: str) -> None:
        given = base64.b64decode(line.split()[2]).decode().split("\0")[1:]
        self._is_known = given == [NAME, PASSWORD]
        usual = "235 2.7.0 welcome" if self._is_known else "535 5.7.8 not you"
        await self._answer(At.LOGIN, usual)

    async def _take_letter(self) -> None:
        answer = self._server._scripted(At.LETTER, "354 go ahead")
        await self._say(answer)
        if answer != "354 go ahead":
            return
        body = bytearray(await self._reader.readuntil(b"\n"))
        middle = self._server._scripted(At.MIDDLE, "")
        if middle:
            await self._say(middle)
        while not body.endswith(b"\r\n.\r\n"):
            body += await self._reader.readuntil(b"\n")
        self._server.received.append(Received(self._sender, self._recipient, bytes(body[:-3])))
        if self._server._gate is not None:
            self._server.waiting += 1
            await self._server._tell()
            await self._server._gate.wait()
        await self._answer(At.END, f"250 2.0.0 queued as {len(self._server.received)}")

    async def _answer(self, at: At, usual: str) -> None:
        await self._say(self._server._scripted(at, usual))

    async def _say(self, answer: Answer) -> None:
        """Reply, or misbehave. A 421 is the last word."""
        if answer is Deed.DROP:
            self.writer.transport.abort()
            raise _Gone
        if answer is Deed.SILENCE:
            await asyncio.Event().wait()  # nor is anything read any more, until the server stops
        self.writer.write(answer.encode() + b"\r\n")
        await self.writer.drain()
        if answer.startswith("421"):
            raise _Gone


@dataclass(frozen=True)
class Certified:
    """A server's own certificate, and clients that do and do not trust it."""

    server: ssl.SSLContext
    trusting: ssl.SSLContext
    distrusting: ssl.SSLContext


def certified(directory: Path, address: str = LOOPBACK) -> Certified:
    """Make a certificate for ``address`` that signs itself; its files lie in ``directory``."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail server of a test")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]),
            critical=False,
        )
        .sign(key, SHA256())
    )
    pem = directory / "server.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(secret + certificate.public_bytes(Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    public = certificate.public_bytes(Encoding.PEM).decode()
    return Certified(
        server=server,
        trusting=ssl.create_default_context(cadata=public),
        distrusting=ssl.create_default_context(),
    )
