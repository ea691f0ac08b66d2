"""The mail catcher, as a process of its own: what it answered with 250 is there, whatever comes."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from activities.mail_ports import Accepted, Deferred, DeferredFor, Delivery
from adapters.embedded.processes import LOOPBACK, Child, is_listening
from adapters.mail.caught import LOG_NAME, CaughtLine, caught_mail
from adapters.mail.smtp import SmtpRelay
from adapters.mail.smtp_connection import MailServer
from domain.letters import Letter

ROOT = Path(__file__).resolve().parents[2]
WHEN = datetime(2025, 5, 23, 21, 10, tzinfo=UTC)


def letter(number: int = 1, to: str = "pat@school.example.org", subject: str = "Access") -> Letter:
    """Return a letter with something in it that a careless server would change."""
    return Letter(
        message_id=f"<n-{number}@laurel.example.org>",
        sender="Laurel <laurel@example.org>",
        to_address=to,
        to_name="Pat Example",
        subject=subject,
        text=".\nA dot alone, “quotes”, and a long line: " + "word " * 300 + "\n",
        html="<p>A dot alone.</p>\n",
        reply_to="support@example.org",
        date=WHEN,
        headers=(),
    )


async def granted() -> bool:
    """Grant every claim."""
    return True


async def until(is_so: Callable[[], bool]) -> None:
    """Return when something that only looking shows is so."""
    async with asyncio.timeout(20):
        while not await asyncio.to_thread(is_so):
            continue


class CatcherProcess:
    """A running catcher."""

    def __init__(self, home: Path) -> None:
        self.directory = home / "mail"
        self._home = home
        self._port_file = home / "mail.port"

    async def start(self) -> None:
        """Start it and return when it takes mail."""
        self._port_file.unlink(missing_ok=True)
        place = ["--directory", str(self.directory), "--host", LOOPBACK, "--port", "0"]
        self.child = Child.start(
            "catcher",
            [
                *(sys.executable, "-W", "error", "-m", "adapters.mail.catcher"),
                *(*place, "--port-file", str(self._port_file)),
            ],
            log_directory=self._home,
            directory=ROOT,
        )

        async def has_told_its_port() -> bool:
            return self._port_file.exists()

        await self.child.wait_until(has_told_its_port)

    @property
    def port(self) -> int:
        """Where it takes mail."""
        return int(self._port_file.read_text())

    def relay(self) -> SmtpRelay:
        """Return a relay that leads to it."""
        return SmtpRelay(MailServer(LOOPBACK, self.port))

    async def take(self, *letters: Letter) -> list[Delivery]:
        """Send letters to it, all at once."""

        relay = self.relay()
        try:
            return await asyncio.gather(*(relay.deliver(each, granted) for each in letters))
        finally:
            await relay.close()


@pytest.fixture
async def catcher(tmp_path: Path) -> AsyncIterator[CatcherProcess]:
    """A catcher of this test's own."""
    process = CatcherProcess(tmp_path)
    await process.start()
    yield process
    await process.child.stop()


async def test_a_caught_letter_is_read_back_as_it_was_written(catcher: CatcherProcess) -> None:
    """Proves: recipient, subject and both texts come back unchanged; the reply names the file."""
    sent = letter(subject="Zugang für Sie – “jetzt”")
    (delivery,) = await catcher.take(sent)
    (caught,) = caught_mail(catcher.directory)
    assert isinstance(delivery, Accepted)
    assert delivery.reply == f"250 2.0.0 kept as {caught.file}"
    assert (caught.message_id, caught.subject) == (sent.message_id, sent.subject)
    assert (caught.sender, caught.to) == ("laurel@example.org", ("pat@school.example.org",))
    assert (caught.text, caught.html) == (sent.text, sent.html)
    assert caught.message["To"].addresses[0].display_name == "Pat Example"
    assert WHEN < caught.instant <= datetime.now(UTC)


async def test_addresses_in_other_scripts_are_caught(catcher: CatcherProcess) -> None:
    """Proves: the rehearsal stack takes whatever a real server with SMTPUTF8 takes."""
    await catcher.take(letter(to="жанна@school.example.org", subject="Доступ"))
    (caught,) = caught_mail(catcher.directory, to="жанна@school.example.org")
    assert str(caught.message["To"]) == "Pat Example <жанна@school.example.org>"
    assert caught.subject == "Доступ"
    assert caught_mail(catcher.directory, to="pat@school.example.org") == []


async def test_many_letters_at_once_are_each_caught_once(catcher: CatcherProcess) -> None:
    """Proves: nothing is lost or doubled between connections, and the log is in order."""
    deliveries = await catcher.take(*map(letter, range(40)))
    caught = caught_mail(catcher.directory)
    assert all(isinstance(delivery, Accepted) for delivery in deliveries)
    assert {mail.message_id for mail in caught} == {letter(n).message_id for n in range(40)}
    assert len(caught) == 40
    assert [mail.instant for mail in caught] == sorted(mail.instant for mail in caught)
    assert {path.name for path in catcher.directory.iterdir()} == {
        LOG_NAME,
        *(mail.file for mail in caught),
    }


