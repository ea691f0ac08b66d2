"""Pages of long lists: each goes on after the last line of the one before, whatever was added.

A cursor is opaque to whoever carries it. It names the order of the list that it belongs to and has
a checksum, so that a cut or altered one is refused and never shows the wrong page as the right one.
It holds nobody's name: an instant and an identifier.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Sequence
from datetime import MAXYEAR, MINYEAR, datetime
from typing import Generic, TypeVar

from pydantic import ValidationError
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    String,
    Tuple,
    bindparam,
    literal,
    tuple_,
)
from sqlalchemy.orm import InstrumentedAttribute

from domain.refusals import Invalid
from domain.values import Instant, Value

PAGE = 50
"""Lines of a page, unless more are asked for."""

LONGEST_CURSOR = 1300
"""Room for the longest id of a list, a shop's own: 200 characters of up to four bytes."""

LARGEST_NUMBER = 2**31 - 1
"""Of a column of PostgreSQL that numbers its lines; it refuses to compare with more."""

_DIGEST = 6

LineT = TypeVar("LineT")
RowT = TypeVar("RowT")
SortedBy = InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]
Deciding = InstrumentedAttribute[str] | InstrumentedAttribute[int]


class CursorNotValid(Invalid):
    """The address of a page is damaged, or belongs to another order of the list."""

    code = "cursor_not_valid"
    sentence = "This page of the list cannot be found again. Start at its first page."


class Cursor(Value):
    """The last line of a page: ``at`` is what the list is sorted by, ``id`` decides ties.

    ``part`` counts the parts of a list that are sorted each in its own way, from 0.
    """

    order: str
    part: int = 0
    at: Instant | None = None
    id: str

    def sealed(self) -> str:
        """Return the cursor as it stands in an address."""
        body = self.model_dump_json().encode()
        return base64.urlsafe_b64encode(_digest(body) + body).decode().rstrip("=")


class Page(Value, Generic[LineT]):
    """Lines of a list, and the cursor of the next page; ``None`` when this one is the last."""

    lines: tuple[LineT, ...]
    after: str | None = None


def unsealed(cursor: str, order: str) -> Cursor | None:
    """Return what ``cursor`` says, ``None`` for an empty one; refuses ``cursor_not_valid``."""
    if not cursor:
        return None
    if len(cursor) > LONGEST_CURSOR:
        raise CursorNotValid
    try:
        padded = cursor.encode() + b"=" * (-len(cursor) % 4)
        sealed = base64.b64decode(padded, altchars=b"-_", validate=True)
        read = Cursor.model_validate_json(sealed[_DIGEST:])
    except (binascii.Error, UnicodeEncodeError, ValidationError):
        raise CursorNotValid from None
    if sealed[:_DIGEST] != _digest(sealed[_DIGEST:]) or read.order != order:
        raise CursorNotValid
    # Anybody can make a checksum: what no list of ours says must not reach a database.
    if not read.id.isprintable() or not _is_instant_of_a_record(read.at):
        raise CursorNotValid
    return read


def _is_instant_of_a_record(at: datetime | None) -> bool:
    """Tell whether an instant is one that every zone and every database can write."""
    return at is None or MINYEAR < at.year < MAXYEAR


def page_of(
    rows: Sequence[RowT],
    limit: int,
    line_of: Callable[[RowT], LineT],
    cursor_of: Callable[[RowT], Cursor],
) -> Page[LineT]:
    """Return the page of rows that were asked for with one more than ``limit``."""
    shown = rows[:limit]
    after = cursor_of(shown[-1]).sealed() if len(rows) > limit else None
    return Page(lines=tuple(line_of(row) for row in shown), after=after)


def later_than(at: SortedBy, id_: Deciding, cursor: Cursor) -> ColumnElement[bool]:
    """Return what holds for the lines after ``cursor`` in ascending order."""
    return tuple_(at, id_) > _last(at, id_, cursor)


def earlier_than(at: SortedBy, id_: Deciding, cursor: Cursor) -> ColumnElement[bool]:
    """Return what holds for the lines after ``cursor`` in descending order."""
    return tuple_(at, id_) < _last(at, id_, cursor)


def inline(text: str) -> BindParameter[str]:
    """Return what a list is filtered by, to stand in the statement itself, safely quoted.

    How common a value is decides how it is looked for: a rare one from its own index, a common one
    along the order of the list. PostgreSQL can tell only from the value, which a statement that is
    prepared once for all values hides from it.
    """
    return bindparam(None, str(text), String(), unique=True, literal_execute=True)


def at_most(lines: int) -> BindParameter[int]:
    """Return the bound of a page, in the statement itself for the same reason."""
    return bindparam(None, lines, Integer(), unique=True, literal_execute=True)


def _last(at: SortedBy, id_: Deciding, cursor: Cursor) -> Tuple:
    # Cursors carry text; what decides ties may be a number in its table.
    decides: str | int = cursor.id
    if id_.type.python_type is int:
        if not re.fullmatch(r"[0-9]{1,10}", cursor.id) or int(cursor.id) > LARGEST_NUMBER:
            raise CursorNotValid
        decides = int(cursor.id)
    return tuple_(literal(cursor.at, at.type), literal(decides, id_.type))


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()[:_DIGEST]
