"""The word rule and what text is kept: what counts is published, so each clause has its example."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.words import WORD_RULE, ControlCharacters, TextTooLong, clean_text, count_words

_WORDS = st.text("abcXYZ0189éßжش", min_size=1, max_size=12)
_SPACES = st.text(" \t\n\r\u00a0\u2003\u3000", min_size=1, max_size=3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        (" \n\t ", 0),
        ("one", 1),
        ("We listened first.", 3),
        ("a well-known, on-task teacher", 4),
        ("don't we'll O\u2019Neil’s", 3),
        ("in 2024, 3.5 of 1,000", 5),
        ("and/or", 1),
        ("— – - * ** # ... … & 🎉 !!!", 0),
        ("1. 2) (3) a)", 4),
        ("one—two", 2),
        ("one – two", 2),
        ("one--two", 2),
        ("pages 3–5", 3),
        ("-- option --", 1),
        ("see https://example.org/a--b/c–d?q=1#x, then", 3),
        ("(www.example.org/a–b)", 1),
        ("mailto", 1),
        ("zero\u200bwidth\u200cspace\ufeff", 1),
        ("\u200b \u200d \ufeff", 0),
        ("soft\u00adhyphen", 1),
        ("no\u00a0break", 2),
        ("<p>One</p><p>two</p>", 2),
        ('one<br>two<br/><a href="https://example.org/x y">three</a><!-- no -->', 3),
        ("five < six and 7 > 2", 5),
        ("I <3 you", 3),
        ("snake_case ___", 1),
        ("Café E\u0301cole", 2),
        ("Учитель слушал. المعلم يستمع", 4),
        ("½ Ⅳ ²", 3),
        ("line\r\nend\u2028here\x0bthere", 4),
    ],
)
def test_each_clause_of_the_rule(text: str, expected: int) -> None:
    """Every clause that the docstring and the published sentence state holds on an example."""
    assert count_words(text) == expected


@given(st.lists(st.tuples(_WORDS, _SPACES), max_size=40))
def test_words_between_spaces_are_counted(pairs: list[tuple[str, str]]) -> None:
    """However a text is spaced, the count is the number of runs between the spaces."""
    assert count_words("".join(word + space for word, space in pairs)) == len(pairs)


@given(st.lists(_WORDS, min_size=1, max_size=20), st.sampled_from("-'’·\u200b\u00ad/._"))
def test_what_joins_never_splits(words: list[str], joint: str) -> None:
    """Hyphens, apostrophes, zero-width characters and points make one word of many."""
    assert count_words(joint.join(words)) == 1


@given(st.text(max_size=200))
def test_normalising_does_not_change_the_count(text: str) -> None:
    """What is shown while somebody types equals what is decided on the kept text."""
    assert count_words(unicodedata.normalize("NFC", text)) == count_words(text)


@given(st.text(max_size=100), st.text(max_size=100))
def test_texts_on_lines_of_their_own_add_up(first: str, second: str) -> None:
    """Part 1 is counted answer by answer; the total is the same as that of one text.

    Markup that one text opens and the other closes is the exception.
    """
    without_markup = (first.replace("<", ""), second.replace("<", ""))
    together = count_words("\n".join(without_markup))
    assert together == sum(count_words(text) for text in without_markup)


@pytest.mark.parametrize(
    "piece", ["<a", "<a ", "-", "—", "word ", "\u200b", "https://", "<!", ".", "w.", "<a>"]
)
def test_counting_takes_time_in_proportion(piece: str) -> None:
    """Three million characters of what could trip a pattern take seconds, not days."""
    text = piece * (3_000_000 // len(piece))
    started = time.process_time()
    count_words(text)
    assert time.process_time() - started < 20


def test_the_rule_obeys_itself() -> None:
    """The published sentence is plain text that can be kept, and counts to what a reader counts."""
    assert clean_text(WORD_RULE, 1000) == WORD_RULE
    assert count_words(WORD_RULE) == 15 + 18 + 10


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("one\r\ntwo\rthree\nfour", "one\ntwo\nthree\nfour"),
        ("soft\x0bbreak\u2028line\u2029paragraph\x85next", "soft\nbreak\nline\nparagraph\nnext"),
        ("E\u0301cole", "École"),
        ("a\tb", "a\tb"),
        ("\u200fالمعلم\u200e", "\u200fالمعلم\u200e"),
    ],
)
def test_text_is_kept_in_one_form(text: str, kept: str) -> None:
    """Line ends and composed letters have one form, whatever machine they come from."""
    assert clean_text(text, 100) == kept


@pytest.mark.parametrize(
    "character",
    ["\x00", "\x07", "\x1b", "\x7f", "\x9b", "\u202e", "\u202a", "\u2066", "\ud800", "\uffff"],
)
def test_characters_that_hide_or_break_are_refused(character: str) -> None:
    """The refusal says which character stands on which line, and repeats nothing of the text."""
    with pytest.raises(ControlCharacters) as refused:
        clean_text(f"first line\r\nsecret {character} here", 100)

    assert refused.value.code == "control_characters"
    assert "Line 2" in str(refused.value)
    assert f"U+{ord(character):04X}" in str(refused.value)
    assert "secret" not in str(refused.value)


def test_the_limit_is_what_is_kept() -> None:
    """A text at the limit is kept, one more is refused; both are measured after normalising."""
    assert clean_text("e\u0301" * 10, 10) == "é" * 10
    assert clean_text("\r\n" * 10, 10) == "\n" * 10
    with pytest.raises(TextTooLong) as refused:
        clean_text("a" * 11, 10)
    assert refused.value.code == "text_too_long"


def test_ten_megabytes_are_refused_at_once() -> None:
    """A text far beyond the limit costs nothing: it is refused before it is looked at."""
    text = "e\u0301" * 5_000_000
    started = time.process_time()
    with pytest.raises(TextTooLong):
        clean_text(text, 50_000)
    assert time.process_time() - started < 0.05


@given(st.text(max_size=200))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    """What was kept is kept again unchanged, so a draft that is saved twice does not differ."""
    try:
        kept = clean_text(text, 300)
    except ControlCharacters:
        return
    assert clean_text(kept, 300) == kept
