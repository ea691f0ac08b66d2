"""How words are counted, and which text may be kept: one rule, on the server, for every decision.

The rule is published (``WORD_RULE``), shown live while somebody writes, and decides whether part 1
(1,000 words) and part 3 (500 words) may be submitted (domain.md, "The three parts").
"""

import re
from typing import Final

from domain.normalizing import normalized
from domain.refusals import Invalid

WORD_RULE: Final = (
    "A word is a run of letters or digits between spaces, line breaks or dashes. "
    "A hyphenated word, a word with an apostrophe, a number and a web address count as one each; "
    "symbols on their own and formatting marks do not count."
)
"""The counting rule, in a sentence or two for the people who write under it."""

# Tags are markup, whatever their attributes say. A tag runs to the next ">" and never across
# another "<", so the search visits every character once.
_TAG: Final = re.compile(r"</?[A-Za-z!][^<>]*>")
_TOKEN: Final = re.compile(r"\S+")
# Dashes join clauses, hyphens join words. A run of two or more hyphens is a typed dash.
_DASH: Final = re.compile(r"[\u2012-\u2015\u2E3A\u2E3B]+|-{2,}")
_LETTER_OR_DIGIT: Final = re.compile(r"[^\W_]")
_URL: Final = re.compile(r"\W{0,8}(?:[a-z][a-z0-9+.-]{0,30}://|www\.)", re.IGNORECASE)
# Characters that take no width and separate nothing: soft hyphen, zero-width space and joiners,
# direction marks, word joiner, byte-order mark.
_ZERO_WIDTH: Final = dict.fromkeys(
    [0x00AD, 0x034F, 0x061C, 0x180E, *range(0x200B, 0x2010), *range(0x2060, 0x2065), 0xFEFF]
)

_LINE_ENDS: Final = re.compile(r"\r\n|[\r\v\f\x85\u2028\u2029]")
# Control characters other than tab and line feed; the embeddings, overrides and isolates that can
# make a text read differently from what is stored; halves of surrogate pairs, which no store keeps.
_FORBIDDEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
# A line end may take two characters and a composed letter up to four, so a raw text beyond this
# many times the limit cannot come under it by being normalised.
_WIDEST_NORMALISATION: Final = 4


class ControlCharacters(Invalid):
    """The text holds a character that may hide or reorder what it says, or that no store keeps."""

    code = "control_characters"
    sentence = (
        "Line {line} holds a hidden control character ({codepoint}). "
        "Remove it, or paste the text again as plain text."
    )


class TextTooLong(Invalid):
    """The text is longer than its field keeps."""

    code = "text_too_long"
    sentence = "The text is too long: at most {limit:,} characters are kept. Shorten it."


def count_words(text: str) -> int:
    """Count the words of ``text`` by the published rule, in time linear in its length.

    - Tags such as ``<br>`` are markup: each separates, none counts.
    - Zero-width characters are taken out first, so they neither count nor split.
    - What is left is cut at Unicode white space, the no-break space included.
    - A piece that is a web address (``scheme://…`` or ``www.…``) is one word, whatever is in it.
    - Any other piece is cut at dashes (figure, en and em dash, bar, ``--``), never at hyphens,
      apostrophes, slashes or points: ``on-task``, ``don't``, ``and/or``, ``3.5`` are one each.
    - A cut piece counts when it has at least one letter or digit of any script, so ``—``, ``**``,
      ``#`` and an emoji do not count. Scripts that are written without spaces count by the run.
    """
    visible = _TAG.sub(" ", text).translate(_ZERO_WIDTH)
    return sum(_words_in(token.group()) for token in _TOKEN.finditer(visible))


def _words_in(token: str) -> int:
    """Count the words of a piece of text that holds no white space."""
    if _URL.match(token):
        return 1
    return sum(1 for piece in _DASH.split(token) if _LETTER_OR_DIGIT.search(piece))


def clean_text(text: str, limit: int) -> str:
    """Return ``text`` as it is kept: line ends as ``\\n``, letters composed (NFC).

    ``limit`` is in characters after that. Refused: a longer text (``text_too_long``), and one with
    control, direction-override or half characters (``control_characters``). A text far beyond the
    limit is refused by its length alone, before anything is done to it.
    """
    if len(text) > limit * _WIDEST_NORMALISATION:
        raise TextTooLong(limit=limit)
    with_line_ends = _LINE_ENDS.sub("\n", text)
    found = _FORBIDDEN.search(with_line_ends)
    if found is not None:
        line = with_line_ends.count("\n", 0, found.start()) + 1
        raise ControlCharacters(line=line, codepoint=f"U+{ord(found.group()):04X}")
    cleaned = normalized("NFC", with_line_ends)
    if len(cleaned) > limit:
        raise TextTooLong(limit=limit)
    return cleaned
