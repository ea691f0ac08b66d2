"""Strict reading of the CSV files that schools and operations send.

A file is taken whole or not at all, and every line that is wrong is named at once, with its place
in the file as an editor counts it. Schools export from many programs, so the separator may be a
comma or a semicolon, and a header may call a column by any of its usual names.

    bytes ─ text ─ physical lines ─ records ─ cells without invisible characters ─ Scan

What a cell means is decided by the reader of the particular file (``order_form``, ``roster_file``).
"""

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from domain.addresses import AddressNotValid, normalized_address
from domain.line_problems import FileProblems, LineProblem, ProblemCode, quoted
from domain.normalizing import normalized

LARGEST_FILE: Final = 5 * 1024 * 1024
"""Bytes of a file; thousands of lines fit many times over."""

MOST_LINES: Final = 5000
"""Lines below the header that hold something."""

MOST_PHYSICAL_LINES: Final = 10 * MOST_LINES
"""Lines in all, empty ones included, so that millions of those cannot hold up the reading."""

LONGEST_PHYSICAL_LINE: Final = 10_000
"""Characters; far below the limit at which the csv module gives up on its own."""

_MOST_PHYSICAL_LINES_OF_A_RECORD: Final = 10
_DELIMITERS: Final = (",", ";")
# Spreadsheets run such cells when the file is opened there; some run the wide twins too.
_FORMULA_PREFIXES: Final = tuple("=+-@＝＋－＠")
# These two join letters in Persian and Indic names; every other format character only hides.
_JOINERS: Final = "\u200c\u200d"
_HIDING_CATEGORIES: Final = frozenset({"Cf", "Zl", "Zp", "Co", "Cs"})
# What a conversion writes in place of a letter that it could not keep.
_LOST: Final = "\ufffd"
_EDGES: Final = " \t\r\n\u00a0"
_SPACES: Final = re.compile("[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_NAME_GAPS: Final = re.compile("[\\s_\\-\u2010-\u2015]+")
_LONG_LINE: Final = (ProblemCode.LINE_TOO_LONG, f"Longer than {LONGEST_PHYSICAL_LINE} characters.")
_OPEN_QUOTES: Final = (ProblemCode.QUOTES_UNMATCHED, "The quotation marks here do not match.")


@dataclass(frozen=True)
class Column:
    """A column that a file may have, known by its name and by ``synonyms`` (see ``header_name``).

    A required one must stand in the header and be filled in on every line.
    """

    name: str
    synonyms: frozenset[str] = frozenset()
    is_required: bool = True
    longest: int = 200


@dataclass(frozen=True)
class Record:
    """One line: where it starts, and its cells that are in order, by column name."""

    line: int
    cells: Mapping[str, str]

    def cell(self, name: str) -> str | None:
        """Return the text of a cell, ``""`` when it is empty; ``None`` if it is not to be judged.

        That is: the file has no such column, or the cell was reported already.
        """
        return self.cells.get(name)


@dataclass
class Scan:
    """What was found in a file so far; a reader adds the problems that only it can see.

    ``columns`` are those of the header that we take; ``header_line`` is 0 until one was found.
    """

    columns: frozenset[str] = frozenset()
    header_line: int = 0
    records: list[Record] = field(default_factory=list)
    problems: list[LineProblem] = field(default_factory=list)

    def report(self, line: int, column: str | None, code: ProblemCode, sentence: str) -> None:
        """Add a problem."""
        self.problems.append(LineProblem(line, column, code, sentence))

    def refusal(self) -> FileProblems:
        """Return every problem in the order of the lines."""
        return FileProblems(tuple(sorted(self.problems, key=lambda problem: problem.line)))


@dataclass(frozen=True)
class _Layout:
    """How the header says that the lines are built; a column is ``None`` if we do not take it."""

    delimiter: str
    columns: tuple[Column | None, ...]
    begins: int


def scan_csv(data: bytes, columns: Sequence[Column]) -> Scan:
    """Read ``data`` as far as that is possible without knowing what the cells mean."""
    scan = Scan()
    lines = _physical_lines(scan, data)
    layout = _read_header(scan, lines, columns) if lines else None
    if layout is None:
        return scan
    found_any = False
    for line, texts in _records(scan, lines, layout):
        found_any = True
        _read_record(scan, line, texts, layout.columns)
    if not found_any and not scan.problems:
        sentence = "The file has a header and nothing below it."
        scan.report(scan.header_line, None, ProblemCode.NO_LINES, sentence)
    return scan


def address_in(scan: Scan, record: Record, column: str) -> str | None:
    """Return the address in a cell in its one spelling; report it and return ``None`` if bad."""
    text = record.cell(column)
    if not text:
        return None
    try:
        return normalized_address(text)
    except AddressNotValid as refusal:
        sentence = f"{quoted(text)} cannot be taken. {refusal}"
        scan.report(record.line, column, ProblemCode.ADDRESS, sentence)
        return None


def header_name(text: str) -> str:
    """Return a column's name as it is compared: lower-case, "_" for spaces and hyphens."""
    return _NAME_GAPS.sub("_", text.strip().lower())


def _physical_lines(scan: Scan, data: bytes) -> list[str]:
    """Return the lines, newlines included; none, and a problem, if the file cannot be taken."""
    if len(data) > LARGEST_FILE:
        sentence = f"The file is larger than {LARGEST_FILE // 1024**2} MiB. Split it."
        scan.report(1, None, ProblemCode.TOO_LARGE, sentence)
        return []
    if data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n") > MOST_PHYSICAL_LINES:
        sentence = f"The file has more than {MOST_PHYSICAL_LINES} lines. Delete the empty ones."
        scan.report(1, None, ProblemCode.TOO_MANY_LINES, sentence)
        return []
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        # Without newline translation: \n, \r\n and \r end a line, and nothing else does.
        lines = list(io.StringIO(data.decode(), newline=""))
    except UnicodeDecodeError as reason:
        line = len(re.findall(rb"\r\n|\r|\n", data[: reason.start])) + 1
        sentence = "This is not UTF-8 text. Save the file as “CSV UTF-8” and send it again."
        scan.report(line, None, ProblemCode.NOT_UTF8, sentence)
        return []
    below = sum(not _is_blank(line) for line in lines) - 1
    if below < 0:
        scan.report(1, None, ProblemCode.EMPTY, "The file is empty.")
        return []
    if below > MOST_LINES:
        sentence = f"The file has {below} lines; {MOST_LINES} are possible. Split it."
        scan.report(1, None, ProblemCode.TOO_MANY_LINES, sentence)
        return []
    return lines


def _is_blank(line: str) -> bool:
    return not line.strip(_EDGES + "".join(_DELIMITERS))


def _read_header(scan: Scan, lines: list[str], columns: Sequence[Column]) -> _Layout | None:
    first = next(at for at, line in enumerate(lines) if not _is_blank(line))
    if len(lines[first]) > LONGEST_PHYSICAL_LINE:
        scan.report(first + 1, None, *_LONG_LINE)
        return None
    known = {name: column for column in columns for name in (column.name, *column.synonyms)}
    # The separator is the one under which more of the header is familiar; a comma on ties.
    readings = [(_record(lines, first, each), each) for each in _DELIMITERS]
    (cells, used), delimiter = max(
        readings,
        key=lambda each: (sum(header_name(cell) in known for cell in each[0][0]), len(each[0][0])),
    )
    if not used:
        scan.report(first + 1, None, *_OPEN_QUOTES)
        return None
    scan.header_line = first + 1
    taken = _taken_columns(scan, cells, known)
    for column in columns:
        if column.is_required and column not in taken:
            sentence = f"The header has no column “{column.name}”."
            scan.report(first + 1, column.name, ProblemCode.COLUMN_MISSING, sentence)
    return _Layout(delimiter, taken, first + used)


def _taken_columns(
    scan: Scan, cells: list[str], known: Mapping[str, Column]
) -> tuple[Column | None, ...]:
    taken: list[Column | None] = []
    for cell in _without_empty_end(cells, width=0):
        column = known.get(header_name(cell))
        if column is None:
            sentence = f"The column {quoted(cell)} is not known. Rename it, or take it out."
            scan.report(scan.header_line, None, ProblemCode.COLUMN_UNKNOWN, sentence)
        elif column in taken:
            sentence = f"The header has the column “{column.name}” more than once."
            scan.report(scan.header_line, column.name, ProblemCode.COLUMN_REPEATED, sentence)
            column = None
        taken.append(column)
    scan.columns = frozenset(column.name for column in taken if column)
    return tuple(taken)


def _records(scan: Scan, lines: list[str], layout: _Layout) -> Iterator[tuple[int, list[str]]]:
    """Yield each record that can be told apart, with the physical line where it starts."""
    at = layout.begins
    while at < len(lines):
        used = 1
        if len(lines[at]) > LONGEST_PHYSICAL_LINE:
            scan.report(at + 1, None, *_LONG_LINE)
        else:
            cells, used = _record(lines, at, layout.delimiter)
            if not used:
                scan.report(at + 1, None, *_OPEN_QUOTES)
            elif any(cell.strip(_EDGES) for cell in cells):
                yield at + 1, cells
        # After an unmatched quotation mark the next physical line is the best place to go on.
        at += max(used, 1)


def _record(lines: list[str], at: int, delimiter: str) -> tuple[list[str], int]:
    """Return the cells of the record at ``at`` and its physical lines; 0 if quotes do not match.

    The span is bounded, or one open quotation mark would swallow the rest of the file.
    """
    span = lines[at : at + _MOST_PHYSICAL_LINES_OF_A_RECORD]
    reader = csv.reader(span, delimiter=delimiter, strict=True)
    try:
        return next(reader), reader.line_num
    except csv.Error:
        return [], 0


def _without_empty_end(cells: list[str], width: int) -> list[str]:
    """Cut the empty cells beyond ``width``, which spreadsheets leave behind."""
    end = len(cells)
    while end > width and not cells[end - 1].strip(_EDGES):
        end -= 1
    return cells[:end]


def _read_record(
    scan: Scan, line: int, texts: list[str], columns: tuple[Column | None, ...]
) -> None:
    texts = _without_empty_end(texts, len(columns))
    if len(texts) != len(columns):
        sentence = (
            f"The line has {len(texts)} cells, the header has {len(columns)}. "
            "Put a text that contains the separator in quotation marks."
        )
        scan.report(line, None, ProblemCode.RAGGED, sentence)
        return
    cells: dict[str, str] = {}
    for column, raw in zip(columns, texts, strict=True):
        if column is not None:
            text = _SPACES.sub(" ", normalized("NFC", raw.strip(_EDGES)))
            if (fault := _fault(column, text)) is None:
                cells[column.name] = text
            else:
                scan.report(line, column.name, *fault)
    scan.records.append(Record(line, cells))


def _fault(column: Column, text: str) -> tuple[ProblemCode, str] | None:
    """Return what no cell of this column may be."""
    if not text:
        return (ProblemCode.CELL_EMPTY, "This cell is empty.") if column.is_required else None
    shown = quoted(text)
    if len(text) > column.longest:
        sentence = f"{shown} is longer than {column.longest} characters."
        return ProblemCode.CELL_TOO_LONG, sentence
    categories = {unicodedata.category(char) for char in text if char not in _JOINERS}
    if "Cc" in categories:
        sentence = f"{shown} contains a line break, a tab or another control character."
        return ProblemCode.CONTROL_CHARACTER, sentence
    if _LOST in text or categories & _HIDING_CATEGORIES:
        sentence = f"{shown} contains a character that is hidden, or that was lost on the way."
        return ProblemCode.HIDDEN_CHARACTER, sentence
    if text.startswith(_FORMULA_PREFIXES):
        sentence = f"{shown} begins like the formula of a spreadsheet. Write it as plain text."
        return ProblemCode.FORMULA, sentence
    return None
