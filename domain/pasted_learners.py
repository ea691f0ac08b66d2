"""Learners as a school's office sends them: typed line by line, pasted from a spreadsheet, or CSV.

What is typed seldom has a header, and what is pasted has tabs. Both become the CSV that
``order_form`` reads, line for line, so that every problem is named at the line where it was typed.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from domain.csv_lines import LONGEST_PHYSICAL_LINE, MOST_PHYSICAL_LINES, header_name
from domain.line_problems import FileProblems, LineProblem, ProblemCode
from domain.order_form import COLUMN_NAMES, Choice, Learners, read_learners

_MOST_ENTRIES: Final = 4
_TAB: Final = "\t"
_SEPARATORS: Final = (_TAB, ";", ",")
_UNNAMED: Final = (
    "It is not said which micro-credential is meant. Choose one for all learners above; or write "
    "it on every line, as library/slug."
)
_TOO_MANY: Final = (
    "This line has too many entries. It holds a name, an e-mail address and, if you like, a "
    "micro-credential and a school; a text that has a comma itself stands in quotation marks."
)
_REPEATED: Final = (
    "A line above orders the same micro-credential for the same address. Take one of them out."
)
_MISSING: Final = {
    "name": "The name is missing.",
    "email": "The e-mail address is missing. Write it after the name, with a comma between them.",
}


def read_pasted(data: bytes, choice: Choice) -> Learners | FileProblems:
    """Return every learner, or every problem at its line; never a half.

    Without a header a line is: name, e-mail, then micro-credential or school if they are needed.
    """
    if data.count(b"\n") + data.count(b"\r") > 2 * MOST_PHYSICAL_LINES:
        return read_learners(data, choice)  # refused there, before anything is done to each line
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return read_learners(data, choice)
    lines = io.StringIO(text, newline="").readlines()
    first = next((line for line in lines if line.strip("\t;, \r\n")), "")
    separator = max(_SEPARATORS, key=first.count)
    names = map(header_name, _cells(first, separator))
    has_header = "@" not in first and any(name in COLUMN_NAMES for name in names)
    if separator == _TAB:
        lines, separator = [_with_commas(line) for line in lines], ","
    if has_header or not first:
        return _reworded(read_learners("".join(lines).encode(), choice))
    return _read_typed(lines, separator, choice)


def _read_typed(lines: Sequence[str], separator: str, choice: Choice) -> Learners | FileProblems:
    """Read lines without a header: put one above them, and count lines as they were typed."""
    rows = [_cells(line, separator) for line in lines]
    columns = _columns_of(rows)
    filled = [
        _filled_up(line, len(columns) - len(row), separator)
        for line, row in zip(lines, rows, strict=True)
    ]
    header = separator.join(columns) + "\n"
    return _one_line_up(_reworded(read_learners("".join((header, *filled)).encode(), choice)))


def _cells(line: str, separator: str) -> list[str]:
    """Return the cells of a single line, without the empty ones at its end."""
    if len(line) > LONGEST_PHYSICAL_LINE:
        return []
    cells = next(csv.reader([line.rstrip("\r\n")], delimiter=separator), [])
    while cells and not cells[-1].strip():
        cells.pop()
    return cells


def _columns_of(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return what the entries of the lines are, by what stands in them."""
    is_turned_round = next(("@" in row[0] for row in rows if row), False)
    columns = ["email", "name"] if is_turned_round else ["name", "email"]
    thirds = [row[2].strip() for row in rows if len(row) > 2]
    further = ["micro_credential", "organization"]
    columns += further if all("/" in third for third in thirds if third) else further[::-1]
    widest = max((len(row) for row in rows), default=0)
    return columns[: max(2, min(widest, _MOST_ENTRIES))]


def _filled_up(line: str, missing: int, separator: str) -> str:
    """Add the empty entries that a line leaves out at its end; an empty line stays empty."""
    body = line.rstrip("\r\n")
    return f"{body}{separator * missing}{line[len(body) :]}" if body.strip() else line


def _with_commas(line: str) -> str:
    """Write a line of a spreadsheet's clipboard as CSV; it stays one line with the same end."""
    body = line.rstrip("\r\n")
    if not body.strip():
        return line
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="").writerow(body.split(_TAB))
    return written.getvalue() + line[len(body) :]


def _reworded(read: Learners | FileProblems) -> Learners | FileProblems:
    """Say in the words of the page what concerns a header that nobody has to write there."""
    if isinstance(read, Learners):
        return read
    return FileProblems(tuple(map(_reworded_problem, read.problems)))


def _reworded_problem(problem: LineProblem) -> LineProblem:
    match problem.code, problem.column:
        case ProblemCode.COLUMN_MISSING, "micro_credential":
            return replace(problem, sentence=_UNNAMED)
        case ProblemCode.RAGGED, _:
            return replace(problem, sentence=_TOO_MANY)
        case ProblemCode.CELL_EMPTY, ("name" | "email") as column:
            return replace(problem, sentence=_MISSING[column])
        case ProblemCode.LEARNER_REPEATED, _:
            return replace(problem, sentence=_REPEATED)
        case _:
            return problem


def _one_line_up(read: Learners | FileProblems) -> Learners | FileProblems:
    if isinstance(read, FileProblems):
        problems = (replace(each, line=max(1, each.line - 1)) for each in read.problems)
        return FileProblems(tuple(problems))
    lines = tuple(
        line.model_copy(update={"line_number": line.line_number - 1}) for line in read.lines
    )
    return Learners(lines=lines)
