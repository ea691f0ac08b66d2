"""What the sweep asks of the records about credentials: what is missing, late, or not the same."""

import json
from datetime import datetime

from sqlalchemy import exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.credentials.status_list import StatusListNotReadable, decoded_list
from adapters.records.credential_breaches import (
    PASSING,
    awards_without_credential,
    credentials_without_award,
    is_unpublished,
    two_that_count,
)
from adapters.records.credential_tables import (
    CredentialCorrectionRow,
    CredentialRow,
    StatusListRow,
)
from adapters.records.credential_writing import named_in, open_on, place_of
from adapters.records.database import Database
from adapters.records.round_tables import AwardRow
from adapters.records.tables import EnrollmentRow
from domain.enrollment import AttentionKind
from domain.values import JsonObject

PAGE = 500

EXAMINED_AT_ONCE = 500
"""Credentials that one sweep reads again: those that were not looked at for the longest."""


class CredentialDrift:
    """The records' side of every comparison of credentials."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def missing(self, at: datetime, after: str) -> tuple[str, ...]:
        """Return the next page of awards without a credential, in the order of their numbers."""
        query = (
            awards_without_credential(at)
            .where(AwardRow.enrollment_id > after)
            .order_by(AwardRow.enrollment_id)
            .limit(PAGE)
        )
        async with self._database.reading() as session:
            return tuple(await session.scalars(query))

    async def mismatched(self) -> tuple[str, ...]:
        """Return the enrollments with a credential and no award, or with two that count."""
        async with self._database.reading() as session:
            found = set(await session.scalars(credentials_without_award().limit(PAGE)))
            found |= set(await session.scalars(two_that_count().limit(PAGE)))
        return tuple(sorted(found))

    async def unfinished_corrections(self, at: datetime) -> tuple[str, ...]:
        """Return the corrections that were asked for a while ago, and neither done nor refused."""
        query = (
            select(CredentialCorrectionRow.id)
            .where(
                CredentialCorrectionRow.done_at.is_(None),
                CredentialCorrectionRow.refused_at.is_(None),
                CredentialCorrectionRow.asked_at < at - PASSING,
            )
            .order_by(CredentialCorrectionRow.asked_at)
            .limit(PAGE)
        )
        async with self._database.reading() as session:
            return tuple(await session.scalars(query))

    async def late_lists(self, at: datetime) -> tuple[str, ...]:
        """Return the status lists that nobody can read, or that lack what was revoked."""
        lacks = exists().where(
            CredentialRow.status_list_id == StatusListRow.id,
            is_unpublished(),
            CredentialRow.revoked_at < at - PASSING,
        )
        is_used = exists().where(CredentialRow.status_list_id == StatusListRow.id)
        query = select(StatusListRow.id).where(or_(StatusListRow.body.is_(None) & is_used, lacks))
        async with self._database.reading() as session:
            return tuple(await session.scalars(query.order_by(StatusListRow.id)))

    async def untrue_lists(self) -> dict[str, tuple[str, ...]]:
        """Return the lists whose published bits are not those of the records, with whose they are.

        The kept bytes are read as anybody else reads them. What was revoked and waits for its list
        is no difference.
        """
        untrue: dict[str, tuple[str, ...]] = {}
        async with self._database.reading() as session:
            lists = await session.scalars(
                select(StatusListRow).where(StatusListRow.body.is_not(None))
            )
            for row in lists.all():
                differing = places_in(row.body or b"") ^ await _places_told(session, row)
                if differing:
                    untrue[row.id] = await _owners(session, row.id, differing)
        return untrue

    async def examine(self, at: datetime) -> tuple[str, ...]:
        """Read again what was kept, and return the enrollments whose credential is not their own.

        A few at a time, those first that were not looked at for the longest: in turn, all.
        """
        query = (
            select(CredentialRow)
            .order_by(CredentialRow.examined_at, CredentialRow.id)
            .limit(EXAMINED_AT_ONCE)
        )
        async with self._database.reading() as session:
            rows = (await session.scalars(query)).all()
        differing = {row.enrollment_id for row in rows if not _is_its_own(row)}
        async with self._database.transaction() as session:
            await session.execute(
                update(CredentialRow)
                .where(CredentialRow.id.in_([row.id for row in rows]))
                .values(examined_at=at)
            )
        return tuple(sorted(differing))

    async def alert(self, enrollment_id: str, at: datetime, why: str) -> bool:
        """Open attention: a credential and the records do not say the same."""
        async with self._database.transaction() as session:
            lock = self._database.has_row_locks or None
            row = await session.get(EnrollmentRow, enrollment_id, with_for_update=lock)
            if row is None:
                return False
            await open_on(session, row, AttentionKind.CREDENTIAL_DIFFERS, at, why)
            return True


def places_in(body: bytes) -> set[int]:
    """Return the places that a kept status list sets; none for one that cannot be read."""
    try:
        document: JsonObject = json.loads(body)
        subject = document.get("credentialSubject")
        listed = subject.get("encodedList") if isinstance(subject, dict) else None
        bits = decoded_list(str(listed or ""))
    except (ValueError, StatusListNotReadable):
        return set()
    return {
        number * 8 + bit
        for number, byte in enumerate(bits)
        if byte
        for bit in range(8)
        if byte & 0x80 >> bit
    }


async def _places_told(session: AsyncSession, row: StatusListRow) -> set[int]:
    """Return the places that are revoked by a list as it was signed; not what came since."""
    places = await session.scalars(
        select(CredentialRow.status_index).where(
            CredentialRow.status_list_id == row.id,
            CredentialRow.revoked_at.is_not(None),
            CredentialRow.revocation_published_at <= row.signed_at,
        )
    )
    return set(places)


async def _owners(session: AsyncSession, list_id: str, places: set[int]) -> tuple[str, ...]:
    """Return whose places these are; some may be nobody's."""
    owners = await session.scalars(
        select(CredentialRow.enrollment_id).where(
            CredentialRow.status_list_id == list_id,
            CredentialRow.status_index.in_(sorted(places)[:PAGE]),
        )
    )
    return tuple(sorted(set(owners)))


def _is_its_own(row: CredentialRow) -> bool:
    try:
        return named_in(row.body) == (row.id, place_of(row))
    except (ValueError, AttributeError):  # no JSON, or no object
        return False
