"""Turning an upload that arrived into a file: joined, kept by its content, recorded, looked into.

An activity, not the last request of the upload: joining two GiB takes longer than a connection
should be waited on, and a portal may be killed at any moment. Every step may be repeated.
"""

from datetime import UTC, datetime

from temporalio import activity

from activities.contracts import ArtifactRef, UploadRef
from activities.document_ports import FileStorage
from activities.failures import cross
from activities.heartbeating import heartbeating
from activities.interfaces import Uploads
from activities.upload_ports import ArtifactWriter, Looking, PieceStorage, UploadWriter
from domain.refusals import Refusal
from domain.uploads import Piece, PieceDamaged, Upload, UploadState


class UploadActivities(Uploads):
    """Keeps uploads. Every call may be repeated."""

    def __init__(
        self,
        uploads: UploadWriter,
        pieces: PieceStorage,
        files: FileStorage,
        artifacts: ArtifactWriter,
        engine: Looking,
    ) -> None:
        self._uploads = uploads
        self._pieces = pieces
        self._files = files
        self._artifacts = artifacts
        self._engine = engine

    @activity.defn(name="keep_upload")
    async def keep_upload(self, upload: UploadRef) -> None:
        """Keep an upload that arrived as a file, once, and have it looked into."""
        found = await self._uploads.arrived(upload.upload_id)
        if found is None or found[0].state is UploadState.RECEIVING:
            return
        announced, pieces = found
        artifact_id = announced.artifact_id
        if artifact_id is None:
            async with heartbeating():
                artifact_id = await self._kept(announced, pieces)
        if artifact_id is None:
            return
        await self._pieces.discard(announced.id)
        await self._engine.look_into(
            ArtifactRef(enrollment_id=announced.enrollment_id, artifact_id=artifact_id)
        )

    async def _kept(self, upload: Upload, pieces: tuple[Piece, ...]) -> str | None:
        """Return the artifact; None when a piece is damaged and has to be sent again."""
        try:
            stored = await self._files.put(self._pieces.stream(pieces), upload.length)
            artifact_id = await self._artifacts.add_artifact(
                upload.enrollment_id, upload.name, stored, _now()
            )
        except PieceDamaged as damaged:
            await self._uploads.rewind(upload.id, damaged.start, _now())
            return None
        except Refusal as refusal:
            raise cross(refusal) from refusal
        await self._uploads.kept(upload.id, artifact_id, _now())
        return artifact_id


def _now() -> datetime:
    return datetime.now(UTC)
