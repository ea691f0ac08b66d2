"""Keeps the words of the search in step with what they repeat: the same transaction writes both."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, exists, false, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from adapters.records.board_tables import SearchWordRow
from adapters.records.keyset import inline
from adapters.records.people_book import batched, insert_unless_there
from adapters.records.tables import EnrollmentRow, OrderLineRow, OrderRow, PersonRow
from domain.orders import Order
from domain.searching import search_words, sought_words

MOST_ROWS = 400
"""Rows of one insert; a statement takes only so many values."""

_LAST_LETTER = "\U0010ffff"
"""Sorts after every letter: what begins with a word lies between it and it with this behind."""


async def index_enrollment(session: AsyncSession, enrollment_id: str) -> None:
    """Write the words of a new enrollment: its number, its practitioner, its order."""
    names = (
        select(PersonRow.name, PersonRow.address, OrderRow.external_id, OrderRow.purchase_order)
        .select_from(EnrollmentRow)
        .join(PersonRow, PersonRow.id == EnrollmentRow.person_id)
        .join(OrderLineRow, OrderLineRow.id == EnrollmentRow.line_id)
        .join(OrderRow, OrderRow.id == OrderLineRow.order_id)
        .where(EnrollmentRow.id == enrollment_id)
    )
    words = (await session.execute(names)).one()
    await _write(session, enrollment_id, search_words(enrollment_id, *words))


async def index_again(session: AsyncSession, enrollment_id: str) -> None:
    """Write the words of an enrollment anew: an address was corrected, another order carries it."""
    await session.execute(delete(SearchWordRow).where(SearchWordRow.subject_id == enrollment_id))
    await index_enrollment(session, enrollment_id)


async def index_order(session: AsyncSession, order_id: str, order: Order) -> None:
    """Write the words of a new order: its numbers and its payer, which never change."""
    words = search_words(
        order_id,
        order.external_id,
        order.purchase_order,
        order.payer_name,
        order.payer_address,
        order.payer_organization,
    )
    await _write(session, order_id, words)


def fits(text: str, subject: "InstrumentedAttribute[str]") -> Sequence[ColumnElement[bool]]:
    """Return what must hold for a subject to fit a search: each word begins one of its own."""
    words = sought_words(text)
    if not words:  # nothing but signs: that fits nothing, and never everything
        return (false(),)
    return tuple(
        exists().where(
            SearchWordRow.subject_id == subject,
            SearchWordRow.word >= inline(word),
            SearchWordRow.word < inline(word + _LAST_LETTER),
        )
        for word in words
    )


async def _write(session: AsyncSession, subject_id: str, words: Sequence[str]) -> None:
    rows = [{"subject_id": subject_id, "word": word} for word in words]
    for some in batched(rows, MOST_ROWS):
        await session.execute(insert_unless_there(session, SearchWordRow, some))
