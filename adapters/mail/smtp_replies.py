"""What a mail server's words mean for one letter, and what it means when they do not come.

The code decides, never the text. Only a server that speaks about this recipient or this letter can
refuse it; one that speaks about us, our login or our sender defers it, because every other letter
fares the same and operations can change that.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Final

from aiosmtplib import SMTPException, SMTPResponse, SMTPResponseException

from activities.mail_ports import Deferred, DeferredFor, Refused, RefusedFor

LONGEST_REPLY: Final = 500
"""Characters of a server's reply that are kept."""

CLOSING: Final = 421
"""The server ends the connection, whatever was asked (RFC 5321, 3.8)."""

_TOO_LARGE: Final = 552
_LOGIN_WANTED: Final = frozenset({530, 534, 535, 538})
"""Authentication is required, too weak, invalid, or wants encryption (RFC 4954, 6)."""


class Step(StrEnum):
    """How far the conversation has come."""

    CONNECT = "connect"
    TLS = "tls"
    LOGIN = "login"
    SENDER = "sender"
    RECIPIENT = "recipient"
    LETTER = "letter"


class Stopped(Exception):
    """The conversation ended before the server had the whole letter: it took nothing."""

    def __init__(self, outcome: Refused | Deferred) -> None:
        super().__init__(type(outcome).__name__)
        self.outcome = outcome


def stopped(reason: DeferredFor, code: int | None = None, reply: str = "") -> Stopped:
    """Return the end of a conversation after which the letter waits."""
    return Stopped(Deferred(reason, code, reply, is_claimed=False))


def spoken(answer: SMTPResponse) -> str:
    """Return the reply as it is kept: with its code, on one line, storable in any database."""
    text = f"{answer.code} {answer.message}" if answer.code >= 0 else answer.message
    storable = text.encode(errors="replace").decode()  # bytes that are no UTF-8 came as surrogates
    visible = "".join(char if char.isprintable() else " " for char in storable)
    return " ".join(visible.split())[:LONGEST_REPLY]


def judged(step: Step, answer: SMTPResponse) -> Refused | Deferred:
    """Return what an answer other than the hoped-for one at ``step`` means for the letter."""
    code, reply = answer.code, spoken(answer)
    if code // 100 == 5 and code not in _LOGIN_WANTED and _is_about_letter(step, code):
        return Refused(RefusedFor.SERVER, code, reply)
    known = code if code >= 0 else None
    return Deferred(_reason_to_wait(step, code), known, reply, is_claimed=False)


def _is_about_letter(step: Step, code: int) -> bool:
    """Tell whether a lasting no concerns this letter and no other one."""
    # The size is told along with the sender, so there a letter can be refused for it.
    return step in (Step.RECIPIENT, Step.LETTER) or (step is Step.SENDER and code == _TOO_LARGE)


def _reason_to_wait(step: Step, code: int) -> DeferredFor:
    if code // 100 not in (4, 5):
        return DeferredFor.GARBLED
    if step is Step.TLS:
        return DeferredFor.TLS
    if code // 100 == 4:
        return DeferredFor.SERVER
    is_login = step is Step.LOGIN or code in _LOGIN_WANTED
    return DeferredFor.LOGIN if is_login else DeferredFor.SENDER


@contextmanager
def stopping_at(step: Step) -> Iterator[None]:
    """Turn everything that a server or a network can do before a letter's end into ``Stopped``."""
    try:
        yield
    except SMTPResponseException as answer:
        raise Stopped(judged(step, SMTPResponse(answer.code, answer.message))) from answer
    except TimeoutError as late:
        raise stopped(DeferredFor.SILENT) from late
    except OSError as broken:
        is_tls = isinstance(broken, ssl.SSLError) or isinstance(broken.__cause__, ssl.SSLError)
        raise stopped(DeferredFor.TLS if is_tls else DeferredFor.UNREACHABLE) from broken
    except SMTPException as missing:  # the server does not offer what this step needs
        raise stopped(_NOT_OFFERED.get(step, DeferredFor.GARBLED)) from missing


_NOT_OFFERED: Final = {Step.TLS: DeferredFor.TLS, Step.LOGIN: DeferredFor.LOGIN}
