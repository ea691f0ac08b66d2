"""Headings of the parts: "Part 1 – Overview Questions", "PART ONE: …", "Part III", the title alone.

An instruction may stand on the heading's line; it is divided from the title.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from domain.page.marks import NUMBER_WORDS
from domain.page.text import DASH_CHARACTERS, DASHES


class HeadingKind(StrEnum):
    """What a heading begins."""

    OVERVIEW = "overview"
    OUTCOMES = "outcomes"
    REQUIREMENTS = "requirements"
    PART = "part"
    OTHER = "other"


@dataclass(frozen=True)
class Heading:
    """A heading: what it begins, and what follows the label on its line.

    ``title`` belongs to parts, ``number`` too; for the outcomes it is the count in the heading, or
    0. ``is_certain`` is False for what could as well be a wrapped line of prose; ``is_named`` is
    True for a part known by its title alone, ``is_sentence`` for outcomes that are announced
    without a heading; there the line itself is what follows.
    """

    kind: HeadingKind
    rest: str = ""
    number: int = 0
    title: str = ""
    is_certain: bool = True
    is_named: bool = False
    is_sentence: bool = False


SEPARATOR = rf"(?:\s*[{DASHES}:.|]+\s*)"
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6}
_PART = re.compile(
    r"(part|section|component|phase|step)\s*[-#]?\s*"
    rf"(\d{{1,2}}(?!\d|[.,]\d)|(?:{'|'.join(NUMBER_WORDS)}|{'|'.join(_ROMAN)})(?![A-Za-z]))"
    r"(?:\s+of\s+(?:\d|three|four|iii|iv)(?!\w))?",
    re.IGNORECASE,
)
_PORTFOLIO_TITLE = (
    r"skills?\s+demonstrations?(?:\s+products?)?(?:\s+(?:with|and|&)\s+self-?\s?analysis)?"
)
_TITLES = {
    1: re.compile(r"overview\s+questions?", re.IGNORECASE),
    2: re.compile(_PORTFOLIO_TITLE, re.IGNORECASE),
    3: re.compile(r"reflections?(?:\s*(?:and|&|/|\+)\s*applications?)?", re.IGNORECASE),
}
_INSTRUCTION = re.compile(
    r"(?:(?<=[a-z)])|\s+)(?=(?:Develop|Submit|Write|Answer|Create|Provide|Upload|Complete|Respond"
    r"|Compose|Describe|Please|In\s+writing|Prepare|Draft|Reply|Assemble|Build|Collect|In\s+at"
    r"|For\s+each|Use|Summari[sz]e|Reflect\s+on|You\s+will|The\s+practitioner)\b)"
)
_IN_BRACKETS = re.compile(r"[(\[]([A-Z][^()\[\]\d]{2,150})[)\]]\s*")
_TITLE_ENDS = re.compile(rf"\s*[(\[]|:\s|:$|\.\s|\.$|\s[{DASHES}]+\s|\s\|\s")
_TRIM = " :.|" + DASH_CHARACTERS
_TITLE_WORDS = 14
_SENTENCE_WORDS = 4


def part_heading(text: str) -> Heading | None:
    """Return the heading of a part. Other words than "part" count only before a known title."""
    label = _PART.match(text)
    if not label or not text[:1].isupper():
        return part_by_title(text)
    token = label.group(2).lower()
    number = int(token) if token.isdigit() else NUMBER_WORDS.get(token) or _ROMAN[token]
    rest = text[label.end() :]
    separator = re.match(rf"\s*[{DASHES}:.)|]*\s*", rest)
    after = rest[separator.end() :] if separator else rest
    if bracketed := _IN_BRACKETS.match(after):
        after = f"{bracketed.group(1)}: {after[bracketed.end() :]}"
    title, following, is_known = _title_of(after)
    if label.group(1).lower() != "part" and not is_known:
        return None
    first = after.lstrip("“\"'‘([")[:1]
    if after and not (first.isupper() or first.isdigit() or is_known):
        return None
    is_certain = is_known or not after
    return Heading(HeadingKind.PART, following, number, title, is_certain)


def part_by_title(text: str) -> Heading | None:
    """Return the part whose own title stands alone on the line, or before its instruction."""
    for number, pattern in _TITLES.items():
        title = pattern.match(text)
        if not title or not text[:1].isupper():
            continue
        is_whole = number != 3 or title.group().lower() not in ("reflection", "reflections")
        rest = text[title.end() :].strip(_TRIM)
        if is_whole and (not rest or rest.startswith("(")):
            return Heading(HeadingKind.PART, rest, number, title.group(), is_named=True)
    return None


def _title_of(text: str) -> tuple[str, str, bool]:
    """Divide what follows "Part 1 –" into title and the rest; say whether the title is known."""
    text = text.strip()
    for pattern in _TITLES.values():
        known = pattern.match(text)
        if known and _ends_title(text[known.end() :]):
            rest = text[known.end() :].lstrip(_TRIM)
            return known.group(), rest, True
    head = text[:400]
    cuts = [cut for cut in (_TITLE_ENDS.search(head), _INSTRUCTION.search(head, 1)) if cut]
    end = min((cut.start() for cut in cuts), default=len(text))
    title = text[:end].strip()
    if len(title.split()) > _TITLE_WORDS:
        return "", text, False
    return title, text[end:].lstrip(_TRIM), False


def _ends_title(rest: str) -> bool:
    """Say whether a known title is complete: "Reflection on Practice" is another one."""
    if not rest or re.match(rf"{SEPARATOR}|\s*[(\[]", rest):
        return True
    if not rest[0].isspace():
        return rest[0].isupper()
    small = sum(word[:1].islower() for word in rest.split())
    is_sentence = rest.lstrip()[:1].isupper() and small >= _SENTENCE_WORDS
    return _INSTRUCTION.match(rest) is not None or is_sentence


def is_part_title(title: str) -> bool:
    """Say whether ``title`` is one that the programme gives to one of its three parts."""
    return any(pattern.match(title) for pattern in _TITLES.values())


def is_whole_part_title(title: str) -> bool:
    """Say whether ``title`` is such a title from its first to its last word."""
    return any(pattern.fullmatch(title) for pattern in _TITLES.values())
