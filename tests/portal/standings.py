"""Journeys put where a test wants them: rows of the books, moved without waiting for anything."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update

from adapters.records.board_views import BoardViews
from adapters.records.round_tables import AssignmentRow, RoundRow
from adapters.records.tables import (
    AttentionRow,
    Base,
    DueTimeRow,
    EnrollmentRow,
    NoticeRow,
    OrderRow,
)
from domain.enrollment import AttentionKind, ClockKind, Ending, Stage
from domain.notices import NoticeKind, NoticeState, Recipient
from tests.traps.books import NOW, ZONE, Books

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@dataclass
class Standings:
    """Moves rows of the record books; ``views`` looks at them."""

    books: Books

    @property
    def views(self) -> BoardViews:
        """What operations look at."""
        return BoardViews(self.books.database, ZONE)

    async def change(self, table: type[Base], subject: str, **values: object) -> None:
        """Change one row by its id."""
        async with self.books.database.transaction() as session:
            await session.execute(
                update(table)
                .where(table.metadata.tables[table.__tablename__].c.id == subject)
                .values(**values)
            )

    async def add(self, *rows: Base) -> None:
        """Add rows."""
        async with self.books.database.transaction() as session:
            session.add_all(rows)

    async def journey(
        self, number: int, stage: str = Stage.WORKING, until: datetime | None = None, **also: object
    ) -> str:
        """Return an enrollment that stands at a stage, by default until a day from now."""
        enrollment_id = await self.books.enrolled(number)
        values = {"stage": stage, "waiting_on": "practitioner", "waiting_until": until or NOW + DAY}
        await self.change(EnrollmentRow, enrollment_id, **(values | also))
        return enrollment_id

    async def ended(self, number: int, ending: Ending, at: datetime, **also: object) -> str:
        """Return an enrollment whose journey has ended."""
        enrollment_id = await self.journey(number, Stage.ENDED)
        values = {"waiting_on": "engine", "waiting_until": None, "ending": ending, "ended_at": at}
        await self.change(EnrollmentRow, enrollment_id, **(values | also))
        return enrollment_id

    async def attention(
        self, subject: str, kind: AttentionKind, at: datetime = NOW, closed: datetime | None = None
    ) -> None:
        """Open attention, or leave behind what was closed."""
        row = AttentionRow(
            subject_id=subject, kind=kind, opened_at=at, opened_why="why", closed_at=closed
        )
        await self.add(row)

    async def notice(
        self,
        notice_id: str,
        subject: str,
        state: NoticeState,
        *,
        at: datetime = NOW,
        attempts: int = 1,
        order_id: str = "",
        kind: NoticeKind = NoticeKind.ACCESS,
        recipient: Recipient = Recipient.PRACTITIONER,
        **also: str,
    ) -> str:
        """Add a notice in a state."""
        row = NoticeRow(
            id=notice_id,
            subject_id=subject,
            order_id=order_id,
            kind=kind,
            recipient=recipient,
            ordinal=1,
            state=state,
            intended_at=at,
            attempts=attempts,
            **also,
        )
        await self.add(row)
        return notice_id

    async def assessing(
        self, number: int, assessor_id: str, due: datetime, called_at: datetime | None = None
    ) -> str:
        """Return a journey in the hands of an assessor; ``called_at``: overdue since then."""
        enrollment_id = await self.journey(number, Stage.ASSESSING, due, due_id=f"d{number}")
        clock = ClockKind.OVERDUE if called_at else ClockKind.ASSESSMENT
        await self.add(
            DueTimeRow(
                id=f"d{number}",
                subject_id=enrollment_id,
                clock=clock,
                started_at=called_at or NOW - DAY,
                due_at=due,
                zone=ZONE,
                calendar_name="us",
                calendar_version=1,
                explanation="because",
            ),
            RoundRow(
                enrollment_id=enrollment_id,
                number=1,
                library="general",
                is_resubmission=False,
                open_items={},
                opened_at=NOW - 2 * DAY,
            ),
            AssignmentRow(
                id=f"a{number}",
                enrollment_id=enrollment_id,
                round=1,
                assessor_id=assessor_id,
                state="accepted",
                is_live=True,
                offered_at=NOW - 2 * DAY,
                due_at=NOW - DAY,
                ranking={},
            ),
        )
        return enrollment_id

    async def order_of(self, enrollment_id: str) -> OrderRow:
        """Return the order under which a journey runs."""
        row = await self.books.row(EnrollmentRow, enrollment_id)
        return await self.books.row(OrderRow, row.line_id.rpartition("-")[0])
