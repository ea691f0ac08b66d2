"""Reads journeys as acts of operations find them: the same few queries for one as for many."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.case_values import Case, CaseDue, CaseNotice, Held, Judged
from adapters.records.database import Database
from adapters.records.journey_views import running_due
from adapters.records.people_book import batched
from adapters.records.round_tables import AssessorRow, AssignmentRow, RoundRow
from adapters.records.tables import (
    AttentionRow,
    DueTimeRow,
    EnrollmentRow,
    NoticeRow,
    OrderLineRow,
    OrderRow,
    PersonRow,
    TimelineRow,
)
from domain.assignment import AssignmentState
from domain.enrollment import AttentionKind, ClockKind, Ending, Party, Stage, UnknownEnrollment
from domain.notices import NoticeKind, NoticeState, Recipient
from domain.orders import LineState
from domain.policy import Policy
from domain.timeline import Happening
from domain.values import Instant, Value

MOST_AT_ONCE = 400
"""Journeys that are read together: a query takes only so many values."""


class _Pinned(Value):
    settled_at: Instant
    policy: Policy


class CaseViews:
    """Reads; never writes, never asks the engine."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def case(self, enrollment_id: str) -> Case:
        """Return one journey. Raises ``UnknownEnrollment``."""
        cases = await self.cases((enrollment_id,))
        if enrollment_id not in cases:
            raise UnknownEnrollment(enrollment=enrollment_id)
        return cases[enrollment_id]

    async def cases(self, enrollment_ids: Sequence[str]) -> dict[str, Case]:
        """Return those of the journeys that there are, by their ids."""
        cases: dict[str, Case] = {}
        async with self._database.reading() as session:
            for ids in batched(sorted(set(enrollment_ids)), MOST_AT_ONCE):
                cases |= await _cases(session, ids)
        return cases


@dataclass
class _Facts:
    """What is known of several journeys, by their ids."""

    held: dict[str, Held]
    judged: dict[str, Judged]
    counts: dict[tuple[str, str], int]
    since: dict[str, Instant]
    attention: dict[str, frozenset[AttentionKind]]
    notices: dict[str, list[CaseNotice]]
    successors: set[tuple[str, str]]


async def _cases(session: AsyncSession, ids: Sequence[str]) -> dict[str, Case]:
    heads = (await session.execute(_heads(ids))).all()
    facts = _Facts(
        held=await _held(session, ids),
        judged=await _judged(session, ids),
        counts=await _counts(session, ids),
        since=await _verifying_since(session, ids),
        attention=await _attention(session, ids),
        notices=await _waiting_notices(session, ids),
        successors=await _successors(session, [row.person_id for row, *_ in heads]),
    )
    return {head[0].id: _case(*head, facts=facts) for head in heads}


def _case(
    row: EnrollmentRow,
    person: PersonRow,
    line: OrderLineRow,
    payer: str,
    due: DueTimeRow | None,
    *,
    facts: _Facts,
) -> Case:
    pinned = _Pinned.model_validate({key: row.journey[key] for key in _Pinned.model_fields})
    return Case(
        enrollment_id=row.id,
        person_id=person.id,
        practitioner=person.name,
        payer=payer,
        stage=Stage(row.stage) if row.stage in set(Stage) else None,
        ending=Ending(row.ending) if row.ending else None,
        waiting_on=Party(row.waiting_on),
        round=row.round,
        last_at=row.last_at,
        last_sequence=row.last_sequence,
        settled_at=pinned.settled_at,
        policy=pinned.policy,
        rounds_granted=facts.counts.get((row.id, Happening.ROUND_GRANTED), 0),
        judgements=facts.counts.get((row.id, Happening.JUDGED), 0),
        due=_due(due) if due else None,
        verifying_since=facts.since.get(row.id),
        held=facts.held.get(row.id),
        judged=facts.judged.get(row.id),
        is_portal_used=row.portal_used_at is not None,
        attention=facts.attention.get(row.id, frozenset()),
        waiting_notices=tuple(facts.notices.get(row.id, ())),
        line_id=line.id,
        line_state=LineState(line.state),
        has_successor=(row.person_id, row.micro_credential_id) in facts.successors,
    )


def _heads(
    ids: Sequence[str],
) -> Select[EnrollmentRow, PersonRow, OrderLineRow, str, DueTimeRow]:
    return (
        select(EnrollmentRow, PersonRow, OrderLineRow, OrderRow.payer_name, DueTimeRow)
        .join(PersonRow, PersonRow.id == EnrollmentRow.person_id)
        .join(OrderLineRow, OrderLineRow.id == EnrollmentRow.line_id)
        .join(OrderRow, OrderRow.id == OrderLineRow.order_id)
        .outerjoin(DueTimeRow, DueTimeRow.id == EnrollmentRow.due_id)
        .where(EnrollmentRow.id.in_(ids))
    )


