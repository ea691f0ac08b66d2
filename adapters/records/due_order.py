"""Journeys by due time: those that wait for one, then those that do not, then the ended ones.

Nothing is neither earlier nor later than no time at all, so one comparison over the whole list
would have to read everything before a page. The list has parts in place of that; each is sorted in
its own way, from an index of its own, and a cursor says in which part it lies.
"""

import operator
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import IntEnum
from functools import reduce

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    Select,
    UnaryExpression,
    case,
    func,
    literal,
    select,
    union_all,
)

from adapters.records.keyset import (
    Cursor,
    CursorNotValid,
    at_most,
    earlier_than,
    later_than,
)
from adapters.records.list_values import JourneyFilter, JourneyOrder, PromiseState
from adapters.records.tables import EnrollmentRow
from domain.enrollment import Party, Stage

Sorting = UnaryExpression[str] | UnaryExpression[datetime] | UnaryExpression[datetime | None]

_ID, _DUE_AT, _ENDED_AT = EnrollmentRow.id, EnrollmentRow.waiting_until, EnrollmentRow.ended_at


class Part(IntEnum):
    """The parts of the list, in order."""

    DUE = 0
    """Waits until a time: due soonest first."""
    TIMELESS = 1
    """Open, and waits until no time: starting, or broken; a handful at most."""
    ENDED = 2
    """Ended last first."""


def due_cursor(enrollment: EnrollmentRow) -> Cursor:
    """Return the cursor of a line of this list."""
    at, part = enrollment.waiting_until, Part.DUE
    if at is None:
        at = enrollment.ended_at
        part = Part.TIMELESS if at is None else Part.ENDED
    return Cursor(order=JourneyOrder.DUE, part=part, at=at, id=enrollment.id)


def numbers_by_due_time(
    wanted: JourneyFilter,
    conditions: Sequence[ColumnElement[bool]],
    after: Cursor | None,
    limit: int,
) -> Select[str, int]:
    """Return the query for the numbers of a page, each with the part that it lies in.

    A part is looked into only where those before it leave room on the page.
    """
    found: dict[Part, CTE] = {}
    for part in _parts_of(wanted):
        if after is not None and part < after.part:
            continue
        piece = select(_ID.label("id")).where(_is_in(part), *conditions)
        if after is not None and part == after.part:
            piece = piece.where(_beyond(part, after))
        if found:
            piece = piece.where(_lines_in(found.values()) < at_most(limit))
        found[part] = piece.order_by(*_sorted_in(part)).limit(at_most(limit)).cte(part.name.lower())
    if not found:  # the cursor lies behind every part that can have a line
        raise CursorNotValid
    pieces = [
        select(lines.c.id, literal(part.value).label("part")) for part, lines in found.items()
    ]
    together = union_all(*pieces).subquery()
    return select(together.c.id, together.c.part)


def _lines_in(parts: Iterable[CTE]) -> ColumnElement[int]:
    """Return how many lines some parts have, up to a page of each."""
    counts = [select(func.count()).select_from(lines).scalar_subquery() for lines in parts]
    return reduce(operator.add, counts)


def sorted_page(page: FromClause) -> tuple[Sorting, ...]:
    """Return what puts the lines of a page into the order of the list."""
    last_first = case((page.c.part == Part.ENDED.value, _ID))
    return (page.c.part.asc(), _DUE_AT.asc(), _ENDED_AT.desc(), last_first.desc(), _ID.asc())


def _parts_of(wanted: JourneyFilter) -> Sequence[Part]:
    """Return the parts that can have a line at all: what is ended waits for nobody."""
    if wanted.stage == Stage.ENDED or wanted.ending or wanted.ended_since:
        return (Part.ENDED,)
    if wanted.is_late_at:
        return (Part.DUE,)
    is_open = (
        wanted.is_open
        or wanted.stage is not None
        or wanted.waiting_on not in (None, Party.ENGINE)
        or wanted.promise is PromiseState.RUNNING
    )
    return (Part.DUE, Part.TIMELESS) if is_open else tuple(Part)


def _is_in(part: Part) -> ColumnElement[bool]:
    match part:
        case Part.DUE:
            return _DUE_AT.is_not(None)
        case Part.TIMELESS:
            return _DUE_AT.is_(None) & _ENDED_AT.is_(None)
        case Part.ENDED:
            return _DUE_AT.is_(None) & _ENDED_AT.is_not(None)


def _sorted_in(part: Part) -> tuple[Sorting, ...]:
    match part:
        case Part.DUE:
            return _DUE_AT.asc(), _ID.asc()
        case Part.TIMELESS:
            return (_ID.asc(),)
        case Part.ENDED:
            return _ENDED_AT.desc(), _ID.desc()


def _beyond(part: Part, after: Cursor) -> ColumnElement[bool]:
    match part:
        case Part.DUE:
            return later_than(_DUE_AT, _ID, after)
        case Part.TIMELESS:
            return EnrollmentRow.id > after.id
        case Part.ENDED:
            return earlier_than(_ENDED_AT, _ID, after)
