"""Credentials of awards: what is to be signed, and what was signed, kept once (trap 20)."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from activities.credential_ports import Kept
from adapters.records.announcing import never_started
from adapters.records.credential_facts import facts_of
from adapters.records.credential_tables import CredentialRow
from adapters.records.credential_writing import (
    add_credential,
    announce_issued,
    credentials_of,
    open_on,
    settle_on,
    unpublished_list,
    write_happening,
)
from adapters.records.database import Database
from adapters.records.tables import EnrollmentRow
from domain.credentials import (
    CredentialFacts,
    CredentialNoLongerCounts,
    CredentialState,
    SignedCredential,
)
from domain.enrollment import AttentionKind, UnknownEnrollment
from domain.timeline import Happening


class CredentialBook:
    """Where credentials are kept. The first one that is kept for an award is the one it has."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def prepare(
        self, enrollment_id: str, after: str | None, at: datetime
    ) -> CredentialFacts | Kept:
        """Return what the credential of an award says, or the one that it has already.

        With ``after`` it follows a revoked credential, because operations asked for that; without,
        an award that had any credential gets no other. Refuses ``unknown_enrollment``,
        ``credential_not_awarded``, and ``credential_no_longer_counts`` for an award whose
        credential was revoked, and for an ``after`` that is not its latest.
        """
        async with self._database.transaction() as session:
            earlier = await credentials_of(session, enrollment_id)
            known = _answer(earlier, after)
            if known is not None:
                return await _kept(session, known)
            return await facts_of(session, enrollment_id, after, at)

    async def keep(
        self, facts: CredentialFacts, signed: SignedCredential, reason_id: str | None = None
    ) -> Kept | None:
        """Keep what was signed, with its line, its events and the end of attention, once.

        Answers with the credential that was kept first, when another one was faster. ``None``: the
        status place was taken in between.
        """
        async with self._database.transaction() as session:
            enrollment = await self._locked(session, facts.enrollment_id)
            earlier = await credentials_of(session, enrollment.id)
            known = _answer(earlier, facts.replaces)
            if known is not None:
                return await _kept(session, known)
            ordinal = earlier[0].ordinal + 1 if earlier else 1
            row = await add_credential(session, enrollment, facts, signed, ordinal)
            if row is None:
                return None
            at = facts.issued_at
            key, happening = f"issued-{ordinal}", Happening.CREDENTIAL_ISSUED
            write_happening(session, enrollment, happening, key, at, reason_id)
            missing = AttentionKind.CREDENTIAL_MISSING
            await settle_on(session, enrollment, missing, at, "the credential was issued")
            told = await announce_issued(session, enrollment, row)
            return Kept(
                credential_id=row.id,
                unpublished_list=await unpublished_list(session, row),
                deliveries=tuple(told),
            )

    async def not_signed(self, enrollment_id: str, why: str, at: datetime) -> None:
        """Open attention on an award whose credential cannot be signed, saying ``why``."""
        async with self._database.transaction() as session:
            enrollment = await self._locked(session, enrollment_id)
            await open_on(session, enrollment, AttentionKind.CREDENTIAL_MISSING, at, why)

    async def _locked(self, session: AsyncSession, enrollment_id: str) -> EnrollmentRow:
        """Let issuing and correcting of one award come one after the other."""
        lock = self._database.has_row_locks or None
        row = await session.get(EnrollmentRow, enrollment_id, with_for_update=lock)
        if row is None:
            raise UnknownEnrollment(enrollment=enrollment_id)
        return row


def _answer(earlier: list[CredentialRow], after: str | None) -> CredentialRow | None:
    """Return the credential that there is already; ``None`` when one is to be made.

    Refuses ``credential_no_longer_counts``.
    """
    latest = earlier[0] if earlier else None
    if latest is None or (after == latest.id and latest.revoked_at is not None):
        return None
    if latest.revoked_at is not None:
        raise CredentialNoLongerCounts(state=CredentialState.REVOKED)
    return latest


async def _kept(session: AsyncSession, row: CredentialRow) -> Kept:
    """Answer as the first time: what was written and not done after it, is done now."""
    return Kept(
        credential_id=row.id,
        unpublished_list=await unpublished_list(session, row),
        deliveries=await never_started(session, row.enrollment_id),
    )
