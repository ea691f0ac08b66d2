"""What the activities on the queue ``mail`` need from outside: a mail server that takes letters.

The relay never raises for what a server did: it returns one of five outcomes, and the caller writes
the notice's state from it and from nothing else (trap 1).

    Accepted      the server's own reply says so
    Refused       it never will be: somebody must change the address or the letter
    Deferred      not this time, and certainly not taken: send the same letter again later
    Unconfirmed   the whole letter may have reached the server, and no reply came
    Abandoned     the claim was not granted; nothing was sent
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from domain.letters import Letter

Claim = Callable[[], Awaitable[bool]]
"""Takes the notice in the records, directly before the letter's bytes go out.

Answers False when the letter must not be sent: it no longer applies, or another sender has it.
"""


class RefusalCode(StrEnum):
    """Why a letter will never be taken as it is."""

    ADDRESS_NOT_VALID = "address_not_valid"
    """Not an address that mail can be sent to; no server was asked."""
    ADDRESS_NOT_SUPPORTED = "address_not_supported"
    """Letters before the @ that are not ASCII, and a server without SMTPUTF8."""
    RECIPIENT_REFUSED = "recipient_refused"
    """The server does not take mail for this address."""
    LETTER_REFUSED = "letter_refused"
    """The server does not take this letter: too large, or its content."""


class DeferralCode(StrEnum):
    """Why a letter could not be sent this time."""

    TRY_LATER = "try_later"
    """The server said so itself (4xx)."""
    UNREACHABLE = "unreachable"
    """No connection, or no server that speaks SMTP at the other end."""
    NO_REPLY = "no_reply"
    """The server fell silent before it had the whole letter."""
    CONNECTION_LOST = "connection_lost"
    """The connection broke before the server had the whole letter."""
    TLS_FAILED = "tls_failed"
    """No encryption as configured, or a certificate that cannot be trusted."""
    LOGIN_FAILED = "login_failed"
    """Name or password not accepted, or a login is required and none is configured."""
    SENDER_REFUSED = "sender_refused"
    """The server does not let this installation send under its address."""

    @property
    def is_of_configuration(self) -> bool:
        """Whether every letter fails until operations change a setting, here or at the server."""
        return self in _OF_CONFIGURATION


_OF_CONFIGURATION = frozenset(
    (DeferralCode.TLS_FAILED, DeferralCode.LOGIN_FAILED, DeferralCode.SENDER_REFUSED)
)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server took the letter. ``reply`` is its own, such as ``250 2.0.0 queued as 7F``."""

    reply: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """The letter was not taken and will not be. ``reply`` is empty if no server was asked."""

    code: RefusalCode
    reply: str
    is_claimed: bool
    """Whether the claim had been granted before."""


@dataclass(frozen=True, slots=True)
class Deferred:
    """The letter was certainly not taken; the same one can go out again without being a repeat."""

    reason_code: DeferralCode
    reply: str
    """The server's reply, if it gave one; else empty."""
    is_claimed: bool
    """Whether the claim had been granted, so that the caller gives it back."""


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """Claimed and sent up to its end, and then no reply: taken or not, nobody here can know."""

    reply: str
    """What came in place of a reply that can be understood; mostly empty."""


@dataclass(frozen=True, slots=True)
class Abandoned:
    """The claim was not granted; the server was told to forget the envelope."""


Delivery = Accepted | Refused | Deferred | Unconfirmed | Abandoned
"""What became of one attempt. A reply may quote an address: for the records, never for a log."""


class MailRelay(Protocol):
    """The mail server that takes the notices on from here."""

    async def deliver(self, letter: Letter, claim: Claim) -> Delivery:
        """Offer the letter, ask ``claim`` once the recipient is taken, and send it if granted.

        ``claim`` is called at most once. What it raises is raised here, and nothing was sent.
        A cancelled call may have sent the letter: its notice is then as after ``Unconfirmed``.
        """
        ...

    async def close(self) -> None:
        """Take leave of the server on every connection that is kept."""
        ...
