"""The real mail relay: SMTP over a few connections that are kept open and used again.

What became of a letter is decided by one fact, whether the server answered to its last byte:

    before the final dot was written    nothing was taken: ``Deferred`` or ``Refused``
    after it, and an answer came        ``Accepted``, ``Deferred`` or ``Refused``, as it says
    after it, and none came             ``Unconfirmed``: nobody on this side can know

Nothing here is logged: a server's reply may quote an address.
"""

import asyncio
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from typing import Final, Self

from aiosmtplib import SMTPResponse

from activities.mail_ports import (
    Abandoned,
    Accepted,
    Claim,
    Deferred,
    DeferredFor,
    Delivery,
    Refused,
    RefusedFor,
    Unconfirmed,
)
from adapters.mail.letters import address_on_wire, as_message
from adapters.mail.smtp_connection import Connection, Mailing, MailServer, on_the_wire
from adapters.mail.smtp_replies import CLOSING, Step, Stopped, judged, spoken, stopped
from domain.addresses import AddressNotValid
from domain.letters import Letter
from settings import Settings

Monotonic = Callable[[], float]
"""Seconds that never go back."""

_ENDED: Final = frozenset({DeferredFor.UNREACHABLE, DeferredFor.SILENT})


@dataclass(frozen=True)
class Keeping:
    """How connections are kept. Servers and firewalls end them when they please; this is sooner."""

    connections: int = 4
    """Open at the same time, at most; further letters wait for one."""
    letters: int = 100
    """Letters over one connection."""
    age: timedelta = timedelta(minutes=10)
    """Age at which a connection is replaced."""
    trusted_for: timedelta = timedelta(seconds=20)
    """Idle time after which the server is asked whether it is still there."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class SmtpRelay:
    """Delivers letters to the configured server. Belongs to the event loop that it is used in."""

    def __init__(
        self,
        server: MailServer,
        keeping: Keeping | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        now: Callable[[], datetime] = _utc_now,
        monotonic: Monotonic = time.monotonic,
    ) -> None:
        self._server = server
        self._keeping = keeping or Keeping()
        self._tls = tls or ssl.create_default_context()
        self._now = now
        self._monotonic = monotonic
        self._slots = asyncio.Semaphore(self._keeping.connections)
        self._kept: list[Connection] = []
        self._is_closed = False

    @classmethod
    def configured(cls, settings: Settings) -> Self:
        """Return the relay of an installation."""
        server = MailServer(
            host=settings.smtp_host,
            port=settings.smtp_port,
            encryption=settings.smtp_encryption,
            username=settings.smtp_username,
            password=settings.smtp_password,
        )
        return cls(server, Keeping(connections=settings.smtp_connections))

    async def deliver(self, letter: Letter, claim: Claim) -> Delivery:
        """Try to hand over ``letter``; ``claim`` is asked at most once (see the port)."""
        try:
            mailing = _mailing(letter)
            async with self._slots:
                return await self._deliver(mailing, claim)
        except Stopped as ended:
            return ended.outcome

    async def close(self) -> None:
        """Say goodbye on every kept connection; those in use are cut as soon as they are free."""
        self._is_closed = True
        kept, self._kept = self._kept, []
        await asyncio.gather(*(connection.leave() for connection in kept))

    async def _deliver(self, mailing: Mailing, claim: Claim) -> Delivery:
        """Use a kept connection; if it turns out to be dead, that costs nothing but a new one."""
        kept = await self._take_kept()
        if kept is not None:
            delivery = await self._over(kept, mailing, claim)
            if not _is_dead_connection(delivery):
                return delivery
        fresh = await Connection.open(self._server, self._tls, self._monotonic)
        return await self._over(fresh, mailing, claim)

    async def _over(self, connection: Connection, mailing: Mailing, claim: Claim) -> Delivery:
        """Exchange one letter, then keep the connection if it can serve another one.

        Nothing is awaited once the outcome is known: a cancelled wait would lose it.
        """
        try:
            delivery = await self._exchange(connection, mailing, claim)
        except BaseException:
            connection.cut()  # nobody knows how far the conversation had come
            raise
        if isinstance(delivery, Unconfirmed) or self._is_closed or not connection.is_open:
            connection.cut()
        else:
            connection.has_envelope = not isinstance(delivery, Accepted)
            connection.used_at = self._monotonic()
            self._kept.append(connection)
        return delivery

    async def _exchange(self, connection: Connection, mailing: Mailing, claim: Claim) -> Delivery:
        """Offer, claim, send: the order that keeps the uncertain gap as small as SMTP lets it be.

        The bytes are ready, and the claim is the last thing before ``DATA``.
        """
        is_claimed = False
        try:
            _stop_if_unsupported(mailing, connection)
            await connection.offer(mailing)
            is_claimed = await claim()
            if not is_claimed:
                return Abandoned()
            return self._answered(await connection.send(mailing.body))
        except Stopped as ended:
            return _with_claim(ended.outcome, is_claimed=is_claimed)

    def _answered(self, answer: SMTPResponse | None) -> Delivery:
        """Return what the server's answer to the whole letter means; the first digit decides."""
        if answer is None:
            return Unconfirmed("")
        match answer.code // 100:
            case 2:
                return Accepted(spoken(answer), self._now())
            case 4 | 5:
                return _with_claim(judged(Step.LETTER, answer), is_claimed=True)
            case _:
                return Unconfirmed(spoken(answer))

    async def _take_kept(self) -> Connection | None:
        """Return the kept connection that was used last, leaving those that are past their time."""
        while self._kept:
            connection = self._kept.pop()
            if self._is_spent(connection):
                await connection.leave()
            elif await self._is_alive(connection):
                return connection
            else:
                connection.cut()
        return None

    async def _is_alive(self, connection: Connection) -> bool:
        """Tell whether a kept connection can be used, asking the server only if it has to be."""
        idle = self._monotonic() - connection.used_at
        if idle < self._keeping.trusted_for.total_seconds() and not connection.has_envelope:
            return connection.is_open
        return await connection.is_usable()

    def _is_spent(self, connection: Connection) -> bool:
        """Tell whether a connection has served long or often enough."""
        age = self._monotonic() - connection.opened_at
        is_old = age >= self._keeping.age.total_seconds()
        return is_old or connection.letters >= self._keeping.letters


