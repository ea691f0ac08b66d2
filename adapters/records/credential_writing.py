"""What issuing and correcting write alike: the row, the line of the timeline, the events."""

import json
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from activities.webhook_contracts import DeliveryDispatch
from adapters.records.announcing import announce, somebody_listens
from adapters.records.credential_tables import CredentialCorrectionRow, CredentialRow, StatusListRow
from adapters.records.database import is_added
from adapters.records.steps.turn import close_attention, open_attention
from adapters.records.tables import (
    AttentionRow,
    EnrollmentRow,
    MicroCredentialRow,
    ReasonRow,
    TimelineRow,
)
from domain.credentials import CorrectionKind, CredentialFacts, SignedCredential
from domain.enrollment import AttentionKind, Party
from domain.timeline import Happening
from domain.values import JsonObject, later_of
from domain.webhooks import CredentialIssued, CredentialRevoked, EventKind


class BodyOfAnother(Exception):
    """What was signed says that it is another credential than the one that was to be kept."""


def refuse_body_of_another(credential_id: str, place: str, body: bytes) -> None:
    """Raise ``BodyOfAnother`` unless a signed body names this credential and its status place.

    ``place`` is ``<list id>#<index>``. A mistake here would be served for years.
    """
    if named_in(body) != (credential_id, place):
        raise BodyOfAnother


def named_in(body: bytes) -> tuple[str, str]:
    """Return the id and the status place that a kept credential names, without their addresses."""
    document: JsonObject = json.loads(body)
    status = document.get("credentialStatus")
    place = status if isinstance(status, dict) else {}
    listed = str(place.get("statusListCredential", "")).rpartition("/")[2]
    name = str(document.get("id", "")).rpartition("/")[2]
    return name, f"{listed}#{place.get('statusListIndex', '')}"


def place_of(row: CredentialRow) -> str:
    """Return the status place of a credential as ``named_in`` gives it."""
    return f"{row.status_list_id}#{row.status_index}"


async def credentials_of(session: AsyncSession, enrollment_id: str) -> list[CredentialRow]:
    """Return every credential of an award, the latest first."""
    rows = await session.scalars(
        select(CredentialRow)
        .where(CredentialRow.enrollment_id == enrollment_id)
        .order_by(CredentialRow.ordinal.desc())
    )
    return list(rows)


async def why_revoked(session: AsyncSession, enrollment_id: str) -> str | None:
    """Return in which words operations revoked a credential of an award, the latest time."""
    reason: str | None = await session.scalar(
        select(ReasonRow.text)
        .join(CredentialCorrectionRow, CredentialCorrectionRow.reason_id == ReasonRow.id)
        .join(CredentialRow, CredentialRow.id == CredentialCorrectionRow.credential_id)
        .where(
            CredentialRow.enrollment_id == enrollment_id,
            CredentialCorrectionRow.kind == CorrectionKind.REVOKE,
            CredentialCorrectionRow.done_at.is_not(None),
        )
        .order_by(CredentialCorrectionRow.done_at.desc())
        .limit(1)
    )
    return reason


async def add_credential(
    session: AsyncSession,
    enrollment: EnrollmentRow,
    facts: CredentialFacts,
    signed: SignedCredential,
    ordinal: int,
) -> CredentialRow | None:
    """Insert a credential; ``None`` when another writer has its place, or its number, already."""
    place = f"{facts.status.list_id}#{facts.status.index}"
    refuse_body_of_another(facts.id, place, signed.body)
    row = CredentialRow(
        id=facts.id,
        enrollment_id=facts.enrollment_id,
        ordinal=ordinal,
        replaces_id=facts.replaces,
        person_id=enrollment.person_id,
        library=enrollment.library,
        status_list_id=facts.status.list_id,
        status_index=facts.status.index,
        body=signed.body,
        jwt=signed.jwt,
        key_id=signed.key_id,
        issued_at=facts.issued_at,
        expires_at=facts.expires_at,
        examined_at=facts.issued_at,
    )
    return row if await is_added(session, row) else None


def write_happening(
    session: AsyncSession,
    enrollment: EnrollmentRow,
    kind: Happening,
    key: str,
    at: datetime,
    reason_id: str | None = None,
) -> None:
    """Write a line of the timeline: by the engine, or by operations when there is a reason."""
    session.add(
        TimelineRow(
            enrollment_id=enrollment.id,
            key=key,
            at=later_of(at, enrollment.last_at),
            kind=kind,
            party=Party.OPS if reason_id else Party.ENGINE,
            reason_id=reason_id,
            round=None,
            facts={},
        )
    )


async def open_on(
    session: AsyncSession, enrollment: EnrollmentRow, kind: AttentionKind, at: datetime, why: str
) -> None:
    """Open attention on an award; what is open already gets the newest reason."""
    if await open_attention(session, enrollment.id, kind, later_of(at, enrollment.last_at), why):
        enrollment.open_attention += 1
        return
    await session.execute(
        update(AttentionRow)
        .where(
            AttentionRow.subject_id == enrollment.id,
            AttentionRow.kind == kind,
            AttentionRow.closed_at.is_(None),
        )
        .values(opened_why=why)
    )


async def settle_on(
    session: AsyncSession, enrollment: EnrollmentRow, kind: AttentionKind, at: datetime, why: str
) -> None:
    """Close attention on an award, if it is open."""
    at = later_of(at, enrollment.last_at)
    if await close_attention(session, enrollment.id, kind, at, why):
        enrollment.open_attention -= 1


async def unpublished_list(session: AsyncSession, row: CredentialRow) -> str | None:
    """Return the status list of a credential while nobody can read it yet."""
    body = await session.scalar(
        select(StatusListRow.id).where(
            StatusListRow.id == row.status_list_id, StatusListRow.body.is_(None)
        )
    )
    return str(body) if body is not None else None


async def announce_issued(
    session: AsyncSession, enrollment: EnrollmentRow, row: CredentialRow
) -> list[DeliveryDispatch]:
    """Write the event for other systems that a credential was issued, if anybody listens."""
    if not await session.scalar(select(somebody_listens())):
        return []
    data = CredentialIssued(
        enrollment_id=enrollment.id,
        library=enrollment.library,
        slug=await _slug_of(session, enrollment),
        credential_id=row.id,
        replaces=row.replaces_id,
        issued_at=row.issued_at,
    )
    return await announce(
        session,
        EventKind.CREDENTIAL_ISSUED,
        subject_id=enrollment.id,
        key=row.id,
        at=row.issued_at,
        data=data,
    )


async def announce_revoked(
    session: AsyncSession, enrollment: EnrollmentRow, row: CredentialRow, at: datetime
) -> list[DeliveryDispatch]:
    """Write the event for other systems that a credential was revoked, if anybody listens."""
    if not await session.scalar(select(somebody_listens())):
        return []
    data = CredentialRevoked(
        enrollment_id=enrollment.id,
        library=enrollment.library,
        slug=await _slug_of(session, enrollment),
        credential_id=row.id,
        revoked_at=at,
    )
    return await announce(
        session,
        EventKind.CREDENTIAL_REVOKED,
        subject_id=enrollment.id,
        key=row.id,
        at=at,
        data=data,
    )


async def _slug_of(session: AsyncSession, enrollment: EnrollmentRow) -> str:
    return (await session.get_one(MicroCredentialRow, enrollment.micro_credential_id)).slug
