"""Looking into files and freezing parts: a part counts only after its files were read back."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.contracts import ArtifactRef, Frozen, PartRef
from activities.document_ports import FileStorage, Inspector
from activities.failures import cross
from activities.heartbeating import heartbeating
from activities.interfaces import Documents
from activities.ports import PartWriter, Submitted
from domain.evidence import FileCorrupt, FileMissing
from domain.refusals import Refusal
from domain.submission import FileDamaged, ReceiptEntry


class DocumentActivities(Documents):
    """Inspects and freezes. Every call may be repeated."""

    def __init__(self, parts: PartWriter, files: FileStorage, inspector: Inspector) -> None:
        self._parts = parts
        self._files = files
        self._inspector = inspector

    @activity.defn(name="inspect_artifact")
    async def inspect_artifact(self, artifact: ArtifactRef) -> None:
        """Look into an uploaded file by its bytes and record what it is."""
        try:
            name, sha256 = await self._parts.stored_file(
                artifact.enrollment_id, artifact.artifact_id
            )
        except Refusal as refusal:
            raise cross(refusal) from refusal
        async with heartbeating():
            with tempfile.TemporaryDirectory(prefix="laurel-") as directory:
                path = Path(directory) / "artifact"
                await self._read(artifact, sha256, path)
                inspection = await self._inspector.inspect(path, name)
        await self._parts.inspected(artifact.artifact_id, inspection)

    async def _read(self, artifact: ArtifactRef, sha256: str, path: Path) -> None:
        try:
            await self._files.fetch_to(sha256, path)
        except (FileMissing, FileCorrupt):
            raise await self._damaged(artifact.enrollment_id) from None

    async def _damaged(self, enrollment_id: str) -> ApplicationError:
        """Bring a file that storage does not give back as it was to ops, and say so."""
        await self._parts.report_damage(enrollment_id, datetime.now(UTC))
        return cross(FileDamaged())

    @activity.defn(name="freeze_part")
    async def freeze_part(self, part: PartRef) -> Frozen:
        """Preflight a draft; freeze it with what was really read back from storage (trap 12)."""
        try:
            submitted = await self._parts.submitted(part)
        except Refusal as refusal:
            raise cross(refusal) from refusal
        if submitted.findings:
            preflight_id = await self._parts.blocked(part, submitted.findings)
            return Frozen(preflight_id=preflight_id, findings=len(submitted.findings))
        async with heartbeating():
            files = await self._read_back(part, submitted)
        return Frozen(revision_id=await self._parts.freeze(part, submitted.draft, files))

    async def _read_back(self, part: PartRef, submitted: Submitted) -> tuple[ReceiptEntry, ...]:
        used = {
            piece.artifact_id for pieces in submitted.draft.evidence.values() for piece in pieces
        }
        entries = []
        for artifact in submitted.artifacts:
            if artifact.id in used:
                try:
                    stored = await self._files.read_back(artifact.stored.sha256)
                except (FileMissing, FileCorrupt):
                    raise await self._damaged(part.enrollment_id) from None
                entries.append(
                    ReceiptEntry(name=artifact.name, size=stored.size, sha256=stored.sha256)
                )
        return tuple(entries)
