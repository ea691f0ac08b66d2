"""The relay against real servers that misbehave: what is told of a letter is what became of it."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from activities.mail_ports import (
    Abandoned,
    Accepted,
    Deferred,
    DeferredFor,
    Delivery,
    Refused,
    RefusedFor,
    Unconfirmed,
)
from adapters.embedded.processes import free_ports
from adapters.mail.smtp import Keeping, SmtpRelay
from adapters.mail.smtp_connection import MailServer, on_the_wire
from domain.letters import Letter
from settings import MailEncryption, Settings
from tests.smtp_servers import LOOPBACK, NAME, PASSWORD, At, Certified, Deed, ScriptedServer
from tests.smtp_servers import certified as make_certificate

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


def patience_with(answer: Deed | str) -> timedelta:
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


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Certified:
    """A certificate of this machine's own making."""
    return make_certificate(tmp_path_factory.mktemp("certificate"))


async def test_a_letter_arrives_whole_and_the_servers_own_reply_is_kept() -> None:
    """Proves: accepted quotes the reply, the bytes arrive unchanged, dots and all."""
    async with ScriptedServer() as server:
        delivery = await attempt(server_at(server.port))
        assert delivery == Accepted("250 2.0.0 queued as 1", NOW)
        (received,) = server.received
    assert received.sender.startswith("MAIL FROM:<laurel@example.org> SIZE=")
    assert received.recipient == "RCPT TO:<pat@school.example.org>"
    assert b"\r\n..\r\n...and a line of dots\r\n" in received.body
    assert b"Message-ID: <n-7@laurel.example.org>\r\n" in received.body


async def test_the_claim_is_asked_once_and_directly_before_the_letter() -> None:
    """Proves: the recipient is known to be taken, and nothing of the letter is out yet."""
    async with ScriptedServer() as server:
        seen: list[list[str]] = []

        async def claim() -> bool:
            seen.append(list(server.commands))
            return True

        assert isinstance(await attempt(server_at(server.port), claim=claim), Accepted)
        assert seen == [["EHLO", "MAIL", "RCPT"]]
        assert server.commands[3:] == ["DATA", "QUIT"]


async def test_without_a_claim_nothing_is_sent_and_the_connection_stays_clean() -> None:
    """Proves: an abandoned letter leaves no envelope behind for the next one."""
    async with ScriptedServer() as server:
        relay = SmtpRelay(server_at(server.port))
        assert await relay.deliver(letter(), Claim(is_granted=False)) == Abandoned()
        assert isinstance(await relay.deliver(letter("two@example.org"), Claim()), Accepted)
        await relay.close()
        assert [received.recipient for received in server.received] == ["RCPT TO:<two@example.org>"]
        assert server.commands[:4] == ["EHLO", "MAIL", "RCPT", "RSET"]
        assert server.connections == 1


async def test_a_claim_that_fails_sends_nothing() -> None:
    """Proves: trouble in the records is the caller's to see, and no letter goes out unclaimed."""

    async def claim() -> bool:
        raise LookupError("the records are away")

    async with ScriptedServer() as server:
        with pytest.raises(LookupError):
            await attempt(server_at(server.port), claim=claim)
        assert "DATA" not in server.commands


@pytest.mark.parametrize(
    ("at", "reply", "reason"),
    [
        (At.CONNECT, "421 4.3.2 closing", DeferredFor.SERVER),
        (At.CONNECT, "554 5.3.2 no service", DeferredFor.SENDER),
        (At.HELLO, "421 4.3.2 closing", DeferredFor.SERVER),
        (At.SENDER, "451 4.3.0 later", DeferredFor.SERVER),
        (At.SENDER, "550 5.7.1 you may not", DeferredFor.SENDER),
        (At.SENDER, "530 5.7.0 log in first", DeferredFor.LOGIN),
        (At.RECIPIENT, "450 4.2.1 later", DeferredFor.SERVER),
        (At.RECIPIENT, "421 4.7.0 too many", DeferredFor.SERVER),
    ],
)
async def test_what_the_server_puts_off_is_deferred(
    at: At, reply: str, reason: DeferredFor
) -> None:
    """Proves: 4xx, and a no that is not about this letter, wait; and nothing was claimed."""
    claim = Claim()
    async with ScriptedServer({at: [reply] * 2}) as server:
        delivery = await attempt(server_at(server.port), claim=claim)
    assert delivery == Deferred(reason, int(reply[:3]), reply, is_claimed=False)
    assert claim.asked == 0


