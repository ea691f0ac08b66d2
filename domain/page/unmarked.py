"""Items without any mark: "…; …; and …", or lines whose numbers were lost when they were copied.

Nothing is taken for an item unless the page announces a list right before it (a colon), and says
the same count or says none. Questions may stand for themselves: they end with a question mark.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from domain.page.blocks import Block
from domain.page.inline import question_run, semicolon_run

_CUE = re.compile(
    r"\b(?:following|identif\w+|outcomes?|questions?|answers?|narrative|able to|will)\b", re.I
)
_SENTENCE = re.compile(r"[^.:?]*\bfollowing\b[^.:?]*(?:outcomes?|questions?)[^.:?]*[.:]\s*", re.I)
_BRACKET_ONLY = re.compile(r"\([^()]*\)\.?")
_INTRO_LIMIT = 500
_INTRO_PARAGRAPHS = 5
_LEAST_WORDS = 3


@dataclass(frozen=True)
class Unmarked:
    """What was found in a section without marks."""

    items: tuple[str, ...]
    intro: str
    prose: str
    is_confirmed: bool


def unmarked_items(paragraphs: Sequence[Block], stated: int | None) -> Unmarked:
    """Find the items of a section that has no marks, if the page bears them out."""
    whole = " ".join(block.text for block in paragraphs)
    intro, is_announced, rows = _after_intro(paragraphs)
    for items, prose in _candidates(rows):
        asks = all(item.endswith("?") for item in items)
        if stated not in (None, len(items)) or not all(map(_could_be_item, items)):
            continue
        if asks or (is_announced and len(items) > 1):
            is_confirmed = stated == len(items) or asks or items[0].endswith(";")
            return Unmarked(tuple(items), intro, f"{intro} {prose}", is_confirmed)
    return Unmarked((), whole, whole, is_confirmed=True)


def _after_intro(paragraphs: Sequence[Block]) -> tuple[str, bool, list[list[str]]]:
    """Divide a section into its announcement and the lines of the paragraphs after it."""
    rows = [list(block.pieces) for block in paragraphs]
    intro: list[str] = []
    while rows and len(intro) < _INTRO_PARAGRAPHS and not " ".join(intro).endswith(":"):
        text = " ".join(rows[0])
        cut = _end_of_intro(text)
        if not cut:
            break
        intro.append(text[:cut].strip())
        rows[0] = _lines_after(rows[0], cut)
        if rows[0]:
            break
        del rows[0]
    said = " ".join(intro)
    return said, said.endswith(":") or bool(_SENTENCE.match(said[-_INTRO_LIMIT:])), rows


def _end_of_intro(text: str) -> int:
    head = text[:_INTRO_LIMIT]
    colon = head.find(":")
    if colon >= 0 and _CUE.search(head, 0, colon):
        return colon + 1
    sentence = _SENTENCE.match(head)
    if sentence:
        return sentence.end()
    is_intro = "following" in head.lower() and not head.rstrip().endswith((".", "?", ";"))
    return len(text) if is_intro and len(text) < _INTRO_LIMIT else 0


def _lines_after(lines: Sequence[str], cut: int) -> list[str]:
    """Return the lines without their first ``cut`` characters."""
    remaining = []
    for line in lines:
        if cut < len(line):
            remaining.append(line[max(cut, 0) :].strip())
        cut -= len(line) + 1
    return [line for line in remaining if line]


def _candidates(rows: Sequence[Sequence[str]]) -> list[tuple[list[str], str]]:
    """Return the ways in which rows can be read as items, each with the prose that is left."""
    kept = [list(row) for row in rows if not _BRACKET_ONLY.fullmatch(" ".join(row))]
    aside = " ".join(" ".join(row) for row in rows if _BRACKET_ONLY.fullmatch(" ".join(row)))
    if not kept:
        return []
    paragraphs = [" ".join(row) for row in kept]
    lines = [line for row in kept for line in row]
    whole = semicolon_run(paragraphs[0]), question_run(paragraphs[0])
    asked = [text for text in paragraphs if text.endswith("?")]
    ways = [
        *([run for run in whole if run] if len(paragraphs) == 1 else []),
        paragraphs if len(paragraphs) > 1 or paragraphs[0].endswith("?") else [],
        lines if len(lines) > 1 and len(lines) != len(paragraphs) else [],
        asked,
        whole[0] if len(paragraphs) > 1 else [],
    ]
    return [(way, aside) for way in ways if way]


def _could_be_item(text: str) -> bool:
    first = text.lstrip("\"'“‘(")[:1]
    if text.endswith(";"):  # a piece of a run, which was checked as a whole
        return True
    is_sentence = first.isupper() or first.isdigit()
    return is_sentence and len(text.split()) >= _LEAST_WORDS and not text.isupper()
