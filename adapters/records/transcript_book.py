"""Transcripts: gathered from the credentials that count, and kept as they were signed."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.credential_tables import CredentialRow, RecipientRow
from adapters.records.database import Database, is_added
from adapters.records.round_tables import AwardRow
from adapters.records.state_tables import TranscriptRow
from adapters.records.tables import CatalogVersionRow, EnrollmentRow, PersonRow
from domain.transcripts import (
    KeptTranscript,
    NothingToTranscribe,
    SignedTranscript,
    TranscriptFacts,
    UnknownTranscript,
    fingerprint_of,
)
from domain.values import Instant, Value, opaque_id


class Transcribed(Value):
    """An award that the transcript lists."""

    enrollment_id: str
    credential_id: str
    title: str
    library: str
    awarded_at: Instant


class TranscriptView(Value):
    """What a practitioner sees: the awards, and the transcript of exactly these if there is one."""

    awards: tuple[Transcribed, ...]
    transcript_id: str | None
    made_at: Instant | None


class TranscriptBook:
    """Where transcripts are kept: one for each set of credentials that a person had."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def prepare(self, person_id: str, at: datetime) -> TranscriptFacts | str:
        """Return what is to be signed, or the transcript that there is already of exactly that.

        Refuses ``nothing_to_transcribe``.
        """
        async with self._database.reading() as session:
            rows = await _that_count(session, person_id)
            person = await session.get(PersonRow, person_id)
            recipient = await session.get(RecipientRow, person_id)
            if not rows or person is None or recipient is None:
                raise NothingToTranscribe
            ids = tuple(row.credential_id for row, _ in rows)
            fingerprint = fingerprint_of(person.name, ids)
            kept = await session.get(TranscriptRow, _id_of(person_id, fingerprint))
            if kept is not None:
                return kept.id
            return TranscriptFacts(
                person_id=person_id,
                recipient_id=recipient.recipient_id,
                name=person.name,
                credential_ids=ids,
                badges=tuple(body for _, body in rows),
                fingerprint=fingerprint,
                made_at=at,
            )

    async def keep(self, facts: TranscriptFacts, signed: SignedTranscript) -> str:
        """Keep a transcript; the first one of a set of credentials is the one that stays."""
        row = TranscriptRow(
            id=_id_of(facts.person_id, facts.fingerprint),
            person_id=facts.person_id,
            fingerprint=facts.fingerprint,
            made_at=facts.made_at,
            key_id=signed.key_id,
            body=signed.body,
            pdf=signed.pdf,
        )
        async with self._database.transaction() as session:
            await is_added(session, row)
        return row.id

    async def view(self, person_id: str) -> TranscriptView:
        """Return what the transcript of somebody lists now, and whether it is made."""
        async with self._database.reading() as session:
            rows = await _that_count(session, person_id)
            person = await session.get_one(PersonRow, person_id)
            ids = [row.credential_id for row, _ in rows]
            key = _id_of(person_id, fingerprint_of(person.name, ids))
            kept = await session.get(TranscriptRow, key)
        return TranscriptView(
            awards=tuple(row for row, _ in rows),
            transcript_id=kept.id if kept else None,
            made_at=kept.made_at if kept else None,
        )

    async def transcript(self, person_id: str) -> KeptTranscript:
        """Return the transcript of what counts now, as it was signed.

        Refuses ``unknown_transcript`` where it is not made yet.
        """
        view = await self.view(person_id)
        async with self._database.reading() as session:
            row = await session.get(TranscriptRow, view.transcript_id or "")
        if row is None:
            raise UnknownTranscript(transcript="of these credentials")
        return KeptTranscript(id=row.id, made_at=row.made_at, body=row.body, pdf=row.pdf)


def _id_of(person_id: str, fingerprint: str) -> str:
    return opaque_id("t", person_id, fingerprint)


async def _that_count(
    session: AsyncSession, person_id: str
) -> tuple[tuple[Transcribed, bytes], ...]:
    """Return the credentials of somebody that count, the oldest award first."""
    query = (
        select(CredentialRow, AwardRow.awarded_at, CatalogVersionRow.title)
        .join(AwardRow, AwardRow.enrollment_id == CredentialRow.enrollment_id)
        .join(EnrollmentRow, EnrollmentRow.id == CredentialRow.enrollment_id)
        .join(CatalogVersionRow, CatalogVersionRow.id == EnrollmentRow.version_id)
        .where(CredentialRow.person_id == person_id, CredentialRow.revoked_at.is_(None))
        .order_by(AwardRow.awarded_at, CredentialRow.enrollment_id)
    )
    return tuple(
        (
            Transcribed(
                enrollment_id=row.enrollment_id,
                credential_id=row.id,
                title=title,
                library=row.library,
                awarded_at=awarded_at,
            ),
            row.body,
        )
        for row, awarded_at, title in await session.execute(query)
    )
