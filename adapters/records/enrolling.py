"""How a paid line becomes an enrollment, or is held while the learner has one open already."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.ports import JourneyToStart
from adapters.records.calendar_book import current_calendar
from adapters.records.search_book import index_enrollment
from adapters.records.steps.turn import open_attention
from adapters.records.tables import (
    CatalogVersionRow,
    EnrollmentRow,
    OrderLineRow,
    OrderRow,
    SubscriptionGrantRow,
)
from domain.assessment import items_of
from domain.catalog import CatalogEntry
from domain.enrollment import AttentionKind
from domain.orders import LineState
from domain.policy import Policy
from domain.values import opaque_id


async def grant_subscription(
    session: AsyncSession, line: OrderLineRow, at: datetime, policy: Policy
) -> None:
    """Every purchase includes the learning network for some months, granted once a line."""
    if await session.get(SubscriptionGrantRow, line.id) is None:
        session.add(
            SubscriptionGrantRow(
                line_id=line.id,
                person_id=line.person_id,
                granted_at=at,
                months=policy.subscription_months,
            )
        )


async def enroll_or_hold(
    session: AsyncSession,
    order: OrderRow,
    line: OrderLineRow,
    at: datetime,
    policy: Policy,
    zone: str,
) -> None:
    """Open an enrollment, or hold the line while the learner has one open in the same."""
    open_enrollment = await session.scalar(
        select(EnrollmentRow.id).where(
            EnrollmentRow.person_id == line.person_id,
            EnrollmentRow.micro_credential_id == line.micro_credential_id,
            EnrollmentRow.ended_at.is_(None),
        )
    )
    if open_enrollment is not None:
        calendar = await current_calendar(session, zone)
        line.state = LineState.HELD
        line.held_until = calendar.due_after_business_days(at, policy.access_business_days).at
        await open_attention(session, line.id, AttentionKind.SECOND_ENROLLMENT, at)
        return
    version = await session.get_one(CatalogVersionRow, line.version_id)
    line.state, line.enrollment_id = LineState.ENROLLED, opaque_id("e", line.id)
    session.add(_enrollment_row(line, version, order.settled_at or at, at, policy))
    await session.flush()
    await index_enrollment(session, line.enrollment_id)


def _enrollment_row(
    line: OrderLineRow,
    version: CatalogVersionRow,
    settled_at: datetime,
    at: datetime,
    policy: Policy,
) -> EnrollmentRow:
    items = items_of(CatalogEntry.model_validate(version.content))
    enrollment_id = opaque_id("e", line.id)
    return EnrollmentRow(
        id=enrollment_id,
        person_id=line.person_id,
        micro_credential_id=line.micro_credential_id,
        version_id=line.version_id,
        line_id=line.id,
        library=version.library,
        opened_at=at,
        last_at=at,
        journey={
            "enrollment_id": enrollment_id,
            "settled_at": settled_at.isoformat(),
            "items": [item.key for item in items],
            "policy": policy.model_dump(mode="json"),
            "issues_credential": True,
            "names_causes": True,
        },
    )


def journey_to_start(enrollment: EnrollmentRow) -> JourneyToStart:
    """Return the start of an enrollment's journey, with the input that it pinned."""
    return JourneyToStart(enrollment_id=enrollment.id, journey=enrollment.journey)
