"""One letter against real servers that misbehave: what is told of it is what became of it."""

import asyncio

import psutil
import pytest

from activities.mail_ports import (
    Abandoned,
    Accepted,
    Deferred,
    DeferredFor,
    Refused,
    RefusedFor,
    Unconfirmed,
)
from adapters.embedded.processes import free_ports
from adapters.mail.smtp import SmtpRelay
from adapters.mail.smtp_connection import on_the_wire
from tests.smtp_attempts import MEGABYTES, NOW, Claim, attempt, letter, patience_with, server_at
from tests.smtp_servers import At, Deed, ScriptedServer


def sockets_to(port: int) -> int:
    """Return how many sockets this process still has towards a local port."""
    known = psutil.Process().net_connections(kind="tcp")
    return sum(1 for each in known if each.raddr and each.raddr.port == port)


async def until_no_socket_leads_to(port: int) -> None:
    """Return when this process has let go of a local port, which it does without being asked."""
    async with asyncio.timeout(10):
        while await asyncio.to_thread(sockets_to, port):
            continue


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
        relay = SmtpRelay(server_at(server.port))
        with pytest.raises(LookupError):
            await relay.deliver(letter(), claim)
        assert "DATA" not in server.commands
        assert isinstance(await relay.deliver(letter(), Claim()), Accepted)
        assert server.connections == 2  # the first one was in the middle of a letter
        await relay.close()


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
        await until_no_socket_leads_to(server.port)


async def test_a_server_that_gives_up_in_the_middle_is_heard() -> None:
    """Proves: a no that comes before the final dot is a no, and the letter is not completed."""
    async with ScriptedServer({At.MIDDLE: ["552 5.3.4 too large"]}) as server:
        large = letter(text=("x" * 70 + "\n") * (MEGABYTES // 71))
        relay = SmtpRelay(server_at(server.port))
        delivery = await relay.deliver(large, Claim())
        assert delivery == Refused(RefusedFor.SERVER, 552, "552 5.3.4 too large")
        await server.until(lambda: server.open_now == 0)  # the relay hung up by itself
        assert server.received == []
        await relay.close()


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
        relay = SmtpRelay(server_at(server.port, patience_with(answer)))
        assert await relay.deliver(letter(), Claim()) == Unconfirmed(reply)
        assert (server.connections, len(server.received)) == (1, 1)
        assert isinstance(await relay.deliver(letter(), Claim()), Accepted)
        assert server.connections == 2  # who knows what the first one would answer next
        await relay.close()


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
