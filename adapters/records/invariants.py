"""What must always be true: each sentence of the rules as a count of its breaches, and the rows.

Counted on the real stores by ``starter.py check``, by the sweep, and at the end of many tests.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, Select, Subquery, and_, func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.breach_queries import Way, ways_to_break
from adapters.records.database import Database
from adapters.records.keyset import Cursor, CursorNotValid, Page, page_of, unsealed
from adapters.records.list_values import SubjectKind
from adapters.records.tables import EnrollmentRow, NoticeRow, OrderLineRow, OrderRow, PersonRow
from domain.refusals import NotFound
from domain.values import Value

EXAMPLES = 5
"""Subjects that are named with a count, so that a look at one is near."""

MOST_ROWS = 200
"""Rows of one page of breaches."""

BreachRow = Row[int, str, str, str, str]


class Invariant(Value):
    """One sentence that must always be true, and how often it is not."""

    number: int
    sentence: str
    breaches: int
    examples: tuple[str, ...] = ()


class Breach(Value):
    """One row behind a number above zero: what is wrong with what, and where to look at it.

    ``enrollment_id`` and ``order_id`` are set where the subject belongs to one.
    """

    subject: str
    kind: SubjectKind
    wrong: str
    practitioner: str
    enrollment_id: str | None
    order_id: str | None


class UnknownInvariant(NotFound):
    """No sentence has this number."""

    code = "unknown_invariant"
    sentence = "There is no check number {number}. Choose one from the list of checks."


class InvariantBook:
    """Counts breaches, and lists them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, now: datetime) -> tuple[Invariant, ...]:
        """Return every invariant with its breaches and up to five examples of each."""
        async with self._database.reading() as session:
            return tuple(
                [
                    await _counted(session, number, sentence, ways)
                    for number, (sentence, ways) in enumerate(ways_to_break(now), start=1)
                ]
            )

    async def breaches(
        self, number: int, now: datetime, after: str = "", limit: int = MOST_ROWS
    ) -> Page[Breach]:
        """Return one page of the rows behind a number, by what is wrong with them.

        Refuses ``unknown_invariant`` and ``cursor_not_valid``.
        """
        _, ways = _numbered(number, now)
        order = f"invariant-{number}"
        query = _rows(ways, unsealed(after, order), limit)
        async with self._database.reading() as session:
            rows = (await session.execute(query)).all()
        return page_of(
            rows,
            limit,
            lambda row: _breach(ways[row.way], row),
            lambda row: Cursor(order=order, id=f"{row.way}:{row.subject}"),
        )


def sentence_of(number: int, now: datetime) -> str:
    """Return what must be true by its number. Refuses ``unknown_invariant``."""
    return _numbered(number, now)[0]


def _numbered(number: int, now: datetime) -> tuple[str, tuple[Way, ...]]:
    sentences = ways_to_break(now)
    if not 1 <= number <= len(sentences):
        raise UnknownInvariant(number=number)
    return sentences[number - 1]


async def _counted(
    session: AsyncSession, number: int, sentence: str, ways: Sequence[Way]
) -> Invariant:
    breaches = await session.scalar(select(func.count()).select_from(_subjects(ways))) or 0
    found = _subjects(ways)
    examples = (
        await session.scalars(
            select(found.c.subject).order_by(found.c.way, found.c.subject).limit(EXAMPLES)
        )
        if breaches
        else ()
    )
    return Invariant(number=number, sentence=sentence, breaches=breaches, examples=tuple(examples))


def _subjects(ways: Sequence[Way]) -> Subquery:
    """Return the subjects of every way to break one sentence, each with the way's number."""
    parts = []
    for number, way in enumerate(ways):
        subject = way.subjects.subquery()
        parts.append(select(literal(number).label("way"), subject.columns[0].label("subject")))
    return union_all(*parts).subquery("subjects")


def _rows(ways: Sequence[Way], after: Cursor | None, limit: int) -> Select[int, str, str, str, str]:
    """Return the query for one page and one row more, with whom each belongs to."""
    page = _numbers(ways, after, limit)
    return (
        select(
            page.c.way,
            page.c.subject,
            EnrollmentRow.id,
            PersonRow.name,
            OrderRow.id,
        )
        .select_from(page)
        .outerjoin(NoticeRow, NoticeRow.id == page.c.subject)
        .outerjoin(
            EnrollmentRow,
            EnrollmentRow.id == func.coalesce(NoticeRow.subject_id, page.c.subject),
        )
        .outerjoin(
            OrderLineRow, OrderLineRow.id == func.coalesce(EnrollmentRow.line_id, page.c.subject)
        )
        .outerjoin(
            OrderRow, OrderRow.id == func.coalesce(OrderLineRow.order_id, NoticeRow.order_id)
        )
        .outerjoin(PersonRow, PersonRow.id == OrderLineRow.person_id)
        .order_by(page.c.way, page.c.subject)
    )


def _numbers(ways: Sequence[Way], after: Cursor | None, limit: int) -> Subquery:
    found = _subjects(ways)
    numbers = select(found.c.way, found.c.subject)
    if after is not None:
        place, _, subject = after.id.partition(":")
        if not re.fullmatch(r"[0-9]{1,4}", place):
            raise CursorNotValid
        way = int(place)
        numbers = numbers.where(
            or_(found.c.way > way, and_(found.c.way == way, found.c.subject > subject))
        )
    return numbers.order_by(found.c.way, found.c.subject).limit(limit + 1).subquery("page")


def _breach(way: Way, row: BreachRow) -> Breach:
    _, subject, enrollment_id, name, order_id = row
    return Breach(
        subject=subject,
        kind=way.kind,
        wrong=way.wrong,
        practitioner=name or "",
        enrollment_id=enrollment_id,
        order_id=order_id,
    )
