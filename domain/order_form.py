"""The order form of a school, and the CSV file of learners that comes with it.

A payer sends one line for each learner and micro-credential, hundreds perhaps; the file is taken
whole, or every line that is wrong is named (domain.md, "Orders and money").
"""

from dataclasses import dataclass
from typing import Final

from pydantic import Field, ValidationError

from domain.addresses import Address
from domain.catalog import CatalogKey, Slug
from domain.csv_lines import MOST_LINES, Column, Record, Scan, address_in, scan_csv
from domain.line_problems import FileProblems, ProblemCode, quoted
from domain.values import Value

_NAME: Final = Column(
    "name", frozenset({"full_name", "learner", "learner_name", "practitioner", "participant"})
)
_EMAIL: Final = Column(
    "email", frozenset({"e_mail", "mail", "email_address", "e_mail_address"}), longest=254
)
_ORGANIZATION: Final = Column(
    "organization", frozenset({"organisation", "school", "district"}), is_required=False
)
# Either one column "library/slug", or the two; which of them is required depends on the header.
_MICRO_CREDENTIAL: Final = Column(
    "micro_credential", frozenset({"microcredential"}), is_required=False, longest=400
)
_LIBRARY: Final = Column("library", is_required=False)
_SLUG: Final = Column("slug", frozenset({"micro_credential_slug"}), is_required=False)
_COLUMNS: Final = (_NAME, _EMAIL, _MICRO_CREDENTIAL, _LIBRARY, _SLUG, _ORGANIZATION)

COLUMN_NAMES: Final = frozenset(
    name for column in _COLUMNS for name in (column.name, *column.synonyms)
)
"""Everything that a header may call its columns, as ``header_name`` spells it."""


class LearnerLine(Value):
    """One learner and one micro-credential, from the physical line ``line_number`` of the file.

    ``organization`` is ``None`` where the line leaves it to the payer's.
    """

    line_number: int = Field(ge=1)
    name: str = Field(min_length=1, max_length=200)
    address: Address
    organization: str | None = Field(default=None, min_length=1, max_length=200)
    library: Slug
    slug: Slug


class Learners(Value):
    """Every line of a file of learners."""

    lines: tuple[LearnerLine, ...] = Field(min_length=1, max_length=MOST_LINES)


class OrderForm(Value):
    """Who pays, under which purchase-order number, for which learners."""

    payer_name: str = Field(min_length=1, max_length=200)
    payer_address: Address
    payer_organization: str = Field(default="", max_length=200)
    purchase_order: str = Field(min_length=1, max_length=120)
    lines: tuple[LearnerLine, ...] = Field(min_length=1, max_length=MOST_LINES)

    def organization_of(self, line: LearnerLine) -> str:
        """Return the learner's organization: the payer's, unless the line names another."""
        return line.organization or self.payer_organization


@dataclass(frozen=True)
class Choice:
    """Which micro-credentials a file may name; anything that could be one if ``for_sale`` is None.

    ``for_all`` is meant where a line names none of its own.
    """

    for_all: CatalogKey | None = None
    for_sale: frozenset[CatalogKey] | None = None


ANY: Final = Choice()
"""Every line names its own, and whether it is for sale is looked up later."""


def read_learners(data: bytes, choice: Choice = ANY) -> Learners | FileProblems:
    """Return every learner line of a CSV file, or every problem that it has; never a half."""
    scan = scan_csv(data, _COLUMNS)
    if scan.header_line:
        _check_header(scan, choice.for_all)
    first_lines: dict[tuple[str, CatalogKey], int] = {}
    lines = [
        line
        for record in scan.records
        if (line := _learner_line(scan, record, first_lines, choice)) is not None
    ]
    return scan.refusal() if scan.problems else Learners(lines=tuple(lines))


def _check_header(scan: Scan, for_all: CatalogKey | None) -> None:
    is_one, is_two = "micro_credential" in scan.columns, {"library", "slug"} <= scan.columns
    is_said_elsewhere = for_all is not None and not scan.columns & {"library", "slug"}
    if not is_one and not is_two and not is_said_elsewhere:
        sentence = (
            "The header says nowhere which micro-credential is meant. Add a column "
            "“micro_credential” with library/slug, or two columns, “library” and “slug”."
        )
        scan.report(scan.header_line, "micro_credential", ProblemCode.COLUMN_MISSING, sentence)
    elif is_one and scan.columns & {"library", "slug"}:
        sentence = (
            "The header names the micro-credential twice. Keep either the column "
            "“micro_credential” or the two columns “library” and “slug”."
        )
        scan.report(scan.header_line, "micro_credential", ProblemCode.COLUMN_REPEATED, sentence)


def _learner_line(
    scan: Scan,
    record: Record,
    first_lines: dict[tuple[str, CatalogKey], int],
    choice: Choice,
) -> LearnerLine | None:
    address = address_in(scan, record, "email")
    key = _offered(scan, record, choice)
    if address is None or key is None:
        return None
    first_line = first_lines.setdefault((address, key), record.line)
    if first_line != record.line:
        sentence = (
            f"Lines {first_line} and {record.line} order the same micro-credential for the same "
            "address. Take one of them out."
        )
        scan.report(record.line, "email", ProblemCode.LEARNER_REPEATED, sentence)
    name = record.cell("name")
    if name is None:
        return None
    return LearnerLine(
        line_number=record.line,
        name=name,
        address=address,
        organization=record.cell("organization") or None,
        library=key.library,
        slug=key.slug,
    )


def _offered(scan: Scan, record: Record, choice: Choice) -> CatalogKey | None:
    """Return the micro-credential of a line; report one that is not for sale."""
    key = _micro_credential(scan, record, choice.for_all)
    if key is None or choice.for_sale is None or key in choice.for_sale:
        return key
    sentence = f"{quoted(str(key))} is not in the catalogue. Copy its name from there."
    scan.report(record.line, "micro_credential", ProblemCode.NOT_FOR_SALE, sentence)
    return None


def _micro_credential(scan: Scan, record: Record, for_all: CatalogKey | None) -> CatalogKey | None:
    """Return which micro-credential a line names; report it and return ``None`` if it cannot be."""
    is_one = "micro_credential" in scan.columns
    named = {"micro_credential", "library", "slug"} & scan.columns
    if for_all is not None and all(record.cell(column) == "" for column in named):
        return for_all
    library, slug = record.cell("library"), record.cell("slug")
    if is_one:
        text = record.cell("micro_credential")
        library, _, slug = (None, "", None) if text is None else text.partition("/")
    if library is None or slug is None:
        return None
    try:
        return CatalogKey(library=library.strip().lower(), slug=slug.strip().lower())
    except ValidationError as reason:
        column = "micro_credential" if is_one else str(reason.errors()[0]["loc"][0])
        shown = quoted(f"{library}/{slug}")
        sentence = (
            f"{shown if library or slug else 'This'} does not name a micro-credential. Write "
            "library/slug as in its page's address: small letters, digits and single hyphens."
        )
        scan.report(record.line, column, ProblemCode.MICRO_CREDENTIAL, sentence)
        return None
