"""Unicode normalisation in time linear in the text, whatever the text is.

Marks that follow one letter are put into an order while a text is normalised, and that sorting is
quadratic: forty thousand accents in a row keep a processor busy for seconds, a million for half an
hour. No language puts more than a few marks on a letter, so a longer row is parted as the Unicode
standard has it (UAX #15, section 13, "Stream-Safe Text Format").
"""

import re
import unicodedata
from functools import cache
from typing import Final, Literal

MOST_MARKS: Final = 30
"""Marks in a row on one letter; what comes after them is parted from them."""

_PARTING: Final = "\u034f"
"""The combining grapheme joiner: invisible, and nothing is sorted across it."""

_FIRST_MARK: Final = 0x0300
_AFTER_THE_LAST_MARK: Final = 0x1E94B

Form = Literal["NFC", "NFKC", "NFKD"]
"""The normal forms that are in use here (UAX #15)."""


def normalized(form: Form, text: str) -> str:
    """Return ``text`` in a normal form; normalising what it returns changes nothing.

    It is what ``unicodedata.normalize`` returns, unless more than ``MOST_MARKS`` stand in a row.
    """
    if text.isascii():
        return text
    # Taking signs apart can make a row longer, so it is looked at again afterwards.
    return _parted(unicodedata.normalize(form, _parted(text)))


def _parted(text: str) -> str:
    return _rows().sub(lambda row: row.group() + _PARTING, text)


@cache
def _rows() -> re.Pattern[str]:
    """Return what matches a full row of marks that goes on after it."""
    marks = "".join(
        char
        for char in map(chr, range(_FIRST_MARK, _AFTER_THE_LAST_MARK))
        # Some signs are no marks themselves, and are marks when they are taken apart.
        if unicodedata.combining(unicodedata.normalize("NFKD", char)[0])
    )
    one = f"[{_ranges(marks)}]"
    return re.compile(f"{one}{{{MOST_MARKS}}}(?={one})")


def _ranges(chars: str) -> str:
    """Return characters, which are in order, as the ranges of a pattern."""
    ranges: list[list[str]] = []
    for char in chars:
        if ranges and ord(char) == ord(ranges[-1][1]) + 1:
            ranges[-1][1] = char
        else:
            ranges.append([char, char])
    return "".join(f"{first}-{last}" for first, last in ranges)
