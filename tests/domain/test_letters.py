"""What letters may say, before any template has seen it."""

import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.letters import (
    BLIND_KINDS,
    LONGEST_LINE,
    LONGEST_TEXT,
    NEEDED_FACTS,
    Letter,
    LetterFacts,
    OrderLineText,
    ReceiptLine,
    facts_for,
    missing_facts,
    one_line,
    paragraphs,
    spoken_instant,
    spoken_size,
)
from domain.notices import NoticeKind

FACTS = LetterFacts(programme_name="Programme", support_address="support@example.org")
NOON_UTC = datetime(2025, 5, 28, 22, 0, tzinfo=UTC)

TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]))


def letter(**changes: str) -> Letter:
    """Return a letter in which only ``changes`` are special."""
    given_fields: dict[str, str] = {
        "message_id": "<n.1@example.org>",
        "sender": "laurel@example.org",
        "to_address": "alex@example.org",
        "to_name": "Alex Example",
        "subject": "Subject",
        "text": "Text",
        "html": "<p>Text</p>",
        "reply_to": "support@example.org",
        **changes,
    }
    return Letter.model_validate({**given_fields, "date": NOON_UTC, "headers": ()})


class TestOneLine:
    @given(TEXTS)
    def test_it_is_one_short_visible_line(self, text: str) -> None:
        """Proves: whatever somebody is called, no control and no turn of direction is left."""
        line = one_line(text)
        assert len(line) <= LONGEST_LINE
        assert not {unicodedata.category(char) for char in line} & {"Cc", "Zl", "Zp", "Co"}
        assert not set(line) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
        assert line == line.strip()
        assert one_line(line) == line

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("Alex\r\nBcc: other@example.org", "Alex Bcc: other@example.org"),
            ("Alex\u2028Example\x0b\x00!", "Alex Example !"),
            ("\u202eelpmaxE\u202c", "elpmaxE"),
            ("  Alex \t Example ", "Alex Example"),
            ("مری\u200cم", "مری\u200cم"),
            ("e\u0301", "é"),
        ],
    )
    def test_line_ends_become_spaces_and_hidden_signs_go(self, text: str, expected: str) -> None:
        """Proves: a header cannot be ended from within a name; joiners of real names stay."""
        assert one_line(text) == expected

    def test_what_is_too_long_says_so(self) -> None:
        """Proves: a cut is visible, and happens one character past the limit."""
        assert one_line("x" * LONGEST_LINE) == "x" * LONGEST_LINE
        assert one_line("x" * (LONGEST_LINE + 1)) == "x" * (LONGEST_LINE - 1) + "…"


class TestParagraphs:
    def test_lines_stay_and_their_ends_are_alike(self) -> None:
        """Proves: feedback keeps its lines wherever it was typed, and nothing invisible."""
        assert (
            paragraphs("one\r\ntwo\rthree\u2029four\x1b[31m\u202e") == "one\ntwo\nthree\nfour [31m"
        )

    def test_what_is_too_long_says_so(self) -> None:
        """Proves: one text cannot make a letter that no server takes."""
        assert len(paragraphs("x" * LONGEST_TEXT)) == LONGEST_TEXT
        assert paragraphs("x" * (LONGEST_TEXT + 1)).endswith("x…")
        assert len(paragraphs("x" * (LONGEST_TEXT + 1))) == LONGEST_TEXT


