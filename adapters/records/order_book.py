"""Orders: recorded once, settled, and turned into enrollments line by line."""

import hashlib
from datetime import datetime

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from activities.contracts import LinesToStart, OrderRef, OrderStanding
from activities.ports import Dispatch, JourneyToStart, LinesOpened
from activities.webhook_contracts import DeliveryDispatch
from adapters.records.announcing import announce_settled, never_started
from adapters.records.calendar_book import current_calendar
from adapters.records.database import Database, is_added
from adapters.records.dispatching import dispatch_of
from adapters.records.enrolling import enroll_or_hold, grant_subscription, journey_to_start
from adapters.records.ops_actions import keep_action
from adapters.records.people_book import people_of
from adapters.records.search_book import index_order
from adapters.records.steps.turn import close_attention, open_attention
from adapters.records.tables import (
    CatalogVersionRow,
    DueTimeRow,
    EnrollmentRow,
    MicroCredentialRow,
    NoticeRow,
    OrderLineRow,
    OrderRow,
)
from domain.enrollment import AttentionKind, ClockKind, Due
from domain.grounds import Grounds, OpsActionKind
from domain.notices import NoticeKind, NoticeState, Recipient
from domain.orders import Line, LineState, NotForSale, Order, OrderDiffers
from domain.policy import Policy
from domain.values import opaque_id

CHUNK = 20
"""Lines that are enrolled in one transaction; a district's five hundred take twenty-five."""


def fingerprint_of(order: Order) -> str:
    """Return what tells two orders of the same number apart: everything that was ordered."""
    return hashlib.sha256(order.model_dump_json().encode()).hexdigest()


