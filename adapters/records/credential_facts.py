"""What the credential of an award says, gathered from the records at the moment it is made."""

import secrets
from datetime import datetime
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.credential_tables import CredentialRow, RecipientRow, StatusListRow
from adapters.records.database import is_added
from adapters.records.people_book import insert_unless_there
from adapters.records.round_tables import AwardRow
from adapters.records.tables import (
    CatalogVersionRow,
    EnrollmentRow,
    MicroCredentialRow,
    PersonRow,
)
from domain.catalog import CatalogEntry
from domain.credentials import (
    STATUS_LIST_LENGTH,
    CredentialFacts,
    CredentialNotAwarded,
    OutcomeMet,
    StatusPlace,
)
from domain.enrollment import UnknownEnrollment
from domain.values import opaque_id

FULLEST = STATUS_LIST_LENGTH // 2
"""Places of a list that are given out; a free one is then found at random in two tries."""


async def facts_of(
    session: AsyncSession, enrollment_id: str, replaces: str | None, at: datetime
) -> CredentialFacts:
    """Return everything that a new credential of an award says, with an id and a place of its own.

    The rubric is the one that the enrollment pinned; name and address are those of today. Refuses
    ``unknown_enrollment`` and ``credential_not_awarded``.
    """
    award, person, version, slug = await _awarded(session, enrollment_id)
    entry = CatalogEntry.model_validate(version.content)
    return CredentialFacts(
        id=f"c{secrets.token_hex(12)}",
        enrollment_id=enrollment_id,
        recipient_id=await _recipient_of(session, person.id),
        recipient_name=person.name,
        recipient_address=person.address,
        library=version.library,
        slug=slug,
        version=version.number,
        title=entry.title,
        overview=entry.overview,
        outcomes=_outcomes(entry),
        pd_hours=entry.pd_hours,
        issuer_name=entry.issuer,
        stack=entry.stack,
        round=award.round,
        awarded_at=award.awarded_at,
        issued_at=at,
        status=await _free_place(session, at),
        replaces=replaces,
    )


async def _awarded(
    session: AsyncSession, enrollment_id: str
) -> tuple[AwardRow, PersonRow, CatalogVersionRow, str]:
    """Return an award, whose it is, and of which version of what; the last is the slug."""
    found = await session.execute(
        select(AwardRow, PersonRow, CatalogVersionRow, MicroCredentialRow.slug)
        .select_from(EnrollmentRow)
        .join(PersonRow, PersonRow.id == EnrollmentRow.person_id)
        .join(CatalogVersionRow, CatalogVersionRow.id == EnrollmentRow.version_id)
        .join(MicroCredentialRow, MicroCredentialRow.id == EnrollmentRow.micro_credential_id)
        .outerjoin(AwardRow, AwardRow.enrollment_id == EnrollmentRow.id)
        .where(EnrollmentRow.id == enrollment_id)
    )
    row = found.one_or_none()
    if row is None:
        raise UnknownEnrollment(enrollment=enrollment_id)
    award, person, version, slug = row
    if award is None:
        raise CredentialNotAwarded(enrollment=enrollment_id)
    return award, person, version, slug


def _outcomes(entry: CatalogEntry) -> tuple[OutcomeMet, ...]:
    """An award says that every detail of every outcome was met (domain.md, "Assessment")."""
    return tuple(
        OutcomeMet(number=number, text=outcome.text, details=outcome.details)
        for number, outcome in enumerate(entry.outcomes, start=1)
    )


async def _recipient_of(session: AsyncSession, person_id: str) -> str:
    """Return the number of a person in all of their credentials; drawn once, whoever is first."""
    query = select(RecipientRow.recipient_id).where(RecipientRow.person_id == person_id)
    known = await session.scalar(query)
    if known is None:
        drawn = {"person_id": person_id, "recipient_id": str(uuid4())}
        await session.execute(insert_unless_there(session, RecipientRow, [drawn]))
        known = (await session.scalars(query)).one()
    return known


async def _free_place(session: AsyncSession, at: datetime) -> StatusPlace:
    """Return a place that no credential has, drawn at random: an order would tell who came next.

    It is taken by keeping the credential; the constraint decides between two that drew the same.
    """
    list_id = await _list_with_room(session, at)
    while True:
        index = secrets.randbelow(STATUS_LIST_LENGTH)
        is_taken = await session.scalar(
            select(CredentialRow.id).where(
                CredentialRow.status_list_id == list_id, CredentialRow.status_index == index
            )
        )
        if is_taken is None:
            return StatusPlace(list_id=list_id, index=index)


async def _list_with_room(session: AsyncSession, at: datetime) -> str:
    """Return the newest list, or a new one when that is half full.

    Lists are numbered, so that two who need a new one at once get the same.
    """
    newest = await session.scalar(
        select(StatusListRow.id).order_by(StatusListRow.made_at.desc(), StatusListRow.id).limit(1)
    )
    if newest is not None:
        taken = await session.scalar(
            select(func.count()).where(CredentialRow.status_list_id == newest)
        )
        if (taken or 0) < FULLEST:
            return newest
    lists = await session.scalar(select(func.count()).select_from(StatusListRow)) or 0
    added = StatusListRow(id=opaque_id("l", "status-list", str(lists + 1)), made_at=at, version=0)
    await is_added(session, added)
    return added.id
