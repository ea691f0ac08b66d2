"""Which title a page has, and which library it comes from.

The title stands over the overview, among menus and breadcrumbs. The sentence "X identifies the
following …" tells which of those lines it is; where no line fits, X itself is the title.
"""

import re
from collections import Counter
from collections.abc import Sequence

from domain.catalog import GENERAL_LIBRARY, MISSOURI_LIBRARY
from domain.page.furniture import is_breadcrumb, is_furniture
from domain.page.marks import mark_of
from domain.page.text import DASH_CHARACTERS, DASHES, Line

_TITLE_WORDS = 25
_LOOK_AT = 400
_FALLBACK_LOOK_AT = 20_000
_NAMES = r"(?:essential\s+|learning\s+)?outcomes?"
_IDENTIFIES = re.compile(
    rf"(?P<x>[^\n]{{2,250}}?)\s+(?:micro-?credential\s+)?(?:identif\w+|has|includes?|contains?"
    rf"|addresses|covers|focuses\s+on|consists\s+of)\s+(?:(?:the\s+)?following|[\w-]+\s+{_NAMES})",
    re.IGNORECASE,
)
_MENTIONS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\bfor the ([A-Z][^.,;:()]{2,150}?) [Mm]icro-?[Cc]redential\b",
        r"\b(?:experience|components) of ([A-Z][^.,;:()]{2,150}?)(?= \(|[.,;:)]| to | and highl)",
        r"\b(?:The|the) ([A-Z][^.,;:()]{2,150}?) [Mm]icro-?[Cc]redential\b",
    )
)
_LABEL = re.compile(
    rf"(?:(?:micro-?credential|course)(?:\s+title)?|title)\s*[:{DASHES}]\s*", re.IGNORECASE
)
_SUFFIX = re.compile(rf"\s*[{DASHES}:|(]*\s*micro-?credentials?\)?$", re.IGNORECASE)
_GLUED = re.compile(r"(?<=[a-z)])Professional\s+Development\s+Credit.*$")
_NOT_A_TITLE = re.compile(
    r"(?:(?:this|the|our|each|it|they|you|we)(?:\s+(?:micro-?credential|practitioner|course|page"
    r"|entry|principal|leader|participant|following|credential))?|identif\w+)$",
    re.IGNORECASE,
)
_EDGES = " \"'“”‘’:;,|*" + DASH_CHARACTERS
_WAY_BACK = re.compile(
    r"(?:return|back)\s+to\b(?P<to>.{0,80})\blibrar(?:y|ies)\b|.{0,120}[>»›/→|](?P<in>[^>»›/→|]{0,60})"
    r"\blibrar(?:y|ies)\b",
    re.IGNORECASE,
)
_MISSOURI = re.compile(r"\bMO\b|\bMissouri\b", re.IGNORECASE)


def library_of(lines: Sequence[Line]) -> str:
    """Guess the library from the way back that a page shows ("Return to … MO … Library").

    A menu that only lists the libraries tells nothing, because it stands on every page. Without a
    way back the page counts as one of the general library.
    """
    for line in lines:
        way = _WAY_BACK.match(line.text) if len(line.text) <= 250 else None
        if way:
            to = way.group("to") or way.group("in") or ""
            return MISSOURI_LIBRARY if _MISSOURI.search(to) else GENERAL_LIBRARY
    return GENERAL_LIBRARY


def title_of(front: Sequence[Line], intro: str, prose: str, window_title: str) -> str:
    """Return the title of a page, or nothing.

    ``front`` is what stands before the overview, ``intro`` what announces the outcomes, ``prose``
    the text of the other sections.
    """
    lines = _candidates(front)
    named = _named(intro)
    if named:
        return _as_printed(named, lines) or named
    for line in front:
        if line.level == 1 and (title := _cleaned(line.text)):
            return title
    told = _told(lines, prose) or _mentioned(prose) or _from_trail(front)
    return told or (lines or [_window(window_title)])[-1]


def _told(lines: Sequence[str], prose: str) -> str:
    """Return the last line that is said again, by another line or by the prose, or nothing.

    The prose is looked at as far as the other fallbacks look, so that a page of many lines cannot
    make each of them search all of it.
    """
    times, text = Counter(lines), prose[:_FALLBACK_LOOK_AT].casefold()
    return next(
        (line for line in reversed(lines) if times[line] > 1 or line.casefold() in text), ""
    )


def _cleaned(text: str) -> str:
    """Take label, glued heading and the word "micro-credential" from a title line."""
    text = _LABEL.sub("", _GLUED.sub("", text), count=1)
    cut = _SUFFIX.sub("", text).strip(_EDGES)
    return cut if len(cut) > 2 else ""


def _candidates(front: Sequence[Line]) -> list[str]:
    """Return the lines that could be a title: no menus, no breadcrumbs, no sentences."""
    found = []
    for line in front:
        text = line.text
        is_short = 0 < len(text) <= _LOOK_AT and len(text.split()) <= _TITLE_WORDS
        if not is_short or is_furniture(text) or is_breadcrumb(text):
            continue
        is_entry = mark_of(text) is not None and not line.level
        if not is_entry and not text.endswith((".", ":", ";")) and (title := _cleaned(text)):
            found.append(title)
    return found


def _named(intro: str) -> str:
    """Return X of "X identifies the following …", if X is a name."""
    for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z])", intro[: 4 * _LOOK_AT]):
        match = _IDENTIFIES.match(sentence)
        if not match:
            continue
        name = _cleaned(match.group("x"))
        is_name = name[:1].isupper() or name[:1].isdigit()
        if is_name and not _NOT_A_TITLE.match(name) and len(name.split()) <= _TITLE_WORDS:
            return name
    return ""


def _as_printed(named: str, lines: Sequence[str]) -> str:
    """Return the line over the overview that prints the title that a sentence names."""
    wanted = _letters(named)
    for line in lines:
        if _letters(line) == wanted:
            return named if line.isupper() and not named.isupper() else line
    if wanted.startswith("the "):
        bare = _as_printed(re.sub(r"^the\s+", "", named, flags=re.IGNORECASE), lines)
        if bare:
            return bare
    for line in lines:
        rest = line[len(named) :].lstrip()
        if line.casefold().startswith(named.casefold()) and rest[:1] in ("(", ":", "–", "—", "-"):
            return line
        # An unknown heading may stand on the same line before the title.
        before = named[: -len(line)].rstrip()
        if named.casefold().endswith(line.casefold()) and before[-1:] in set(DASH_CHARACTERS + ":"):
            return line
    return ""


def _letters(text: str) -> str:
    """Return what two spellings of one title share: "&" is "and", marks do not count."""
    text = text.casefold().replace("&", " and ")
    return " ".join(re.sub(r"[^\w\s]", " ", text).split())


def _mentioned(prose: str) -> str:
    for mention in _MENTIONS:
        if found := mention.search(prose[:_FALLBACK_LOOK_AT]):
            return _cleaned(found.group(1))
    return ""


def _from_trail(front: Sequence[Line]) -> str:
    """Return the last step of a breadcrumb, if it names more than a place on the site."""
    for line in front:
        if len(line.text) <= _LOOK_AT and is_breadcrumb(line.text):
            step = re.split(r"[>»›→|]|\s/\s", line.text)[-1].strip()
            if len(step.split()) > 1 and not step.lower().endswith(("library", "stack")):
                return _cleaned(step)
    return ""


def _window(title: str) -> str:
    """Return the page's own part of a window title ("Title | Site")."""
    return _cleaned(re.split(rf"\s[|{DASHES}»]\s", title, maxsplit=1)[0])
