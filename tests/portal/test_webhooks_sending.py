"""Sending one event over HTTP: what counts as taken, and where nothing is ever sent."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from activities.webhook_ports import OutgoingEvent, Verdict
from adapters.webhooks.sending import MOST_CHARACTERS, HttpSender
from adapters.webhooks.signing import new_secret
from domain.webhook_targets import TargetRule
from tests.portal.receivers import running_receiver
from tests.smtp_servers import certified

HERE = TargetRule(is_on_this_machine=True)
ABROAD = TargetRule()


def event_for(url: str, *secrets: SecretStr) -> OutgoingEvent:
    """Return an event on its way to ``url``."""
    return OutgoingEvent(
        url=url, secrets=secrets or (new_secret(),), event_id="v-1", body='{"type":"x","é":1}'
    )


def now() -> datetime:
    """Return the instant of sending."""
    return datetime.now(UTC)


async def test_an_event_is_signed_as_receivers_expect_it() -> None:
    """Proves: the receivers' own library accepts headers and body; while a secret is changed over,
    whoever has the old or the new one accepts the same message.
    """
    old, new = new_secret(), new_secret()
    async with running_receiver() as receiver:
        answer = await HttpSender(HERE).send(event_for(receiver.url, new, old), now())
    (hook,) = receiver.hooks
    assert (answer.verdict, answer.status) == (Verdict.TAKEN, 204)
    for secret in (old, new):
        assert hook.verified_by(secret.get_secret_value())["type"] == "x"
    assert hook.headers["content-type"] == "application/json"
    assert hook.headers["host"] in receiver.url


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, Verdict.TAKEN),
        (302, Verdict.DECLINED),
        (400, Verdict.DECLINED),
        (408, Verdict.UNANSWERED),
        (410, Verdict.GONE),
        (429, Verdict.UNANSWERED),
        (500, Verdict.UNANSWERED),
        (503, Verdict.UNANSWERED),
    ],
)
async def test_the_status_alone_decides(status: int, verdict: Verdict) -> None:
    """Proves: 2xx is taken and nothing else is; a redirect is not followed."""
    async with running_receiver() as elsewhere, running_receiver() as receiver:
        receiver.answers = [status]
        receiver.headers = [(b"location", elsewhere.url.encode())]
        answer = await HttpSender(HERE).send(event_for(receiver.url), now())
    assert (answer.verdict, answer.status) == (verdict, status)
    assert len(receiver.hooks) == 1
    assert elsewhere.hooks == []


async def test_a_reply_is_kept_short_and_plain() -> None:
    """Proves: megabytes and control characters of a receiver end as one short line."""
    async with running_receiver() as receiver:
        receiver.answers = [500]
        receiver.reply = b"no\x1b[31m\n\x00\xff" + b"x" * 8_000_000
        answer = await HttpSender(HERE).send(event_for(receiver.url), now())
    assert answer.reply.startswith("no [31m")
    assert len(answer.reply) == MOST_CHARACTERS
    assert answer.reply.isprintable()


async def test_a_silent_receiver_is_left_in_time() -> None:
    """Proves: who takes the connection and says nothing holds nobody up."""
    async with running_receiver() as receiver:
        receiver.held = asyncio.Event()
        sender = HttpSender(HERE, patience=timedelta(milliseconds=300))
        answer = await sender.send(event_for(receiver.url), now())
    assert (answer.verdict, answer.status) == (Verdict.UNANSWERED, None)
    assert answer.duration_ms < 5_000


async def test_nobody_there_is_no_answer() -> None:
    """Proves: a closed port and a name that nobody knows are tried again, and say so."""
    async with running_receiver() as receiver:
        url = receiver.url
    closed = await HttpSender(HERE).send(event_for(url), now())
    unknown = await HttpSender(HERE).send(event_for("http://nobody.invalid/"), now())
    assert (closed.verdict, unknown.verdict) == (Verdict.UNANSWERED, Verdict.UNANSWERED)
    assert closed.reply == "no connection came about"
    assert unknown.reply == "the name of the host is not known"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0"])
async def test_nothing_is_sent_into_our_own_network(host: str, tmp_path: Path) -> None:
    """Proves: on a public installation no spelling of a private address gets a connection, not
    even over TLS, and the receiver behind it sees nothing.
    """
    trusting = certified(tmp_path).trusting
    async with running_receiver(tmp_path / "server.pem") as receiver:
        url = receiver.url.replace("127.0.0.1", host)
        answer = await HttpSender(ABROAD, trusting).send(event_for(url), now())
    assert (answer.verdict, answer.status) == (Verdict.FORBIDDEN, None)
    assert receiver.hooks == []


async def test_a_host_that_the_operator_allowed_is_met() -> None:
    """Proves: the one way past the rule is a setting, for one name."""
    async with running_receiver() as receiver:
        rule = TargetRule(internal_hosts=frozenset({"localhost"}))
        url = receiver.url.replace("127.0.0.1", "localhost")
        allowed = await HttpSender(rule).send(event_for(url), now())
        other = await HttpSender(rule).send(event_for(receiver.url), now())
    assert (allowed.verdict, other.verdict) == (Verdict.TAKEN, Verdict.FORBIDDEN)


async def test_the_certificate_is_that_of_the_name(tmp_path: Path) -> None:
    """Proves: the connection goes to the address that was looked at, and the certificate still has
    to be one for the name that was asked for, by somebody whom we trust.
    """
    made = certified(tmp_path)
    async with running_receiver(tmp_path / "server.pem") as receiver:
        by_name = receiver.url.replace("127.0.0.1", "localhost")
        contexts: list[tuple[ssl.SSLContext, str]] = [
            (made.trusting, receiver.url),
            (made.distrusting, receiver.url),
            (made.trusting, by_name),
        ]
        answers = [await HttpSender(HERE, tls).send(event_for(url), now()) for tls, url in contexts]
    assert [each.verdict for each in answers] == [
        Verdict.TAKEN,
        Verdict.UNANSWERED,
        Verdict.UNANSWERED,
    ]
    assert answers[1].reply == "the certificate or the encryption was not accepted"
    assert len(receiver.hooks) == 1
