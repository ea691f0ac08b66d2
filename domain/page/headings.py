"""Headings of a page: which line begins the overview, the outcomes, a part.

Labels are followed by one of three dashes, a colon, a stop, a bracket, by nothing ("Essential
OutcomesBuilding …"), and often by the text itself. A line in the middle of a sentence is no
heading, though it may begin with "Part 1".
"""

import re
from dataclasses import replace

from domain.page.marks import NUMBER_WORDS, stated_counts
from domain.page.part_headings import SEPARATOR, Heading, HeadingKind, part_heading
from domain.page.text import DASH_CHARACTERS, DASHES

_COUNTS = r"(?:(?:\d{1,2}|" + "|".join(NUMBER_WORDS) + r")\s+)?"
_OVERVIEW = re.compile(
    r"(?:(?:micro-?credential|course|program(?:me)?|general)\s+)?overview(?!s?\s*questions?)",
    re.IGNORECASE,
)
# Other labels that an overview stands under; they are common words, so they must be set apart.
_DESCRIPTION = re.compile(
    rf"(?:description|introduction|about\s+this\s+micro-?credential)(?=\s*(?:[{DASHES}:]|$))",
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
_LABEL_WORDS = 7


def heading_of(text: str) -> Heading | None:
    """Return the heading that ``text`` begins with, if it begins with one."""
    return _in_small_letters(text) if text[:1].islower() else _found(text)


def _found(text: str) -> Heading | None:
    for kind in (part_heading, _outcomes, _overview, _requirements, _other, _sentence):
        if heading := kind(text):
            return heading
    return None


def _in_small_letters(text: str) -> Heading | None:
    """Take a label in small letters for a heading only if it is set apart from what follows."""
    heading = _found(text[:1].upper() + text[1:])
    if heading is None or heading.is_sentence:
        return None
    is_label = bool(heading.title) or _is_set_apart(text, heading)
    return replace(heading, is_certain=False) if is_label else None


def _is_set_apart(text: str, heading: Heading) -> bool:
    label = text.removesuffix(heading.rest).rstrip()
    return not heading.rest or label.endswith((*DASH_CHARACTERS, ":", "."))


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
    if separator := re.match(SEPARATOR, rest):
        return True, rest[separator.end() :].strip()
    follows = rest.strip().lstrip("“\"'‘(•*")[:1]
    if follows.isupper() or follows.isdigit():
        return not rest[0].isspace(), rest.strip()
    return None


def _overview(text: str) -> Heading | None:
    label = _OVERVIEW.match(text) or _DESCRIPTION.match(text)
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
    is_compound = re.match(r"-\w", text[end:]) is not None  # "Outcomes-Based Grading"
    if after is None or not (is_essential or (after[0] and not is_compound)):
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
    rest = re.sub(rf"^{SEPARATOR}", "", text[label.end() :]).strip()
    if rest and not part_heading(rest):
        return None
    return Heading(HeadingKind.REQUIREMENTS, rest)


def _other(text: str) -> Heading | None:
    label = _OTHER.match(text) or _GLUED.match(text)
    if not label or not text[:1].isupper():
        return None
    return Heading(HeadingKind.OTHER, text[label.end() :].strip(), is_certain=False)
