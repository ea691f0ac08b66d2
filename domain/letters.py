"""Letters: what a notice says, before it has a shape, and as it leaves.

``LetterFacts`` is everything that a template may speak of; ``Letter`` is the finished text with its
addressing. Both hold personal data: they are made when a notice is sent. Operations keep what one
said, without its personal link (``domain.kept_letters``), and nobody else does.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from domain.addresses import Address
from domain.normalizing import normalized
from domain.notices import NoticeKind
from domain.values import Instant, Value

LONGEST_LINE: Final = 120
"""Characters of a name or title in a letter; what is longer ends in an ellipsis."""

LONGEST_TEXT: Final = 20_000
"""Characters of one piece of feedback or of one reason; the portal shows the whole."""

# strftime would follow the locale of the machine; a letter must not.
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
_BYTES_IN_UNIT: Final = ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB"))

_JOINERS: Final = "\u200c\u200d"
"""Invisible, but part of how names in several scripts and composed signs are written."""

_SEPARATORS: Final = frozenset(("Cc", "Zl", "Zp"))
"""Controls and line ends: they part words, and must never reach a header."""

_INVISIBLE: Final = frozenset(("Cf", "Cs", "Co", "Cn"))
"""Among them the signs that turn the direction of writing, so that a text reads as another."""


def one_line(text: str) -> str:
    """Return ``text`` as one line of visible characters, at most ``LONGEST_LINE`` of them."""
    line = " ".join(_visible(text, keep="").split())
    return line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1].rstrip() + "…"


def paragraphs(text: str) -> str:
    """Return ``text`` with its lines, of visible characters, at most ``LONGEST_TEXT`` of them."""
    unified = re.sub(r"\r\n?|[\u2028\u2029]", "\n", text)
    visible = _visible(unified, keep="\n").strip()
    return visible if len(visible) <= LONGEST_TEXT else visible[: LONGEST_TEXT - 1] + "…"


def _visible(text: str, keep: str) -> str:
    return "".join(map(_shown(keep), normalized("NFC", text)))


def _shown(keep: str) -> Callable[[str], str]:
    def shown(char: str) -> str:
        category = unicodedata.category(char)
        if char in keep or char in _JOINERS:
            return char
        if category in _SEPARATORS:
            return " "
        return "" if category in _INVISIBLE else char

    return shown


def _web_address(text: str) -> str:
    if not re.fullmatch(r"https?://[!-~]+", text):
        raise ValueError("a link in a letter starts with http:// or https:// and is ASCII")
    return text


OneLine = Annotated[str, AfterValidator(one_line)]
"""A name or title as letters show it; safe in a header."""

Paragraphs = Annotated[str, AfterValidator(paragraphs)]
"""Text that somebody wrote, as letters show it."""

Link = Annotated[str, AfterValidator(_web_address)]
"""Where a letter leads to."""

MessageId = Annotated[str, Field(max_length=250, pattern=r"^<[A-Za-z0-9_.+-]+@[A-Za-z0-9.-]+>$")]
"""The whole identifier of a message: ``<notice@domain>``."""


class DueText(Value):
    """A due time in words: when, with the zone, and the sentence that explains it (trap 16)."""

    text: OneLine
    why: Paragraphs


class ReceiptLine(Value):
    """One file that was received, as it was read back from storage. ``size`` is in bytes."""

    name: OneLine
    size: int
    sha256: OneLine


class FeedbackLine(Value):
    """What the assessor wrote about one item that is not met."""

    item_label: OneLine
    mark: OneLine
    feedback: Paragraphs


class OrderLineText(Value):
    """One line of an order and what comes of it, as the payer is told."""

    number: int
    learner: OneLine
    micro_credential: OneLine
    outcome: OneLine


class DigestLine(Value):
    """How many of one sort operations should look at."""

    label: OneLine
    count: int


class LetterFacts(Value):
    """Everything that a template may speak of. Which of it a kind needs: ``NEEDED_FACTS``."""

    programme_name: OneLine
    support_address: Address
    recipient_name: OneLine = ""
    micro_credential: OneLine | None = None
    library: OneLine | None = None
    enrollment_number: OneLine | None = None
    due: DueText | None = None
    link: Link | None = None
    code: OneLine | None = None
    """A short-lived secret that signs somebody of operations in."""
    other_address: OneLine | None = None
    """The new address of a change, concealed: its owner knows it again, nobody else learns it."""
    part: int | None = None
    round: int | None = None
    rounds_left: int | None = None
    """Rounds that remain after the one that the letter speaks of."""
    ordinal: int = 0
    """Which reminder of its sort this is, from 1; 0 for a notice that comes once."""
    receipt: tuple[ReceiptLine, ...] = ()
    feedback: tuple[FeedbackLine, ...] = ()
    locked: int = 0
    """Items that are met and will not be scored again."""
    order_lines: tuple[OrderLineText, ...] = ()
    awaits_payment: bool = False
    """Whether the order starts nothing yet, because it was not paid."""
    reason: Paragraphs | None = None
    digest: tuple[DigestLine, ...] = ()


class Letter(Value):
    """A finished letter. ``sender`` and ``reply_to`` are addresses, the former with a name.

    ``message_id`` is whole (``<notice@domain>``) and the same whenever the notice is sent again.
    """

    message_id: MessageId
    sender: str
    to_address: str
    to_name: OneLine
    subject: OneLine
    text: str
    html: str
    reply_to: str
    date: Instant
    headers: tuple[tuple[str, str], ...]


_ROUND = frozenset({"enrollment_number", "micro_credential", "link"})
_MINE = frozenset({"micro_credential"})

NEEDED_FACTS: Final[dict[NoticeKind, frozenset[str]]] = {
    NoticeKind.ORDER_RECEIVED: frozenset({"order_lines"}),
    NoticeKind.VERIFY_ACCOUNT: _MINE | {"link"},
    NoticeKind.VERIFY_REMINDER: _MINE | {"link"},
    NoticeKind.ACCESS: _MINE | {"library", "link"},
    NoticeKind.ACCESS_UNUSED: _MINE | {"link"},
    NoticeKind.WORKING_PERIOD_ENDING: _MINE | {"link", "due"},
    NoticeKind.PART_RECEIVED: _MINE | {"part"},
    NoticeKind.SUBMISSION_RECEIVED: _MINE | {"round"},
    NoticeKind.OFFER: _ROUND | {"library", "round", "due"},
    NoticeKind.OFFER_REMINDER: _ROUND | {"library", "round", "due"},
    NoticeKind.ASSIGNMENT_CONFIRMED: _ROUND | {"due"},
    NoticeKind.ASSIGNMENT_ENDED: frozenset({"enrollment_number", "micro_credential"}),
    NoticeKind.ASSESSMENT_DUE: _ROUND | {"due"},
    NoticeKind.ASSESSMENT_OVERDUE: _ROUND | {"due"},
    NoticeKind.APPROVAL_REQUESTED: _ROUND,
    NoticeKind.PASSED_BACK: _ROUND,
    NoticeKind.NOT_YET: _MINE | {"round", "feedback", "link", "due"},
    NoticeKind.RESUBMISSION_ENDING: _MINE | {"link", "due"},
    NoticeKind.AWARDED: _MINE | {"library"},
    NoticeKind.CREDENTIAL_REVOKED: _MINE | {"library", "reason"},
    NoticeKind.CREDENTIAL_REISSUED: _MINE | {"library", "link"},
    NoticeKind.LAPSED: _MINE,
    NoticeKind.CLOSED: _MINE,
    NoticeKind.WITHDRAWN: _MINE,
    NoticeKind.REFUNDED: frozenset(),
    NoticeKind.OPS_DIGEST: frozenset(),
    NoticeKind.SIGN_IN_LINK: frozenset({"link", "due"}),
    NoticeKind.SIGN_IN_CODE: frozenset({"code", "due"}),
    NoticeKind.ADDRESS_CONFIRM: frozenset({"link", "due"}),
    NoticeKind.ADDRESS_CHANGE: frozenset({"link", "due", "other_address"}),
}
"""What a letter cannot do without: one that asks for something names the place and the time."""

BLIND_KINDS: Final = frozenset(
    {
        *(NoticeKind.OFFER, NoticeKind.OFFER_REMINDER, NoticeKind.ASSIGNMENT_CONFIRMED),
        *(NoticeKind.ASSIGNMENT_ENDED, NoticeKind.ASSESSMENT_DUE, NoticeKind.ASSESSMENT_OVERDUE),
        *(NoticeKind.APPROVAL_REQUESTED, NoticeKind.PASSED_BACK),
    }
)
"""Letters about somebody's work to those who judge it: an enrollment number, no person or school
(domain.md, "Assignment")."""


def missing_facts(kind: NoticeKind, facts: LetterFacts) -> tuple[str, ...]:
    """Return the names of the facts that a letter of ``kind`` needs and ``facts`` lacks."""
    return tuple(
        name
        for name in sorted(NEEDED_FACTS[kind])
        if (fact := getattr(facts, name)) is None or fact == () or fact == ""
    )


def facts_for(kind: NoticeKind, facts: LetterFacts) -> LetterFacts:
    """Return what a template of ``kind`` gets to see: file names and learners name people."""
    if kind not in BLIND_KINDS:
        return facts
    return facts.model_copy(update={"order_lines": (), "receipt": ()})


def spoken_instant(instant: datetime, zone: tzinfo) -> str:
    """Return ``instant`` as letters and pages show it: ``Wed 28 May 2025, 17:00 CDT`` (trap 14)."""
    if instant.tzinfo is None:
        raise ValueError("an instant without a zone cannot be told in another one")
    local = instant.astimezone(zone)
    day = f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}"
    return f"{day}, {local:%H:%M} {_zone_name(local)}"


def _zone_name(local: datetime) -> str:
    """Return the zone's letters, or its distance from UTC where it has none of its own."""
    name = local.tzname() or ""
    if name.isalpha():
        return name
    offset = local.utcoffset() or timedelta()
    minutes = abs(offset) // timedelta(minutes=1)
    return f"UTC{'-' if offset < timedelta() else '+'}{minutes // 60:02}:{minutes % 60:02}"


def spoken_size(size: int) -> str:
    """Return a number of bytes as people read it, in decimal units: ``1.4 MB``."""
    for unit, letters in _BYTES_IN_UNIT:
        # What would be rounded to 1000.0 of a unit is 1.0 of the next.
        if size * 20_000 >= unit * 19_999:
            return f"{size / unit:.1f} {letters}"
    return "1 byte" if size == 1 else f"{size} bytes"
