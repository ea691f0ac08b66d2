"""Which waiting rounds an assessor could take now: those are woken when the roster changes.

The hard filters of ``domain.assignment`` again, looked at from the assessor's side. Waking a round
offers nothing yet: it ranks anew and may find somebody better.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, and_, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.round_tables import (
    AssessorRow,
    AssignmentRow,
    LeaveRow,
    QualificationRow,
    RoundRow,
)
from adapters.records.tables import EnrollmentRow, PersonRow
from domain.assignment import NOT_AGAIN_IN_THIS_ROUND, organization_key
from domain.enrollment import Stage

LOOKED_AT = 200
"""Waiting rounds that are looked at for one assessor; more are woken by their daily review."""


async def woken_for(
    session: AsyncSession, assessors: Sequence[AssessorRow], today: date
) -> tuple[str, ...]:
    """Return whom places of changed assessors are for, each enrollment once."""
    await session.flush()
    woken: dict[str, None] = {}
    for row in assessors:
        found = await waiting_for(session, row, today, besides=frozenset(woken))
        woken.update(dict.fromkeys(found))
    return tuple(woken)


async def waiting_for(
    session: AsyncSession, assessor: AssessorRow, today: date, besides: frozenset[str]
) -> tuple[str, ...]:
    """Return the enrollments that waited longest for somebody like this, one for each free place.

    ``besides`` are enrollments that somebody else is woken for already.
    """
    free_places = assessor.capacity - assessor.load
    if not assessor.is_active or free_places <= 0 or await _is_on_leave(session, assessor, today):
        return ()
    rows = await session.execute(_waiting_longest_first(assessor))
    # Compared here and not in the query: spellings of an organization fold in Python alone.
    found = [
        enrollment_id
        for enrollment_id, organization in rows
        if enrollment_id not in besides
        and organization_key(organization) not in {assessor.organization_key} - {""}
    ]
    return tuple(found[:free_places])


def _waiting_longest_first(assessor: AssessorRow) -> Select[str, str]:
    """Return the query for enrollments and organizations whose round the assessor may have."""
    left = exists().where(
        AssignmentRow.enrollment_id == RoundRow.enrollment_id,
        AssignmentRow.round == RoundRow.number,
        AssignmentRow.assessor_id == assessor.id,
        AssignmentRow.state.in_(NOT_AGAIN_IN_THIS_ROUND),
    )
    is_qualified = and_(
        QualificationRow.library == RoundRow.library, QualificationRow.assessor_id == assessor.id
    )
    return (
        select(RoundRow.enrollment_id, PersonRow.organization)
        .join(QualificationRow, is_qualified)
        .join(EnrollmentRow, EnrollmentRow.id == RoundRow.enrollment_id)
        .join(PersonRow, PersonRow.id == EnrollmentRow.person_id)
        .where(
            RoundRow.waiting_since.is_not(None),
            EnrollmentRow.stage == Stage.QUEUED,
            PersonRow.address.not_in([assessor.address, assessor.person_address]),
            ~left,
        )
        .order_by(RoundRow.waiting_since, RoundRow.is_resubmission.desc())
        .limit(LOOKED_AT)
    )


async def _is_on_leave(session: AsyncSession, assessor: AssessorRow, today: date) -> bool:
    leave = await session.scalar(
        select(LeaveRow.id)
        .where(
            LeaveRow.assessor_id == assessor.id,
            LeaveRow.first_day <= today,
            LeaveRow.last_day >= today,
        )
        .limit(1)
    )
    return leave is not None
