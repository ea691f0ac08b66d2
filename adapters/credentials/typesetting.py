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
# Each letter in a colour of its own, by which the drawing tells whose shape is whose.
_PROBE: Final = b"""#set page(width: auto, height: auto)
#set text(font: "Libertinus Serif", lang: "en")
#for (place, letter) in sys.inputs.letters.codepoints().enumerate() {
  let colour = str(place, base: 16)
  text(fill: rgb("#" + "0" * (6 - colour.len()) + colour), letter)
  linebreak()
}"""
_SHAPE: Final = re.compile(rb'<use xlink:href="#(\w+)"[^>]*? fill="#(\w{6})"')
_NO_LETTER: Final = "\uffff"
"""Never a letter, so that its shape is the one of letters without a font."""


class NotSettable(Exception):
    """Typst refused the words: joined, some letters need a font that each alone does not."""


class Typeface(NamedTuple):
    """With which fonts words are set, and which of their letters have to be stood in for."""

    needs_system_fonts: bool
    missing: frozenset[str]

    @classmethod
    def for_words(cls, words: Iterable[str]) -> Self:
        """Choose the fonts for ``words``: those of typst alone, if they are enough."""
        letters = frozenset(letter for each in words for letter in each) - _CERTAIN
        unprintable = frozenset(filter(_is_control, letters))
        asked = letters - unprintable
        missing = _missing(asked, with_system=False) if asked else asked
        if not missing:
            return cls(needs_system_fonts=False, missing=unprintable)
        missing_everywhere = _missing(missing, with_system=True)
        return cls(
            needs_system_fonts=missing_everywhere != missing,
            missing=missing_everywhere | unprintable,
        )

    @classmethod
    def plainest(cls, words: Iterable[str]) -> Self:
        """Choose Latin letters alone, which can always be set."""
        letters = frozenset(letter for each in words for letter in each)
        return cls(needs_system_fonts=False, missing=letters - _CERTAIN)

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
    return is_turning or unicodedata.category(letter) in ("Cc", "Cs")


@lru_cache(maxsize=512)
def _missing(letters: frozenset[str], *, with_system: bool) -> frozenset[str]:
    """Return the letters without a font: those that typst draws with the shape of no letter."""
    in_order = sorted(letters - {_NO_LETTER})
    drawn = typst.compile(
        _PROBE,
        format="svg",
        ignore_system_fonts=not with_system,
        sys_inputs={"letters": _NO_LETTER + "".join(in_order)},
    )
    shapes = [(shape, int(place, 16)) for shape, place in _SHAPE.findall(drawn)]
    nothing = frozenset(shape for shape, place in shapes if place == 0)
    return (letters & {_NO_LETTER}) | {
        in_order[place - 1] for shape, place in shapes if place > 0 and shape in nothing
    }


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
    """Return the paper as PDF/A-3b and PDF/UA-1, dated ``dated``: the same bytes every time.

    Raises ``NotSettable`` when a letter has no font after all.
    """
    try:
        return typst.compile(
            _source(source),
            format="pdf",
            ignore_system_fonts=not typeface.needs_system_fonts,
            sys_inputs={"given": given, "attached": attached},
            pdf_standards=["a-3b", "ua-1"],
            timestamp=int(dated.timestamp()),
        )
    except typst.TypstError as error:
        raise NotSettable from error
