"""The roster of assessors as a CSV file: who they are, what they may assess, and how much at once.

Who an assessor is decides conflicts of interest (trap 18), so organization and addresses are
checked as strictly as those of learners, and nobody may stand in the roster twice.
"""

import re
from typing import Final

from pydantic import Field, TypeAdapter, ValidationError

from domain.addresses import Address
from domain.catalog import Slug
from domain.csv_lines import MOST_LINES, Column, Record, Scan, address_in, scan_csv
from domain.line_problems import FileProblems, ProblemCode, quoted
from domain.values import Value

MOST_CAPACITY: Final = 50
"""Rounds that one assessor may hold at the same time."""

_COLUMNS: Final = (
    Column("name", frozenset({"full_name", "assessor", "assessor_name"})),
    Column("email", frozenset({"e_mail", "mail", "email_address", "e_mail_address"}), longest=254),
    Column("organization", frozenset({"organisation", "school", "district"})),
    Column("capacity", frozenset({"rounds", "places"})),
    Column("libraries", frozenset({"library", "qualified_for"}), longest=1000),
    Column(
        "person_address",
        frozenset({"person_email", "practitioner_email", "practitioner_address"}),
        is_required=False,
        longest=254,
    ),
)

_SEPARATORS: Final = re.compile(r"[;|]")
_LIBRARIES: Final = TypeAdapter(tuple[Slug, ...])
_CAPACITY: Final = re.compile(r"[0-9]{1,2}")


class AssessorLine(Value):
    """One assessor, from the physical line ``line_number`` of the file.

    ``capacity`` is the number of rounds at the same time; 0 takes somebody out of the queue for
    a while. ``person_address`` is where the same person may be known as a practitioner, if that
    is another address than the one for assessing.
    """

    line_number: int = Field(ge=1)
    name: str = Field(min_length=1, max_length=200)
    address: Address
    organization: str = Field(min_length=1, max_length=200)
    capacity: int = Field(ge=0, le=MOST_CAPACITY)
    libraries: tuple[Slug, ...] = Field(min_length=1)
    person_address: Address | None = None


class Roster(Value):
    """Every line of a roster file."""

    lines: tuple[AssessorLine, ...] = Field(min_length=1, max_length=MOST_LINES)


def read_roster(data: bytes) -> Roster | FileProblems:
    """Return every assessor of a CSV file, or every problem that it has; never a half."""
    scan = scan_csv(data, _COLUMNS)
    first_lines: dict[str, int] = {}
    lines = [
        line
        for record in scan.records
        if (line := _assessor_line(scan, record, first_lines)) is not None
    ]
    return scan.refusal() if scan.problems else Roster(lines=tuple(lines))


def _assessor_line(scan: Scan, record: Record, first_lines: dict[str, int]) -> AssessorLine | None:
    address = address_in(scan, record, "email")
    person_address = address_in(scan, record, "person_address")
    _check_repeat(scan, record, first_lines, (address, person_address))
    name, organization = record.cell("name"), record.cell("organization")
    capacity, libraries = _capacity(scan, record), _libraries(scan, record)
    if address is None or name is None or organization is None or capacity is None:
        return None
    if libraries is None:
        return None
    return AssessorLine(
        line_number=record.line,
        name=name,
        address=address,
        organization=organization,
        capacity=capacity,
        libraries=libraries,
        person_address=person_address,
    )


def _check_repeat(
    scan: Scan,
    record: Record,
    first_lines: dict[str, int],
    addresses: tuple[str | None, ...],
) -> None:
    """Report a person who stands in an earlier line under any of these addresses."""
    firsts = [first_lines.setdefault(each, record.line) for each in addresses if each]
    earlier = min(firsts, default=record.line)
    if earlier != record.line:
        sentence = (
            f"Lines {earlier} and {record.line} name the same address, so the same person. "
            "Take one of them out."
        )
        scan.report(record.line, "email", ProblemCode.ASSESSOR_REPEATED, sentence)


def _capacity(scan: Scan, record: Record) -> int | None:
    text = record.cell("capacity")
    if text is None:
        return None
    if _CAPACITY.fullmatch(text) and int(text) <= MOST_CAPACITY:
        return int(text)
    sentence = f"{quoted(text)} is not a capacity. Write a whole number from 0 to {MOST_CAPACITY}."
    scan.report(record.line, "capacity", ProblemCode.CAPACITY, sentence)
    return None


def _libraries(scan: Scan, record: Record) -> tuple[str, ...] | None:
    text = record.cell("libraries")
    if text is None:
        return None
    # Naming one twice says nothing new; their order is kept for the reader.
    names = dict.fromkeys(part.strip() for part in _SEPARATORS.split(text.lower()) if part.strip())
    try:
        if libraries := _LIBRARIES.validate_python(tuple(names)):
            return libraries
    except ValidationError:
        pass  # Reported below, with the one that names no library at all.
    sentence = f"{quoted(text)} does not name libraries. Write short names with “|” between them."
    scan.report(record.line, "libraries", ProblemCode.LIBRARY, sentence)
    return None
