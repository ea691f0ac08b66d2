"""Marks of list items, and the counts that a page claims to hold.

A mark says where an item begins; its number is only ever a hint, never a count.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from domain.page.text import DASHES

SEPARATORS = rf"[{DASHES}:.|]"
NUMBER_WORDS = {
    word: number
    for number, word in enumerate(
        [
            *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
            *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen"),
        ],
        start=1,
    )
}
_COUNT = r"\d{1,2}|" + "|".join(NUMBER_WORDS)


class MarkKind(StrEnum):
    """How an item of a list is marked."""

    BULLET = "bullet"
    NUMBER = "number"
    SMALL_LETTER = "small_letter"
    LARGE_LETTER = "large_letter"


@dataclass(frozen=True)
class Mark:
    """A list mark. ``numbers`` are its possible readings: "i" is the ninth letter and a one."""

    kind: MarkKind
    text: str
    rest: str
    numbers: tuple[int, ...] = ()


_GLYPHS = "•·▪▫■□●○◦‣⁃∙►▶▸➢➤✓✔✦❖→◆◇❑✗∗"
_BULLET = re.compile(rf"([{_GLYPHS}])\s*|([*+»]|o(?=\s+[A-Z])|[{DASHES}])(?:\s+|$)")
_LABEL = r"(?:(?:q|question|eo|(?:essential |learning )?outcome|item)\s*#?|#|no\.\s*)"
_NUMBER = re.compile(
    rf"(?:({_LABEL})\s*)?[(\[]?(\d{{1,2}})"
    rf"(?:\s*[.):\]]+(?=\s|[^\d\s]|$)|\s+[{DASHES}](?=\s+\D|[A-Z]|$)|[{DASHES}](?=\s+\D|$))\s*",
    re.IGNORECASE,
)
_LABELLED = re.compile(rf"({_LABEL})\s*(\d{{1,2}})(?=\s+\S|$)\s*", re.IGNORECASE)
_BARE = re.compile(r"(\d{1,2})\s+(?=[A-Z“\"])")
_LETTER = re.compile(
    r"(?:\(([A-Za-z]|[ivx]{1,4}|[IVX]{1,4})\)|([A-Za-z]|[ivx]{1,4}|[IVX]{1,4})[.)])"
)
_ROMAN = {"i": 1, "v": 5, "x": 10}


def mark_of(text: str) -> Mark | None:
    """Return the mark that ``text`` starts with. "2018." and "1,000-word" start with none."""
    if bullet := _BULLET.match(text):
        rest = text[bullet.end() :]
        inner = _counted(rest) if bullet.group(1) else None
        return inner or Mark(MarkKind.BULLET, bullet.group(1) or bullet.group(2), rest)
    if text and "①" <= text[0] <= "⑳":
        return Mark(MarkKind.NUMBER, "①", text[1:].strip(), (ord(text[0]) - ord("①") + 1,))
    return _counted(text)


def _counted(text: str) -> Mark | None:
    if number := _NUMBER.match(text) or _LABELLED.match(text):
        shape = re.sub(r"\d+|\s+", "", number.group()).lower()
        return Mark(MarkKind.NUMBER, shape, text[number.end() :], (int(number.group(2)),))
    if bare := _BARE.match(text):
        return Mark(MarkKind.NUMBER, "", text[bare.end() :], (int(bare.group(1)),))
    if (letter := _LETTER.match(text)) and text[letter.end() : letter.end() + 1] in ("", " "):
        token = letter.group(1) or letter.group(2)
        kind = MarkKind.SMALL_LETTER if token.islower() else MarkKind.LARGE_LETTER
        shape = letter.group().replace(token, "")
        return Mark(kind, shape, text[letter.end() :].strip(), readings(token))
    return None


def readings(token: str) -> tuple[int, ...]:
    """Return the numbers that a letter or a Roman numeral can stand for."""
    token = token.lower()
    found = [ord(token) - ord("a") + 1] if len(token) == 1 else []
    if set(token) <= set(_ROMAN):
        digits = [_ROMAN[each] for each in token]
        following = [*digits[1:], 0]
        found.append(
            sum(-d if d < after else d for d, after in zip(digits, following, strict=True))
        )
    return tuple(found)


_STATED = r"\b({count})\s*(?:\(\d{{1,2}}\)\s*)?(?:(?!of\b|and\b)[\w-]+\s+){{0,2}}?{noun}s?\b"
_IN_BRACKETS = r"\b{noun}s?\s*[(\[]\s*({count})\s*[)\]]"


def stated_counts(text: str, noun: str) -> tuple[int, ...]:
    """Return how many of ``noun`` the text says there are: every claim that it makes.

    A claim is a number before the noun ("four essential outcomes") or in brackets behind it.
    """
    claims = [
        claim.group(1).lower()
        for pattern in (_STATED, _IN_BRACKETS)
        for claim in re.finditer(pattern.format(count=_COUNT, noun=noun), text, re.IGNORECASE)
    ]
    return tuple(NUMBER_WORDS.get(claim) or int(claim) for claim in claims)
