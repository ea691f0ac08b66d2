"""A practitioner corrects their own address: asked for, confirmed from the new one, stoppable.

Whoever is signed in may ask. The new address counts only when somebody who reads its mail confirms
it, so a slip of the finger locks nobody out. The old address is told at once and can stop it or
take it back, so a stolen session does not become a stolen account.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from domain.notices import NoticeKind
from domain.refusals import Conflict, Invalid, NotAllowed
from domain.values import Instant, Value

CONFIRM_WITHIN: Final = timedelta(days=2)
"""How long the link in the mail to the new address is good."""

STOP_WITHIN: Final = timedelta(days=30)
"""How long the link in the mail to the old address is good."""

ADDRESS_KINDS: Final = frozenset({NoticeKind.ADDRESS_CONFIRM, NoticeKind.ADDRESS_CHANGE})
"""Notices about a change of address: to the new one, and to the old one."""

LINK_PAGE: Final = "address"
"""What the links of both mails begin with."""


class AddressAct(StrEnum):
    """What a link about a change of address does."""

    CONFIRM = "confirm"
    STOP = "stop"


class AddressChange(Value):
    """One change that was asked for."""

    id: str
    enrollment_id: str
    person_id: str
    old_address: str
    new_address: str
    asked_at: Instant
    confirmed_at: Instant | None
    stopped_at: Instant | None


def concealed(address: str) -> str:
    """Return an address so that its owner knows it again, and nobody else learns it."""
    local, _, domain = address.partition("@")
    return f"{local[:1]}…@{domain}"


class AddressUnchanged(Invalid):
    """It is the address that is recorded already."""

    code = "address_unchanged"
    sentence = "Our mails go to this address already. Nothing was changed."


class ChangeTooOld(NotAllowed):
    """The link about a change of address has served its time."""

    code = "address_change_too_old"
    sentence = (
        "This link has served its time. Sign in and ask for the change again, or write to us."
    )


class ChangeStopped(Conflict):
    """The change was stopped, or another one took its place."""

    code = "address_change_stopped"
    sentence = (
        "This change of address was stopped, or a later one took its place. Nothing was done."
    )


class NewAddressTaken(Conflict):
    """Somebody else has the new address."""

    code = "new_address_taken"
    sentence = (
        "This address belongs to another account, so nothing was changed. Write to us, and our "
        "team looks at both."
    )
