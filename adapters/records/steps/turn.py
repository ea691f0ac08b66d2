"""One turn: the transaction in which the steps of an entry are written."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from activities.contracts import Entered, Entry
from adapters.records.credential_tables import CredentialRow
from adapters.records.round_tables import AssignmentRow
from adapters.records.tables import (
    AttentionRow,
    DueTimeRow,
    EnrollmentRow,
    NoticeRow,
    OrderLineRow,
    TimelineRow,
)
from domain.assignment import AssignmentState
from domain.calendar import DueTime, ProgrammeCalendar
from domain.due_times import compute_due, reminders_of
from domain.enrollment import AttentionKind, Clock, Due, Ending, Stage
from domain.notice_rules import ABOUT_CREDENTIALS, Situation, still_applies
from domain.notices import NoticeKind, NoticeState, Recipient
from domain.timeline import Happening
from domain.values import opaque_id


@dataclass
class Turn:
    """The transaction of one entry; steps write through it and leave answers in ``answer``."""

    session: AsyncSession
    entry: Entry
    enrollment: EnrollmentRow
    calendar: ProgrammeCalendar
    has_row_locks: bool
    answer: Entered = field(default_factory=Entered)
    notices: list[NoticeRow] = field(default_factory=list)
    freed: set[str] = field(default_factory=set)
    _lines: int = 0

    @property
    def at(self) -> datetime:
        """The workflow's own clock."""
        return self.entry.at

    def happened(self, kind: Happening, round_number: int | None = None, **facts: object) -> None:
        """Write a line of the timeline, in the name of the entry's actor."""
        self._lines += 1
        self.session.add(
            TimelineRow(
                enrollment_id=self.enrollment.id,
                key=f"{self.entry.sequence}.{self._lines}",
                at=self.at,
                kind=kind,
                party=self.entry.actor.party,
                reason_id=self.entry.actor.reason_id,
                round=round_number,
                facts=facts,
            )
        )

    def answered(self, **answers: object) -> None:
        """Add to what the records answer to the entry."""
        self.answer = self.answer.model_copy(update=answers)

    def start_clock(self, clock: Clock) -> None:
        """Compute the due time of ``clock`` once, store it, and make it what is waited for."""
        self.set_due(clock, compute_due(clock, self.calendar))

    def set_due(self, clock: Clock, due: DueTime) -> None:
        """Store a due time with its explanation and make it what is waited for."""
        sequence = str(self.entry.sequence)
        due_id = opaque_id("d", self.enrollment.id, sequence, clock.kind)
        reminders = reminders_of(clock, due, self.calendar, self.at)
        self.session.add(
            DueTimeRow(
                id=due_id,
                subject_id=self.enrollment.id,
                clock=clock.kind,
                started_at=clock.start,
                due_at=due.at,
                zone=due.zone,
                calendar_name=due.calendar_name,
                calendar_version=due.calendar_version,
                explanation=due.explanation,
                reminders={"reminders": [each.model_dump(mode="json") for each in reminders]},
            )
        )
        self.enrollment.due_id = due_id
        self.enrollment.waiting_until = due.at
        self.answered(due=Due(id=due_id, clock=clock.kind, at=due.at, reminders=reminders))

    async def intend_notice(
        self,
        kind: NoticeKind,
        to: Recipient,
        *,
        round_number: int | None = None,
        part: int | None = None,
        ordinal: int = 1,
        assignment_id: str | None = None,
    ) -> None:
        """Put a notice into the log, which is the queue."""
        line = await self.session.get_one(OrderLineRow, self.enrollment.line_id)
        key = (self.enrollment.id, str(round_number), kind, to, str(ordinal))
        notice = NoticeRow(
            id=opaque_id("n", *key),
            subject_id=self.enrollment.id,
            order_id=line.order_id,
            kind=kind,
            recipient=to,
            round=round_number,
            part=part,
            ordinal=ordinal,
            assignment_id=assignment_id,
            state=NoticeState.INTENDED,
            intended_at=self.at,
            due_id=self.enrollment.due_id,
        )
        self.session.add(notice)
        self.notices.append(notice)

    async def cancel_untrue_notices(self) -> None:
        """Cancel what was intended and is no longer true (trap 3)."""
        await self.session.flush()
        waiting = await self.session.scalars(
            select(NoticeRow).where(
                NoticeRow.subject_id == self.enrollment.id,
                NoticeRow.state == NoticeState.INTENDED,
            )
        )
        for notice in waiting:
            situation = await situation_of(self.session, self.enrollment, notice)
            if not still_applies(NoticeKind(notice.kind), notice.round, situation):
                notice.state, notice.settled_at = NoticeState.CANCELLED, self.at

    async def open_attention(self, kind: AttentionKind, why: str = "") -> None:
        """Open attention of a kind, unless it is open already."""
        if await open_attention(self.session, self.enrollment.id, kind, self.at, why):
            self.enrollment.open_attention += 1
            self.happened(Happening.ATTENTION_OPENED, attention=kind.value)

    async def close_attention(self, *kinds: AttentionKind) -> None:
        """Close what is open of these kinds."""
        closed = await close_attentions(self.session, self.enrollment.id, kinds, self.at)
        for kind in closed:
            self.enrollment.open_attention -= 1
            self.happened(Happening.ATTENTION_CLOSED, attention=kind.value)


