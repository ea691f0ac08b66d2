"""Work with files that nobody waits for: begun on the queue ``documents``, finished by a worker."""

from temporalio.common import ActivityIDConflictPolicy

from activities.contracts import ArtifactRef, UploadRef
from domain.values import Contract
from office.engine import (
    DOCUMENTS_ATTEMPT,
    DOCUMENTS_PERSISTENCE,
    SILENCE,
    WorkflowEngine,
)
from workflows import names


class DocumentQueue:
    """Begins work with files. The same work twice at once is done once."""

    def __init__(self, engine: WorkflowEngine) -> None:
        self._engine = engine

    async def keep(self, upload_id: str) -> None:
        """Have an upload that arrived turned into a file, and looked into."""
        await self._begin(
            "keep_upload", UploadRef(upload_id=upload_id), names.keeping_id(upload_id)
        )

    async def look_into(self, artifact: ArtifactRef) -> None:
        """Have a file inspected."""
        await self._begin("inspect_artifact", artifact, names.inspection_id(artifact.artifact_id))

    async def _begin(self, activity: str, request: Contract, activity_id: str) -> None:
        await self._engine.client.start_activity(
            activity,
            request,
            id=activity_id,
            task_queue=names.DOCUMENTS_QUEUE,
            start_to_close_timeout=DOCUMENTS_ATTEMPT,
            heartbeat_timeout=SILENCE,
            schedule_to_close_timeout=DOCUMENTS_PERSISTENCE,
            id_conflict_policy=ActivityIDConflictPolicy.USE_EXISTING,
        )
