"""A page divided at its headings.

Where the lines of a page were lost, so that headings stand inside the text, the text is divided at
those that are missing; nowhere else, because prose speaks of "Part 1" too.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from domain.page.blocks import is_closed, join
from domain.page.headings import heading_of
from domain.page.marks import MarkKind, mark_of
from domain.page.part_headings import Heading, HeadingKind, is_whole_part_title
from domain.page.text import DASHES, Line

_OUTCOME_LABELS = ("essentialoutcome", "outcome", "eo")
_TITLE_LINES = 3
_FRONT_WORDS = 12
_HEADINGS_ON_A_LINE = 4
_PART_INSIDE = (
    r"(?<=[\w.?!:;)”])\s+(?=(?:Requirements?\s*)?Part\s*(?:{number})(?![\w,])\s*["
    + DASHES
    + r":.(]?\s*"
    r"(?:Overview|Skills?\s|Reflection|Portfolio|Artifact))"
)
_INSIDE = {
    (
        HeadingKind.OVERVIEW,
        0,
    ): rf"(?<=[\w.?!:;)”])\s+(?=Overview\s*(?:[{DASHES}:]|(?:The|This|In)\b))",
    (
        HeadingKind.OUTCOMES,
        0,
    ): rf"(?<=[\w.?!:;)”])\s+(?=Essential\s+Outcomes?\s*(?:[{DASHES}:(]|[A-Z]))",
    (HeadingKind.PART, 1): _PART_INSIDE.format(number="1|One|I"),
    (HeadingKind.PART, 2): _PART_INSIDE.format(number="2|Two|II"),
    (HeadingKind.PART, 3): _PART_INSIDE.format(number="3|Three|III"),
}


@dataclass
class Section:
    """What stands under one heading. ``start`` is the index of its line; ``is_entry``: in a menu.

    ``number`` is the part's, or the count of outcomes that the heading states (0: none).
    """

    kind: HeadingKind
    start: int
    number: int = 0
    title: str = ""
    is_entry: bool = False
    lines: list[Line] = field(default_factory=list)

    @property
    def words(self) -> int:
        """Return how many words stand in the section."""
        return sum(len(line.text.split()) for line in self.lines)


def sections_of(lines: Sequence[Line]) -> tuple[list[Line], list[Section]]:
    """Return the lines, divided further if need be, and the sections that they form."""
    found = _sections(lines)
    present = {_place(section) for section in found if not section.is_entry}
    missing = [pattern for place, pattern in _INSIDE.items() if place not in present]
    divided = list(lines)
    for pattern in missing:
        divided = [part for line in divided for part in _divided(line, pattern)]
    if len(divided) == len(lines):
        return divided, found
    return divided, _sections(divided)


def _place(section: Section) -> tuple[HeadingKind, int]:
    return section.kind, section.number if section.kind is HeadingKind.PART else 0


def _divided(line: Line, pattern: str) -> list[Line]:
    return [replace(line, text=text) for text in re.split(pattern, line.text)]


def _sections(lines: Sequence[Line]) -> list[Section]:
    reader = _Reader()
    index = 0
    while index < len(lines):
        line, taken = _with_wrapped_title(lines, index)
        reader.read(index, line)
        index += taken
    return reader.sections


def _with_wrapped_title(lines: Sequence[Line], index: int) -> tuple[Line, int]:
    """Return a line, put together with the next ones if a part's own title goes on there."""
    best, taken = lines[index], 1
    heading = heading_of(best.text)
    if heading is None or heading.kind is not HeadingKind.PART or not heading.title:
        return best, taken
    known = heading.title if is_whole_part_title(heading.title) else ""
    for count in range(2, _TITLE_LINES + 1):
        wrapped = lines[index : index + count]
        if not all(line.text for line in wrapped):
            break
        text = join([line.text for line in wrapped])
        whole = heading_of(text)
        if whole and is_whole_part_title(whole.title) and len(whole.title) > len(known):
            best, taken, known = replace(lines[index], text=text), len(wrapped), whole.title
    return best, taken


class _Reader:
    """Reads line by line; knows whether the last sentence is finished."""

    def __init__(self) -> None:
        self._before = Line("")
        self.sections: list[Section] = []

    def read(self, index: int, line: Line) -> None:
        rest: Line | None = line
        for _ in range(_HEADINGS_ON_A_LINE):
            if rest is None or not rest.text:
                break
            heading = self._heading(rest, is_start=rest is line)
            if heading is None:
                break
            self._begin(heading, index, is_entry=_is_entry(rest.text))
            if heading.is_sentence:
                break
            rest = replace(line, text=heading.rest, level=0) if heading.rest else None
        if rest is not None and self.sections:
            self.sections[-1].lines.append(rest)
        # A heading without text is a finished line, like a blank one.
        self._before = line if rest is line else (rest or Line(""))

    def _heading(self, line: Line, *, is_start: bool) -> Heading | None:
        mark = mark_of(line.text)
        if mark and mark.text.startswith(_OUTCOME_LABELS) and not self._has_outcomes():
            return Heading(HeadingKind.OUTCOMES, line.text, is_sentence=True)
        heading = heading_of(mark.rest if mark and mark.rest else line.text)
        if mark and heading:
            is_label = heading.is_certain and not heading.rest
            return heading if is_label or heading_of(line.text) else None
        if heading is None or self._is_own_title(heading):
            return None
        if heading.is_sentence and self._has_outcomes():
            return None
        if heading.is_certain and not heading.is_named:
            return heading
        return heading if self._is_fresh() or line.level or not is_start else None

    def _is_fresh(self) -> bool:
        """Say whether a heading may stand here without breaking a sentence."""
        before = self._before
        is_front = not self.sections and len(before.text.split()) <= _FRONT_WORDS
        is_finished = is_closed(before.text) and not before.text.endswith(";")
        return not before.text or before.level > 0 or is_finished or is_front

    def _has_outcomes(self) -> bool:
        """Say whether the outcomes have begun, elsewhere than in a menu."""
        return any(s.kind is HeadingKind.OUTCOMES and not s.is_entry for s in self.sections)

    def _is_own_title(self, heading: Heading) -> bool:
        """Say whether a part's title only repeats which part this is; take it if it is news."""
        here = self.sections[-1] if self.sections else None
        if not heading.is_named or here is None or here.kind is not HeadingKind.PART:
            return False
        return here.number == heading.number and bool(here.title or here.words)

    def _begin(self, heading: Heading, index: int, *, is_entry: bool) -> None:
        here = self.sections[-1] if self.sections else None
        is_same = here and (here.kind, here.number) == (heading.kind, heading.number)
        if here and is_same and heading.is_named and not here.title:
            here.title = heading.title
            return
        section = Section(heading.kind, index, heading.number, heading.title, is_entry)
        self.sections.append(section)


def _is_entry(text: str) -> bool:
    """Say whether a heading stands as a bullet: in a menu rather than over a text."""
    mark = mark_of(text)
    return mark is not None and mark.kind is MarkKind.BULLET
