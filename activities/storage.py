"""Looking into files and freezing parts: a part counts only after its files were read back."""

import tempfile
from pathlib import Path

from temporalio import activity

from activities.contracts import ArtifactRef, Frozen, PartRef
from activities.document_ports import FileStorage, Inspector
from activities.failures import Failure, cross, failed
from activities.heartbeating import heartbeating
from activities.interfaces import Documents
from activities.ports import PartWriter, Submitted
from domain.evidence import FileCorrupt, FileMissing
from domain.refusals import Refusal
from domain.submission import ReceiptEntry


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
                await self._read(sha256, path)
                inspection = await self._inspector.inspect(path, name)
        await self._parts.inspected(artifact.artifact_id, inspection)

    async def _read(self, sha256: str, path: Path) -> None:
        try:
            await self._files.fetch_to(sha256, path)
        except FileMissing:
            raise failed(Failure.FILE_MISSING) from None
        except FileCorrupt:
            raise failed(Failure.FILE_CORRUPT) from None

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
            files = await self._read_back(submitted)
        return Frozen(revision_id=await self._parts.freeze(part, submitted.draft, files))

    async def _read_back(self, submitted: Submitted) -> tuple[ReceiptEntry, ...]:
        used = {
            piece.artifact_id for pieces in submitted.draft.evidence.values() for piece in pieces
        }
        entries = []
        for artifact in submitted.artifacts:
            if artifact.id in used:
                try:
                    stored = await self._files.read_back(artifact.stored.sha256)
                except FileMissing:
                    raise failed(Failure.FILE_MISSING) from None
                except FileCorrupt:
                    raise failed(Failure.FILE_CORRUPT) from None
                entries.append(
                    ReceiptEntry(name=artifact.name, size=stored.size, sha256=stored.sha256)
                )
        return tuple(entries)
