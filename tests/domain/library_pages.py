"""Library pages to read in tests, written by us, in all the shapes that published pages take.

`Page` holds what a page says; `Shape` how it says it. The importer must get the same out of every
shape.
"""

import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, replace

from domain.catalog_page import CatalogDraft, read_page

TITLE = "Listening Before Deciding"
OVERVIEW = (
    "Listening Before Deciding asks the practitioner to gather what families, pupils and "
    "colleagues know; to weigh it in the open; and to say afterwards what became of it."
)
OUTCOMES = (
    "Gather views from families, pupils and colleagues in ways that suit each of them.",
    "Weigh what was heard against evidence, and do so in the open.",
    "Report back what was decided, and why some advice was not taken.",
)
QUESTIONS = (
    "Whom did you ask, and whom did you forget at first?",
    "What did you hear that you did not expect to hear?",
    "Which advice did you turn down, and how did you explain it?",
    "How has the way in which your school decides changed since?",
)
PORTFOLIO = (
    "Put together artifacts that show the essential outcomes at work. For each detail, name the "
    "artifact and the place in it."
)
TOP = (
    "• Skip to main content\n• Courses\n  • Our Catalog of Everything\n• Login\n"
    "Home > Library > Here"
)
FOOT = (
    "Enroll Now\n\nFooter\n\nStay Connected\n\n1. If you have an account, log in.\n"
    "2. If you have none, make one.\n\n  • North Heads Association\n  • South Heads Association\n\n"
    "© 2024 Some Network. All rights reserved."
)

Marker = Callable[[int], str]
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")

MARKERS: dict[str, Marker] = {
    "stop": "{}. ".format,
    "bracket": "{}) ".format,
    "brackets": "({}) ".format,
    "square": "[{}] ".format,
    "dash": "{} - ".format,
    "en dash": "{} – ".format,
    "colon": "{}: ".format,
    "no space": "{}.".format,
    "tab": "{}.\t".format,
    "no-break space": "{}.\u00a0".format,
    "alone on its line": "{}.\n    ".format,
    "escaped": "{}\\. ".format,
    "letter": lambda n: f"{chr(96 + n)}. ",
    "letter in brackets": lambda n: f"({chr(96 + n)}) ",
    "large letter": lambda n: f"{chr(64 + n)}. ",
    "roman": lambda n: f"{_ROMAN[n - 1]}. ",
    "question label": "Q{}. ".format,
    "circled": lambda n: f"{chr(0x2460 + n - 1)} ",
    "always one": lambda _: "1. ",
    "bullet": lambda _: "• ",
    "glued bullet": lambda _: "•",
    "asterisk": lambda _: "* ",
    "hyphen bullet": lambda _: "- ",
    "word bullet": lambda _: "\uf0b7 ",
    "letter o": lambda _: "o ",
}


@dataclass(frozen=True)
class Shape:
    """How a page is written. The default is the plainest form."""

    dash: str = " – "
    marker: Marker = MARKERS["stop"]
    part: Callable[[int], str] = "Part {}".format
    indent: int = 2
    width: int = 0
    restart_after: int = 0
    is_spaced: bool = False
    has_blank_lines: bool = True
    has_surroundings: bool = True
    count: str = ""
    overview_label: str = "Overview"
    outcomes_label: str = "Essential Outcomes"


@dataclass(frozen=True)
class Page:
    """What a page says. `text` writes it in a shape."""

    title: str = TITLE
    overview: str = OVERVIEW
    outcomes: tuple[str, ...] = OUTCOMES
    questions: tuple[str, ...] = QUESTIONS
    first_minimum: str = "(1,000-word minimum)"
    last_minimum: str = "(500-word minimum)"

    def text(self, shape: Shape | None = None) -> str:
        """Return the page as it would be published."""
        s = shape or Shape()
        count = f"{s.count} " if s.count else ""
        blocks = [
            self.title,
            f"{s.overview_label}{s.dash}{self.overview}",
            f"{s.outcomes_label}{s.dash}{self.title} identifies the following {count}essential"
            " outcomes:",
            listed(self.outcomes, s),
            "Requirements",
            f"{s.part(1)}{s.dash}Overview Questions",
            f"Write a narrative that answers the following questions {self.first_minimum}:",
            listed(self.questions, s),
            f"{s.part(2)}{s.dash}Skill Demonstration Product with Self-Analysis",
            PORTFOLIO,
            f"{s.part(3)}{s.dash}Reflection & Application",
            f"Look back on your experience of {self.title} {self.last_minimum} and ahead.",
        ]
        if s.has_surroundings:
            blocks = [TOP, *blocks, FOOT]
        if s.width:
            blocks = [_wrapped(block, s.width) for block in blocks]
        return ("\n\n" if s.has_blank_lines else "\n").join(blocks)


