"""The roster as operations look at it: who may take what, who is how fast, what waits.

The list is one query on either database; a test counts it.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import RowMapping, ScalarSelect, Select, Subquery, case, func, select
from sqlalchemy.orm import InstrumentedAttribute

from adapters.records.assessor_list import overdue_assessments
from adapters.records.database import Database
from adapters.records.round_tables import (
    AssessorRow,
    AssignmentRow,
    LeaveRow,
    QualificationRow,
    RoundRow,
)
from adapters.records.stage_times import seconds_between
from adapters.records.tables import CatalogVersionRow, EnrollmentRow
from adapters.records.view_logs import actions_of
from adapters.records.view_values import ActionLine
from domain.assignment import AssignmentState, UnknownAssessor
from domain.enrollment import Stage
from domain.roster import Leave
from domain.values import Instant, Value

MOST_SHOWN = 50
"""Ended assignments of an assessor that are shown; their count says the rest."""


class RosterLine(Value):
    """One assessor. ``turnaround`` is the median from accepting a round to having judged it.

    ``next_leave`` is the leave of today, or the next one.
    """

    assessor_id: str
    name: str
    address: str
    organization: str
    person_address: str
    libraries: tuple[str, ...]
    capacity: int
    load: int
    overdue: int
    is_active: bool
    is_away: bool
    next_leave: Leave | None
    judged: int
    turnaround: timedelta | None
    last_offered_at: Instant | None


class WaitingLine(Value):
    """The rounds of one library that nobody may be offered at present."""

    library: str
    rounds: int
    since: Instant


class HeldRound(Value):
    """A round that an assessor holds, or had."""

    enrollment_id: str
    round: int
    title: str
    state: AssignmentState
    offered_at: Instant
    accepted_at: Instant | None
    ended_at: Instant | None
    due_at: Instant | None


class AssessorFacts(Value):
    """Everything about one assessor."""

    line: RosterLine
    leaves: tuple[Leave, ...]
    held: tuple[HeldRound, ...]
    earlier: tuple[HeldRound, ...]
    actions: tuple[ActionLine, ...]


class RosterViews:
    """Reads; never writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def roster(self, now: datetime, today: date) -> tuple[RosterLine, ...]:
        """Return every assessor by name, as of an instant and its local day; one query."""
        async with self._database.reading() as session:
            rows = await session.execute(_roster(now, today))
            return tuple(_line(row, today) for row in rows.mappings())

    async def waiting(self) -> tuple[WaitingLine, ...]:
        """Return what waits for an assessor, by library; what waits longest comes first."""
        since = func.min(RoundRow.waiting_since)
        query = (
            select(RoundRow.library, func.count(), since)
            .join(EnrollmentRow, EnrollmentRow.id == RoundRow.enrollment_id)
            .where(RoundRow.waiting_since.is_not(None), EnrollmentRow.stage == Stage.QUEUED)
            .group_by(RoundRow.library)
            .order_by(since)
        )
        async with self._database.reading() as session:
            return tuple(
                WaitingLine(library=library, rounds=rounds, since=first)
                for library, rounds, first in await session.execute(query)
            )

    async def assessor(self, assessor_id: str, now: datetime, today: date) -> AssessorFacts:
        """Return one assessor with their work. Raises ``UnknownAssessor``."""
        async with self._database.reading() as session:
            query = _roster(now, today).where(AssessorRow.id == assessor_id)
            row = (await session.execute(query)).mappings().one_or_none()
            if row is None:
                raise UnknownAssessor(assessor=assessor_id)
            leaves = await session.scalars(
                select(LeaveRow)
                .where(LeaveRow.assessor_id == assessor_id, LeaveRow.last_day >= today)
                .order_by(LeaveRow.first_day, LeaveRow.last_day)
            )
            of_theirs = _held(assessor_id)
            held = await session.execute(of_theirs.where(AssignmentRow.is_live))
            earlier = await session.execute(
                of_theirs.where(~AssignmentRow.is_live).limit(MOST_SHOWN)
            )
            return AssessorFacts(
                line=_line(row, today),
                leaves=tuple(
                    Leave(first_day=each.first_day, last_day=each.last_day) for each in leaves
                ),
                held=tuple(HeldRound.model_validate(dict(each)) for each in held.mappings()),
                earlier=tuple(HeldRound.model_validate(dict(each)) for each in earlier.mappings()),
                actions=await actions_of(session, assessor_id),
            )


