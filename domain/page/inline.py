"""Lists that stand inside a line: "1. … 2. … 3. …", "(a) … (b) …", "• … • …", "…; …; and …"."""

import re
from collections.abc import Sequence

from domain.page.blocks import is_closed
from domain.page.marks import readings

_INLINE = re.compile(
    r"(?:(?<=\s)|(?<=[.;:?!)])|^)"
    r"(?:([(\[])(\d{1,2}|[a-z]|[ivx]{1,4})[)\]]|(\d{1,2}|[a-z]|[ivx]{1,4})([.)]))(?=\s|[A-Z])\s*"
)
_BULLETS = re.compile(r"(?:^|(?<=\s)|(?<=[.;:?!]))[•·▪●◦‣∙]\s*")
_AND = re.compile(r"^(?:and|or)\s+", re.IGNORECASE)
_TAIL = re.compile(r"\s?[;,](?:\s(?:and|or))?$", re.IGNORECASE)
_QUESTIONS = re.compile(r"(?<=\?)\s+(?=[A-Z“\"])")


def marked_run(text: str, first: int = 1, shape: str = "") -> list[str]:
    """Divide ``text`` where it counts on: ``first``, first + 1, …; the lead comes first.

    With ``shape`` only marks of that shape count ("." or "()"). Without any mark the text comes
    back whole, as the only element.
    """
    cuts: list[tuple[int, int]] = []
    expected, style = first, shape
    for mark in _INLINE.finditer(text):
        token = mark.group(2) or mark.group(3)
        kind = ("()" if mark.group(1) else mark.group(4)) + ("1" if token.isdigit() else "a")
        numbers = (int(token),) if token.isdigit() else readings(token)
        if expected in numbers and (not style or style == kind):
            cuts.append((mark.start(), mark.end()))
            expected, style = expected + 1, kind
    return _cut(text, cuts)


def bulleted_run(text: str) -> list[str]:
    """Divide ``text`` at its bullets; the lead comes first."""
    return _cut(text, [mark.span() for mark in _BULLETS.finditer(text)])


def _cut(text: str, cuts: Sequence[tuple[int, int]]) -> list[str]:
    starts = [0, *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), len(text)]
    return [text[a:b].strip() for a, b in zip(starts, ends, strict=True)]


def semicolon_run(text: str) -> list[str]:
    """Divide ``text`` at its semicolons, if each piece says something; otherwise nothing."""
    pieces = [piece.strip() for piece in text.split(";")]
    pieces = [piece for piece in pieces if piece]
    if len(pieces) < 2 or any(len(piece.split()) < 2 for piece in pieces):
        return []
    return [f"{_AND.sub('', piece)};" for piece in pieces]


def question_run(text: str) -> list[str]:
    """Divide a paragraph into its questions; otherwise nothing."""
    pieces = _QUESTIONS.split(text)
    return pieces if all(piece.endswith("?") for piece in pieces) else []


def tidied(items: Sequence[str]) -> tuple[str, ...]:
    """Take away what joined items into one sentence: "; and", and the full stop at its end."""
    cut = [_TAIL.sub("", item.strip()).strip() for item in items]
    joined = sum(item.strip() != each for item, each in zip(items, cut, strict=True))
    if joined and joined >= len(cut) - 1 and cut[-1].endswith("."):
        cut[-1] = cut[-1][:-1]
    return tuple(cut)


def counted_on(items: Sequence[tuple[int, str, str]], stated: int | None) -> list[str]:
    """Divide items that hold the next ones in the same line ("1. … 2. …").

    Each is (number, shape of the mark, text). A number inside an item only counts if it counts on
    from the item's own, and if the next line, the stated count or a full stop agrees.
    """
    divided: list[str] = []
    for index, (number, shape, text) in enumerate(items):
        pieces = marked_run(text, number + 1, shape) if number and shape else [text]
        following = items[index + 1][0] if index + 1 < len(items) else None
        last = number + len(pieces) - 1
        agrees = (
            following == last + 1
            or (following is None and (not index or len(divided) > index))
            or (following is None and stated == len(divided) + len(pieces))
            or (following in (None, 1) and all(map(is_closed, pieces[:-1])))
        )
        divided += pieces if agrees else [text]
    return divided
