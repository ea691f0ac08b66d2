"""E-mail addresses: which are accepted, and when two are the same person's.

People are known by their address, so one spelling is kept: trimmed, composed (NFC), lower-case on
both sides of the @. Upper-case twins of one mailbox are a rarity; a person who exists twice is not.
A domain in its ``xn--`` form stays in that form.
"""

import re
import unicodedata
from typing import Annotated, Final

from pydantic import AfterValidator

from domain.normalizing import normalized
from domain.refusals import Invalid

LONGEST_ADDRESS: Final = 254
"""Octets of a whole address that SMTP can carry (RFC 5321)."""

LONGEST_LOCAL_PART: Final = 64
"""Octets before the @ (RFC 5321)."""

_LONGEST_LABEL: Final = 63
_LOCAL_ASCII: Final = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]")


class AddressNotValid(Invalid):
    """The text is no address that mail can be sent to."""

    code = "address_not_valid"
    sentence = "This is not an e-mail address. Write it like name@school.example.org."


def normalized_address(text: str) -> str:
    """Return the one spelling of the address in ``text``; refuse with ``address_not_valid``.

    Only plain addresses are accepted: no display name, no quoted part, no address of a machine.
    Letters of any script are; whether the mail server takes them is known when it answers.
    """
    address = _composed(text.strip())
    local, at, domain = address.partition("@")
    is_valid = (
        bool(at)
        and len(address.encode(errors="surrogatepass")) <= LONGEST_ADDRESS
        and len(local.encode(errors="surrogatepass")) <= LONGEST_LOCAL_PART
        and all(_is_local_atom(atom) for atom in local.split("."))
        and _is_domain(domain)
    )
    if not is_valid:
        raise AddressNotValid
    return address


Address = Annotated[str, AfterValidator(normalized_address)]
"""An address in its one spelling; building a value with any other text is refused."""


def _composed(text: str) -> str:
    # Lower-casing can take a composed letter apart, so it is composed afterwards.
    return normalized("NFC", text.lower())


def _is_local_atom(atom: str) -> bool:
    return bool(atom) and all(
        _LOCAL_ASCII.match(char) if char.isascii() else _is_letter(char) for char in atom
    )


def _is_domain(domain: str) -> bool:
    labels = domain.split(".")
    return len(labels) > 1 and not labels[-1].isdigit() and all(map(_is_label, labels))


def _is_label(label: str) -> bool:
    if not label or label[0] == "-" or label[-1] == "-":
        return False
    if not all(char == "-" or _is_letter(char) for char in label):
        return False
    # As the name servers see it: each label is ASCII there, with a prefix when it was not.
    encoded = label if label.isascii() else "xn--" + label.encode("punycode").decode()
    return len(encoded) <= _LONGEST_LABEL


def _is_letter(char: str) -> bool:
    """Tell a letter, a digit or an accent of its own from everything else.

    Signs that only stand for other letters, such as “ﬀ” or “²”, would make twins of an address.
    """
    is_own = unicodedata.normalize("NFKC", char) == char
    return is_own and (char.isalnum() or unicodedata.category(char) in ("Mn", "Mc"))
