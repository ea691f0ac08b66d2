"""Drafts, uploaded files and frozen revisions."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.contracts import PartRef
from activities.ports import Submitted
from adapters.records.database import Database, is_added
from adapters.records.draft_versions import keep_version
from adapters.records.part_reading import (
    OpenWork,
    artifacts_of,
    draft_of,
    open_work_of,
    submitted_of,
)
from adapters.records.round_tables import ArtifactRow, DraftRow, PreflightRow, RevisionRow
from adapters.records.steps.turn import open_attention
from adapters.records.tables import EnrollmentRow, PersonRow
from domain.assessment import ItemLocked, StaleVersion, UnknownItem
from domain.enrollment import AttentionKind, EnrollmentClosed, StaleRound, UnknownEnrollment
from domain.evidence import Inspection, Stored
from domain.findings import Finding
from domain.submission import (
    MOST_EVIDENCE,
    Artifact,
    Draft,
    PartAlreadySubmitted,
    Practitioner,
    ReceiptEntry,
    TooMuchEvidence,
    UnknownArtifact,
    identity_warnings,
    part_items,
    words_of,
)
from domain.values import later_of, opaque_id


class PartBook:
    """Where parts are kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open_work(self, enrollment_id: str) -> OpenWork:
        """Return what is open in an enrollment. Raises ``UnknownEnrollment``."""
        async with self._database.reading() as session:
            return await open_work_of(session, enrollment_id)

    async def draft(self, enrollment_id: str, part: int) -> Draft:
        """Return the draft of a part in the open round; an empty one of version 0 if none."""
        async with self._database.reading() as session:
            work = await open_work_of(session, enrollment_id)
            return await draft_of(session, work, part)

    async def save(
        self,
        enrollment_id: str,
        draft: Draft,
        at: datetime,
        round_number: int | None = None,
        *,
        keeps_before: bool = False,
    ) -> Draft:
        """Save a draft that was based on ``draft.version``; returns it with the new version.

        Versions begin anew in each round, so a page names the ``round_number`` too (trap 10). What
        the draft was before stays among its kept versions, however little was taken out of it if
        it ``keeps_before``. Raises ``StaleVersion`` (trap 9),
        ``StaleRound``, ``ItemLocked``, ``UnknownItem``, ``PartAlreadySubmitted``.
        """
        async with self._database.transaction() as session:
            # Two saves of one enrollment come one after the other, also when both are the first.
            lock = self._database.has_row_locks or None
            await session.get(EnrollmentRow, enrollment_id, with_for_update=lock)
            work = await open_work_of(session, enrollment_id)
            if round_number not in (None, work.round):
                raise StaleRound(named=round_number, open=work.round)
            await _refuse_frozen(session, work, draft.part)
            _refuse_foreign_items(work, draft)
            await self._refuse_foreign_files(session, enrollment_id, draft)
            row = await session.get(DraftRow, (enrollment_id, work.round, draft.part))
            current = row.version if row else 0
            if draft.version != current:
                raise StaleVersion(current=current, based_on=draft.version)
            saved = draft.model_copy(update={"version": current + 1})
            if row is None:
                row = DraftRow(
                    enrollment_id=enrollment_id, round=work.round, part=draft.part, saved_at=at
                )
                session.add(row)
            row.version, row.saved_at = saved.version, at
            row.content = saved.model_dump(mode="json")
            await keep_version(
                session, enrollment_id, work.round, saved, at, keeps_before=keeps_before
            )
            enrollment = await session.get_one(EnrollmentRow, enrollment_id)
            enrollment.portal_used_at = enrollment.portal_used_at or at
            return saved

    async def _refuse_foreign_files(
        self, session: AsyncSession, enrollment_id: str, draft: Draft
    ) -> None:
        used = {piece.artifact_id for pieces in draft.evidence.values() for piece in pieces}
        known = set(
            await session.scalars(
                select(ArtifactRow.id).where(ArtifactRow.enrollment_id == enrollment_id)
            )
        )
        for artifact_id in sorted(used - known):
            raise UnknownArtifact(artifact=artifact_id)

    async def add_artifact(
        self, enrollment_id: str, name: str, stored: Stored, at: datetime
    ) -> str:
        """Record an uploaded file; the same content under the same name is one file."""
        artifact_id = opaque_id("f", enrollment_id, name, stored.sha256)
        async with self._database.transaction() as session:
            enrollment = await session.get(EnrollmentRow, enrollment_id)
            if enrollment is None:
                raise UnknownEnrollment(enrollment=enrollment_id)
            if enrollment.ending is not None:
                raise EnrollmentClosed(ending=enrollment.ending)
            enrollment.portal_used_at = enrollment.portal_used_at or at
            if await session.get(ArtifactRow, artifact_id) is None:
                artifact = ArtifactRow(
                    id=artifact_id,
                    enrollment_id=enrollment_id,
                    name=name,
                    sha256=stored.sha256,
                    size=stored.size,
                    uploaded_at=at,
                )
                await is_added(session, artifact)
        return artifact_id

    async def inspected(self, artifact_id: str, inspection: Inspection) -> None:
        """Record what a file really is."""
        async with self._database.transaction() as session:
            row = await session.get_one(ArtifactRow, artifact_id)
            row.inspection = inspection.model_dump(mode="json")

    async def stored_file(self, enrollment_id: str, artifact_id: str) -> tuple[str, str]:
        """Return the name and the hash of an uploaded file."""
        async with self._database.reading() as session:
            row = await session.get(ArtifactRow, artifact_id)
            if row is None or row.enrollment_id != enrollment_id:
                raise UnknownArtifact(artifact=artifact_id)
            return row.name, row.sha256

    async def artifacts(self, enrollment_id: str) -> tuple[Artifact, ...]:
        """Return the uploaded and inspected files of an enrollment."""
        async with self._database.reading() as session:
            return tuple((await artifacts_of(session, enrollment_id)).values())

    async def preflight(self, enrollment_id: str, part: int) -> tuple[Finding, ...]:
        """Return everything that blocks a part now."""
        async with self._database.reading() as session:
            work = await open_work_of(session, enrollment_id)
            return (await submitted_of(session, work, part)).findings

    async def warnings(self, enrollment_id: str, part: int) -> tuple[Finding, ...]:
        """Return where the practitioner's identity shows; it blocks nothing."""
        async with self._database.reading() as session:
            work = await open_work_of(session, enrollment_id)
            submitted = await submitted_of(session, work, part)
            enrollment = await session.get_one(EnrollmentRow, enrollment_id)
            person = await session.get_one(PersonRow, enrollment.person_id)
            return identity_warnings(
                Practitioner(name=person.name, address=person.address),
                submitted.draft,
                {each.id: each for each in submitted.artifacts},
            )

    async def submitted(self, part: PartRef) -> Submitted:
        """Return the draft at the version that was agreed to, with its findings."""
        async with self._database.reading() as session:
            work = await open_work_of(session, part.enrollment_id)
            submitted = await submitted_of(session, work, part.part)
        if submitted.draft.version != part.draft_version:
            raise StaleVersion(current=submitted.draft.version, based_on=part.draft_version)
        return submitted

    async def report_damage(self, enrollment_id: str, at: datetime) -> None:
        """Open attention: storage does not give back a file of this enrollment as it was."""
        async with self._database.transaction() as session:
            enrollment = await session.get_one(EnrollmentRow, enrollment_id)
            at = later_of(at, enrollment.last_at)
            if await open_attention(session, enrollment_id, AttentionKind.FILE_DAMAGED, at):
                enrollment.open_attention += 1

    async def blocked(self, part: PartRef, findings: tuple[Finding, ...]) -> str:
        """Keep what the preflight found."""
        key = (part.enrollment_id, str(part.round), str(part.part), str(part.draft_version))
        preflight_id = opaque_id("q", *key)
        async with self._database.transaction() as session:
            await session.merge(
                PreflightRow(
                    id=preflight_id,
                    enrollment_id=part.enrollment_id,
                    part=part.part,
                    findings={"findings": [each.model_dump(mode="json") for each in findings]},
                    at=datetime.now(UTC),
                )
            )
        return preflight_id

    async def findings(self, preflight_id: str) -> tuple[Finding, ...]:
        """Return what a freezing found in its way."""
        async with self._database.reading() as session:
            row = await session.get_one(PreflightRow, preflight_id)
            kept = row.findings["findings"]
            return tuple(
                Finding.model_validate(each) for each in (kept if isinstance(kept, list) else [])
            )

    async def freeze(self, part: PartRef, draft: Draft, files: tuple[ReceiptEntry, ...]) -> str:
        """Write the immutable revision; the same version of a draft is frozen once."""
        key = (part.enrollment_id, str(part.round), str(part.part), str(part.draft_version))
        revision_id = opaque_id("v", *key)
        async with self._database.transaction() as session:
            if await session.get(RevisionRow, revision_id) is None:
                revision = RevisionRow(
                    id=revision_id,
                    enrollment_id=part.enrollment_id,
                    round=part.round,
                    part=part.part,
                    content=draft.model_dump(mode="json"),
                    files={"files": [each.model_dump(mode="json") for each in files]},
                    words=words_of(draft),
                    frozen_at=datetime.now(UTC),
                )
                await is_added(session, revision)
        return revision_id


async def _refuse_frozen(session: AsyncSession, work: OpenWork, part: int) -> None:
    frozen = await session.scalar(
        select(RevisionRow.id).where(
            RevisionRow.enrollment_id == work.enrollment_id,
            RevisionRow.round == work.round,
            RevisionRow.part == part,
            RevisionRow.accepted_at.is_not(None),
        )
    )
    if frozen is not None:
        raise PartAlreadySubmitted(part=part, round=work.round)


def _refuse_foreign_items(work: OpenWork, draft: Draft) -> None:
    keys = {item.key for item in part_items(work.items, draft.part)}
    for key in sorted({*draft.answers, *draft.evidence}):
        if key not in keys:
            raise UnknownItem(item=key, items=", ".join(sorted(keys)))
        if key not in work.open_keys:
            raise ItemLocked(item=key, round=work.round - 1)
        if (count := len(draft.evidence.get(key, ()))) > MOST_EVIDENCE:
            raise TooMuchEvidence(item=key, count=count, most=MOST_EVIDENCE)
