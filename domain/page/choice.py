"""Which sections of a page count: menus and tables of contents repeat headings without a text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from domain.catalog import OVERVIEW_PART, PART_NUMBERS
from domain.page.furniture import is_furniture
from domain.page.lists import FoundList, found_list
from domain.page.marks import stated_counts
from domain.page.part_headings import HeadingKind, is_part_title
from domain.page.sections import Section
from domain.page.text import Line

_LEAST_WORDS = 5
_LEAST_SCORE = 3
_READ = (
    HeadingKind.OVERVIEW,
    HeadingKind.OUTCOMES,
    HeadingKind.REQUIREMENTS,
    HeadingKind.PART,
)
_PROGRAMME = re.compile(r"micro-?credential", re.IGNORECASE)
_CRAFT = re.compile(r"self-?\s?analysis|artifact|practitioner|essential\s+outcome", re.IGNORECASE)


@dataclass
class Chosen:
    """The sections that are read, and what was found twice or beyond the three parts."""

    overview: Section | None = None
    outcomes: Section | None = None
    listed: FoundList | None = None
    stated: tuple[int, ...] = ()
    parts: dict[int, Section] = field(default_factory=dict)
    repeated_parts: list[int] = field(default_factory=list)
    unexpected_parts: list[int] = field(default_factory=list)
    has_second_outcomes: bool = False

    @property
    def sections(self) -> list[Section]:
        """Return what was chosen, in no order."""
        chosen = [self.overview, self.outcomes, *self.parts.values()]
        return [section for section in chosen if section is not None]


def chosen_of(sections: Sequence[Section]) -> Chosen:
    """Choose the section that is read for each purpose."""
    chosen = Chosen()
    _choose_outcomes(chosen, sections)
    _choose_overview(chosen, sections)
    for number in PART_NUMBERS:
        _choose_part(chosen, sections, number)
    beyond = {s.number for s in _of(sections, HeadingKind.PART) if s.number not in PART_NUMBERS}
    chosen.unexpected_parts = sorted(beyond)
    return chosen


def is_last(section: Section, sections: Sequence[Section]) -> bool:
    """Say whether only the foot of the page follows ``section``."""
    return not any(
        other.start > section.start and not other.is_entry and other.kind in _READ
        for other in sections
    )


def listed_in(
    section: Section, sections: Sequence[Section], noun: str
) -> tuple[FoundList, tuple[int, ...]]:
    """Return the list of a section, and every count of ``noun`` that is claimed before it."""
    at_end = is_last(section, sections)
    found = found_list(section.lines, None, is_last=at_end)
    is_counted = section.kind is HeadingKind.OUTCOMES and section.number
    stated = ((section.number,) if is_counted else ()) + stated_counts(found.intro, noun)
    if stated:
        found = found_list(section.lines, stated[0], is_last=at_end)
    return found, stated


def is_library_page(lines: Sequence[Line], sections: Sequence[Section]) -> bool:
    """Say whether a page describes a micro-credential, by several signs at once.

    Headings such as "Overview" or "Part 1" alone are no sign: recipes have them too.
    """
    text = "\n".join(line.text for line in lines)
    outcomes = [s for s in _of(sections, HeadingKind.OUTCOMES) if not s.is_entry]
    parts = {s.number: s for s in _of(sections, HeadingKind.PART) if not s.is_entry}
    known = sum(is_part_title(section.title) for section in parts.values())
    overview = [s for s in _of(sections, HeadingKind.OVERVIEW) if not s.is_entry]
    score = (
        (2 if "essential outcome" in text.casefold() else 1) * bool(outcomes)
        + known
        + (len(parts) > 1)
        + bool(overview)
        + bool(_PROGRAMME.search(text))
        + bool(_CRAFT.search(text))
    )
    return score >= _LEAST_SCORE and bool(outcomes or known)


def _of(sections: Sequence[Section], kind: HeadingKind) -> list[Section]:
    return [section for section in sections if section.kind is kind]


def _choose_outcomes(chosen: Chosen, sections: Sequence[Section]) -> None:
    candidates = _of(sections, HeadingKind.OUTCOMES)
    read = [(section, *listed_in(section, sections, "outcome")) for section in candidates[:20]]
    full = [each for each in read if each[1].items] or sorted(read, key=lambda each: -each[0].words)
    if full:
        chosen.outcomes, chosen.listed, chosen.stated = full[0]
        others = {each[1].items for each in full[1:] if each[1].items}
        chosen.has_second_outcomes = bool(others - {full[0][1].items})


def _choose_overview(chosen: Chosen, sections: Sequence[Section]) -> None:
    overviews = _of(sections, HeadingKind.OVERVIEW)
    full = [s for s in overviews if not s.is_entry and s.words >= _LEAST_WORDS]
    before = [s for s in full if chosen.outcomes is None or s.start <= chosen.outcomes.start]
    fallback = sorted(overviews, key=lambda s: (s.is_entry, -s.words))
    chosen.overview = next(iter(before[-1:] or full or fallback), None)


def _choose_part(chosen: Chosen, sections: Sequence[Section], number: int) -> None:
    candidates = [s for s in _of(sections, HeadingKind.PART) if s.number == number][:20]
    full = [s for s in candidates if s.words >= _LEAST_WORDS]
    if number == OVERVIEW_PART:
        asking = [s for s in full if listed_in(s, sections, "question")[0].items]
        full = asking or full
    best = next(iter(full or sorted(candidates, key=lambda s: s.is_entry)), None)
    if best is None:
        return
    chosen.parts[number] = best
    texts = {_before_furniture(section) for section in full}
    if len(texts) > 1:
        chosen.repeated_parts.append(number)


def _before_furniture(section: Section) -> tuple[str, ...]:
    texts = (line.text for line in section.lines if line.text)
    return tuple(takewhile(lambda text: not is_furniture(text), texts))
