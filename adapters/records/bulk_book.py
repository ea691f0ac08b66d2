"""Acts in bulk as they are kept: what is to be done to whom, and what came of each."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.database import Database, is_added
from adapters.records.operations_tables import BulkActRow, BulkLineRow
from adapters.records.people_book import keep_reason
from adapters.records.tables import EnrollmentRow, PersonRow, ReasonRow
from domain.bulk import (
    BulkLine,
    BulkProgress,
    BulkResult,
    FormUsedForAnother,
    UnknownBulkAct,
)
from domain.enrollment import Party
from domain.grounds import Grounds
from domain.previews import Act
from domain.values import Value, opaque_id

PAGE = 100


class Result(Value):
    """What came of one line."""

    state: BulkResult
    code: str = ""
    sentence: str = ""


class LineToDo(Value):
    """The next line of an act in bulk that has no result yet."""

    number: int
    enrollment_id: str
    target: str | None


class BulkInHand(Value):
    """An act in bulk as whoever runs it needs it."""

    bulk_id: str
    act: Act
    grounds: Grounds
    is_stopped: bool
    is_ended: bool


class BulkBook:
    """Where acts in bulk are kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(
        self, token: str, act: Act, targets: Mapping[str, str | None], grounds: Grounds
    ) -> str:
        """Keep an act with a line for each of ``targets``, in their order; returns its id.

        The same form again is the same act. Raises ``FormUsedForAnother``.
        """
        bulk_id = opaque_id("b", token)
        fingerprint = opaque_id("f", act.model_dump_json(), grounds.reason, *targets)
        async with self._database.transaction() as session:
            reason_id = await keep_reason(
                session, bulk_id, grounds.reason, Party.OPS, grounds.by_name, grounds.at
            )
            row = BulkActRow(
                id=bulk_id,
                act=act.model_dump(mode="json"),
                fingerprint=fingerprint,
                reason_id=reason_id,
                total=len(targets),
                begun_at=grounds.at,
            )
            if not await is_added(session, row):
                known = await session.get_one(BulkActRow, bulk_id)
                if known.fingerprint != fingerprint:
                    raise FormUsedForAnother
                return bulk_id
            session.add_all(
                BulkLineRow(
                    bulk_id=bulk_id,
                    number=number,
                    enrollment_id=enrollment_id,
                    target=target,
                    state=BulkResult.WAITING,
                )
                for number, (enrollment_id, target) in enumerate(targets.items(), start=1)
            )
        return bulk_id

    async def in_hand(self, bulk_id: str) -> BulkInHand:
        """Return what is to be done, and whether it was stopped. Raises ``UnknownBulkAct``."""
        async with self._database.reading() as session:
            row, reason = await _act(session, bulk_id)
            return BulkInHand(
                bulk_id=row.id,
                act=Act.model_validate(row.act),
                grounds=Grounds(reason=reason.text, by_name=reason.by_name, at=reason.at),
                is_stopped=row.stopped_at is not None,
                is_ended=row.ended_at is not None,
            )

    async def next_line(self, bulk_id: str) -> LineToDo | None:
        """Return the next line without a result; None: there is none, or the act was stopped."""
        async with self._database.reading() as session:
            row = await session.scalar(
                select(BulkLineRow)
                .join(BulkActRow, BulkActRow.id == BulkLineRow.bulk_id)
                .where(
                    BulkLineRow.bulk_id == bulk_id,
                    BulkLineRow.state == BulkResult.WAITING,
                    BulkActRow.stopped_at.is_(None),
                )
                .order_by(BulkLineRow.number)
                .limit(1)
            )
            if row is None:
                return None
            return LineToDo(number=row.number, enrollment_id=row.enrollment_id, target=row.target)

    async def settle(self, bulk_id: str, number: int, result: Result, at: datetime) -> None:
        """Write what came of a line; one that has its result keeps it."""
        async with self._database.transaction() as session:
            await session.execute(
                update(BulkLineRow)
                .where(
                    BulkLineRow.bulk_id == bulk_id,
                    BulkLineRow.number == number,
                    BulkLineRow.state == BulkResult.WAITING,
                )
                .values(
                    state=result.state,
                    code=result.code,
                    sentence=result.sentence,
                    settled_at=at,
                )
            )

    async def end(self, bulk_id: str, at: datetime) -> None:
        """Write that nothing is left to do; what a stopped act did not come to is left out."""
        async with self._database.transaction() as session:
            await session.execute(
                update(BulkLineRow)
                .where(BulkLineRow.bulk_id == bulk_id, BulkLineRow.state == BulkResult.WAITING)
                .values(state=BulkResult.LEFT_OUT, settled_at=at)
            )
            await session.execute(
                update(BulkActRow)
                .where(BulkActRow.id == bulk_id, BulkActRow.ended_at.is_(None))
                .values(ended_at=at)
            )

    async def stop(self, bulk_id: str, at: datetime) -> None:
        """Let an act go no further than the line in hand. Raises ``UnknownBulkAct``."""
        async with self._database.transaction() as session:
            row, _ = await _act(session, bulk_id)
            if row.ended_at is None and row.stopped_at is None:
                row.stopped_at = at

    async def unfinished(self) -> tuple[str, ...]:
        """Return the acts that have not come to their end, oldest first."""
        async with self._database.reading() as session:
            rows = await session.scalars(
                select(BulkActRow.id)
                .where(BulkActRow.ended_at.is_(None))
                .order_by(BulkActRow.begun_at)
                .limit(PAGE)
            )
            return tuple(rows)

    async def progress(self, bulk_id: str) -> BulkProgress:
        """Return how far an act has come, in two queries. Raises ``UnknownBulkAct``."""
        async with self._database.reading() as session:
            row, reason = await _act(session, bulk_id)
            counted = await session.execute(
                select(BulkLineRow.state, func.count())
                .where(BulkLineRow.bulk_id == bulk_id)
                .group_by(BulkLineRow.state)
            )
            counts = {BulkResult(state): count for state, count in counted}
        return _progress(row, reason, counts)

    async def recent(self, limit: int = 20) -> tuple[BulkProgress, ...]:
        """Return the newest acts, each with how far it has come."""
        async with self._database.reading() as session:
            rows = (
                await session.execute(
                    select(BulkActRow, ReasonRow)
                    .join(ReasonRow, ReasonRow.id == BulkActRow.reason_id)
                    .order_by(BulkActRow.begun_at.desc(), BulkActRow.id)
                    .limit(limit)
                )
            ).all()
            counted = await session.execute(
                select(BulkLineRow.bulk_id, BulkLineRow.state, func.count())
                .where(BulkLineRow.bulk_id.in_([row.id for row, _ in rows]))
                .group_by(BulkLineRow.bulk_id, BulkLineRow.state)
            )
            counts: dict[str, dict[BulkResult, int]] = {}
            for bulk_id, state, count in counted:
                counts.setdefault(bulk_id, {})[BulkResult(state)] = count
        return tuple(_progress(row, reason, counts.get(row.id, {})) for row, reason in rows)

    async def lines(self, bulk_id: str, after: int = 0, limit: int = PAGE) -> tuple[BulkLine, ...]:
        """Return lines after a number with what came of each; one query."""
        async with self._database.reading() as session:
            rows = await session.execute(
                select(BulkLineRow, PersonRow.name)
                .outerjoin(EnrollmentRow, EnrollmentRow.id == BulkLineRow.enrollment_id)
                .outerjoin(PersonRow, PersonRow.id == EnrollmentRow.person_id)
                .where(BulkLineRow.bulk_id == bulk_id, BulkLineRow.number > after)
                .order_by(BulkLineRow.number)
                .limit(limit)
            )
            return tuple(
                BulkLine(
                    number=row.number,
                    enrollment_id=row.enrollment_id,
                    practitioner=name or "",
                    state=BulkResult(row.state),
                    code=row.code,
                    sentence=row.sentence,
                    settled_at=row.settled_at,
                )
                for row, name in rows
            )


async def _act(session: AsyncSession, bulk_id: str) -> tuple[BulkActRow, ReasonRow]:
    found = await session.execute(
        select(BulkActRow, ReasonRow)
        .join(ReasonRow, ReasonRow.id == BulkActRow.reason_id)
        .where(BulkActRow.id == bulk_id)
    )
    row = found.one_or_none()
    if row is None:
        raise UnknownBulkAct(bulk=bulk_id)
    act, reason = row
    return act, reason


def _progress(row: BulkActRow, reason: ReasonRow, counts: Mapping[BulkResult, int]) -> BulkProgress:
    return BulkProgress(
        bulk_id=row.id,
        act=Act.model_validate(row.act),
        reason=reason.text,
        by_name=reason.by_name,
        begun_at=row.begun_at,
        stopped_at=row.stopped_at,
        ended_at=row.ended_at,
        total=row.total,
        counts=dict(counts),
    )