class TestFacts:
    def test_every_kind_says_what_it_needs(self) -> None:
        """Proves: no kind of notice was forgotten, and no need names a fact that is none."""
        assert set(NEEDED_FACTS) == set(NoticeKind)
        assert frozenset().union(*NEEDED_FACTS.values()) <= LetterFacts.model_fields.keys()

    @pytest.mark.parametrize("kind", NoticeKind)
    def test_what_is_missing_is_named(self, kind: NoticeKind) -> None:
        """Proves: each need is looked at; a letter without its link or date is never written."""
        assert set(missing_facts(kind, FACTS)) == NEEDED_FACTS[kind]

    def test_a_fact_that_is_there_is_not_missing(self) -> None:
        """Proves: the rule above can be satisfied."""
        full = FACTS.model_copy(update={"micro_credential": "Title", "part": 2})
        assert missing_facts(NoticeKind.PART_RECEIVED, full) == ()

    @pytest.mark.parametrize("kind", NoticeKind)
    def test_assessors_get_no_names_of_files_or_learners(self, kind: NoticeKind) -> None:
        """Proves: to those who judge, facts that could name somebody are not even there."""
        facts = FACTS.model_copy(
            update={
                "receipt": (ReceiptLine(name="robin.pdf", size=1, sha256="0"),),
                "order_lines": (
                    OrderLineText(number=1, learner="Robin", micro_credential="T", outcome="o"),
                ),
            }
        )
        seen = facts_for(kind, facts)
        assert (seen.receipt, seen.order_lines) == (
            ((), ()) if kind in BLIND_KINDS else (facts.receipt, facts.order_lines)
        )

    @pytest.mark.parametrize(
        "link", ["javascript:alert(1)", "ftp://example.org/", "https://", "http://a b", "https://é"]
    )
    def test_a_link_is_a_web_address(self, link: str) -> None:
        """Proves: no letter has a link that does something else than open a page."""
        with pytest.raises(ValidationError):
            LetterFacts(programme_name="P", support_address="support@example.org", link=link)


class TestLetter:
    @pytest.mark.parametrize(
        "message_id",
        ["n.1@example.org", "<n.1>", "<n 1@example.org>", "<n@example.org>\n", "<>", "<é@x.org>"],
    )
    def test_a_message_id_is_whole(self, message_id: str) -> None:
        """Proves: an identifier that a server would repair, and so change, is refused."""
        with pytest.raises(ValidationError):
            letter(message_id=message_id)

    def test_name_and_subject_are_lines(self) -> None:
        """Proves: neither can carry a header, even if the letter was not made by the writer."""
        made = letter(to_name="Alex\nBcc: x@example.org", subject="Hello\r\n\r\nbody")
        assert (made.to_name, made.subject) == ("Alex Bcc: x@example.org", "Hello body")


class TestSpokenInstant:
    @pytest.mark.parametrize(
        ("zone", "expected"),
        [
            ("America/Chicago", "Wed 28 May 2025, 17:00 CDT"),
            ("UTC", "Wed 28 May 2025, 22:00 UTC"),
            ("Asia/Kolkata", "Thu 29 May 2025, 03:30 IST"),
            ("America/Sao_Paulo", "Wed 28 May 2025, 19:00 UTC-03:00"),
            ("Asia/Kathmandu", "Thu 29 May 2025, 03:45 UTC+05:45"),
        ],
    )
    def test_it_is_local_and_names_its_zone(self, zone: str, expected: str) -> None:
        """Proves: nobody has to guess whose clock is meant, also where a zone has no letters."""
        assert spoken_instant(NOON_UTC, ZoneInfo(zone)) == expected

    def test_the_two_hours_of_a_changed_clock_differ(self) -> None:
        """Proves: 01:30 twice in one night is told as two different times (trap 14)."""
        first = datetime(2025, 11, 2, 6, 30, tzinfo=UTC)
        told = [
            spoken_instant(instant, ZoneInfo("America/Chicago"))
            for instant in (first, first + timedelta(hours=1))
        ]
        assert told == ["Sun 2 Nov 2025, 01:30 CDT", "Sun 2 Nov 2025, 01:30 CST"]

    def test_the_same_instant_is_told_the_same(self) -> None:
        """Proves: in which zone an instant was kept makes no difference."""
        elsewhere = NOON_UTC.astimezone(timezone(timedelta(hours=9)))
        chicago = ZoneInfo("America/Chicago")
        assert spoken_instant(elsewhere, chicago) == spoken_instant(NOON_UTC, chicago)

    def test_a_naive_instant_is_refused(self) -> None:
        """Proves: a time of unknown zone is never told as if it were known."""
        with pytest.raises(ValueError, match="zone"):
            spoken_instant(NOON_UTC.replace(tzinfo=None), UTC)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1_000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (1_482_233, "1.5 MB"),
        (2_000_000_000, "2.0 GB"),
    ],
)
def test_sizes_are_told_in_the_unit_that_fits(size: int, expected: str) -> None:
    """Proves: a receipt shows sizes as people know them, also at the edge of a unit."""
    assert spoken_size(size) == expected
