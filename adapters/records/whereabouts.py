"""Where one journey stands, in a single small query: for whoever waits for it again and again."""

from sqlalchemy import func, or_, select

from adapters.records.database import Database
from adapters.records.round_tables import AssessorRow
from adapters.records.tables import (
    EnrollmentRow,
    MicroCredentialRow,
    NoticeRow,
    OrderLineRow,
    PersonRow,
)
from domain.notices import NoticeState
from domain.values import Value


class Whereabouts(Value):
    """Stage and round of a journey, and how many of its notices are still on their way.

    ``stage`` is ``starting`` until the journey wrote its first entry.
    """

    person_id: str
    stage: str
    round: int
    notices_out: int


class WhereaboutsBook:
    """Reads; never writes, never asks the engine."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, enrollment_id: str) -> Whereabouts | None:
        """Return where a journey stands; ``None`` while there is no such enrollment."""
        out = (
            select(func.count())
            .where(
                NoticeRow.subject_id == EnrollmentRow.id,
                NoticeRow.state.in_((NoticeState.INTENDED, NoticeState.SENDING)),
            )
            .scalar_subquery()
        )
        query = select(
            EnrollmentRow.person_id, EnrollmentRow.stage, EnrollmentRow.round, out
        ).where(EnrollmentRow.id == enrollment_id)
        async with self._database.reading() as session:
            row = (await session.execute(query)).one_or_none()
        if row is None:
            return None
        person_id, stage, number, notices_out = row
        return Whereabouts(
            person_id=person_id, stage=stage, round=number, notices_out=notices_out or 0
        )

    async def is_empty(self) -> bool:
        """Tell whether nothing is here yet: nobody on the roster, nobody enrolled, no catalogue."""
        tables = (MicroCredentialRow, AssessorRow, PersonRow)
        query = select(or_(*(select(table.id).exists() for table in tables)))
        async with self._database.reading() as session:
            return not await session.scalar(query)

    async def enrollment_of(self, order_id: str, line: int) -> str | None:
        """Return the enrollment of a line (from 1) of an order; ``None`` until it has one."""
        query = select(OrderLineRow.enrollment_id).where(
            OrderLineRow.order_id == order_id, OrderLineRow.number == line
        )
        async with self._database.reading() as session:
            found: str | None = await session.scalar(query)
            return found
