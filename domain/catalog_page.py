"""The importer: reads the page of a published library into a draft entry, with all its problems.

Published pages vary (domain.md, "Catalogue"). The importer counts what it finds, believes no
number on the page, and invents nothing: what it does not find stays empty and becomes a problem.

    text ──▶ clean lines ──▶ sections ──▶ lists, minimum words, title ──▶ draft + problems
"""

from collections.abc import Sequence

from domain.catalog import (
    GENERAL_LIBRARY,
    OUTCOME_LIMIT,
    OVERVIEW_LIMIT,
    PART_NUMBERS,
    QUESTION_LIMIT,
    TITLE_LIMIT,
    Problem,
    ProblemCode,
    slug_of,
)
from domain.page.choice import Chosen, chosen_of, is_library_page
from domain.page.draft import (
    CatalogDraft,
    DraftNotUsable,
    DraftPart,
    PageNotUsable,
    PageReading,
    entry_of,
)
from domain.page.parts import list_problems, overview_of, parts_of
from domain.page.problems import problem
from domain.page.sections import Section, sections_of
from domain.page.text import Line, page_text
from domain.page.title import library_of, title_of

__all__ = [
    "PAGE_LIMIT_BYTES",
    "PAGE_LIMIT_LINES",
    "CatalogDraft",
    "DraftNotUsable",
    "DraftPart",
    "PageNotUsable",
    "PageReading",
    "entry_of",
    "read_page",
]

PAGE_LIMIT_BYTES = 1_000_000
PAGE_LIMIT_LINES = 20_000


def read_page(text: str, library: str | None = None) -> PageReading:
    """Read one page, as plain text, Markdown or HTML, into a draft entry.

    ``library`` names the library. Without it the way back on the page tells ("Return to … MO …
    Library" is the Missouri library); a page that shows no way back is taken for one of the
    general library. That guess is no problem; `PageReading.library_is_guessed` says so.
    """
    named = slug_of(library or "")
    page = None if _is_too_large(text) else page_text(text)
    if page is None or len(page.lines) > PAGE_LIMIT_LINES:
        limits = {"size": PAGE_LIMIT_BYTES, "lines": PAGE_LIMIT_LINES}
        found = problem(ProblemCode.PAGE_TOO_LARGE, **limits)
        return _reading(CatalogDraft(library=named or GENERAL_LIBRARY, problems=(found,)), named)
    lines, sections = sections_of(page.lines)
    place = named or library_of([*page.around, *lines])
    if not is_library_page(lines, sections):
        found = problem(ProblemCode.NOT_A_LIBRARY_PAGE)
        return _reading(CatalogDraft(library=place, problems=(found,)), named)
    return _reading(_draft(place, lines, sections, page.window_title), named)


def _is_too_large(text: str) -> bool:
    return (
        len(text) > PAGE_LIMIT_BYTES
        or len(text.encode("utf-8", errors="surrogatepass")) > PAGE_LIMIT_BYTES
    )


def _reading(draft: CatalogDraft, named: str) -> PageReading:
    return PageReading(draft=draft, library_is_guessed=not named)


def _draft(
    library: str, lines: Sequence[Line], sections: Sequence[Section], window_title: str
) -> CatalogDraft:
    chosen = chosen_of(sections)
    title = _title(chosen, lines, window_title)
    overview = overview_of(chosen.overview, sections) if chosen.overview else ""
    outcomes = chosen.listed.items if chosen.listed else ()
    problems = [] if title else [problem(ProblemCode.TITLE_MISSING)]
    problems += [] if overview else [problem(ProblemCode.OVERVIEW_MISSING)]
    problems += _outcome_problems(chosen)
    parts = parts_of(chosen, sections, problems)
    problems += _part_problems(chosen)
    draft = CatalogDraft(
        library=library,
        slug=slug_of(title),
        title=title,
        overview=overview,
        outcomes=outcomes,
        parts=parts,
    )
    return draft.model_copy(update={"problems": (*problems, *_length_problems(draft))})


def _title(chosen: Chosen, lines: Sequence[Line], window_title: str) -> str:
    start = min((section.start for section in chosen.sections), default=len(lines))
    prose = " ".join(line.text for section in chosen.sections for line in section.lines)
    intro = chosen.listed.intro if chosen.listed else ""
    return title_of(lines[:start], intro, prose, window_title)


def _outcome_problems(chosen: Chosen) -> list[Problem]:
    found = chosen.listed
    if found is None or not found.items:
        return [problem(ProblemCode.OUTCOMES_MISSING)]
    problems = list_problems(found, "essential outcomes")
    count = len(found.items)
    differing = [claim for claim in chosen.stated if claim != count]
    if differing:
        code = ProblemCode.OUTCOME_COUNT_DIFFERS
        problems.append(problem(code, stated=differing[0], count=count))
    if not found.is_confirmed:
        problems.append(problem(ProblemCode.OUTCOMES_UNMARKED, count=count))
    if chosen.has_second_outcomes:
        problems.append(problem(ProblemCode.OUTCOMES_REPEATED))
    return problems


def _part_problems(chosen: Chosen) -> list[Problem]:
    missing = [number for number in PART_NUMBERS if number not in chosen.parts]
    found = (
        (ProblemCode.PART_MISSING, missing),
        (ProblemCode.PART_REPEATED, chosen.repeated_parts),
        (ProblemCode.UNEXPECTED_PART, chosen.unexpected_parts),
    )
    return [problem(code, number=number) for code, numbers in found for number in numbers]


def _length_problems(draft: CatalogDraft) -> list[Problem]:
    texts = [
        ("the title", draft.title, TITLE_LIMIT),
        ("the overview", draft.overview, OVERVIEW_LIMIT),
        *((f"outcome {n}", t, OUTCOME_LIMIT) for n, t in enumerate(draft.outcomes, start=1)),
    ]
    for part in draft.parts:
        texts.append((f"the title of part {part.number}", part.title, TITLE_LIMIT))
        numbered = enumerate(part.questions, start=1)
        texts += [(f"question {n}", question, QUESTION_LIMIT) for n, question in numbered]
    return [
        problem(ProblemCode.TEXT_TOO_LONG, what=what, length=len(text), limit=limit)
        for what, text, limit in texts
        if len(text) > limit
    ]
