"""Locators as people type them: one of the seven kinds, or ``locator_not_understood`` or
``locator_backwards``. What is understood reads back as the same place when it is said in words."""

from functools import partial

from hypothesis import strategies as st

from domain.locators import (
    LocatorBackwards,
    LocatorNotUnderstood,
    describe,
    parse_locator,
)
from portal.bounded import MOST_BYTES
from tests.hostile.target import Growing, Target, assert_coded
from tests.hostile.texts import HOSTILE, bytes_of, text_of

PARTS = (
    *("page", "pages ", "p.", "pp", "slide ", "slides", "at ", "from ", "to", " until ", "through"),
    *("3", "0", "00000", "999999", "1000000", "⁵", "３", "①", "٣", "½", "-", "–", "−", "﹣", " "),
    *("3:15", "99:59:59.999", "999:59", "1:60", ":", ".", "0:00.001", "whole image", "the whole"),
    *("\u00a0", "\u3000", "\u200b", "\u0301", "ﬀ", "ﷺ", "İ", "\n"),
)


def holds(content: bytes) -> None:
    """A place or a coded refusal; a place can be said, and is the same when it is read again."""
    try:
        place = parse_locator(text_of(content))
    except (LocatorNotUnderstood, LocatorBackwards) as refusal:
        assert_coded(refusal)
        return
    assert parse_locator(describe(place)) == place
    assert type(place).model_validate_json(place.model_dump_json()) == place


LONGEST = 100
"""Characters that are looked at, whatever they turn into."""


def _longest(piece: str, before: str = "page ", after: str = "") -> bytes:
    room = LONGEST - len(before) - len(after)
    return bytes_of(before + (piece * room)[:room] + after)


TARGET = Target(
    holds=holds,
    made=st.lists(st.sampled_from(PARTS) | HOSTILE, max_size=8).map("".join).map(bytes_of),
    seeds=tuple(
        bytes_of(each)
        for each in ("pages 3–5", "from 3:15 to 1:04:10.5", "Slide 7.", "whole image", "at 0:07")
    ),
    growing=(
        Growing("spaces", lambda n: b"page" + b" " * n, 1_000_000),
        Growing("long words", lambda n: bytes_of("ﷺ" * n), 1_000_000),
    ),
    largest=(
        *(partial(_longest, piece) for piece in ("ﷺ", "\u0315\u0316", " ", "0", "３")),
        *(partial(_longest, piece, "pages 3", "5") for piece in ("\u3000", "–")),
        lambda: bytes_of("ﷺ" * (MOST_BYTES // 3)),
    ),
    examples=200,
    longest=120,
    words=tuple(bytes_of(part) for part in PARTS),
)