async def situation_of(
    session: AsyncSession, enrollment: EnrollmentRow, notice: NoticeRow
) -> Situation:
    """Return what the records say now of the things that ``notice`` depends on."""
    assignment = (
        await session.get(AssignmentRow, notice.assignment_id) if notice.assignment_id else None
    )
    return Situation(
        stage=Stage(enrollment.stage) if enrollment.stage in set(Stage) else None,
        ending=Ending(enrollment.ending) if enrollment.ending else None,
        round=enrollment.round,
        assignment=AssignmentState(assignment.state) if assignment else None,
        is_portal_used=enrollment.portal_used_at is not None,
        has_credential=await _has_credential(session, enrollment, notice),
    )


async def _has_credential(
    session: AsyncSession, enrollment: EnrollmentRow, notice: NoticeRow
) -> bool | None:
    if notice.kind not in ABOUT_CREDENTIALS:
        return None
    counts = select(CredentialRow.id).where(
        CredentialRow.enrollment_id == enrollment.id, CredentialRow.revoked_at.is_(None)
    )
    return await session.scalar(counts) is not None


async def open_attention(
    session: AsyncSession, subject_id: str, kind: AttentionKind, at: datetime, why: str = ""
) -> bool:
    """Open attention on an enrollment or an order; ``False`` when it is open already."""
    is_open = await session.scalar(
        select(AttentionRow.id).where(
            AttentionRow.subject_id == subject_id,
            AttentionRow.kind == kind,
            AttentionRow.closed_at.is_(None),
        )
    )
    if is_open is not None:
        return False
    session.add(
        AttentionRow(subject_id=subject_id, kind=kind, opened_at=at, opened_why=why, closed_why="")
    )
    await session.flush()
    return True


async def close_attention(
    session: AsyncSession, subject_id: str, kind: AttentionKind, at: datetime, why: str = ""
) -> bool:
    """Close open attention; ``False`` when there was none."""
    return bool(await close_attentions(session, subject_id, (kind,), at, why))


async def close_attentions(
    session: AsyncSession,
    subject_id: str,
    kinds: Sequence[AttentionKind],
    at: datetime,
    why: str = "",
) -> tuple[AttentionKind, ...]:
    """Close what is open of some kinds, in one statement; returns which, in the given order."""
    rows = await session.scalars(
        update(AttentionRow)
        .where(
            AttentionRow.subject_id == subject_id,
            AttentionRow.kind.in_(kinds),
            AttentionRow.closed_at.is_(None),
        )
        .values(closed_at=at, closed_why=why)
        .returning(AttentionRow.kind)
    )
    closed = set(rows)
    return tuple(kind for kind in kinds if kind in closed)
