"""What people look at: lists from the flat row alone, and one journey with everything about it."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.database import Database
from adapters.records.round_tables import AssessorRow, AssignmentRow
from adapters.records.tables import (
    AttentionRow,
    CatalogVersionRow,
    DueTimeRow,
    EnrollmentRow,
    NoticeRow,
    OrderLineRow,
    OrderRow,
    PersonRow,
    ReasonRow,
    TimelineRow,
)
from domain.enrollment import UnknownEnrollment
from domain.notices import NoticeState
from domain.orders import UnknownOrder
from domain.values import Instant, JsonObject, Value

PAGE = 100


class JourneyFilter(Value):
    """Which journeys to list; everything that is given must hold."""

    stage: str | None = None
    waiting_on: str | None = None
    library: str | None = None
    text: str | None = None
    has_attention: bool = False
    is_open: bool = False
    is_late_at: Instant | None = None


class JourneyLine(Value):
    """One journey of a list."""

    enrollment_id: str
    practitioner: str
    title: str
    library: str
    stage: str
    round: int
    waiting_on: str
    waiting_until: Instant | None
    attention: int
    ending: str | None


class TimelineLine(Value):
    """One line of a timeline, with who and why."""

    at: Instant
    what: str
    party: str
    by: str
    why: str
    round: int | None
    facts: JsonObject


class NoticeLine(Value):
    """One notice with what became of it."""

    notice_id: str
    kind: str
    recipient: str
    round: int | None
    state: str
    intended_at: Instant
    settled_at: Instant | None
    attempts: int
    reply: str


class AttentionLine(Value):
    """Something that ops must look at, or had to."""

    kind: str
    opened_at: Instant
    closed_at: Instant | None
    why: str


class DueTimeLine(Value):
    """A due time with the sentence that explains it."""

    due_at: Instant
    zone: str
    why: str


class JourneyView(Value):
    """Everything about one journey."""

    enrollment_id: str
    practitioner: str
    address: str
    organization: str
    library: str
    title: str
    version: int
    order: str
    line_id: str
    stage: str
    round: int
    waiting_on: str
    waiting_until: Instant | None
    zone: str
    why_then: str
    access_due_at: Instant | None
    access_met_at: Instant | None
    access_breached_at: Instant | None
    ending: str | None
    assessor: str | None
    timeline: tuple[TimelineLine, ...]
    notices: tuple[NoticeLine, ...]
    attention: tuple[AttentionLine, ...]


class OrderLineView(Value):
    """One line of an order with what became of it."""

    number: int
    line_id: str
    learner: str
    micro_credential: str
    state: str
    enrollment_id: str | None


class OrderView(Value):
    """An order as it stands."""

    order_id: str
    channel: str
    external_id: str
    payer: str
    purchase_order: str
    placed_at: Instant
    settled_at: Instant | None
    lines: tuple[OrderLineView, ...]


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
                enrollment_id=row.id,
                practitioner=person.name,
                address=person.address,
                organization=person.organization,
                library=row.library,
                title=version.title,
                version=version.number,
                order=f"{order.channel} {order.external_id}",
                line_id=line.id,
                stage=row.stage,
                round=row.round,
                waiting_on=row.waiting_on,
                waiting_until=row.waiting_until,
                zone=due.zone if due else self._zone,
                why_then=due.explanation if due else "",
                access_due_at=row.access_due_at,
                access_met_at=row.access_met_at,
                access_breached_at=row.access_breached_at,
                ending=row.ending,
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
        """Return one order with its lines, by its id or by its external number."""
        async with self._database.reading() as session:
            row = await session.scalar(
                select(OrderRow).where(
                    or_(OrderRow.id == order_id, OrderRow.external_id == order_id)
                )
            )
            if row is None:
                raise UnknownOrder(order=order_id)
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


def _order_view(row: OrderRow, lines: tuple[OrderLineView, ...]) -> OrderView:
    return OrderView(
        order_id=row.id,
        channel=row.channel,
        external_id=row.external_id,
        payer=row.payer_name,
        purchase_order=row.purchase_order,
        placed_at=row.placed_at,
        settled_at=row.settled_at,
        lines=lines,
    )


async def _assessor(session: AsyncSession, enrollment_id: str) -> str | None:
    query: Select[str] = (
        select(AssessorRow.name)
        .join(AssignmentRow, AssignmentRow.assessor_id == AssessorRow.id)
        .where(AssignmentRow.enrollment_id == enrollment_id, AssignmentRow.is_live)
    )
    return await session.scalar(query)


async def timeline_of(session: AsyncSession, enrollment_id: str) -> tuple[TimelineLine, ...]:
    """Return everything that happened, in order, with who and why."""
    rows = await session.execute(
        select(TimelineRow, ReasonRow.by_name, ReasonRow.text)
        .outerjoin(ReasonRow, ReasonRow.id == TimelineRow.reason_id)
        .where(TimelineRow.enrollment_id == enrollment_id)
        .order_by(TimelineRow.at, TimelineRow.id)
    )
    return tuple(
        TimelineLine(
            at=row.at,
            what=row.kind,
            party=row.party,
            by=by or "",
            why=why or "",
            round=row.round,
            facts=row.facts,
        )
        for row, by, why in rows
    )


async def notices_of(session: AsyncSession, subjects: tuple[str, ...]) -> tuple[NoticeLine, ...]:
    """Return the notices about an enrollment and its order, with the server's own replies."""
    rows = await session.scalars(
        select(NoticeRow)
        .where(NoticeRow.subject_id.in_(subjects))
        .order_by(NoticeRow.intended_at, NoticeRow.id)
    )
    return tuple(
        NoticeLine(
            notice_id=row.id,
            kind=row.kind,
            recipient=row.recipient,
            round=row.round,
            state=row.state,
            intended_at=row.intended_at,
            settled_at=row.settled_at,
            attempts=row.attempts,
            reply=row.reply,
        )
        for row in rows
    )


async def attention_of(
    session: AsyncSession, subjects: tuple[str, ...]
) -> tuple[AttentionLine, ...]:
    """Return what ops must look at, or had to."""
    rows = await session.scalars(
        select(AttentionRow)
        .where(AttentionRow.subject_id.in_(subjects))
        .order_by(AttentionRow.opened_at, AttentionRow.id)
    )
    return tuple(
        AttentionLine(
            kind=row.kind,
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            why=row.closed_why or row.opened_why,
        )
        for row in rows
    )
