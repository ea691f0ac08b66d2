"""Lists of learners as offices send them: typed, pasted from a spreadsheet, or as a file."""

import pytest

from domain.catalog import CatalogKey
from domain.line_problems import FileProblems, ProblemCode
from domain.order_form import Choice, LearnerLine, Learners
from domain.pasted_learners import read_pasted

FOR_ALL = CatalogKey(library="general", slug="steady-hands")


def learners(text: str, for_all: CatalogKey | None = FOR_ALL) -> tuple[LearnerLine, ...]:
    """Return the learners of a list that is right."""
    read = read_pasted(text.encode(), Choice(for_all=for_all))
    assert isinstance(read, Learners), read
    return read.lines


def problems(text: str, for_all: CatalogKey | None = FOR_ALL) -> list[tuple[int, ProblemCode]]:
    """Return what is wrong with a list, by line."""
    read = read_pasted(text.encode(), Choice(for_all=for_all))
    assert isinstance(read, FileProblems), read
    return [(problem.line, problem.code) for problem in read.problems]


@pytest.mark.parametrize(
    "text",
    [
        "Ann Lee, ann@a.example.org\nBo, bo@a.example.org, , North School\n",
        "ann@a.example.org, Ann Lee\nbo@a.example.org, Bo,, North School\n",
        "Ann Lee;ann@a.example.org\r\nBo;bo@a.example.org;;North School\r\n",
        "Ann Lee\tann@a.example.org\t\t\nBo\tbo@a.example.org\t\tNorth School",
        "name,email,school\nAnn Lee,ann@a.example.org,\nBo,bo@a.example.org,North School\n",
        "Name\tE-mail\tSchool\nAnn Lee\tann@a.example.org\t\nBo\tbo@a.example.org\tNorth School\n",
        '\ufeff"Ann Lee",ann@a.example.org\nBo,bo@a.example.org,North School\n',
    ],
)
def test_the_usual_ways_of_writing_a_list_say_the_same(text: str) -> None:
    """Proves: with or without a header, by commas, semicolons or tabs, in either order."""
    read = [(line.name, line.address, line.organization) for line in learners(text)]
    assert read == [
        ("Ann Lee", "ann@a.example.org", None),
        ("Bo", "bo@a.example.org", "North School"),
    ]


def test_a_line_may_name_another_micro_credential_than_the_one_for_all() -> None:
    """Proves: "for all" fills what is left out and overrules nothing."""
    text = "Ann, ann@a.example.org, missouri/clear-goals\nBo, bo@a.example.org\n"
    assert [(line.library, line.slug) for line in learners(text)] == [
        ("missouri", "clear-goals"),
        ("general", "steady-hands"),
    ]


def test_a_spreadsheet_s_cells_may_hold_commas_and_quotation_marks() -> None:
    """Proves: what is pasted with tabs is taken cell by cell, whatever is in the cells."""
    (line,) = learners('Ann "A." Lee, Jr.\tann@a.example.org\tNorth, South & Co\n')
    assert (line.name, line.organization) == ('Ann "A." Lee, Jr.', "North, South & Co")


def test_every_wrong_line_is_named_where_it_was_typed() -> None:
    """Proves: line 1 is what was typed first, empty lines count, nothing is half taken."""
    text = "Ann, ann@a.example.org\n\nBo, bo@@\nCy\n=Di, di@a.example.org\nEd, ann@a.example.org\n"
    assert problems(text) == [
        (3, ProblemCode.ADDRESS),
        (4, ProblemCode.CELL_EMPTY),
        (5, ProblemCode.FORMULA),
        (6, ProblemCode.LEARNER_REPEATED),
    ]


def test_with_a_header_lines_count_from_it() -> None:
    """Proves: a file's lines are those that an editor shows."""
    assert problems("name,email\nAnn,ann@a.example.org\nBo,nobody\n") == [(3, ProblemCode.ADDRESS)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Ann, ann@a.example.org, general/x, School, more\n", ProblemCode.RAGGED),
        ('"Ann, ann@a.example.org\n', ProblemCode.QUOTES_UNMATCHED),
        ("Ann\0, ann@a.example.org\n", ProblemCode.CONTROL_CHARACTER),
        ("a" * 10_001 + "\n", ProblemCode.LINE_TOO_LONG),
        ("\n \n", ProblemCode.EMPTY),
    ],
)
def test_what_cannot_be_read_is_refused_and_never_guessed(text: str, code: ProblemCode) -> None:
    """Proves: damage of every kind is a problem of its line, not a learner and not a crash."""
    assert problems(text)[0] == (1, code)


def test_a_list_without_any_micro_credential_says_so() -> None:
    """Proves: nothing is chosen for somebody who chose nothing."""
    found = problems("Ann, ann@a.example.org\n", for_all=None)
    assert found == [(1, ProblemCode.COLUMN_MISSING)]


def test_bytes_that_are_no_text_are_a_problem() -> None:
    """Proves: a file in another encoding is named as such."""
    read = read_pasted("José, jose@a.example.org\n".encode("latin-1"), Choice())
    assert isinstance(read, FileProblems)
    assert read.problems[0].code is ProblemCode.NOT_UTF8