@pytest.mark.parametrize(
    ("at", "reply", "asked"),
    [
        (At.RECIPIENT, "550 5.1.1 nobody here", 0),
        (At.SENDER, "552 5.3.4 too large", 0),
        (At.LETTER, "554 5.5.1 no", 1),
        (At.END, "552 5.3.4 too large", 1),
    ],
)
async def test_what_the_server_says_no_to_is_refused(at: At, reply: str, asked: int) -> None:
    """Proves: 5xx about the letter or its recipient is final, at every step."""
    claim = Claim()
    async with ScriptedServer({at: [reply]}) as server:
        delivery = await attempt(server_at(server.port), claim=claim)
    assert delivery == Refused(RefusedFor.SERVER, int(reply[:3]), reply)
    assert claim.asked == asked


@pytest.mark.parametrize("at", [At.LETTER, At.END])
async def test_a_later_after_the_claim_says_that_it_was_taken(at: At) -> None:
    """Proves: the caller knows that there is a claim to give back."""
    async with ScriptedServer({at: ["451 4.3.0 later"]}) as server:
        delivery = await attempt(server_at(server.port))
    assert delivery == Deferred(DeferredFor.SERVER, 451, "451 4.3.0 later", is_claimed=True)


@pytest.mark.parametrize(
    ("deed", "reason"), [(Deed.DROP, DeferredFor.UNREACHABLE), (Deed.SILENCE, DeferredFor.SILENT)]
)
@pytest.mark.parametrize(
    ("at", "is_claimed"),
    [
        (At.CONNECT, False),
        (At.HELLO, False),
        (At.SENDER, False),
        (At.RECIPIENT, False),
        (At.LETTER, True),
        (At.MIDDLE, True),
    ],
)
async def test_an_end_before_the_final_dot_is_no_acceptance(
    at: At, is_claimed: bool, deed: Deed, reason: DeferredFor
) -> None:
    """Proves: while the letter is incomplete, a drop or silence can only mean: not taken."""
    async with ScriptedServer({at: [deed]}) as server:
        large = letter(text=("x" * 70 + "\n") * (MEGABYTES // 71)) if at is At.MIDDLE else letter()
        delivery = await attempt(server_at(server.port, patience_with(deed)), sent=large)
        assert delivery == Deferred(reason, None, "", is_claimed=is_claimed)
        assert server.received == []


async def test_a_server_that_gives_up_in_the_middle_is_heard() -> None:
    """Proves: a no that comes before the final dot is a no, and the letter is not completed."""
    async with ScriptedServer({At.MIDDLE: ["552 5.3.4 too large"]}) as server:
        large = letter(text=("x" * 70 + "\n") * (MEGABYTES // 71))
        delivery = await attempt(server_at(server.port), sent=large)
        assert delivery == Refused(RefusedFor.SERVER, 552, "552 5.3.4 too large")
        await server.until(lambda: server.open_now == 0)
        assert server.received == []


@pytest.mark.parametrize(
    ("answer", "reply"),
    [
        (Deed.DROP, ""),
        (Deed.SILENCE, ""),
        ("what now?", "Malformed SMTP response line: what now?"),
        ("354 go on", "354 go on"),
    ],
)
async def test_no_answer_to_the_whole_letter_is_unconfirmed(answer: Deed | str, reply: str) -> None:
    """Proves: after the final dot silence is neither success nor failure, and no retry."""
    async with ScriptedServer({At.END: [answer]}) as server:
        there = server_at(server.port, patience_with(answer))
        assert await attempt(there) == Unconfirmed(reply)
        assert len(server.received) == 1
        assert server.connections == 1


async def test_nobody_listening_is_unreachable() -> None:
    """Proves: a server that is down defers the letter."""
    (port,) = free_ports(1)
    delivery = await attempt(server_at(port))
    assert delivery == Deferred(DeferredFor.UNREACHABLE, None, "", is_claimed=False)


async def test_something_else_listening_is_told_apart() -> None:
    """Proves: a port on which another protocol is spoken is not taken for a mail server."""
    async with ScriptedServer({At.CONNECT: ["HTTP/1.1 400 Bad Request"]}) as server:
        delivery = await attempt(server_at(server.port))
    assert isinstance(delivery, Deferred)
    assert delivery.reason is DeferredFor.GARBLED


@pytest.mark.parametrize("encryption", [MailEncryption.STARTTLS, MailEncryption.TLS])
async def test_letters_go_encrypted_to_a_server_that_proves_who_it_is(
    certified: Certified, encryption: MailEncryption
) -> None:
    """Proves: both kinds of encryption work, and the login goes inside them."""
    is_implicit = encryption is MailEncryption.TLS
    context = {"implicit_tls" if is_implicit else "starttls": certified.server}
    async with ScriptedServer(wants_login=True, **context) as server:  # type: ignore[arg-type]
        there = server_at(
            server.port, encryption=encryption, username=NAME, password=SecretStr(PASSWORD)
        )
        assert isinstance(await attempt(there, tls=certified.trusting), Accepted)
        before_login = server.commands[: server.commands.index("AUTH")]
        assert before_login == (["EHLO"] if is_implicit else ["EHLO", "STARTTLS", "EHLO"])


@pytest.mark.parametrize("encryption", [MailEncryption.STARTTLS, MailEncryption.TLS])
async def test_a_certificate_that_proves_nothing_ends_it(
    certified: Certified, encryption: MailEncryption
) -> None:
    """Proves: without a certificate that is trusted no word of the letter is said."""
    is_implicit = encryption is MailEncryption.TLS
    context = {"implicit_tls" if is_implicit else "starttls": certified.server}
    async with ScriptedServer(**context) as server:  # type: ignore[arg-type]
        there = server_at(server.port, encryption=encryption)
        delivery = await attempt(there, tls=certified.distrusting)
        assert "MAIL" not in server.commands
    assert delivery == Deferred(DeferredFor.TLS, None, "", is_claimed=False)
    assert delivery.is_for_operations


async def test_a_certificate_of_another_machine_ends_it(tmp_path: Path) -> None:
    """Proves: being trusted is not enough, the server has to be the one that was asked for."""
    elsewhere = make_certificate(tmp_path, "192.0.2.7")
    async with ScriptedServer(starttls=elsewhere.server) as server:
        there = server_at(server.port, encryption=MailEncryption.STARTTLS)
        delivery = await attempt(there, tls=elsewhere.trusting)
    assert isinstance(delivery, Deferred)
    assert delivery.reason is DeferredFor.TLS


async def test_encryption_that_is_not_offered_is_not_done_without() -> None:
    """Proves: somebody in between who hides STARTTLS gets to read nothing."""
    async with ScriptedServer() as server:
        delivery = await attempt(server_at(server.port, encryption=MailEncryption.STARTTLS))
        assert server.commands == ["EHLO"]
    assert delivery == Deferred(DeferredFor.TLS, None, "", is_claimed=False)


@pytest.mark.parametrize(
    ("wants_login", "username", "code"), [(True, NAME, 535), (True, None, 530), (False, NAME, None)]
)
async def test_a_login_that_fails_is_for_operations(
    wants_login: bool, username: str | None, code: int | None
) -> None:
    """Proves: a wrong password, none, and one that nobody wants are told as what they are."""
    async with ScriptedServer(wants_login=wants_login) as server:
        there = server_at(server.port, username=username, password=SecretStr("wrong"))
        delivery = await attempt(there)
    assert isinstance(delivery, Deferred)
    assert (delivery.reason, delivery.code) == (DeferredFor.LOGIN, code)
    assert delivery.is_for_operations


async def test_addresses_in_other_scripts_need_a_server_that_takes_them() -> None:
    """Proves: SMTPUTF8 is used where it is needed and offered, and its lack is told as such."""
    name = letter("жанна@school.example.org")
    async with ScriptedServer() as able, ScriptedServer(extensions=["8BITMIME"]) as unable:
        assert isinstance(await attempt(server_at(able.port), sent=name), Accepted)
        (received,) = able.received
        assert received.sender.endswith(" BODY=8BITMIME SMTPUTF8")
        assert "жанна@school.example.org".encode() in received.body
        refused = await attempt(server_at(unable.port), sent=name)
        assert refused == Refused(RefusedFor.LETTERS_OF_ADDRESS, None, "")
        assert "MAIL" not in unable.commands


async def test_a_domain_in_another_script_needs_nothing_of_the_server() -> None:
    """Proves: a domain is told as the name servers know it."""
    async with ScriptedServer(extensions=[]) as server:
        sent = letter("pat@schüle.example.org")
        assert isinstance(await attempt(server_at(server.port), sent=sent), Accepted)
        assert server.received[0].recipient == "RCPT TO:<pat@xn--schle-mva.example.org>"
        assert server.received[0].body.isascii()


async def test_a_server_of_the_first_generation_is_enough() -> None:
    """Proves: a relay without any extension, which knows no EHLO, still gets the letters."""
    async with ScriptedServer({At.HELLO: ["502 5.5.1 what?"]}) as server:
        assert isinstance(await attempt(server_at(server.port)), Accepted)
        assert server.commands[:3] == ["EHLO", "HELO", "MAIL"]
        assert server.received[0].sender == "MAIL FROM:<laurel@example.org>"


@pytest.mark.parametrize(
    "address",
    ["", "pat", "pat@localhost", "a@b.org>\r\nRCPT TO:<c@d.org", "pat@example.org, x@y.z"],
)
async def test_what_is_no_address_is_refused_without_asking(address: str) -> None:
    """Proves: no text can smuggle a command or a second recipient into the conversation."""
    async with ScriptedServer() as server:
        delivery = await attempt(server_at(server.port), sent=letter(address))
        assert delivery == Refused(RefusedFor.ADDRESS, None, "")
        assert server.connections == 0


async def test_a_sender_that_is_no_address_is_for_operations() -> None:
    """Proves: a mistake in the settings refuses no letter for good."""
    async with ScriptedServer() as server:
        delivery = await attempt(server_at(server.port), sent=letter(sender="Laurel"))
    assert delivery == Deferred(DeferredFor.SENDER, None, "", is_claimed=False)
    assert delivery.is_for_operations


async def test_a_reply_can_be_stored_whatever_is_in_it() -> None:
    """Proves: a reply is one bounded line without controls, in any database's text."""
    async with ScriptedServer({At.END: ["250 a\x00b\tc\x1b[31m " + "x" * 2000]}) as server:
        delivery = await attempt(server_at(server.port))
    assert isinstance(delivery, Accepted)
    assert delivery.reply.startswith("250 a b c [31m xxx")
    assert len(delivery.reply) == 500


async def test_one_connection_serves_many_letters() -> None:
    """Proves: a hundred notices do not cost a hundred handshakes."""
    async with ScriptedServer() as server:
        relay = SmtpRelay(server_at(server.port))
        for _ in range(20):
            assert isinstance(await relay.deliver(letter(), Claim()), Accepted)
        assert (server.connections, len(server.received)) == (1, 20)
        assert "RSET" not in server.commands  # no question where none is needed
        await relay.close()
        await server.until(lambda: server.open_now == 0)
        assert server.commands[-1] == "QUIT"


async def test_a_refused_letter_costs_no_connection() -> None:
    """Proves: after a no the same connection takes the next letter."""
    async with ScriptedServer({At.RECIPIENT: ["550 5.1.1 nobody here"]}) as server:
        relay = SmtpRelay(server_at(server.port))
        assert isinstance(await relay.deliver(letter("no@example.org"), Claim()), Refused)
        assert isinstance(await relay.deliver(letter("yes@example.org"), Claim()), Accepted)
        await relay.close()
        assert server.connections == 1


async def test_connections_are_replaced_by_count_and_by_age() -> None:
    """Proves: no connection outlives its letters or its time."""
    clock = Clock()
    keeping = Keeping(letters=3, age=timedelta(minutes=5), trusted_for=timedelta(hours=1))
    async with ScriptedServer() as server:
        relay = SmtpRelay(server_at(server.port), keeping, monotonic=clock)
        for expected in (1, 1, 1, 2):
            assert isinstance(await relay.deliver(letter(), Claim()), Accepted)
            assert server.connections == expected
        clock.advance(timedelta(minutes=5))
        assert isinstance(await relay.deliver(letter(), Claim()), Accepted)
        assert server.connections == 3
        await relay.close()


async def test_a_connection_is_questioned_after_a_long_pause_only() -> None:
    """Proves: an idle connection is asked before it is trusted, and one that lies is replaced."""
    clock = Clock()
    async with ScriptedServer() as server:
        keeping = Keeping(trusted_for=timedelta(seconds=20))
        relay = SmtpRelay(server_at(server.port), keeping, monotonic=clock)
        for pause, questions in ((0, 0), (19, 0), (21, 1)):
            clock.advance(timedelta(seconds=pause))
            assert isinstance(await relay.deliver(letter(), Claim()), Accepted)
            assert server.commands.count("RSET") == questions
        server.expect(At.RESET, Deed.DROP)
        clock.advance(timedelta(seconds=21))
        assert isinstance(await relay.deliver(letter(), Claim()), Accepted)
        assert server.connections == 2
        await relay.close()


@pytest.mark.parametrize(
    ("at", "answer"),
    [
        (At.SENDER, Deed.DROP),
        (At.SENDER, Deed.SILENCE),
        (At.SENDER, "421 4.4.2 too long idle"),
        (At.RECIPIENT, Deed.DROP),
    ],
)
async def test_a_dead_kept_connection_costs_no_letter(at: At, answer: Deed | str) -> None:
    """Proves: what looked alive and is not gets replaced within the same attempt, claimed once."""
    async with ScriptedServer() as server:
        relay = SmtpRelay(server_at(server.port, patience_with(answer)))
        assert isinstance(await relay.deliver(letter(), Claim()), Accepted)
        server.expect(at, answer)
        claim = Claim()
        assert isinstance(await relay.deliver(letter(), claim), Accepted)
        assert (claim.asked, server.connections, len(server.received)) == (1, 2, 2)
        await relay.close()


async def test_a_server_that_was_restarted_is_not_noticed() -> None:
    """Proves: kept connections that the server ended are never used."""
    async with ScriptedServer() as server:
        relay = SmtpRelay(server_at(server.port))
        await asyncio.gather(*(relay.deliver(letter(), Claim()) for _ in range(3)))
        opened = server.connections
        await server.hang_up()
        assert isinstance(await relay.deliver(letter(), Claim()), Accepted)
        assert server.connections == opened + 1
        await relay.close()


async def test_letters_at_the_same_time_share_a_few_connections() -> None:
    """Proves: no more connections than allowed, none idle while letters wait, every letter sent."""
    gate = asyncio.Event()
    async with ScriptedServer(gate=gate) as server:
        relay = SmtpRelay(server_at(server.port), Keeping(connections=3))
        addresses = [f"p{number}@example.org" for number in range(30)]
        sending = asyncio.gather(*(relay.deliver(letter(to), Claim()) for to in addresses))
        await server.until(lambda: server.waiting == 3)
        gate.set()
        assert all(isinstance(delivery, Accepted) for delivery in await sending)
        assert (server.connections, server.most_open) == (3, 3)
        assert {received.recipient for received in server.received} == {
            f"RCPT TO:<{address}>" for address in addresses
        }
        await relay.close()


async def test_a_cancelled_delivery_takes_its_connection_along() -> None:
    """Proves: the next letter never meets the answer to a conversation that was broken off."""
    gate = asyncio.Event()
    async with ScriptedServer(gate=gate) as server:
        relay = SmtpRelay(server_at(server.port), Keeping(connections=1))
        cancelled = asyncio.ensure_future(relay.deliver(letter("one@example.org"), Claim()))
        await server.until(lambda: server.waiting == 1)
        cancelled.cancel()
        with pytest.raises(asyncio.CancelledError):
            await cancelled
        gate.set()
        delivery = await relay.deliver(letter("two@example.org"), Claim())
        assert delivery == Accepted("250 2.0.0 queued as 2", delivery.at)  # type: ignore[union-attr]
        assert server.connections == 2
        await relay.close()


async def test_a_relay_is_made_from_settings() -> None:
    """Proves: host, port and login come from the installation's settings."""
    async with ScriptedServer(wants_login=True) as server:
        settings = Settings(
            smtp_port=server.port, smtp_username=NAME, smtp_password=SecretStr(PASSWORD)
        )
        relay = SmtpRelay.configured(settings)
        assert isinstance(await relay.deliver(letter(), Claim()), Accepted)
        await relay.close()


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (b"a\nb", b"a\r\nb\r\n"),
        (b"a\rb\r\n", b"a\r\nb\r\n"),
        (b".\r\n", b"..\r\n"),
        (b"a\n.\nb\r.\r", b"a\r\n..\r\nb\r\n..\r\n"),
    ],
)
def test_no_text_ends_a_letter_early(message: bytes, expected: bytes) -> None:
    """Proves: a lone dot on a line, however its line ends, is never the final one."""
    assert on_the_wire(message) == expected
