"""Header values as they go over the wire: encoded and folded, whatever people are called.

Python's newer header code loses or adds spaces where a long text mixes scripts, so the older one
encodes here. What comes out is ASCII, and never ends a header early.
"""

import re
from email.header import Header, decode_header, make_header
from email.utils import getaddresses
from typing import Final

from domain.letters import one_line

LONGEST_NAME: Final = 60
"""Characters of a display name; a longer one only gets in the way of the address."""

_LINE: Final = 76
_FOLD: Final = "\r\n "
_PLAIN_PHRASE: Final = re.compile(r"[A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]*")


def header_text(name: str, text: str) -> str:
    """Return ``text`` as the value of the unstructured header ``name``."""
    line = _literal(one_line(text))
    charset = "us-ascii" if line.isascii() else "utf-8"
    return Header(line, charset, maxlinelen=_LINE, header_name=name).encode(linesep="\r\n")


def header_mailbox(name: str, display_name: str, address: str) -> str:
    """Return ``display_name <address>`` as the value of the header ``name``."""
    shown = _literal(one_line(display_name))
    if len(shown) > LONGEST_NAME:
        shown = shown[: LONGEST_NAME - 1].rstrip() + "…"
    if not shown:
        return address
    if shown.isascii():
        phrase = shown if _PLAIN_PHRASE.fullmatch(shown) else f'"{_escaped(shown)}"'
    else:
        phrase = header_text(name, shown)
    last = phrase.rpartition("\n")[2]
    is_long = len(name) + len(last) + len(address) + len(":  <>") > _LINE
    return f"{phrase}{_FOLD if is_long else ' '}<{address}>"


def mailboxes(text: str) -> list[tuple[str, str]]:
    """Return names and addresses of ``text``, a setting or a header's value."""
    return [
        (str(make_header(decode_header(name))), address) for name, address in getaddresses([text])
    ]


def _escaped(text: str) -> str:
    return re.sub(r'(["\\])', r"\\\1", text)


def _literal(text: str) -> str:
    """Keep ``=?…?=`` in a name or title from being decoded into something else."""
    return text.replace("=?", "= ?")
