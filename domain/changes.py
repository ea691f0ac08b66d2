"""What changed between two versions of a text, word by word, as an assessor of a revision sees it.

Sentences are compared first and words only inside of those that changed, so the work stays small
for any text: a stretch that is too long to be compared by words is shown as taken out and put in.
"""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

from domain.values import Value

MOST_COMPARED: Final = 250_000
"""Pairs of words that one changed stretch is compared by; beyond that it is replaced as a whole."""

_SENTENCE: Final = re.compile(r"[^.!?\n]*(?:[.!?]+|\n+|$)[ \t]*")
_WORD: Final = re.compile(r"\s+|[^\s]+")


class ChangeKind(StrEnum):
    """What became of a stretch of text."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


class Change(Value):
    """One stretch of text, and what became of it."""

    kind: ChangeKind
    text: str


def changes(earlier: str, later: str) -> tuple[Change, ...]:
    """Return both texts as one: what stayed, what was taken out, what was put in.

    What is the same or gone makes up ``earlier``; what is the same or new makes up ``later``.
    """
    return tuple(_joined(_by_sentence(earlier, later)))


def is_changed(compared: tuple[Change, ...]) -> bool:
    """Tell whether anything but spacing is different."""
    return any(each.kind is not ChangeKind.SAME and each.text.strip() for each in compared)


def _by_sentence(earlier: str, later: str) -> Iterator[Change]:
    old, new = _cut(_SENTENCE, earlier), _cut(_SENTENCE, later)
    for what, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes():
        before, after = "".join(old[a:b]), "".join(new[c:d])
        if what == "equal":
            yield Change(kind=ChangeKind.SAME, text=before)
        else:
            yield from _by_word(before, after)


def _by_word(earlier: str, later: str) -> Iterator[Change]:
    old, new = _cut(_WORD, earlier), _cut(_WORD, later)
    if len(old) * len(new) > MOST_COMPARED:
        yield Change(kind=ChangeKind.GONE, text=earlier)
        yield Change(kind=ChangeKind.NEW, text=later)
        return
    gone = put = between = ""
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        before, after = "".join(old[a:b]), "".join(new[c:d])
        if what != "equal":
            gone, put, between = gone + between + before, put + between + after, ""
        elif before.isspace() and (gone or put):
            between = before  # one change in the eyes of a reader, if the next word changed too
        else:
            yield from _replaced(gone, put, between + before)
            gone = put = between = ""
    yield from _replaced(gone, put, between)


def _replaced(gone: str, put: str, same: str) -> Iterator[Change]:
    """Yield a change and what stayed behind it."""
    yield Change(kind=ChangeKind.GONE, text=gone)
    yield Change(kind=ChangeKind.NEW, text=put)
    yield Change(kind=ChangeKind.SAME, text=same)


def _cut(pattern: re.Pattern[str], text: str) -> list[str]:
    return [piece for piece in pattern.findall(text) if piece]


def _joined(stretches: Iterator[Change]) -> Iterator[Change]:
    """Yield the stretches with neighbours of one kind as one, and without empty ones."""
    last: Change | None = None
    for each in stretches:
        if not each.text:
            continue
        if last is not None and last.kind is each.kind:
            last = Change(kind=last.kind, text=last.text + each.text)
            continue
        if last is not None:
            yield last
        last = each
    if last is not None:
        yield last
