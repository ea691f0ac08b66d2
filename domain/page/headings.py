"""Headings of a page: which line begins the overview, the outcomes, a part.

Labels are followed by one of three dashes, a colon, a stop, a bracket, by nothing ("Essential
OutcomesBuilding …"), and often by the text itself. A line in the middle of a sentence is no
heading, though it may begin with "Part 1".
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from domain.page.marks import NUMBER_WORDS, stated_counts
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


_SEPARATOR = rf"(?:\s*[{DASHES}:.|]+\s*)"
_COUNTS = r"(?:(?:\d{1,2}|" + "|".join(NUMBER_WORDS) + r")\s+)?"
_OVERVIEW = re.compile(
    r"(?:(?:micro-?credential|course|program(?:me)?|general)\s+)?overview(?!s?\s*questions?)",
    re.IGNORECASE,
)
_OUTCOMES = re.compile(
    rf"(?:the\s+)?{_COUNTS}(?:(?:essential|learning|key|expected|intended)\s+)?"
    r"outcomes?(?!\s*#?\d)(?:\s*\(?EOs?\)?(?!(?-i:[a-z])))?",
    re.IGNORECASE,
)
_ESSENTIAL = re.compile(rf"(?:the\s+)?{_COUNTS}(?:essential|learning)\s+outcomes?", re.IGNORECASE)
_BRACKET = re.compile(r"\s*[(\[][^()\[\]]{0,40}[)\]]")
_REQUIREMENTS = re.compile(r"(?:submission\s+|the\s+)?requirements?(?!(?-i:[a-z]))", re.IGNORECASE)
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
_OTHER = re.compile(
    r"(?:professional\s+development\s+(?:credits?|hours?)|pd\s+(?:credits?|hours?)|resources?"
    r"|references?|prerequisites?|costs?|prices?|pricing|(?:target\s+)?audience|micro-?credential"
    r"\s+purchase\s+steps|issued\s+by|issuer|tags|footer)"
    rf"(?=\s*(?:[{DASHES}:]|$))",
    re.IGNORECASE,
)
_ANNOUNCEMENT = re.compile(
    r"[^.:;]{3,250}?\bidentif\w+\s+(?:the\s+)?following\b[^.:;]{0,60}\boutcomes?\b", re.IGNORECASE
)
# A title that ran into the next label: "… and MissionProfessional Development Credit – …".
_GLUED = re.compile(r".{2,200}?[a-z)](?=Professional\s+Development\s+Credit)")
_INSTRUCTION = re.compile(
    r"(?:(?<=[a-z)])|\s+)(?=(?:Develop|Submit|Write|Answer|Create|Provide|Upload|Complete|Respond"
    r"|Compose|Describe|Please|In\s+writing|Prepare|Draft|Reply|Assemble|Build|Collect|In\s+at"
    r"|For\s+each|Use|Summari[sz]e|Reflect\s+on|You\s+will|The\s+practitioner)\b)"
)
_TITLE_ENDS = re.compile(rf"\s*[(\[]|:\s|:$|\.\s|\.$|\s[{DASHES}]+\s|\s\|\s")
_TRIM = " :.|" + DASH_CHARACTERS
_TITLE_WORDS = 14
_LABEL_WORDS = 7


def heading_of(text: str) -> Heading | None:
    """Return the heading that ``text`` begins with, if it begins with one."""
    for kind in (_part, _outcomes, _overview, _requirements, _other, _sentence):
        if heading := kind(text):
            return heading
    return None


def _sentence(text: str) -> Heading | None:
    """Take "X identifies the following … outcomes" for the heading that a page has lost."""
    if not text[:1].isupper() or not _ANNOUNCEMENT.match(text):
        return None
    return Heading(HeadingKind.OUTCOMES, text, is_certain=False, is_sentence=True)


def _after(text: str, end: int) -> tuple[bool, str] | None:
    """Return whether the label was set apart, and what follows it; None if it was no label."""
    rest = text[end:]
    if not rest.strip():
        return True, ""
    if separator := re.match(_SEPARATOR, rest):
        return True, rest[separator.end() :].strip()
    follows = rest.strip().lstrip("“\"'‘(•*")[:1]
    if follows.isupper() or follows.isdigit():
        return not rest[0].isspace(), rest.strip()
    return None


def _overview(text: str) -> Heading | None:
    label = _OVERVIEW.match(text)
    if not label or not text[:1].isupper():
        return None
    if (after := _after(text, label.end())) is None:
        return None
    return Heading(HeadingKind.OVERVIEW, after[1], is_certain=after[0])


def _outcomes(text: str) -> Heading | None:
    label = _OUTCOMES.match(text)
    if not label or not (text[:1].isupper() or text[:1].isdigit()):
        return None
    end = label.end()
    bracket = _BRACKET.match(text, end)
    said = bracket.group().strip() if bracket else ""
    after = _after(text, bracket.end() if bracket else end)
    is_essential = _ESSENTIAL.match(text) is not None
    if after is None:
        is_short = len(text.split()) <= _LABEL_WORDS and not text.endswith((".", ";", ","))
        is_line = is_essential and (is_short or _announces(text))
        after = (True, text[end:].strip()) if is_line else None
    if after is None or not (after[0] or is_essential):
        return None
    stated = stated_counts(f"{label.group()} {said}", "outcome")
    return Heading(
        HeadingKind.OUTCOMES,
        after[1],
        stated[0] if stated else 0,
        is_certain=is_essential and (after[0] or _announces(text)),
    )


def _announces(text: str) -> bool:
    return re.search(r"\b(?:following|identif\w+)\b", text[:400], re.IGNORECASE) is not None


def _requirements(text: str) -> Heading | None:
    label = _REQUIREMENTS.match(text)
    if not label or not text[:1].isupper():
        return None
    rest = re.sub(rf"^{_SEPARATOR}", "", text[label.end() :]).strip()
    if rest and not _part(rest):
        return None
    return Heading(HeadingKind.REQUIREMENTS, rest)


def _other(text: str) -> Heading | None:
    label = _OTHER.match(text) or _GLUED.match(text)
    if not label or not text[:1].isupper():
        return None
    return Heading(HeadingKind.OTHER, text[label.end() :].strip(), is_certain=False)


def _part(text: str) -> Heading | None:
    """Return the heading of a part. Other words than "part" count only before a known title."""
    label = _PART.match(text)
    if not label or not text[:1].isupper():
        return part_by_title(text)
    token = label.group(2).lower()
    number = int(token) if token.isdigit() else NUMBER_WORDS.get(token) or _ROMAN[token]
    rest = text[label.end() :]
    separator = re.match(rf"\s*[{DASHES}:.)|]*\s*", rest)
    after = rest[separator.end() :] if separator else rest
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
    if not rest or re.match(rf"{_SEPARATOR}|\s*[(\[]", rest):
        return True
    if not rest[0].isspace():
        return rest[0].isupper()
    is_sentence = rest.lstrip()[:1].isupper() and len(rest.split()) > _TITLE_WORDS
    return _INSTRUCTION.match(rest) is not None or is_sentence


def is_part_title(title: str) -> bool:
    """Say whether ``title`` is one that the programme gives to one of its three parts."""
    return any(pattern.match(title) for pattern in _TITLES.values())