def listed(items: tuple[str, ...], shape: Shape) -> str:
    """Return the items as a list, numbered anew after ``restart_after`` of them."""
    rows = []
    for index, item in enumerate(items):
        number = index + 1
        if shape.restart_after and number > shape.restart_after:
            number -= shape.restart_after
        rows.append(" " * shape.indent + shape.marker(number) + item)
    return ("\n\n" if shape.is_spaced else "\n").join(rows)


def _wrapped(block: str, width: int) -> str:
    return "\n".join(
        textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)
        for line in block.split("\n")
    )


def html_page(page: Page) -> str:
    """Return the page as a web site would send it, with scripts, styles and menus round it."""
    outcomes = "".join(f"<li><p>{item}</p></li>\n" for item in page.outcomes)
    questions = "".join(f"\n<li class='q'>\n {item}\n</li>" for item in page.questions)
    return f"""<!DOCTYPE html><html><head><title>{page.title} | Some Network</title>
<style>p {{ color: red }}</style><script>document.write("<li>1. Not an item</li>")</script></head>
<body><nav><ul><li>Overview</li><li>Courses</li></ul><a href="/mo">Return to Full MO MC Library</a>
</nav><h1>{page.title}</h1><!-- <li>nor this</li> -->
<p><strong>Overview</strong>&nbsp;&ndash; {page.overview}</p>
<p><b>Essential Outcomes</b>{page.title} identifies the following essential outcomes:</p>
<ol>{outcomes}</ol><h2>Requirements</h2><h3>Part 1 &#8211; Overview Questions</h3>
<p>Answer the following questions {page.first_minimum}:</p><ul>{questions}</ul>
<h3>Part 2 &mdash; Skill Demonstration Product with Self-Analysis</h3><p>{PORTFOLIO}</p>
<h3>Part 3 - Reflection &amp; Application</h3><p>Look back {page.last_minimum}.</p>
<footer><ol><li>Buy one.</li><li>Wait.</li></ol></footer></body></html>"""


PAGE = Page()
SHAPE = Shape()
MISNUMBERED = replace(SHAPE, restart_after=2)
OUTCOME_LIST = listed(OUTCOMES, SHAPE)
QUESTION_LIST = listed(QUESTIONS, SHAPE)


def swapped(old: str, new: str) -> str:
    """Return the plain page with ``old``, which stands on it, replaced."""
    text = PAGE.text()
    assert old in text
    return text.replace(old, new)


def draft_of(text: str) -> CatalogDraft:
    """Read a page whose library nobody names."""
    return read_page(text, None).draft


def assert_whole(draft: CatalogDraft, page: Page = PAGE) -> None:
    """Everything that the page says is in the draft, nothing more, and nothing is doubtful."""
    assert [problem.message for problem in draft.problems] == []
    assert (draft.title, draft.overview) == (page.title, page.overview)
    assert draft.outcomes == page.outcomes
    first, second, third = draft.parts
    assert (first.number, first.title, first.minimum_words) == (1, "Overview Questions", 1000)
    assert first.questions == page.questions
    assert second.title == "Skill Demonstration Product with Self-Analysis"
    assert (second.number, second.minimum_words, second.questions) == (2, None, ())
    assert re.fullmatch("Reflection (&|and) Application", third.title)
    assert (third.number, third.minimum_words, third.questions) == (3, 500, ())