def _is_dead_connection(delivery: Delivery) -> bool:
    """Tell whether the connection failed, and not the letter: nothing was even claimed."""
    return (
        isinstance(delivery, Deferred)
        and not delivery.is_claimed
        and (delivery.reason in _ENDED or delivery.code == CLOSING)
    )


def _with_claim(outcome: Refused | Deferred, *, is_claimed: bool) -> Refused | Deferred:
    """Say along with a deferral whether there is a claim to give back."""
    return replace(outcome, is_claimed=is_claimed) if isinstance(outcome, Deferred) else outcome


def _mailing(letter: Letter) -> Mailing:
    """Return the letter as it goes out. Raises ``Stopped`` before any server is asked."""
    try:
        recipient = address_on_wire(letter.to_address)
    except AddressNotValid as no_address:
        raise Stopped(Refused(RefusedFor.ADDRESS, None, "")) from no_address
    try:
        sender = address_on_wire(parseaddr(letter.sender)[1])
        message = as_message(letter)  # its other addresses are the installation's as well
    except AddressNotValid as no_address:
        raise stopped(DeferredFor.SENDER) from no_address
    return Mailing(sender, recipient, on_the_wire(message.as_bytes()))


def _stop_if_unsupported(mailing: Mailing, connection: Connection) -> None:
    """Raise ``Stopped`` when the server cannot be told one of the addresses."""
    if not mailing.needs_utf8 or connection.supports("smtputf8"):
        return
    if not mailing.recipient.isascii():
        raise Stopped(Refused(RefusedFor.LETTERS_OF_ADDRESS, None, ""))
    raise stopped(DeferredFor.SENDER)
