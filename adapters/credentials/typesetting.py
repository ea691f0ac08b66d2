"""Words set into pictures and papers: which letters can be printed, and what stands for the others.

The fonts that typst brings serve Latin, Greek, Cyrillic, Hebrew, Arabic and Devanagari; nothing of
the machine is needed. Where a name or title has letters beyond them, the fonts of the machine are
asked too; a letter that none of them has is printed as □, and the paper says so. A person gets
their certificate in any case, and the credential in it has every letter.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple, Self

import typst

from domain.values import Instant

STAND_IN: Final = "\N{WHITE SQUARE}"
"""What is printed for a letter that no font has."""

LONGEST_WORD: Final = 30
"""Letters of a word that is never broken; a longer one may be, or it would leave its frame."""

_HERE: Final = Path(__file__).parent
_LONG: Final = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")
_BREAK: Final = "\N{ZERO WIDTH SPACE}"
_PIECE: Final = 12
# Typst's fonts have all of these; most words are made of nothing else.
_CERTAIN: Final = frozenset(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x180), 0x2019, 0x2013)))
_PROBE: Final = b"""#set document(title: "Letters")
#set text(font: "Libertinus Serif", lang: "en")
#sys.inputs.letters"""


class Typeface(NamedTuple):
    """With which fonts words are set, and which of their letters have to be stood in for."""

    needs_system_fonts: bool
    missing: frozenset[str]

    @classmethod
    def for_words(cls, words: Iterable[str]) -> Self:
        """Choose the fonts for ``words``: those of typst alone, if they are enough."""
        letters = frozenset(letter for each in words for letter in each) - _CERTAIN
        unprintable = frozenset(filter(_is_control, letters))
        missing = _missing(letters - unprintable, with_system=False)
        if not missing:
            return cls(needs_system_fonts=False, missing=unprintable)
        missing_everywhere = _missing(missing, with_system=True)
        return cls(
            needs_system_fonts=missing_everywhere != missing,
            missing=missing_everywhere | unprintable,
        )

    @property
    def has_gaps(self) -> bool:
        """Tell whether something is stood in for."""
        return any(not _is_control(letter) for letter in self.missing)

    def printable(self, text: str) -> str:
        """Return ``text`` as it can be set: no letter without a font, no word without an end."""
        shown = "".join(
            (" " if _is_control(letter) else STAND_IN + _BREAK)
            if letter in self.missing
            else letter
            for letter in text
        )
        return _LONG.sub(_breakable, shown)


def _instead_of(letter: str) -> str:
    return " " if _is_control(letter) else STAND_IN + _BREAK


def _breakable(word: re.Match[str]) -> str:
    text = word.group()
    return _BREAK.join(text[at : at + _PIECE] for at in range(0, len(text), _PIECE))


def _is_control(letter: str) -> bool:
    """Tell whether a character has no shape of its own, but breaks or turns what stands by it."""
    is_turning = "\u202a" <= letter <= "\u202e" or "\u2066" <= letter <= "\u2069"
    return is_turning or unicodedata.category(letter) in ("Cc", "Cs", "Cn")


def _missing(letters: frozenset[str], *, with_system: bool) -> frozenset[str]:
    """Return the letters without a font; halves what fails until single letters are left."""
    if not letters or _has_all("".join(sorted(letters)), with_system=with_system):
        return frozenset()
    if len(letters) == 1:
        return letters
    in_order = sorted(letters)
    middle = len(in_order) // 2
    return frozenset[str]().union(
        *(
            _missing(frozenset(half), with_system=with_system)
            for half in (in_order[:middle], in_order[middle:])
        )
    )


@lru_cache(maxsize=4096)
def _has_all(letters: str, *, with_system: bool) -> bool:
    """Ask typst, which refuses an accessible PDF with a letter that no font has."""
    try:
        typst.compile(
            _PROBE,
            format="pdf",
            ignore_system_fonts=not with_system,
            sys_inputs={"letters": letters},
            pdf_standards="ua-1",
        )
    except typst.TypstError:
        return False
    return True


@lru_cache(maxsize=8)
def _source(name: str) -> bytes:
    return (_HERE / "look.typ").read_bytes() + (_HERE / name).read_bytes()


def set_svg(source: str, given: str, typeface: Typeface) -> bytes:
    """Return the drawing that ``source`` makes of ``given`` (JSON); letters are drawn as shapes."""
    return typst.compile(
        _source(source),
        format="svg",
        ignore_system_fonts=not typeface.needs_system_fonts,
        sys_inputs={"given": given},
    )


def set_png(source: str, given: str, typeface: Typeface, *, points_per_inch: int) -> bytes:
    """Return the picture that ``source`` makes of ``given``; 72 to the inch: a pixel a point."""
    return typst.compile(
        _source(source),
        format="png",
        ppi=points_per_inch,
        ignore_system_fonts=not typeface.needs_system_fonts,
        sys_inputs={"given": given},
    )


def set_pdf(
    source: str, given: str, typeface: Typeface, *, dated: Instant, attached: str = ""
) -> bytes:
    """Return the paper as PDF/A-3b and PDF/UA-1, dated ``dated``: the same bytes every time."""
    return typst.compile(
        _source(source),
        format="pdf",
        ignore_system_fonts=not typeface.needs_system_fonts,
        sys_inputs={"given": given, "attached": attached},
        pdf_standards=["a-3b", "ua-1"],
        timestamp=int(dated.timestamp()),
    )
