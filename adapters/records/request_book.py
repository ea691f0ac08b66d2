"""Acts on their way to a journey, kept until they are answered.

The engine takes an act over only with the turn that it led to. When the worker and the engine die
together in between, that turn stands in the records and the engine has forgotten the act; then it
is asked for once more from here, before the journey's next act or by the sweep, and the journey
meets what it wrote itself (docs/decisions/0028).
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, select

from adapters.records.database import Database, is_added
from adapters.records.tables import EnrollmentRow
from adapters.records.turn_tables import EntryRow, RequestRow
from domain.values import JsonObject, Value

ON_ITS_WAY = timedelta(minutes=1)
"""How long an act is somebody's who waits for its answer."""

GIVEN_UP = timedelta(hours=1)
"""After this an act that left no trace is dropped: who asked was told that it did not arrive."""

PAGE = 200


class LostRequest(Value):
    """An act without an answer that stands in the records."""

    id: str
    enrollment_id: str
    update: str
    request: JsonObject


class RequestBook:
    """Where acts on their way are kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def sent(
        self, key: str, enrollment_id: str, update: str, request: JsonObject, at: datetime
    ) -> tuple[LostRequest, ...]:
        """Keep an act before it is sent; the same key once. An unknown enrollment has none.

        Returns, the oldest first, the journey's other acts that stand in the records while nobody
        has their answer. Where there are any, nothing was kept: those come first.
        """
        query = (
            select(EnrollmentRow.last_sequence, RequestRow)
            .outerjoin(
                RequestRow,
                (RequestRow.enrollment_id == EnrollmentRow.id)
                & (RequestRow.id != key)
                & _left_a_trace(),
            )
            .where(EnrollmentRow.id == enrollment_id)
            .order_by(RequestRow.asked_at)
        )
        async with self._database.transaction() as session:
            rows = (await session.execute(query)).all()
            lost = tuple(_lost(row.RequestRow) for row in rows if row.RequestRow is not None)
            if rows and not lost:
                row = RequestRow(
                    id=key,
                    enrollment_id=enrollment_id,
                    update=update,
                    request=request,
                    sequence=rows[0].last_sequence,
                    asked_at=at,
                )
                await is_added(session, row)
            return lost

    async def answered(self, key: str) -> None:
        """Forget an act whose answer is known."""
        async with self._database.transaction() as session:
            await session.execute(delete(RequestRow).where(RequestRow.id == key))

    async def lost(self, now: datetime) -> tuple[LostRequest, ...]:
        """Return acts to ask for once more, the oldest first; forget those that left no trace."""
        async with self._database.transaction() as session:
            await session.execute(
                delete(RequestRow).where(RequestRow.asked_at < now - GIVEN_UP, ~_left_a_trace())
            )
            rows = await session.scalars(
                select(RequestRow)
                .where(RequestRow.asked_at < now - ON_ITS_WAY, _left_a_trace())
                .order_by(RequestRow.asked_at)
                .limit(PAGE)
            )
            return tuple(_lost(row) for row in rows)


def _left_a_trace() -> ColumnElement[bool]:
    """The journey has written what an act caused; what others caused is no sign of it.

    Journeys that name no causes leave only this to go by: that something was written since.
    """
    is_older = EntryRow.cause.is_(None) & (EntryRow.sequence > RequestRow.sequence)
    return exists().where(
        EntryRow.enrollment_id == RequestRow.enrollment_id,
        (EntryRow.cause == RequestRow.id) | is_older,
    )


def _lost(row: RequestRow) -> LostRequest:
    return LostRequest(
        id=row.id, enrollment_id=row.enrollment_id, update=row.update, request=row.request
    )
