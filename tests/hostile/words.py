"""Word counting, and which text may be kept: any text has a number of words, and is kept or refused
with ``control_characters`` or ``text_too_long``."""

import unicodedata
from functools import partial

from hypothesis import strategies as st

from domain.refusals import Invalid
from domain.searching import search_words, sought_words
from domain.submission import MOST_CHARACTERS
from domain.words import clean_text, count_words
from tests.hostile.target import Growing, Target, assert_coded
from tests.hostile.texts import HOSTILE, bytes_of, can_be_kept, spoiled, text_of

LIMIT = 20_000

MARKUP = ("<br>", "<a href='x y'>", "</", "<!--", "--", "—", "www.x.org", "https://", "don't")


def holds(content: bytes) -> None:
    """A count is possible and never more than the text has room for; what is kept stays kept."""
    text = text_of(content)
    assert 0 <= count_words(text) <= (len(text) + 1) // 2
    search_words(text[:1000])
    sought_words(text[:1000])
    try:
        kept = clean_text(text, LIMIT)
    except Invalid as refusal:
        assert_coded(refusal)
        return
    assert clean_text(kept, LIMIT) == kept
    assert unicodedata.is_normalized("NFC", kept)
    assert can_be_kept(kept)
    assert not set(kept) & set("\r\x00\x1b\u202e\u2066")


REPEATED = ("\u0315\u0316", "<a", "< a>", "—-", "http://", "\u200b", "a\u0301 ", "ﷺ")


def _growing(piece: str) -> Growing:
    return Growing(ascii(piece), lambda n: bytes_of(piece * n), 20_000 // len(piece))


def _largest(piece: str, characters: int) -> bytes:
    """Return an answer as long as one is kept, or as long as a text may be and yet come to fit."""
    return bytes_of(piece * (characters // len(piece)))


TARGET = Target(
    holds=holds,
    made=st.lists(st.sampled_from(MARKUP) | HOSTILE, max_size=8).map("".join).map(bytes_of)
    | spoiled(st.just("Whom did you ask – and why?\n1. Everybody who’d come.".encode())),
    seeds=("A <b>word</b> – and\tthe next’s\u00a0one.".encode(), b"see www.example.org/a-b--c"),
    growing=tuple(_growing(piece) for piece in REPEATED),
    largest=(
        *(partial(_largest, piece, MOST_CHARACTERS) for piece in REPEATED),
        *(partial(_largest, piece, 4 * LIMIT) for piece in ("\u0315\u0316", "ﷺ")),
    ),
    words=tuple(bytes_of(piece) for piece in MARKUP),
)
