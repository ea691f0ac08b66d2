"""The three parts as a page shows them, and its overview."""

import re
from collections.abc import Sequence

from domain.catalog import OVERVIEW_PART, WRITTEN_PARTS, Problem, ProblemCode
from domain.page.blocks import Block, BlockKind, blocks_of, is_closed
from domain.page.choice import Chosen, is_last, listed_in
from domain.page.draft import DraftPart
from domain.page.lists import FoundList
from domain.page.marks import mark_of
from domain.page.problems import problem
from domain.page.sections import Section
from domain.page.words import stated_minimums

_TITLE_WORDS = 10
_LABEL_WORDS = 6
_LAST_BRACKET = re.compile(r"\s*[(\[][^()\[\]]{0,80}\bwords?\b[^()\[\]]{0,40}[)\]]\.?$", re.I)


def overview_of(section: Section, sections: Sequence[Section]) -> str:
    """Return the overview's own text: paragraphs apart by a blank line, no label, no furniture."""
    texts: list[str] = []
    is_announced = False
    for block in blocks_of(section.lines):
        if block.kind is BlockKind.FURNITURE:
            if texts and is_last(section, sections):
                break
            continue
        text = block.text
        if block.kind is BlockKind.ITEM and is_announced:
            texts[-1] += f"\n- {text}"
        elif block.kind is BlockKind.PARAGRAPH and (_is_prose(text) or not texts):
            texts.append(text)
            is_announced = text.endswith(":")
        else:
            is_announced = False
    return "\n\n".join(texts)


def _is_prose(text: str) -> bool:
    return is_closed(text) or len(text.split()) > _LABEL_WORDS


def parts_of(
    chosen: Chosen, sections: Sequence[Section], problems: list[Problem]
) -> tuple[DraftPart, ...]:
    """Read the parts that were found, in order; add what is wrong with them to ``problems``."""
    return tuple(
        _part(number, section, sections, problems)
        for number, section in sorted(chosen.parts.items())
    )


def _part(
    number: int, section: Section, sections: Sequence[Section], problems: list[Problem]
) -> DraftPart:
    title = section.title or _title_below(section)
    if not title:
        problems.append(problem(ProblemCode.PART_TITLE_MISSING, number=number))
    questions: tuple[str, ...] = ()
    prose = _prose(section, sections)
    if number == OVERVIEW_PART:
        found, stated = listed_in(section, sections, "question")
        questions, prose = _without_bracket(found)
        problems += _question_problems(found, questions, stated)
    minimum = _minimum(number, prose, problems) if number in WRITTEN_PARTS else None
    return DraftPart(number=number, title=title, minimum_words=minimum, questions=questions)


def _title_below(section: Section) -> str:
    """Return the first line under "Part 1", if it looks like the title that is missing above."""
    first = next((line for line in section.lines if line.text), None)
    if first is None or mark_of(first.text) is not None or is_closed(first.text):
        return ""
    section.lines.remove(first)
    if len(first.text.split()) > _TITLE_WORDS:
        section.lines.insert(0, first)
        return ""
    return first.text


def _prose(section: Section, sections: Sequence[Section]) -> str:
    """Return the text of a part up to the furniture at the foot of the page."""
    texts: list[str] = []
    for block in blocks_of(section.lines):
        if block.kind is BlockKind.FURNITURE and is_last(section, sections):
            break
        texts.append(_said(block))
    return " ".join(texts)


def _said(block: Block) -> str:
    return "" if block.kind is BlockKind.FURNITURE else block.text


def _without_bracket(found: FoundList) -> tuple[tuple[str, ...], str]:
    """Take "(1,000-word minimum)" from the end of the last question, where it is the part's."""
    if not found.items or stated_minimums(found.prose):
        return found.items, found.prose
    bracket = _LAST_BRACKET.search(found.items[-1][-200:])
    if not bracket:
        return found.items, found.prose
    last = found.items[-1][: -len(bracket.group())]
    return (*found.items[:-1], last), bracket.group()


def _minimum(number: int, prose: str, problems: list[Problem]) -> int | None:
    amounts = stated_minimums(prose)
    if len(amounts) == 1:
        return amounts[0]
    if amounts:
        said = " and ".join(f"{amount:,}" for amount in amounts[:5])
        problems.append(problem(ProblemCode.MINIMUM_WORDS_UNCLEAR, number=number, amounts=said))
    else:
        problems.append(problem(ProblemCode.MINIMUM_WORDS_MISSING, number=number))
    return None


def _question_problems(
    found: FoundList, questions: Sequence[str], stated: Sequence[int]
) -> list[Problem]:
    if not questions:
        return [problem(ProblemCode.QUESTIONS_MISSING)]
    problems = list_problems(found, "questions")
    differing = [claim for claim in stated if claim != len(questions)]
    if differing:
        code = ProblemCode.QUESTION_COUNT_DIFFERS
        problems.append(problem(code, stated=differing[0], count=len(questions)))
    if not found.is_confirmed:
        problems.append(problem(ProblemCode.QUESTIONS_UNMARKED, count=len(questions)))
    return problems


def list_problems(found: FoundList, what: str) -> list[Problem]:
    """Return what is doubtful about a list, whatever it lists."""
    seen = [" ".join(item.casefold().split()) for item in found.items]
    doubts = (
        (found.is_interrupted, ProblemCode.LIST_INTERRUPTED),
        (found.has_empty_items, ProblemCode.ITEM_EMPTY),
        (len(set(seen)) < len(seen), ProblemCode.ITEM_REPEATED),
    )
    return [problem(code, what=what) for is_doubtful, code in doubts if is_doubtful]
