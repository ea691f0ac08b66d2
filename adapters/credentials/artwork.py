"""The picture of a badge: a medal of our own with the micro-credential's title in it.

Each library has its colour, so that badges of one library are known from afar; a library that
nobody gave one gets it by its short name, always the same. Title, issuer and library shrink until
they fit. The same face gives the same bytes.
"""

import hashlib
import html
import re
from typing import Final, NamedTuple

from adapters.credentials.typesetting import Typeface, set_png, set_svg
from domain.catalog import GENERAL_LIBRARY, MISSOURI_LIBRARY
from domain.credential_forms import CredentialFace
from domain.values import Value

BADGE_PIXELS: Final = 800
"""Width and height of the picture."""

_POINTS: Final = 600
_SVG_ROOT: Final = re.compile(rb"<svg\b[^>]*>")


class Colours(NamedTuple):
    """A dark and a brighter tone; white and gold can be read on both."""

    deep: str
    bright: str


_BY_LIBRARY: Final = {
    GENERAL_LIBRARY: Colours("#134a2f", "#1d6642"),
    MISSOURI_LIBRARY: Colours("#173a5e", "#1a5484"),
}
_OTHERS: Final = (
    Colours("#4a1942", "#6d2a61"),
    Colours("#5c1f1b", "#86302a"),
    Colours("#12474d", "#17636b"),
    Colours("#4d3810", "#6e5119"),
    Colours("#2c2a5e", "#413f86"),
    Colours("#33404a", "#4a5b68"),
)


class MedalWords(Value):
    """What stands on the medal, as its drawing takes it."""

    title: str
    issuer: str
    library: str
    deep: str
    bright: str


def colours_of(library: str) -> Colours:
    """Return the colours of a library, by its short name."""
    by_name = hashlib.sha256(library.encode()).digest()[0] % len(_OTHERS)
    return _BY_LIBRARY.get(library, _OTHERS[by_name])


def words_of(face: CredentialFace) -> tuple[str, ...]:
    """Return all words of a medal, to choose its typeface by."""
    return (face.title, face.issuer, face.library_name)


def medal_of(face: CredentialFace, typeface: Typeface) -> MedalWords:
    """Return what the medal of ``face`` says, in letters that can be drawn."""
    deep, bright = colours_of(face.library)
    title, issuer, library = map(typeface.printable, words_of(face))
    return MedalWords(title=title, issuer=issuer, library=library, deep=deep, bright=bright)


def plain_badge_png(face: CredentialFace) -> bytes:
    """Return the badge's picture without a credential; 800 pixels wide, clear at its corners."""
    typeface = Typeface.for_words(words_of(face))
    given = medal_of(face, typeface).model_dump_json()
    return set_png("badge.typ", given, typeface, points_per_inch=72 * BADGE_PIXELS // _POINTS)


def plain_badge_svg(face: CredentialFace) -> bytes:
    """Return the badge as a drawing without a credential, named for those who cannot see it."""
    typeface = Typeface.for_words(words_of(face))
    given = medal_of(face, typeface).model_dump_json()
    return _named(set_svg("badge.typ", given, typeface), f"Badge: {face.title}, {face.issuer}")


def _named(svg: bytes, name: str) -> bytes:
    """Give the drawing a title, since its letters are shapes that nobody can read aloud."""
    root = _SVG_ROOT.search(svg)
    if root is None:
        raise ValueError("typst drew no SVG")
    shown = "".join(" " if not letter.isprintable() else letter for letter in name)
    label = html.escape(shown).encode()
    return b"".join(
        (
            svg[: root.end() - 1],
            b' role="img" aria-label="',
            label,
            b'"><title>',
            label,
            b"</title>",
            svg[root.end() :],
        )
    )
