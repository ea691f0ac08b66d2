"""Acts on their way to a journey, kept until they are answered.

The engine takes an act over only with the turn that it led to. When the worker and the engine die
together in between, that turn stands in the records and the engine has forgotten the act; then it
is asked for once more from here, before the journey's next act or by the sweep, and the journey
meets what it wrote itself (docs/decisions/0028).
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select

from adapters.records.database import Database, is_added
from adapters.records.tables import EnrollmentRow
from adapters.records.turn_tables import RequestRow
from domain.values import JsonObject, Value

ON_ITS_WAY = timedelta(minutes=1)
"""How long an act is somebody's who waits for its answer."""

GIVEN_UP = timedelta(hours=1)
"""After this an act that left no trace is dropped: who asked was told that it did not arrive."""

PAGE = 200


class LostRequest(Value):
    """An act without an answer whose journey has written since it was sent."""

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

        Returns the journey's other acts that the engine may have forgotten, the oldest first: this
        one would be refused, or would wait, where they have to come first.
        """
        query = (
            select(EnrollmentRow.last_sequence, RequestRow)
            .outerjoin(RequestRow, _is_written_after() & (RequestRow.id != key))
            .where(EnrollmentRow.id == enrollment_id)
            .order_by(RequestRow.asked_at)
        )
        async with self._database.transaction() as session:
            rows = (await session.execute(query)).all()
            if rows:
                row = RequestRow(
                    id=key,
                    enrollment_id=enrollment_id,
                    update=update,
                    request=request,
                    sequence=rows[0].last_sequence,
                    asked_at=at,
                )
                await is_added(session, row)
            return tuple(_lost(row.RequestRow) for row in rows if row.RequestRow is not None)

    async def answered(self, key: str) -> None:
        """Forget an act whose answer is known."""
        async with self._database.transaction() as session:
            await session.execute(delete(RequestRow).where(RequestRow.id == key))

    async def lost(self, now: datetime) -> tuple[LostRequest, ...]:
        """Return acts to ask for once more, the oldest first; forget those that left no trace."""
        async with self._database.transaction() as session:
            await session.execute(
                delete(RequestRow).where(
                    RequestRow.asked_at < now - GIVEN_UP,
                    RequestRow.sequence
                    == select(EnrollmentRow.last_sequence)
                    .where(EnrollmentRow.id == RequestRow.enrollment_id)
                    .scalar_subquery(),
                )
            )
            rows = await session.scalars(
                select(RequestRow)
                .join(EnrollmentRow, _is_written_after())
                .where(RequestRow.asked_at < now - ON_ITS_WAY)
                .order_by(RequestRow.asked_at)
                .limit(PAGE)
            )
            return tuple(_lost(row) for row in rows)


def _is_written_after() -> ColumnElement[bool]:
    """An act's own enrollment has written something since the act was sent."""
    return (RequestRow.enrollment_id == EnrollmentRow.id) & (
        RequestRow.sequence < EnrollmentRow.last_sequence
    )


def _lost(row: RequestRow) -> LostRequest:
    return LostRequest(
        id=row.id, enrollment_id=row.enrollment_id, update=row.update, request=row.request
    )