async def test_sigterm_ends_it_in_order_and_silently(catcher: CatcherProcess) -> None:
    """Proves: it exits with 0 and has nothing to say, though every warning is an error to it."""
    await catcher.take(letter())
    await catcher.child.stop(by=signal.SIGTERM)
    assert catcher.child.exit_status == 0
    assert catcher.child.log() == ""


async def test_sigterm_with_a_connection_open_ends_it_too(catcher: CatcherProcess) -> None:
    """Proves: a worker that keeps its connections does not hold the stack's end up."""
    reader, writer = await asyncio.open_connection(LOOPBACK, catcher.port)
    assert (await reader.readline()).startswith(b"220")
    await catcher.child.stop(by=signal.SIGTERM)
    assert catcher.child.exit_status == 0
    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()


async def test_sigterm_in_the_middle_leaves_no_letter_in_between(catcher: CatcherProcess) -> None:
    """Proves: at an orderly end exactly those letters are kept that were answered with 250."""
    letters = list(map(letter, range(30)))
    relay = catcher.relay()
    sending = [asyncio.ensure_future(relay.deliver(each, granted)) for each in letters]
    await asyncio.wait(sending, return_when=asyncio.FIRST_COMPLETED)
    await catcher.child.stop(by=signal.SIGTERM)
    deliveries = await asyncio.gather(*sending)
    await relay.close()
    accepted = {
        each.message_id
        for each, delivery in zip(letters, deliveries, strict=True)
        if isinstance(delivery, Accepted)
    }
    assert accepted
    assert {mail.message_id for mail in caught_mail(catcher.directory)} == accepted
    assert catcher.child.exit_status == 0


async def test_sigterm_waits_for_the_answer_to_a_letter(catcher: CatcherProcess) -> None:
    """Proves: who has sent a whole letter is told what became of it before the catcher ends.

    The log is a pipe here: opening it blocks until somebody reads, and it cannot be made durable.
    """
    os.mkfifo(catcher.directory / LOG_NAME)
    relay = catcher.relay()
    sending = asyncio.ensure_future(relay.deliver(letter(), granted))
    await until(lambda: bool(list(catcher.directory.glob("*.eml"))))
    os.kill(catcher.child.pid, signal.SIGTERM)
    while await is_listening(catcher.port):
        continue
    assert not sending.done()
    with (catcher.directory / LOG_NAME).open("rb") as pipe:
        delivery = await sending
        assert pipe.read().endswith(b"}\n")
    await relay.close()
    assert isinstance(delivery, Deferred)
    assert (delivery.reason, delivery.code) == (DeferredFor.SERVER, 452)
    await until(lambda: not catcher.child.is_running)
    assert catcher.child.exit_status == 0


async def test_what_was_accepted_survives_a_kill_and_a_restart(catcher: CatcherProcess) -> None:
    """Proves: 250 means kept; a line that a crash cut off is dropped and spoils no later one."""
    accepted = await catcher.take(*map(letter, range(5)))
    catcher.child.kill()
    assert all(isinstance(delivery, Accepted) for delivery in accepted)
    log = catcher.directory / LOG_NAME
    half = log.read_bytes().splitlines()[0][:40]
    log.write_bytes(log.read_bytes() + half)
    assert len(caught_mail(catcher.directory)) == 5
    await catcher.start()
    await catcher.take(letter(9))
    numbers = [mail.message_id for mail in caught_mail(catcher.directory)]
    assert sorted(numbers[:5]) == [letter(n).message_id for n in range(5)]
    assert numbers[5:] == [letter(9).message_id]


async def test_what_cannot_be_kept_is_not_accepted(catcher: CatcherProcess) -> None:
    """Proves: a full or missing disk defers the letter, and the log says so without an address."""
    shutil.rmtree(catcher.directory)
    (delivery,) = await catcher.take(letter())
    reply = "452 4.3.1 could not be kept, try again later"
    assert delivery == Deferred(DeferredFor.SERVER, 452, reply, is_claimed=True)
    assert "could not be kept: No such file or directory" in catcher.child.log()
    assert "@" not in catcher.child.log()
    catcher.directory.mkdir()
    (again,) = await catcher.take(letter())
    assert isinstance(again, Accepted)
    assert len(caught_mail(catcher.directory)) == 1


def test_nothing_caught_is_an_empty_list(tmp_path: Path) -> None:
    """Proves: asking before the first letter, or before the catcher, is no error."""
    assert caught_mail(tmp_path) == []
    (tmp_path / LOG_NAME).touch()
    assert caught_mail(tmp_path) == []


def test_a_letter_without_one_of_the_two_texts_is_read(tmp_path: Path) -> None:
    """Proves: the reader takes mail that Laurel did not write."""
    line = CaughtLine(
        instant=WHEN, message_id="", sender="", to=("pat@example.org",), subject="", file="a.eml"
    )
    (tmp_path / LOG_NAME).write_text(line.model_dump_json() + "\n")
    (tmp_path / "a.eml").write_bytes(b"Subject: plain\r\n\r\nOnly text.\r\n")
    (caught,) = caught_mail(tmp_path)
    assert (caught.text.strip(), caught.html) == ("Only text.", "")