class OrderBook:
    """Where orders are kept."""

    def __init__(self, database: Database, zone: str, policy: Policy) -> None:
        self._database = database
        self._zone = zone
        self._policy = policy

    async def record(
        self,
        order: Order,
        at: datetime,
        settled_at: datetime | None,
        grounds: Grounds | None = None,
    ) -> str:
        """Record an order with all its lines, or nothing; the same order again is the same.

        Raises ``OrderDiffers`` and ``NotForSale``.
        """
        order_id = opaque_id("o", order.channel, order.external_id)
        async with self._database.transaction() as session:
            known = await session.get(OrderRow, order_id)
            if known is None and not await is_added(
                session, _order_row(order_id, order, at, settled_at)
            ):
                known = await session.get_one(OrderRow, order_id)
            if known is not None:
                if known.fingerprint != fingerprint_of(order):
                    raise OrderDiffers(order=order.external_id)
                return order_id
            versions = await _published(
                session, {(line.library, line.slug) for line in order.lines}
            )
            people = await people_of(session, [line.learner for line in order.lines])
            for number, line in enumerate(order.lines, start=1):
                version = versions.get((line.library, line.slug))
                if version is None:
                    raise NotForSale(key=f"{line.library}/{line.slug}")
                person_id = people[line.learner.address]
                session.add(_line_row(order_id, number, line, person_id, version))
            await index_order(session, order_id, order)
            if grounds is not None:
                await keep_action(session, OpsActionKind.ORDER_RECORDED, order_id, grounds)
            if settled_at is not None:
                row = await session.get_one(OrderRow, order_id)
                await announce_settled(session, row, settled_at)
        return order_id

    async def untold(self, order_id: str) -> tuple[DeliveryDispatch, ...]:
        """Return what other systems are to be told of an order, and nobody has begun to."""
        async with self._database.reading() as session:
            return await never_started(session, order_id)

    async def published(self, keys: set[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """Return those of the library-and-slug ``keys`` that are for sale."""
        async with self._database.reading() as session:
            return frozenset(await _published(session, keys))

    async def acknowledge(self, order: OrderRef) -> tuple[OrderStanding, tuple[Dispatch, ...]]:
        """Intend the payer's notice, start the settlement clock, return where the order stands."""
        async with self._database.transaction() as session:
            row = await session.get_one(OrderRow, order.order_id)
            notice_id = opaque_id("n", row.id, NoticeKind.ORDER_RECEIVED)
            notice = await session.get(NoticeRow, notice_id)
            if notice is None:
                notice = NoticeRow(
                    id=notice_id,
                    subject_id=row.id,
                    order_id=row.id,
                    kind=NoticeKind.ORDER_RECEIVED,
                    recipient=Recipient.PAYER,
                    ordinal=1,
                    state=NoticeState.INTENDED,
                    intended_at=order.at,
                )
                session.add(notice)
            standing = await self._standing(session, row, order.at)
            return standing, (dispatch_of(notice),)

    async def standing(self, order: OrderRef) -> OrderStanding:
        """Return where the order stands."""
        async with self._database.transaction() as session:
            row = await session.get_one(OrderRow, order.order_id)
            if row.settled_at is not None:
                await close_attention(session, row.id, AttentionKind.SETTLEMENT_OVERDUE, order.at)
            return await self._standing(session, row, order.at)

    async def overdue(self, order: OrderRef) -> OrderStanding:
        """Open attention: nobody paid in time. The next look is as many days later."""
        async with self._database.transaction() as session:
            row = await session.get_one(OrderRow, order.order_id)
            # A repeated call finds the next due time there already, and leaves it.
            if row.settled_at is None and row.due_at is not None and row.due_at <= order.at:
                await open_attention(session, row.id, AttentionKind.SETTLEMENT_OVERDUE, order.at)
                row.due_at = None
            return await self._standing(session, row, order.at)

    async def _standing(self, session: AsyncSession, row: OrderRow, at: datetime) -> OrderStanding:
        if row.settled_at is not None:
            return OrderStanding(settled_at=row.settled_at)
        open_line = await session.scalar(
            select(OrderLineRow.id)
            .where(OrderLineRow.order_id == row.id, OrderLineRow.state != LineState.REFUNDED)
            .limit(1)
        )
        if open_line is None:
            await close_attention(session, row.id, AttentionKind.SETTLEMENT_OVERDUE, at)
            row.is_complete = True
            return OrderStanding(is_refunded=True)
        if row.due_at is None:
            calendar = await current_calendar(session, self._zone)
            due = calendar.due_after_calendar_days(at, self._policy.settlement_days)
            row.due_at = due.at
            session.add(
                DueTimeRow(
                    id=_due_id(row.id, due.at),
                    subject_id=row.id,
                    clock=ClockKind.SETTLEMENT,
                    started_at=at,
                    due_at=due.at,
                    zone=due.zone,
                    calendar_name=due.calendar_name,
                    calendar_version=due.calendar_version,
                    explanation=due.explanation,
                )
            )
        due_id = _due_id(row.id, row.due_at)
        return OrderStanding(due=Due(id=due_id, clock=ClockKind.SETTLEMENT, at=row.due_at))

    async def open_lines(self, lines: LinesToStart) -> LinesOpened:
        """Enroll or hold the next lines of a settled order; repeated, it answers the same."""
        async with self._database.transaction() as session:
            order = await session.get_one(OrderRow, lines.order_id)
            query = (
                select(OrderLineRow)
                .where(OrderLineRow.order_id == order.id, OrderLineRow.number > lines.after)
                .order_by(OrderLineRow.number)
                .limit(CHUNK)
            )
            # Locked, so that a refund of the same moment sees the enrollment, or is seen.
            if self._database.has_row_locks:
                query = query.with_for_update()
            rows = (await session.scalars(query)).all()
            journeys = [await self._open_line(session, order, row, lines) for row in rows]
            is_complete = len(rows) < CHUNK
            order.is_complete = order.is_complete or is_complete
            return LinesOpened(
                journeys=tuple(each for each in journeys if each is not None),
                after=rows[-1].number if rows else lines.after,
                is_complete=is_complete,
            )

    async def _open_line(
        self, session: AsyncSession, order: OrderRow, line: OrderLineRow, lines: LinesToStart
    ) -> JourneyToStart | None:
        if line.state == LineState.WAITING:
            await grant_subscription(session, line, lines.at, lines.policy)
            await enroll_or_hold(session, order, line, lines.at, lines.policy, self._zone)
        if line.enrollment_id is None:
            return None
        enrollment = await session.get_one(EnrollmentRow, line.enrollment_id)
        return journey_to_start(enrollment)


def _due_id(order_id: str, due_at: datetime) -> str:
    return opaque_id("d", order_id, due_at.isoformat())


async def _published(
    session: AsyncSession, keys: set[tuple[str, str]]
) -> dict[tuple[str, str], CatalogVersionRow]:
    """Return the version on sale of each micro-credential; one query for all of them."""
    rows = await session.execute(
        select(CatalogVersionRow, MicroCredentialRow.library, MicroCredentialRow.slug)
        .join(MicroCredentialRow, MicroCredentialRow.id == CatalogVersionRow.micro_credential_id)
        .where(
            tuple_(MicroCredentialRow.library, MicroCredentialRow.slug).in_(sorted(keys)),
            MicroCredentialRow.published_version == CatalogVersionRow.number,
        )
    )
    return {(library, slug): version for version, library, slug in rows}


def _line_row(
    order_id: str, number: int, line: Line, person_id: str, version: CatalogVersionRow
) -> OrderLineRow:
    return OrderLineRow(
        id=f"{order_id}-{number}",
        order_id=order_id,
        number=number,
        person_id=person_id,
        version_id=version.id,
        micro_credential_id=version.micro_credential_id,
        price_cents=line.price_cents,
        state=LineState.WAITING,
    )


def _order_row(order_id: str, order: Order, at: datetime, settled_at: datetime | None) -> OrderRow:
    return OrderRow(
        id=order_id,
        channel=order.channel,
        external_id=order.external_id,
        fingerprint=fingerprint_of(order),
        payer_name=order.payer_name,
        payer_address=order.payer_address,
        payer_organization=order.payer_organization,
        purchase_order=order.purchase_order,
        placed_at=at,
        settled_at=settled_at,
    )
