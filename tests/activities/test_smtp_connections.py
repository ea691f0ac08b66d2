"""Connections to real mail servers: protected, logged in, used again, and replaced in time."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from activities.mail_ports import Accepted, Deferred, DeferredFor, Refused
from adapters.mail.smtp import Keeping, SmtpRelay
from settings import MailEncryption, Settings
from tests.smtp_attempts import Claim, Clock, attempt, letter, patience_with, server_at
from tests.smtp_servers import NAME, PASSWORD, At, Certified, Deed, ScriptedServer
from tests.smtp_servers import certified as make_certificate


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Certified:
    """A certificate of this machine's own making."""
    return make_certificate(tmp_path_factory.mktemp("certificate"))


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


async def test_encryption_that_is_put_off_is_not_done_without(certified: Certified) -> None:
    """Proves: a server whose encryption is broken for now gets no letter either."""
    script = {At.TLS: ["454 4.7.0 not now"]}
    async with ScriptedServer(script, starttls=certified.server) as server:
        there = server_at(server.port, encryption=MailEncryption.STARTTLS)
        delivery = await attempt(there, tls=certified.trusting)
        assert "MAIL" not in server.commands
    assert delivery == Deferred(DeferredFor.TLS, 454, "454 4.7.0 not now", is_claimed=False)


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


async def test_what_was_claimed_is_not_tried_twice() -> None:
    """Proves: once the claim is taken only the caller decides on another attempt."""
    async with ScriptedServer() as server:
        relay = SmtpRelay(server_at(server.port))
        assert isinstance(await relay.deliver(letter(), Claim()), Accepted)
        server.expect(At.LETTER, Deed.DROP)
        claim = Claim()
        delivery = await relay.deliver(letter(), claim)
        assert delivery == Deferred(DeferredFor.UNREACHABLE, None, "", is_claimed=True)
        assert (claim.asked, server.connections) == (1, 1)
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