def _due(row: DueTimeRow) -> CaseDue:
    return CaseDue(
        due_id=row.id,
        running=running_due(row),
        started_at=row.started_at,
        zone=row.zone,
        explanation=row.explanation,
    )


async def _held(session: AsyncSession, ids: Sequence[str]) -> dict[str, Held]:
    rows = await session.execute(
        select(AssignmentRow, AssessorRow.name)
        .join(AssessorRow, AssessorRow.id == AssignmentRow.assessor_id)
        .where(AssignmentRow.enrollment_id.in_(ids), AssignmentRow.is_live)
    )
    return {
        row.enrollment_id: Held(
            assignment_id=row.id,
            assessor_id=row.assessor_id,
            assessor=name,
            state=AssignmentState(row.state),
        )
        for row, name in rows
    }


async def _judged(session: AsyncSession, ids: Sequence[str]) -> dict[str, Judged]:
    """Return the judgement of each journey's present round, if it was judged."""
    is_present = and_(
        EnrollmentRow.id == RoundRow.enrollment_id, EnrollmentRow.round == RoundRow.number
    )
    rows = await session.scalars(
        select(RoundRow)
        .join(EnrollmentRow, is_present)
        .where(RoundRow.enrollment_id.in_(ids), RoundRow.is_proficient.is_not(None))
    )
    return {
        row.enrollment_id: Judged(is_proficient=bool(row.is_proficient), not_met=_not_met(row))
        for row in rows
    }


def _not_met(row: RoundRow) -> int:
    items = (row.not_met or {}).get("items", [])
    return len(items) if isinstance(items, list) else 0


async def _counts(session: AsyncSession, ids: Sequence[str]) -> dict[tuple[str, str], int]:
    rows = await session.execute(
        select(TimelineRow.enrollment_id, TimelineRow.kind, func.count())
        .where(
            TimelineRow.enrollment_id.in_(ids),
            TimelineRow.kind.in_((Happening.ROUND_GRANTED, Happening.JUDGED)),
        )
        .group_by(TimelineRow.enrollment_id, TimelineRow.kind)
    )
    return {(enrollment_id, kind): counted for enrollment_id, kind, counted in rows}


async def _verifying_since(session: AsyncSession, ids: Sequence[str]) -> dict[str, Instant]:
    """Return from when each practitioner was waited on to verify: the access clock stood still."""
    rows = await session.execute(
        select(DueTimeRow.subject_id, func.min(DueTimeRow.started_at))
        .where(DueTimeRow.subject_id.in_(ids), DueTimeRow.clock == ClockKind.VERIFICATION)
        .group_by(DueTimeRow.subject_id)
    )
    return {subject_id: since for subject_id, since in rows if since is not None}


async def _attention(
    session: AsyncSession, ids: Sequence[str]
) -> dict[str, frozenset[AttentionKind]]:
    rows = await session.execute(
        select(AttentionRow.subject_id, AttentionRow.kind).where(
            AttentionRow.subject_id.in_(ids), AttentionRow.closed_at.is_(None)
        )
    )
    found: dict[str, frozenset[AttentionKind]] = {}
    for subject_id, kind in rows:
        found[subject_id] = found.get(subject_id, frozenset()) | {AttentionKind(kind)}
    return found


async def _waiting_notices(
    session: AsyncSession, ids: Sequence[str]
) -> dict[str, list[CaseNotice]]:
    rows = await session.execute(
        select(NoticeRow, AssignmentRow.state)
        .outerjoin(AssignmentRow, AssignmentRow.id == NoticeRow.assignment_id)
        .where(NoticeRow.subject_id.in_(ids), NoticeRow.state == NoticeState.INTENDED)
        .order_by(NoticeRow.intended_at, NoticeRow.id)
    )
    found: dict[str, list[CaseNotice]] = {}
    for row, state in rows:
        found.setdefault(row.subject_id, []).append(_notice(row, state))
    return found


def _notice(row: NoticeRow, assignment: str | None) -> CaseNotice:
    return CaseNotice(
        notice_id=row.id,
        kind=NoticeKind(row.kind),
        to=Recipient(row.recipient),
        round=row.round,
        state=NoticeState(row.state),
        assignment_id=row.assignment_id,
        assignment=AssignmentState(assignment) if assignment else None,
    )


async def _successors(session: AsyncSession, person_ids: Sequence[str]) -> set[tuple[str, str]]:
    is_held: ColumnElement[bool] = OrderLineRow.state == LineState.HELD
    rows = await session.execute(
        select(OrderLineRow.person_id, OrderLineRow.micro_credential_id).where(
            OrderLineRow.person_id.in_(person_ids), is_held
        )
    )
    return {(person_id, micro_credential_id) for person_id, micro_credential_id in rows}
