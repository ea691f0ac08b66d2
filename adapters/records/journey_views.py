"""Everything about one journey, for its page: a bounded number of queries, however long it ran."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.journey_values import ClockLine, FutureSend, LastOffer
from adapters.records.ranking import told_ranking
from adapters.records.round_tables import AssessorRow, AssignmentRow
from adapters.records.subscriptions import subscription_of
from adapters.records.tables import (
    CatalogVersionRow,
    DueTimeRow,
    EnrollmentRow,
    OrderLineRow,
    OrderRow,
    PersonRow,
)
from adapters.records.view_logs import attention_of, notices_of, timeline_of
from adapters.records.view_values import JourneyView
from domain.assignment import AssignmentState, Ranked
from domain.enrollment import ClockKind, Ending, Reminder, Stage, UnknownEnrollment
from domain.future_sends import ExpectedSend, RunningDue, expected_sends
from domain.notice_rules import Situation
from domain.notices import Recipient

_REMINDERS = TypeAdapter(tuple[Reminder, ...])
_RANKING = TypeAdapter(tuple[Ranked, ...])
Asked = tuple[AssignmentRow, str]
"""An assignment and the name of its assessor."""


async def journey_view(session: AsyncSession, enrollment_id: str, zone: str) -> JourneyView:
    """Return everything about one journey. Raises ``UnknownEnrollment``."""
    head = await _head(session, enrollment_id)
    person, due = head.person, head.due
    asked = await _asked(session, enrollment_id)
    live = next((each for each in asked if each[0].is_live), None)
    return JourneyView(
        **_standing(head.row),
        practitioner=person.name,
        person_id=person.id,
        address=person.address,
        organization=person.organization,
        title=head.version.title,
        version=head.version.number,
        order=f"{head.order.channel} {head.order.external_id}",
        order_id=head.order.id,
        zone=due.zone if due else zone,
        why_then=due.explanation if due else "",
        subscription_until=await subscription_of(session, person.id),
        assessor=live[1] if live else None,
        timeline=await timeline_of(session, enrollment_id),
        notices=await notices_of(session, (enrollment_id, head.order.id)),
        attention=await attention_of(session, (enrollment_id, head.row.line_id, head.order.id)),
        clock=_clock(due) if due else None,
        future=_future(head.row, due, person.name, live),
        last_offer=await _last_offer(session, asked[-1], zone) if asked else None,
    )


@dataclass(frozen=True)
class _Head:
    """The rows of which a journey has one each."""

    row: EnrollmentRow
    person: PersonRow
    version: CatalogVersionRow
    order: OrderRow
    due: DueTimeRow | None


class _Standing(TypedDict):
    enrollment_id: str
    library: str
    line_id: str
    stage: str
    round: int
    waiting_on: str
    waiting_until: datetime | None
    opened_at: datetime
    last_at: datetime
    access_due_at: datetime | None
    access_met_at: datetime | None
    access_breached_at: datetime | None
    ending: str | None


async def _head(session: AsyncSession, enrollment_id: str) -> _Head:
    found = await session.execute(
        select(EnrollmentRow, PersonRow, CatalogVersionRow, OrderRow, DueTimeRow)
        .join(PersonRow, PersonRow.id == EnrollmentRow.person_id)
        .join(CatalogVersionRow, CatalogVersionRow.id == EnrollmentRow.version_id)
        .join(OrderLineRow, OrderLineRow.id == EnrollmentRow.line_id)
        .join(OrderRow, OrderRow.id == OrderLineRow.order_id)
        .outerjoin(DueTimeRow, DueTimeRow.id == EnrollmentRow.due_id)
        .where(EnrollmentRow.id == enrollment_id)
    )
    head = found.one_or_none()
    if head is None:
        raise UnknownEnrollment(enrollment=enrollment_id)
    row, person, version, order, due = head
    return _Head(row, person, version, order, due)


def _standing(row: EnrollmentRow) -> _Standing:
    """Return what the flat row says."""
    return _Standing(
        enrollment_id=row.id,
        library=row.library,
        line_id=row.line_id,
        stage=row.stage,
        round=row.round,
        waiting_on=row.waiting_on,
        waiting_until=row.waiting_until,
        opened_at=row.opened_at,
        last_at=row.last_at,
        access_due_at=row.access_due_at,
        access_met_at=row.access_met_at,
        access_breached_at=row.access_breached_at,
        ending=row.ending,
    )


async def _asked(session: AsyncSession, enrollment_id: str) -> list[Asked]:
    """Return everybody who was asked, in order."""
    rows = await session.execute(
        select(AssignmentRow, AssessorRow.name)
        .join(AssessorRow, AssessorRow.id == AssignmentRow.assessor_id)
        .where(AssignmentRow.enrollment_id == enrollment_id)
        .order_by(AssignmentRow.offered_at, AssignmentRow.is_live, AssignmentRow.id)
    )
    return [(assignment, name) for assignment, name in rows]


def _clock(due: DueTimeRow) -> ClockLine:
    return ClockLine(
        clock=due.clock,
        started_at=due.started_at,
        due_at=due.due_at,
        zone=due.zone,
        calendar=due.calendar_name,
        calendar_version=due.calendar_version,
        why=due.explanation,
    )


def running_due(due: DueTimeRow) -> RunningDue:
    """Return a stored due time with its reminders; old ones have none on record."""
    reminders = _REMINDERS.validate_python(due.reminders.get("reminders", []))
    return RunningDue(clock=ClockKind(due.clock), at=due.due_at, reminders=reminders)


def _future(
    row: EnrollmentRow, due: DueTimeRow | None, practitioner: str, live: Asked | None
) -> tuple[FutureSend, ...]:
    if due is None:
        return ()
    situation = Situation(
        stage=Stage(row.stage) if row.stage in set(Stage) else None,
        ending=Ending(row.ending) if row.ending else None,
        round=row.round,
        assignment=AssignmentState(live[0].state) if live else None,
        is_portal_used=row.portal_used_at is not None,
    )
    names = {Recipient.PRACTITIONER: practitioner, Recipient.ASSESSOR: live[1] if live else ""}
    return tuple(
        FutureSend(send=each, to_name=_name(each, names))
        for each in expected_sends(running_due(due), row.last_at, situation)
    )


def _name(send: ExpectedSend, names: dict[Recipient, str]) -> str:
    if send.to is None or send.is_to_next_assessor:
        return ""
    return names.get(send.to, "")


async def _last_offer(session: AsyncSession, asked: Asked, zone: str) -> LastOffer:
    assignment, assessor = asked
    ranked = _RANKING.validate_python(assignment.ranking.get("ranking", []))
    return LastOffer(
        assignment_id=assignment.id,
        round=assignment.round,
        assessor=assessor,
        state=assignment.state,
        offered_at=assignment.offered_at,
        ranking=await told_ranking(session, ranked, zone, assignment.assessor_id),
    )
