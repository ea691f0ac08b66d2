"""Places of assessors: who is eligible, reserving a place, freeing it, and who hears of that.

One transaction under a row lock and a unique constraint; ranking from facts at the time of the
offer (traps 11 and 17). The hard filters are asked in SQL, because a roster may be long; a test
holds them equal to ``domain.assignment.exclusion``.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Exists, Select, exists, false, select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.asking_order import keep_in_order
from adapters.records.keyset import at_most
from adapters.records.round_tables import (
    ASKING_ORDER,
    AssessorRow,
    AssignmentRow,
    LeaveRow,
    QualificationRow,
    RoundRow,
)
from adapters.records.steps.turn import Turn
from adapters.records.tables import EnrollmentRow, PersonRow
from domain.assignment import (
    NOT_AGAIN_IN_THIS_ROUND,
    AssignmentState,
    Candidate,
    Exclusion,
    Ranked,
    UnknownAssessor,
    WaitingRound,
    exclusion,
    organization_key,
    rank,
)
from domain.timeline import Happening

SHORT_LIST = 25
"""How many of the eligible are ranked and stored; the first of them is offered the round."""


async def waiting_round(
    session: AsyncSession, enrollment: EnrollmentRow, number: int
) -> WaitingRound:
    """Return the facts of a round that decide who may assess it."""
    person = await session.get_one(PersonRow, enrollment.person_id)
    previous = await session.get(RoundRow, (enrollment.id, number - 1))
    left_by = await session.scalars(
        select(AssignmentRow.assessor_id).where(
            AssignmentRow.enrollment_id == enrollment.id,
            AssignmentRow.round == number,
            AssignmentRow.state.in_(NOT_AGAIN_IN_THIS_ROUND),
        )
    )
    return WaitingRound(
        library=enrollment.library,
        practitioner_address=person.address,
        practitioner_organization=person.organization,
        previous_assessor_id=previous.judged_by if previous else None,
        left_by=frozenset(left_by),
    )


def eligible(waiting: WaitingRound, at: datetime, zone: str) -> Select[AssessorRow]:
    """Return the query for the assessors that pass every hard filter, next to be asked first.

    It walks the library's own index of that order and stops at the end of the short list. Who
    assessed the previous round has no part in the order, or no index could have it.
    """
    return _passing(waiting, at, zone).order_by(*ASKING_ORDER).limit(at_most(SHORT_LIST))


def _passing(waiting: WaitingRound, at: datetime, zone: str) -> Select[AssessorRow]:
    theirs = organization_key(waiting.practitioner_organization)
    return (
        select(AssessorRow)
        .join(QualificationRow, QualificationRow.assessor_id == AssessorRow.id)
        .where(
            QualificationRow.library == waiting.library,
            AssessorRow.is_active,
            AssessorRow.load < AssessorRow.capacity,
            AssessorRow.address != waiting.practitioner_address,
            AssessorRow.person_address != waiting.practitioner_address,
            AssessorRow.organization_key != theirs if theirs else ~false(),
            AssessorRow.id.not_in(waiting.left_by) if waiting.left_by else ~false(),
            ~_on_leave(_today(at, zone)),
        )
    )


def _today(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def _on_leave(today: date) -> Exists:
    return exists().where(
        LeaveRow.assessor_id == AssessorRow.id,
        LeaveRow.first_day <= today,
        LeaveRow.last_day >= today,
    )


async def candidate(
    session: AsyncSession, assessor: AssessorRow, at: datetime, zone: str
) -> Candidate:
    """Return the facts about one assessor that decide."""
    libraries = await session.scalars(
        select(QualificationRow.library).where(QualificationRow.assessor_id == assessor.id)
    )
    today = _today(at, zone)
    leave = await session.scalar(
        select(LeaveRow.id)
        .where(
            LeaveRow.assessor_id == assessor.id,
            LeaveRow.first_day <= today,
            LeaveRow.last_day >= today,
        )
        .limit(1)
    )
    return _candidate(assessor, frozenset(libraries), is_on_leave=leave is not None)


def _candidate(row: AssessorRow, libraries: frozenset[str], *, is_on_leave: bool) -> Candidate:
    return Candidate(
        assessor_id=row.id,
        is_active=row.is_active,
        libraries=libraries,
        is_on_leave=is_on_leave,
        load=row.load,
        capacity=row.capacity,
        address=row.address,
        organization=row.organization,
        person_address=row.person_address,
        last_offered_at=row.last_offered_at,
    )


async def ranking_of(
    session: AsyncSession, waiting: WaitingRound, at: datetime, zone: str
) -> tuple[Ranked, ...]:
    """Return who may be offered a round at this moment, best first, with the facts that decide."""
    rows = list(await session.scalars(eligible(waiting, at, zone)))
    if waiting.previous_assessor_id:
        is_previous = AssessorRow.id == waiting.previous_assessor_id
        rows += await session.scalars(_passing(waiting, at, zone).where(is_previous))
    facts = {
        row.id: _candidate(row, frozenset({waiting.library}), is_on_leave=False) for row in rows
    }
    return rank(facts.values(), waiting)[:SHORT_LIST]


async def reserve_best(
    turn: Turn, waiting: WaitingRound
) -> tuple[AssessorRow, list[dict[str, object]]] | None:
    """Reserve a place of the best eligible assessor; the ranking comes with its reasons."""
    ranking = await ranking_of(turn.session, waiting, turn.at, turn.calendar.zone)
    for place in ranking:
        assessor = await _with_free_place(turn, place.assessor_id)
        if assessor is not None:
            await _take_place(turn, assessor)
            return assessor, [each.model_dump(mode="json") for each in ranking]
    return None


async def reserve_named(turn: Turn, waiting: WaitingRound, assessor_id: str) -> Exclusion | None:
    """Reserve a place of one assessor; the exclusion says why that is not possible.

    Raises ``UnknownAssessor``.
    """
    assessor = await turn.session.get(
        AssessorRow, assessor_id, with_for_update=turn.has_row_locks or None
    )
    if assessor is None:
        raise UnknownAssessor(assessor=assessor_id)
    facts = await candidate(turn.session, assessor, turn.at, turn.calendar.zone)
    excluded = exclusion(facts, waiting)
    if excluded is None:
        await _take_place(turn, assessor)
    return excluded


async def _take_place(turn: Turn, assessor: AssessorRow) -> None:
    assessor.load += 1
    assessor.last_offered_at = turn.at
    await keep_in_order(turn.session, assessor)


async def _with_free_place(turn: Turn, assessor_id: str) -> AssessorRow | None:
    """Lock the row and look again: another round may have taken the last place meanwhile."""
    if not turn.has_row_locks:
        return await turn.session.get_one(AssessorRow, assessor_id)
    return await turn.session.scalar(
        select(AssessorRow)
        .where(AssessorRow.id == assessor_id, AssessorRow.load < AssessorRow.capacity)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def end_assignment(turn: Turn, assignment: AssignmentRow, outcome: AssignmentState) -> None:
    """End a live assignment and free its place."""
    if not assignment.is_live:
        return
    assignment.state, assignment.is_live, assignment.ended_at = outcome, False, turn.at
    assessor = await turn.session.get_one(
        AssessorRow, assignment.assessor_id, with_for_update=turn.has_row_locks or None
    )
    assessor.load -= 1
    await keep_in_order(turn.session, assessor)
    turn.freed.add(assessor.id)
    turn.happened(
        Happening.ASSIGNMENT_ENDED,
        assignment.round,
        assignment_id=assignment.id,
        outcome=outcome.value,
    )
    # The unique constraint must see the freed round before a new offer is inserted.
    await turn.session.flush()
