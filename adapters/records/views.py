"""What people look at: lists from the flat row alone, and one journey with everything about it."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.database import Database
from adapters.records.round_tables import AssessorRow, AssignmentRow
from adapters.records.subscriptions import subscription_of
from adapters.records.tables import (
    AttentionRow,
    CatalogVersionRow,
    DueTimeRow,
    EnrollmentRow,
    NoticeRow,
    OrderLineRow,
    OrderRow,
    PersonRow,
)
from adapters.records.view_logs import actions_of, attention_of, notices_of, timeline_of
from adapters.records.view_values import (
    ActionLine,
    DueTimeLine,
    JourneyFilter,
    JourneyLine,
    JourneyView,
    OpenAttentionLine,
    OrderLineView,
    OrderView,
)
from domain.enrollment import UnknownEnrollment
from domain.notices import NoticeState
from domain.orders import OrderAmbiguous, UnknownOrder

PAGE = 100


class _Standing(TypedDict):
    enrollment_id: str
    library: str
    line_id: str
    stage: str
    round: int
    waiting_on: str
    waiting_until: datetime | None
    access_due_at: datetime | None
    access_met_at: datetime | None
    access_breached_at: datetime | None
    ending: str | None


class Views:
    """Reads; never writes, never asks the engine."""

    def __init__(self, database: Database, zone: str) -> None:
        self._database = database
        self._zone = zone

    async def journeys(
        self, wanted: JourneyFilter, after: str = "", limit: int = PAGE
    ) -> tuple[JourneyLine, ...]:
        """Return one page of journeys, in the order of their ids after ``after``; one query."""
        query = (
            select(EnrollmentRow, PersonRow.name, CatalogVersionRow.title)
            .join(PersonRow, PersonRow.id == EnrollmentRow.person_id)
            .join(CatalogVersionRow, CatalogVersionRow.id == EnrollmentRow.version_id)
            .where(EnrollmentRow.id > after, *_conditions(wanted))
            .order_by(EnrollmentRow.id)
            .limit(limit)
        )
        async with self._database.reading() as session:
            rows = await session.execute(query)
            return tuple(
                JourneyLine(
                    enrollment_id=row.id,
                    practitioner=name,
                    title=title,
                    library=row.library,
                    stage=row.stage,
                    round=row.round,
                    waiting_on=row.waiting_on,
                    waiting_until=row.waiting_until,
                    attention=row.open_attention,
                    ending=row.ending,
                )
                for row, name, title in rows
            )

    async def journey(self, enrollment_id: str) -> JourneyView:
        """Return everything about one journey. Raises ``UnknownEnrollment``."""
        async with self._database.reading() as session:
            row = await session.get(EnrollmentRow, enrollment_id)
            if row is None:
                raise UnknownEnrollment(enrollment=enrollment_id)
            person = await session.get_one(PersonRow, row.person_id)
            version = await session.get_one(CatalogVersionRow, row.version_id)
            line = await session.get_one(OrderLineRow, row.line_id)
            order = await session.get_one(OrderRow, line.order_id)
            due = await session.get(DueTimeRow, row.due_id) if row.due_id else None
            return JourneyView(
                **_standing(row),
                practitioner=person.name,
                address=person.address,
                organization=person.organization,
                title=version.title,
                version=version.number,
                order=f"{order.channel} {order.external_id}",
                zone=due.zone if due else self._zone,
                why_then=due.explanation if due else "",
                subscription_until=await subscription_of(session, person.id),
                assessor=await _assessor(session, enrollment_id),
                timeline=await timeline_of(session, enrollment_id),
                notices=await notices_of(session, (enrollment_id, order.id)),
                attention=await attention_of(session, (enrollment_id, line.id, order.id)),
            )

    async def orders(self, after: str = "", limit: int = PAGE) -> tuple[OrderView, ...]:
        """Return one page of orders without their lines."""
        async with self._database.reading() as session:
            rows = await session.scalars(
                select(OrderRow).where(OrderRow.id > after).order_by(OrderRow.id).limit(limit)
            )
            return tuple(_order_view(row, ()) for row in rows)

    async def order(self, order_id: str) -> OrderView:
        """Return one order with its lines, by its id or by its external number.

        Raises ``UnknownOrder``, and ``OrderAmbiguous`` where both channels have the number.
        """
        async with self._database.reading() as session:
            row = await _order_named(session, order_id)
            lines = await session.execute(
                select(OrderLineRow, PersonRow.name, CatalogVersionRow.title)
                .join(PersonRow, PersonRow.id == OrderLineRow.person_id)
                .join(CatalogVersionRow, CatalogVersionRow.id == OrderLineRow.version_id)
                .where(OrderLineRow.order_id == row.id)
                .order_by(OrderLineRow.number)
            )
            return _order_view(
                row,
                tuple(
                    OrderLineView(
                        number=line.number,
                        line_id=line.id,
                        learner=name,
                        micro_credential=title,
                        state=line.state,
                        enrollment_id=line.enrollment_id,
                    )
                    for line, name, title in lines
                ),
                await actions_of(session, row.id),
            )

    async def due_times(self, enrollment_id: str) -> dict[str, DueTimeLine]:
        """Return every due time that a journey had, by its id, with its explanation."""
        async with self._database.reading() as session:
            rows = await session.scalars(
                select(DueTimeRow).where(DueTimeRow.subject_id == enrollment_id)
            )
            return {
                row.id: DueTimeLine(due_at=row.due_at, zone=row.zone, why=row.explanation)
                for row in rows
            }

    async def open_attention(self) -> tuple[OpenAttentionLine, ...]:
        """Return everything that ops must look at, oldest first: journeys, orders and lines."""
        async with self._database.reading() as session:
            rows = await session.scalars(
                select(AttentionRow)
                .where(AttentionRow.closed_at.is_(None))
                .order_by(AttentionRow.opened_at, AttentionRow.id)
            )
            return tuple(
                OpenAttentionLine(
                    subject=row.subject_id,
                    kind=row.kind,
                    opened_at=row.opened_at,
                    why=row.opened_why,
                )
                for row in rows
            )

    async def notices_on_their_way(self) -> int:
        """Return how many notices are intended or being sent."""
        async with self._database.reading() as session:
            out = (NoticeState.INTENDED, NoticeState.SENDING)
            counted = await session.scalar(
                select(func.count()).select_from(NoticeRow).where(NoticeRow.state.in_(out))
            )
            return counted or 0


def _conditions(wanted: JourneyFilter) -> Sequence[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.stage:
        conditions.append(EnrollmentRow.stage == wanted.stage)
    if wanted.waiting_on:
        conditions.append(EnrollmentRow.waiting_on == wanted.waiting_on)
    if wanted.library:
        conditions.append(EnrollmentRow.library == wanted.library)
    if wanted.has_attention:
        conditions.append(EnrollmentRow.open_attention > 0)
    if wanted.is_open:
        conditions.append(EnrollmentRow.ended_at.is_(None))
    if wanted.is_late_at:
        conditions.append(EnrollmentRow.waiting_until < wanted.is_late_at)
    if wanted.text:
        like = f"%{_escaped(wanted.text.casefold())}%"
        conditions.append(
            or_(
                func.lower(PersonRow.name).like(like, escape="\\"),
                PersonRow.address.like(like, escape="\\"),
                EnrollmentRow.id.like(like, escape="\\"),
            )
        )
    return conditions


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


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
        access_due_at=row.access_due_at,
        access_met_at=row.access_met_at,
        access_breached_at=row.access_breached_at,
        ending=row.ending,
    )


async def _order_named(session: AsyncSession, name: str) -> OrderRow:
    row = await session.get(OrderRow, name)
    if row is not None:
        return row
    numbered = (await session.scalars(select(OrderRow).where(OrderRow.external_id == name))).all()
    if not numbered:
        raise UnknownOrder(order=name)
    if len(numbered) > 1:
        raise OrderAmbiguous(order=name, ids=", ".join(sorted(each.id for each in numbered)))
    return numbered[0]


def _order_view(
    row: OrderRow, lines: tuple[OrderLineView, ...], actions: tuple[ActionLine, ...] = ()
) -> OrderView:
    return OrderView(
        order_id=row.id,
        channel=row.channel,
        external_id=row.external_id,
        payer=row.payer_name,
        purchase_order=row.purchase_order,
        placed_at=row.placed_at,
        settled_at=row.settled_at,
        lines=lines,
        actions=actions,
    )


async def _assessor(session: AsyncSession, enrollment_id: str) -> str | None:
    query: Select[str] = (
        select(AssessorRow.name)
        .join(AssignmentRow, AssignmentRow.assessor_id == AssessorRow.id)
        .where(AssignmentRow.enrollment_id == enrollment_id, AssignmentRow.is_live)
    )
    return await session.scalar(query)
