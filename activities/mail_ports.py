"""What the mail activity needs from outside: a relay that says what became of a letter.

Every outcome is returned, none is raised: a caller has to look at each of them (trap 1). A server's
own ``reply`` may repeat an address, so it belongs into the records and never into a history or log.

    Delivery
    ├── Accepted      the server took the letter; nothing else ever means that
    ├── Refused       this letter will not be taken however often it is tried
    ├── Deferred      nothing was taken; the same letter may be tried again
    ├── Unconfirmed   the letter may have been taken: the answer to its last byte never came
    └── Abandoned     the claim was not granted; nothing was sent
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from domain.letters import Letter


class RefusedFor(StrEnum):
    """Who or what refused a letter."""

    SERVER = "server"
    ADDRESS = "address"
    """The recipient's address cannot be one; the server was not asked."""
    LETTERS_OF_ADDRESS = "letters_of_address"
    """The address has letters that this server does not take (it lacks SMTPUTF8)."""


class DeferredFor(StrEnum):
    """Why a letter has to wait."""

    SERVER = "server"
    """The server said: not now."""
    UNREACHABLE = "unreachable"
    """No connection came about, or it broke before the letter was complete."""
    SILENT = "silent"
    """No answer came in time, before the letter was complete."""
    GARBLED = "garbled"
    """What answered does not speak SMTP."""
    TLS = "tls"
    """No protected connection came about: certificate, name, version, or not offered."""
    LOGIN = "login"
    """The server does not take our name and password, or wants some."""
    SENDER = "sender"
    """The server does not take us as a sender, or not at all."""


_OF_CONFIGURATION = frozenset({DeferredFor.TLS, DeferredFor.LOGIN, DeferredFor.SENDER})


@dataclass(frozen=True)
class Accepted:
    """The server took the letter. ``reply`` is its own (``250 …``), ``at`` when it came."""

    reply: str
    at: datetime


@dataclass(frozen=True)
class Refused:
    """This letter will not be taken. ``code`` is the server's, None when it was not asked."""

    reason: RefusedFor
    code: int | None
    reply: str


@dataclass(frozen=True)
class Deferred:
    """Nothing was taken. A claim that ``is_claimed`` has to be given back before the next try."""

    reason: DeferredFor
    code: int | None
    reply: str
    is_claimed: bool

    @property
    def is_for_operations(self) -> bool:
        """Whether waiting will not help: somebody has to change the configuration."""
        return self.reason in _OF_CONFIGURATION


@dataclass(frozen=True)
class Unconfirmed:
    """The whole letter may have arrived and no answer came. ``reply`` says what came instead."""

    reply: str


@dataclass(frozen=True)
class Abandoned:
    """Another sender holds the claim, or the notice no longer applies. Nothing was sent."""


Delivery = Accepted | Refused | Deferred | Unconfirmed | Abandoned
"""What became of one attempt to deliver one letter."""

Claim = Callable[[], Awaitable[bool]]
"""Asks the records, directly before a letter's bytes go out, whether they still may."""


class MailRelay(Protocol):
    """The mail server that takes our letters."""

    async def deliver(self, letter: Letter, claim: Claim) -> Delivery:
        """Try to hand over ``letter``; ``claim`` is asked at most once.

        An attempt that is cancelled after its claim was granted has an unknown outcome.
        """
        ...

    async def close(self) -> None:
        """Say goodbye on every connection that is kept open."""
        ...
