"""The mail catcher: a mail server that keeps every letter and passes none on.

``python -m adapters.mail.catcher --directory D --host 127.0.0.1 --port 0 --port-file F`` runs until
SIGTERM. A letter is answered with 250 when it survives a power cut, and not before: the file is
complete and in place, and so is its line in the log (``adapters.mail.caught``).
"""

import argparse
import asyncio
import logging
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import default as modern
from pathlib import Path
from typing import Final
from uuid import uuid4

from aiosmtpd.smtp import SMTP, Envelope, Session

from adapters.mail.caught import LOG_NAME, CaughtLine, whole_lines

LARGEST_LETTER: Final = 32 * 1024 * 1024
"""Bytes."""

_TAKEN: Final = "250 2.0.0 kept as "
_NOT_KEPT: Final = "452 4.3.1 could not be kept, try again later"
_ENDING: Final = "421 4.3.2 ending, try again later"
_log = logging.getLogger(__name__)


class Catcher:
    """Answers the mail server's question what to do with a letter: keep it in ``directory``."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._turn = asyncio.Lock()
        self._is_ending = False
        directory.mkdir(parents=True, exist_ok=True)
        _drop_cut_off_line(directory / LOG_NAME)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the letter, one at a time, and return the answer."""
        del server, session
        if self._is_ending:
            return _ENDING
        content = envelope.original_content or b""
        recipients = tuple(envelope.rcpt_tos)
        async with self._turn:
            try:
                name = await asyncio.to_thread(
                    self._keep, content, envelope.mail_from or "", recipients
                )
            except OSError as error:
                _log.warning("a letter could not be kept: %s", error.strerror)
                return _NOT_KEPT
        return _TAKEN + name

    async def settle(self) -> None:
        """Take no more letters, and return when those that were taken are kept and answered."""
        self._is_ending = True
        async with self._turn:
            return

    def _keep(self, content: bytes, sender: str, recipients: tuple[str, ...]) -> str:
        """Write the letter, then the line that makes it count; returns the file's name."""
        head = BytesParser(policy=modern).parsebytes(content, headersonly=True)
        now = datetime.now(UTC)
        line = CaughtLine(
            instant=now,
            message_id=str(head.get("Message-ID", "")),
            sender=sender,
            to=recipients,
            subject=str(head.get("Subject", "")),
            file=f"{now:%Y%m%dT%H%M%S%f}-{uuid4().hex[:8]}.eml",
        )
        _write_whole(self._directory / line.file, content)
        _append(self._directory / LOG_NAME, line.model_dump_json().encode() + b"\n")
        return line.file


def _drop_cut_off_line(log: Path) -> None:
    """Let the next line start on a line of its own, after a crash in the middle of one."""
    if log.exists():
        os.truncate(log, len(whole_lines(log.read_bytes())))


def _write_whole(file: Path, content: bytes) -> None:
    """Put a file in its place, complete and on the disk, or not at all."""
    unfinished = file.with_suffix(".part")
    try:
        with unfinished.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
    with _opened(file.parent, os.O_RDONLY) as directory:
        os.fsync(directory)


def _append(log: Path, line: bytes) -> None:
    """Add a line to the log, on the disk; what could not be written whole is taken back."""
    with _opened(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT) as descriptor:
        before = os.fstat(descriptor).st_size
        try:
            if os.write(descriptor, line) < len(line):
                raise OSError(None, "the line was cut short")
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, before)
            raise


@contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    descriptor = os.open(path, flags, 0o644)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


class _Sessions:
    """Makes the server's side of each connection, and knows which are open."""

    def __init__(self, catcher: Catcher) -> None:
        self._catcher = catcher
        self._known: list[SMTP] = []

    def start(self) -> SMTP:
        """Return the server's side of a connection that is about to be made."""
        self._known = [known for known in self._known if known.transport is not None]
        session = SMTP(
            self._catcher,
            hostname="localhost",  # else the name servers would be asked
            ident="Laurel mail catcher",
            enable_SMTPUTF8=True,
            data_size_limit=LARGEST_LETTER,
            loop=asyncio.get_running_loop(),
        )
        self._known.append(session)
        return session

    def end(self) -> None:
        """Close every connection once what was said has been sent."""
        for session in self._known:
            if session.transport is not None:
                session.transport.close()


async def catch(directory: Path, host: str, port: int, port_file: Path) -> None:
    """Take mail until SIGTERM or SIGINT; ``port_file`` says where, as soon as mail is taken."""
    loop = asyncio.get_running_loop()
    asked_to_end = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked_to_end.set)
    catcher = Catcher(directory)
    sessions = _Sessions(catcher)
    server = await loop.create_server(sessions.start, host, port)
    _write_whole(port_file, str(server.sockets[0].getsockname()[1]).encode())
    await asked_to_end.wait()
    server.close()
    await catcher.settle()  # whoever waits for a 250 gets it
    sessions.end()
    await server.wait_closed()


def main() -> None:
    """Read the command line and catch."""
    parser = argparse.ArgumentParser(description="Keep all mail in a directory, pass none on.")
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--port-file", type=Path, required=True)
    chosen = parser.parse_args()
    asyncio.run(catch(chosen.directory, chosen.host, chosen.port, chosen.port_file))


if __name__ == "__main__":
    main()
