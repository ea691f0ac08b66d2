"""Roster files: who assesses what and how much, as strict as the files of learners."""

from pathlib import Path

import pytest

from domain.line_problems import FileProblems, ProblemCode
from domain.roster_file import AssessorLine, Roster, read_roster

SAMPLE = Path(__file__).parents[2] / "samples" / "roster.csv"
HEADER = "name,email,organization,capacity,libraries,person_address\n"


def assessors(text: str | bytes) -> tuple[AssessorLine, ...]:
    """The lines of a roster that is in order."""
    answer = read_roster(text.encode() if isinstance(text, str) else text)
    assert isinstance(answer, Roster), answer
    return answer.lines


def places(text: str) -> list[tuple[int, str | None, ProblemCode]]:
    """Where a roster has which problem."""
    answer = read_roster(text.encode())
    assert isinstance(answer, FileProblems), answer
    return [(each.line, each.column, each.code) for each in answer.problems]


def test_the_sample_is_read_whole() -> None:
    """Proves that the roster that we ship is one that we take."""
    lines = assessors(SAMPLE.read_bytes())
    assert [line.line_number for line in lines] == [2, 3, 4]
    assert lines[1] == AssessorLine(
        line_number=3,
        name="Desmond Achterberg",
        address="desmond@assess.example.org",
        organization="Quarry Ridge District",
        capacity=2,
        libraries=("general",),
        person_address="d.achterberg@quarryridge.example.org",
    )
    assert lines[0].person_address is None


@pytest.mark.parametrize(
    ("cell", "libraries"),
    [
        ("general", ("general",)),
        ("missouri|general", ("missouri", "general")),
        (" Missouri ; General ;", ("missouri", "general")),
        ("general|general", ("general",)),
    ],
)
def test_libraries(cell: str, libraries: tuple[str, ...]) -> None:
    """Proves that both separators work and that naming a library twice says it once."""
    (line,) = assessors(HEADER + f"Ida Moss,ida@example.org,Elm,3,{cell},\n")
    assert line.libraries == libraries


def test_a_semicolon_file_quotes_its_libraries() -> None:
    """Proves that the separator of the file and the one inside a cell do not mix."""
    text = (HEADER + 'Ida Moss,ida@example.org,Elm,3,"general|missouri",\n').replace(",", ";")
    (line,) = assessors(text.replace("general|missouri", "general;missouri"))
    assert line.libraries == ("general", "missouri")


@pytest.mark.parametrize(("cell", "capacity"), [("0", 0), ("7", 7), ("07", 7), ("50", 50)])
def test_capacity(cell: str, capacity: int) -> None:
    """Proves both edges of what an assessor may hold."""
    (line,) = assessors(HEADER + f"Ida Moss,ida@example.org,Elm,{cell},general,\n")
    assert line.capacity == capacity


@pytest.mark.parametrize("cell", ["51", "100", "3.0", "1e1", "two", "٣", "1 0"])
def test_no_capacity(cell: str) -> None:
    """Proves that nothing but a whole number from 0 to 50 in plain digits is one."""
    found = places(HEADER + f"Ida Moss,ida@example.org,Elm,{cell},general,\n")
    assert found == [(2, "capacity", ProblemCode.CAPACITY)]


def test_every_bad_line_is_named() -> None:
    """Proves that one pass names each problem of each line, and takes nothing."""
    text = HEADER + (
        "Ida Moss,ida@example.org,Elm,3,general,\n"
        "Jon Pell,jon@example.org,,3,general,\n"
        "Kai Rood,kai,Elm,-1,General Library,also bad\n"
        "Lea Stam,lea@example.org,Elm,,|;,\n"
        "Max Tull,max@example.org,Elm,3,,\n"
        "Nia Usk,nia@example.org,Elm,3\n"
    )
    assert places(text) == [
        (3, "organization", ProblemCode.CELL_EMPTY),
        (4, "capacity", ProblemCode.FORMULA),
        (4, "email", ProblemCode.ADDRESS),
        (4, "person_address", ProblemCode.ADDRESS),
        (4, "libraries", ProblemCode.LIBRARY),
        (5, "capacity", ProblemCode.CELL_EMPTY),
        (5, "libraries", ProblemCode.LIBRARY),
        (6, "libraries", ProblemCode.CELL_EMPTY),
        (7, None, ProblemCode.RAGGED),
    ]


@pytest.mark.parametrize(
    "second",
    [
        "Ida M.,IDA@example.org,Elm,3,general,",
        "Ida M.,other@example.org,Elm,3,general,ida@example.org",
        "Ida M.,other@example.org,Elm,3,general,private@example.org",
        "Ida M.,private@example.org,Elm,3,general,",
        "Ida M.,ida@example.org,Elm,3,general,private@example.org",
    ],
)
def test_nobody_stands_in_the_roster_twice(second: str) -> None:
    """Proves that a person is known by either address, and that both lines are named once."""
    text = HEADER + f"Ida Moss,ida@example.org,Elm,3,general,private@example.org\n{second}\n"
    assert places(text) == [(3, "email", ProblemCode.ASSESSOR_REPEATED)]
    answer = read_roster(text.encode())
    assert isinstance(answer, FileProblems)
    assert "Lines 2 and 3" in answer.problems[0].sentence


def test_the_same_address_in_both_columns_is_one_person() -> None:
    """Proves that somebody whose two addresses are one is not taken for a twin."""
    (line,) = assessors(HEADER + "Ida Moss,ida@example.org,Elm,3,general,ida@example.org\n")
    assert line.person_address == line.address


def test_the_header_is_required_whole() -> None:
    """Proves that a roster without a column that decides assignments is refused."""
    assert places("name,email\nIda Moss,ida@example.org\n") == [
        (1, "organization", ProblemCode.COLUMN_MISSING),
        (1, "capacity", ProblemCode.COLUMN_MISSING),
        (1, "libraries", ProblemCode.COLUMN_MISSING),
    ]
