"""What can be wrong with a file that a school or operations sent, line by line."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LONGEST_QUOTE: Final = 40
"""Characters of a cell that a sentence may repeat."""


class ProblemCode(StrEnum):
    """Everything that a file can be refused for."""

    TOO_LARGE = "csv_too_large"
    NOT_UTF8 = "csv_not_utf8"
    EMPTY = "csv_empty"
    NO_LINES = "csv_no_lines"
    TOO_MANY_LINES = "csv_too_many_lines"
    COLUMN_MISSING = "csv_column_missing"
    COLUMN_REPEATED = "csv_column_repeated"
    COLUMN_UNKNOWN = "csv_column_unknown"
    LINE_TOO_LONG = "csv_line_too_long"
    QUOTES_UNMATCHED = "csv_quotes_unmatched"
    RAGGED = "csv_ragged"
    CELL_EMPTY = "csv_cell_empty"
    CELL_TOO_LONG = "csv_cell_too_long"
    CONTROL_CHARACTER = "csv_control_character"
    HIDDEN_CHARACTER = "csv_hidden_character"
    FORMULA = "csv_formula"
    ADDRESS = "address_not_valid"
    LIBRARY = "library_not_valid"
    MICRO_CREDENTIAL = "micro_credential_not_valid"
    CAPACITY = "capacity_not_valid"
    NOT_FOR_SALE = "not_for_sale"
    LEARNER_REPEATED = "learner_repeated"
    ASSESSOR_REPEATED = "assessor_repeated"


@dataclass(frozen=True)
class LineProblem:
    """One thing that is wrong: in which physical line, in which column, and what to do.

    ``line`` counts from 1, where the header usually stands; what concerns the whole file is
    reported there. ``column`` is our name of it, ``None`` when the whole line is meant. The
    sentence may repeat up to 40 characters of the cell, so it is for whoever sent the file.
    """

    line: int
    column: str | None
    code: ProblemCode
    sentence: str


@dataclass(frozen=True)
class FileProblems:
    """Why a file was refused: every problem, in the order of its lines. Nothing was taken."""

    problems: tuple[LineProblem, ...]


def quoted(text: str) -> str:
    """Return ``text`` for a sentence: 40 characters at most, "?" for what does not print."""
    cut = text if len(text) <= LONGEST_QUOTE else f"{text[: LONGEST_QUOTE - 1]}…"
    return f"“{''.join(char if char.isprintable() else '?' for char in cut)}”"