def _roster(now: datetime, today: date) -> Select[*tuple[object, ...]]:
    pace, late = _pace(), overdue_assessments(now)
    overdue = (
        select(late.c.assessor_id, func.count().label("overdue"))
        .group_by(late.c.assessor_id)
        .subquery("overdue")
    )
    return (
        select(
            AssessorRow.id.label("assessor_id"),
            AssessorRow.name,
            AssessorRow.address,
            AssessorRow.organization,
            AssessorRow.person_address,
            AssessorRow.capacity,
            AssessorRow.load,
            AssessorRow.is_active,
            AssessorRow.last_offered_at,
            _libraries().label("libraries"),
            _next_leave(LeaveRow.first_day, today).label("away_from"),
            _next_leave(LeaveRow.last_day, today).label("away_until"),
            func.coalesce(overdue.c.overdue, 0).label("overdue"),
            func.coalesce(pace.c.judged, 0).label("judged"),
            pace.c.seconds,
        )
        .outerjoin(overdue, overdue.c.assessor_id == AssessorRow.id)
        .outerjoin(pace, pace.c.assessor_id == AssessorRow.id)
        .order_by(AssessorRow.name, AssessorRow.id)
    )


def _libraries() -> ScalarSelect[str]:
    return (
        select(func.aggregate_strings(QualificationRow.library, ","))
        .where(QualificationRow.assessor_id == AssessorRow.id)
        .correlate(AssessorRow)
        .scalar_subquery()
    )


def _next_leave(day: InstrumentedAttribute[date], today: date) -> ScalarSelect[date]:
    return (
        select(day)
        .where(LeaveRow.assessor_id == AssessorRow.id, LeaveRow.last_day >= today)
        .order_by(LeaveRow.first_day, LeaveRow.last_day)
        .limit(1)
        .correlate(AssessorRow)
        .scalar_subquery()
    )


def _pace() -> Subquery:
    """Return how long each assessor took, as the middle of all their judged rounds.

    Of an even number the two in the middle are averaged. A round that was passed back counts once,
    with its last judgement: that is when the assignment ended.
    """
    took = seconds_between(AssignmentRow.accepted_at, AssignmentRow.ended_at)
    of_one = AssignmentRow.assessor_id
    ranked = (
        select(
            of_one.label("assessor_id"),
            took.label("seconds"),
            func.row_number().over(partition_by=of_one, order_by=took).label("rank"),
            func.count().over(partition_by=of_one).label("judged"),
        )
        .where(
            AssignmentRow.state == AssignmentState.COMPLETED,
            AssignmentRow.accepted_at.is_not(None),
            AssignmentRow.ended_at.is_not(None),
        )
        .subquery("ranked")
    )
    middle = ranked.c.rank.in_([(ranked.c.judged + 1) // 2, (ranked.c.judged + 2) // 2])
    return (
        select(
            ranked.c.assessor_id,
            func.max(ranked.c.judged).label("judged"),
            func.avg(ranked.c.seconds).label("seconds"),
        )
        .where(middle)
        .group_by(ranked.c.assessor_id)
        .subquery("pace")
    )


def _held(assessor_id: str) -> Select[*tuple[object, ...]]:
    """Return the query for the assignments of somebody; its columns are those of `HeldRound`."""
    is_open = case((AssignmentRow.is_live, EnrollmentRow.waiting_until))
    return (
        select(
            AssignmentRow.enrollment_id,
            AssignmentRow.round,
            CatalogVersionRow.title,
            AssignmentRow.state,
            AssignmentRow.offered_at,
            AssignmentRow.accepted_at,
            AssignmentRow.ended_at,
            is_open.label("due_at"),
        )
        .join(EnrollmentRow, EnrollmentRow.id == AssignmentRow.enrollment_id)
        .join(CatalogVersionRow, CatalogVersionRow.id == EnrollmentRow.version_id)
        .where(AssignmentRow.assessor_id == assessor_id)
        .order_by(AssignmentRow.offered_at.desc(), AssignmentRow.id)
    )


def _line(row: RowMapping, today: date) -> RosterLine:
    facts = dict(row)
    first, last = facts.pop("away_from"), facts.pop("away_until")
    seconds, libraries = facts.pop("seconds"), facts.pop("libraries")
    leave = Leave(first_day=first, last_day=last) if first is not None else None
    return RosterLine(
        **facts,
        libraries=tuple(sorted(libraries.split(","))) if libraries else (),
        is_away=leave is not None and leave.covers(today),
        next_leave=leave,
        turnaround=None if seconds is None else timedelta(seconds=round(float(seconds))),
    )
