"""The mail server of the harness: a process that can be killed, and misbehaves by order.

``python -m tests.chaos.sink --port P --orders Q --log F --occasions F``. What it took stands in its
log, on the disk, before it answers; so the log says what was really accepted, whatever the sender
knows of it.
"""

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from email.policy import default as modern
from pathlib import Path

from adapters.embedded.processes import LOOPBACK
from domain.values import Instant, Value
from tests.chaos.journal import Journal
from tests.chaos.occasions import met
from tests.chaos.orders import MailDeed, MailOrder, Route, obeying
from tests.waiting import pause

LARGEST_LINE = 1024 * 1024


class SinkLine(Value):
    """One letter as it reached the mail server, or one recipient that it did not want."""

    at: Instant
    recipient: str
    answer: str
    """What was answered, or what was done in place of an answer."""
    is_taken: bool
    """Whether the server has the letter from now on."""
    message_id: str = ""
    notice_id: str = ""


class Sink:
    """Takes letters, and does what it was ordered to do in place of that."""

    def __init__(self, log: Path, occasions: Path) -> None:
        self._log = Journal(log)
        self._occasions = Journal(occasions)
        self._left: Counter[MailDeed] = Counter()
        self._number = 0

    def obey(self, ordered: MailOrder) -> None:
        """Misbehave so many times from now on."""
        self._left[ordered.deed] += ordered.times

    def does(self, deed: MailDeed) -> bool:
        """Tell whether it is time for a deed, which is then done once less."""
        if self._left[deed] <= 0:
            return False
        self._left[deed] -= 1
        self._occasions.write(met(Route.MAIL, deed))
        return True

    def write(self, recipient: str, answer: str, letter: bytes = b"", *, is_taken: bool) -> None:
        """Write what became of a letter."""
        head = BytesHeaderParser(policy=modern).parsebytes(letter)
        self._log.write(
            SinkLine(
                at=datetime.now(UTC),
                recipient=recipient,
                answer=answer,
                is_taken=is_taken,
                message_id=str(head.get("Message-ID", "")),
                notice_id=str(head.get("X-Laurel-Notice", "")),
            )
        )

    def took(self, recipient: str, letter: bytes) -> str:
        """Keep a letter and return the answer."""
        self._number += 1
        answer = f"250 2.0.0 kept as {self._number}"
        self.write(recipient, answer, letter, is_taken=True)
        return answer

    async def welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hold one conversation."""
        talk = _Talk(self, reader, writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await talk.hold()
        writer.close()


class _Talk:
    """The server's side of one connection."""

    def __init__(
        self, sink: Sink, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._sink = sink
        self._reader = reader
        self._writer = writer
        self._recipient = ""
        self._is_slow = False

    async def hold(self) -> None:
        """Answer until one side ends it."""
        if self._sink.does(MailDeed.BUSY):
            return await self._say("421 4.3.2 too busy, try again later")
        self._is_slow = self._sink.does(MailDeed.SLOW)
        await self._say("220 sink.example.org ready")
        while line := (await self._reader.readuntil(b"\n")).decode().strip():
            if not await self._obey(line):
                return None
        return None

    async def _obey(self, line: str) -> bool:
        """Answer one command; ``False`` ends the conversation."""
        match line.partition(" ")[0].upper():
            case "EHLO":
                await self._say("250-sink.example.org\r\n250-8BITMIME\r\n250 SMTPUTF8")
            case "RCPT":
                self._recipient = line.partition(":")[2].strip("<> ").partition(">")[0]
                await self._say(self._of_recipient())
            case "DATA":
                return await self._letter()
            case "QUIT":
                await self._say("221 2.0.0 bye")
                return False
            case _:
                await self._say("250 2.0.0 ok")
        return True

    def _of_recipient(self) -> str:
        for deed, answer in (
            (MailDeed.NEVER, "550 5.1.1 nobody of this name"),
            (MailDeed.LATER, "450 4.2.1 try again later"),
        ):
            if self._sink.does(deed):
                self._sink.write(self._recipient, answer, is_taken=False)
                return answer
        return "250 2.1.5 ok"

    async def _letter(self) -> bool:
        await self._say("354 go ahead")
        letter = bytearray(await self._reader.readuntil(b"\n"))
        while not letter.endswith(b"\r\n.\r\n"):
            letter += await self._reader.readuntil(b"\n")
        if self._sink.does(MailDeed.SILENT):
            self._sink.write(self._recipient, "silence", bytes(letter), is_taken=False)
            await asyncio.Event().wait()
        if self._sink.does(MailDeed.LATER_AT_END):
            answer = "450 4.3.0 not now"
            self._sink.write(self._recipient, answer, bytes(letter), is_taken=False)
            await self._say(answer)
            return True
        await self._say(self._sink.took(self._recipient, bytes(letter)))
        return True

    async def _say(self, answer: str) -> None:
        whole = answer.encode() + b"\r\n"
        pieces = [whole[at : at + 1] for at in range(len(whole))] if self._is_slow else [whole]
        for piece in pieces:
            self._writer.write(piece)
            await self._writer.drain()
            if self._is_slow:
                await pause(1.0)


async def serve(port: int, orders: int, log: Path, occasions: Path) -> None:
    """Take letters until the process is ended."""
    sink = Sink(log, occasions)
    listening = await asyncio.start_server(sink.welcome, LOOPBACK, port, limit=LARGEST_LINE)
    obedient = await obeying(orders, MailOrder, sink.obey)
    async with listening, obedient:
        await asyncio.Event().wait()


def main(arguments: Sequence[str]) -> None:
    """Run the mail server from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--orders", type=int, required=True)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--occasions", type=Path, required=True)
    given = parser.parse_args(arguments)
    asyncio.run(serve(given.port, given.orders, given.log, given.occasions))


if __name__ == "__main__":
    main(sys.argv[1:])
