"""What the sweep asks of the records: who is open, what is stuck, what must be repeated."""

from datetime import datetime, timedelta

from sqlalchemy import select

from activities.ports import Dispatch, JourneyToStart
from adapters.records.database import Database
from adapters.records.delivery_book import DeliveryBook
from adapters.records.dispatching import dispatch_of
from adapters.records.enrolling import journey_to_start
from adapters.records.round_tables import RoundRow, SweepRow
from adapters.records.steps.turn import close_attention, open_attention
from adapters.records.tables import EnrollmentRow, NoticeRow, OrderRow
from domain.enrollment import AttentionKind
from domain.notices import NoticeKind, NoticeState, Recipient
from domain.values import JsonObject, Value, opaque_id

PAGE = 500


class OpenJourney(Value):
    """An open enrollment as the records have it."""

    enrollment_id: str
    has_written: bool
    last_at: datetime


class OpenOrder(Value):
    """An order whose lines are not all started."""

    order_id: str
    channel: str
    external_id: str
    is_settled: bool


class DriftBook:
    """The records' side of every comparison."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.deliveries = DeliveryBook(database)

    async def open_journeys(self, after: str) -> tuple[OpenJourney, ...]:
        """Return the next page of open enrollments, in the order of their ids."""
        async with self._database.reading() as session:
            rows = await session.scalars(
                select(EnrollmentRow)
                .where(EnrollmentRow.ended_at.is_(None), EnrollmentRow.id > after)
                .order_by(EnrollmentRow.id)
                .limit(PAGE)
            )
            return tuple(
                OpenJourney(
                    enrollment_id=row.id, has_written=row.last_sequence > 0, last_at=row.last_at
                )
                for row in rows
            )

    async def is_open(self, enrollment_id: str) -> bool | None:
        """Whether an enrollment is open; ``None`` when there is no such row."""
        async with self._database.reading() as session:
            row = await session.get(EnrollmentRow, enrollment_id)
            return None if row is None else row.ended_at is None

    async def journey(self, enrollment_id: str) -> JourneyToStart:
        """Return the start of an enrollment's journey."""
        async with self._database.reading() as session:
            return journey_to_start(await session.get_one(EnrollmentRow, enrollment_id))

    async def unfinished_orders(self) -> tuple[OpenOrder, ...]:
        """Return the orders whose lines are not all started."""
        async with self._database.reading() as session:
            rows = await session.scalars(
                select(OrderRow).where(~OrderRow.is_complete).order_by(OrderRow.id).limit(PAGE)
            )
            return tuple(
                OpenOrder(
                    order_id=row.id,
                    channel=row.channel,
                    external_id=row.external_id,
                    is_settled=row.settled_at is not None,
                )
                for row in rows
            )

    async def unsent_notices(self, before: datetime) -> tuple[Dispatch, ...]:
        """Return notices that have been waiting to be sent since before an instant."""
        async with self._database.reading() as session:
            rows = await session.scalars(
                select(NoticeRow)
                .where(
                    NoticeRow.state.in_((NoticeState.INTENDED, NoticeState.SENDING)),
                    NoticeRow.intended_at < before,
                )
                .order_by(NoticeRow.intended_at)
                .limit(PAGE)
            )
            return tuple(dispatch_of(row) for row in rows)

    async def waiting_rounds(self) -> tuple[str, ...]:
        """Return the enrollments whose round waits for an assessor, longest first."""
        async with self._database.reading() as session:
            rows = await session.scalars(
                select(RoundRow.enrollment_id)
                .where(RoundRow.waiting_since.is_not(None))
                .order_by(RoundRow.waiting_since, RoundRow.is_resubmission.desc())
                .limit(PAGE)
            )
            return tuple(rows)

    async def alert(self, subject_id: str, kind: AttentionKind, at: datetime) -> None:
        """Open attention on an enrollment."""
        async with self._database.transaction() as session:
            opened = await open_attention(session, subject_id, kind, at)
            row = await session.get(EnrollmentRow, subject_id)
            if opened and row is not None:
                row.open_attention += 1

    async def settle(self, subject_id: str, kind: AttentionKind, at: datetime) -> None:
        """Close attention on an enrollment."""
        async with self._database.transaction() as session:
            closed = await close_attention(session, subject_id, kind, at, "seen by the sweep")
            row = await session.get(EnrollmentRow, subject_id)
            if closed and row is not None:
                row.open_attention -= 1

    async def keep(self, at: datetime, report: JsonObject) -> None:
        """Keep what a sweep found."""
        async with self._database.transaction() as session:
            session.add(SweepRow(at=at, report=report))

    async def digest(self, day: str, at: datetime) -> Dispatch | None:
        """Intend the day's digest for ops, once; ``None`` when it was intended before."""
        notice_id = opaque_id("n", "digest", day)
        async with self._database.transaction() as session:
            if await session.get(NoticeRow, notice_id) is not None:
                return None
            notice = NoticeRow(
                id=notice_id,
                subject_id=f"digest-{day}",
                order_id="ops",
                kind=NoticeKind.OPS_DIGEST,
                recipient=Recipient.OPS,
                ordinal=1,
                state=NoticeState.INTENDED,
                intended_at=at,
                attempts=0,
                repeats=0,
            )
            session.add(notice)
            return dispatch_of(notice)


STUCK_AFTER = timedelta(minutes=15)
"""A notice that waits for longer than this is put on the queue again."""
