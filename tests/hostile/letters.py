"""Letters: whatever people and things are called, a letter goes to one address, has exactly its
headers, and says nothing in tags, links or signs that its template did not mean.

The first byte chooses the kind; the rest are the facts, each ended by a unit separator."""

from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from functools import cache
from html.parser import HTMLParser
from itertools import cycle

from hypothesis import strategies as st

from adapters.mail.catalogue import sample_facts
from adapters.mail.letters import LetterWriter, address_on_wire, as_message
from domain.addresses import AddressNotValid, normalized_address
from domain.letter_refusals import LetterNotWritable
from domain.letters import (
    DigestLine,
    DueText,
    FeedbackLine,
    Letter,
    LetterFacts,
    OrderLineText,
    ReceiptLine,
)
from domain.notices import NoticeKind
from tests.hostile.limits import MIB, Bound
from tests.hostile.target import Growing, Target, assert_coded
from tests.hostile.texts import HOSTILE, bytes_of, text_of

KINDS = tuple(NoticeKind)
PART = "\x1f"
DATE = datetime(2025, 5, 23, 21, 10, tzinfo=UTC)
HEADERS = [
    *("From", "To", "Subject", "Date", "Message-ID", "Reply-To", "Auto-Submitted"),
    *("X-Auto-Response-Suppress", "X-Laurel-Notice", "MIME-Version", "Content-Type"),
]
FORBIDDEN = frozenset("\x00\x0b\x0c\x1b\x7f\x85\u2028\u2029\u202e\u2066\u200b\ufeff\u200f")


def holds(content: bytes) -> None:
    """The message that arrives has one recipient, these headers, and the template's own tags."""
    kind = KINDS[(content[:1] or b"0")[0] % len(KINDS)]
    texts = text_of(content[1:]).split(PART)
    address = _address(texts[0])
    try:
        letter = _writer().write(
            kind, _facts(texts), to_address=address, message_id="<n.1@example.org>", date=DATE
        )
    except LetterNotWritable as refusal:
        assert_coded(refusal)
        return
    _assert_arrives(letter, address)
    _assert_plain(letter)
    assert _Seen(letter.html).shapes <= _shapes_of(kind)


@cache
def _writer() -> LetterWriter:
    return LetterWriter(None, "Laurel <laurel@example.org>")


def _address(text: str) -> str:
    try:
        return normalized_address(text)
    except AddressNotValid:
        return "ada@school.example.org"


def _facts(texts: list[str]) -> LetterFacts:
    """Return facts of which every text is one of the given ones."""
    given = cycle(texts)
    link = "".join(char for char in next(given) if "!" <= char <= "~")
    return LetterFacts(
        programme_name=next(given),
        support_address=_address(next(given)),
        recipient_name=next(given),
        micro_credential=next(given),
        library=next(given),
        enrollment_number=next(given),
        due=DueText(text=next(given), why=next(given)),
        link=f"https://laurel.example.org/{link}",
        code=next(given),
        other_address=next(given),
        part=2,
        round=1,
        rounds_left=1,
        receipt=(ReceiptLine(name=next(given), size=10, sha256=next(given)),),
        feedback=(FeedbackLine(item_label=next(given), mark="not_met", feedback=next(given)),),
        order_lines=(
            OrderLineText(
                number=1, learner=next(given), micro_credential=next(given), outcome="ordered"
            ),
        ),
        reason=next(given),
        digest=(DigestLine(label=next(given), count=1),),
    )


def _assert_arrives(letter: Letter, address: str) -> None:
    message = BytesParser(policy=policy.default).parsebytes(as_message(letter).as_bytes())
    assert isinstance(message, EmailMessage)
    assert message.keys() == HEADERS
    (recipient,) = message["To"].addresses
    assert recipient.addr_spec == address_on_wire(address)
    (sender,) = message["From"].addresses
    assert sender.addr_spec == "laurel@example.org"
    (answered,) = message["Reply-To"].addresses
    assert answered.addr_spec == address_on_wire(letter.reply_to)
    assert not FORBIDDEN & set(message["Subject"])
    assert [part.get_content_type() for part in message.walk()] == [
        *("multipart/alternative", "text/plain", "text/html")
    ]
    text = message.get_body(("plain",))
    assert text is not None
    assert text.get_content().replace("\r\n", "\n") == letter.text
    assert not message.defects


def _assert_plain(letter: Letter) -> None:
    for version in (letter.subject, letter.text, letter.html):
        assert not FORBIDDEN & set(version)
        assert "\r" not in version
    assert "\n" not in letter.subject
    assert all(len(line) <= 998 for line in as_message(letter).as_string().splitlines())


class _Seen(HTMLParser):
    """What a mail program sees in the HTML version: its tags with the names of attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.shapes: set[tuple[str, ...]] = set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shapes.add((tag, *(name for name, _ in attrs)))
        for name, value in attrs:
            if name in ("href", "src"):
                assert (value or "").startswith(("https://laurel.example.org/", "mailto:"))

    def handle_comment(self, data: str) -> None:
        self.shapes.add(("a comment",))


@cache
def _shapes_of(kind: NoticeKind) -> frozenset[tuple[str, ...]]:
    """Return the tags of a tame letter of a kind, with every fact there is."""
    letters = (
        _writer().write(
            kind, facts, to_address="a@x.org", message_id="<n.1@example.org>", date=DATE
        )
        for facts in (*sample_facts(kind), _facts(["tame"]))
    )
    return frozenset().union(*(_Seen(letter.html).shapes for letter in letters))


@st.composite
def _letters(draw: st.DrawFn) -> bytes:
    """Return a kind with facts that were made to reach past their places."""
    kind = draw(st.integers(0, len(KINDS) - 1))
    return bytes([kind]) + bytes_of(PART.join(draw(st.lists(HOSTILE, max_size=8))))


def _one(text: str) -> bytes:
    return bytes([KINDS.index(NoticeKind.NOT_YET)]) + bytes_of(text)


TARGET = Target(
    holds=holds,
    made=_letters(),
    seeds=tuple(
        bytes([number]) + bytes_of(f"ada{PART}Ada <b>\r\nBcc: x@example.org{PART}名{PART}a b")
        for number in range(len(KINDS))
    ),
    growing=(
        Growing("words", lambda n: _one("word " * n), 500),
        Growing("lines", lambda n: _one("a\n" * n), 1_000),
        Growing("encoded words", lambda n: _one("=?utf-8?q?a?= " * n), 300),
    ),
    largest=(lambda: _one("\u0315\u0316" * 20_000),),
    bound=Bound(memory=64 * MIB),
    examples=60,
    words=(b"\x1f", b"\r\nBcc: x@x.org", b"=?utf-8?b?", b"\xe2\x80\xae", b"<script>", b'"', b"{{"),
)
