"""The engine's routing between releases: which workers are handed what.

Everything that runs under one deployment name belongs together; ``adapters`` know the engine's
calls, ``office.releasing`` the rules.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.deployment.v1 import WorkerDeploymentInfo
from temporalio.api.enums.v1 import TaskQueueType, WorkerVersioningMode
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeTaskQueueRequest,
    DescribeWorkerDeploymentRequest,
    SetWorkerDeploymentCurrentVersionRequest,
    SetWorkerDeploymentRampingVersionRequest,
)
from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.service import RPCError, RPCStatusCode, WorkflowService
from temporalio.worker import WorkerDeploymentConfig

from domain.releases import UNVERSIONED, Release, ReleaseState

DEPLOYMENT: Final = "laurel"
"""What all releases together are called in the engine; a namespace holds one Laurel."""

SEEN_WITHIN: Final = timedelta(seconds=90)
"""A worker asks for work again after 70 s at the latest; who did not has gone."""

_KINDS: Final = (
    TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
)


def versioning_of(build_id: str | None) -> WorkerDeploymentConfig | None:
    """Return what a worker tells the engine about its release; ``None`` if it has no name.

    A journey goes on with whatever release is current at its next task. The behaviour stands here
    and not on a workflow: there it would stop every worker without a release.
    """
    if build_id is None:
        return None
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(DEPLOYMENT, build_id),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE,
    )


class Routing:
    """Reads and sets which release is handed what."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def releases(self, queues: tuple[str, ...]) -> tuple[Release, ...]:
        """Return the releases, the newest first, and last what runs without one.

        ``queues`` are those whose workers are looked for.
        """
        info = await self._deployment()
        seen = await self._seen(queues)
        names = [each.deployment_version.build_id for each in info.version_summaries]
        return tuple(
            [await self._release(name, info, seen.get(name, ())) for name in (*names, UNVERSIONED)]
        )

    async def make_current(self, name: str) -> None:
        """Hand everything to a release, or to the workers without one; a ramp of it is over then.

        Whether somebody serves every queue is asked before this, by who was seen there.
        """
        await self._service.set_worker_deployment_current_version(
            SetWorkerDeploymentCurrentVersionRequest(
                namespace=self._client.namespace,
                deployment_name=DEPLOYMENT,
                build_id=_build_id(name),
                identity=self._client.identity,
                ignore_missing_task_queues=True,
                allow_no_pollers=True,
            )
        )

    async def ramp(self, name: str, share: float) -> None:
        """Hand ``share`` per cent of the journeys to a release; 0 takes them back."""
        await self._service.set_worker_deployment_ramping_version(
            SetWorkerDeploymentRampingVersionRequest(
                namespace=self._client.namespace,
                deployment_name=DEPLOYMENT,
                build_id=_build_id(name) if share else "",
                percentage=share,
                identity=self._client.identity,
                ignore_missing_task_queues=True,
            )
        )

    async def take_over(self, build_id: str | None) -> None:
        """Make sure that workers of this release, or without one, are handed everything.

        For one machine, where the workers that were just started are the only ones: an older
        release that is still named as current would never take what waits for it.
        """
        wanted, info = build_id or UNVERSIONED, await self._deployment()
        if info.routing_config.ramping_version_percentage:
            await self.ramp(UNVERSIONED, 0)
        if _current(info) != wanted:
            await self.make_current(wanted)

    async def begun_before(self, instant: datetime) -> int:
        """Return how many open journeys and orders began before ``instant``."""
        at = instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
        return await self._count(f"StartTime < '{at}'")

    async def _deployment(self) -> WorkerDeploymentInfo:
        """Return what the engine knows; nothing, before the first worker of a release."""
        request = DescribeWorkerDeploymentRequest(
            namespace=self._client.namespace, deployment_name=DEPLOYMENT
        )
        try:
            answer = await self._service.describe_worker_deployment(request)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return WorkerDeploymentInfo()
        return answer.worker_deployment_info

    async def _release(
        self, name: str, info: WorkerDeploymentInfo, queues: tuple[str, ...]
    ) -> Release:
        version = (
            "TemporalWorkerDeploymentVersion IS NULL"
            if name == UNVERSIONED
            else f"TemporalWorkerDeploymentVersion = '{DEPLOYMENT}:{name}'"
        )
        pinned = f"{version} AND TemporalWorkflowVersioningBehavior = 'Pinned'"
        state, share, since = _state(name, info)
        return Release(
            name=name,
            state=state,
            share=share,
            since=since,
            queues=queues,
            journeys=await self._count(version),
            pinned=await self._count(pinned),
        )

    async def _count(self, condition: str) -> int:
        query = f"ExecutionStatus = 'Running' AND {condition}"
        return (await self._client.count_workflows(query)).count

    async def _seen(self, queues: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
        """Return the queues at which workers of each release were seen a moment ago."""
        seen: dict[str, list[str]] = {}
        oldest = datetime.now(UTC) - SEEN_WITHIN
        for queue in queues:
            for name in sorted(await self._names_at(queue, oldest)):
                seen.setdefault(name, []).append(queue)
        return {name: tuple(found) for name, found in seen.items()}

    async def _names_at(self, queue: str, oldest: datetime) -> set[str]:
        names = set()
        for kind in _KINDS:
            request = DescribeTaskQueueRequest(
                namespace=self._client.namespace,
                task_queue=TaskQueue(name=queue),
                task_queue_type=kind,
            )
            for poller in (await self._service.describe_task_queue(request)).pollers:
                if poller.last_access_time.ToDatetime(tzinfo=UTC) >= oldest:
                    told = poller.deployment_options
                    is_versioned = (
                        told.worker_versioning_mode
                        == WorkerVersioningMode.WORKER_VERSIONING_MODE_VERSIONED
                    )
                    names.add(told.build_id if is_versioned else UNVERSIONED)
        return names

    @property
    def _service(self) -> WorkflowService:
        return self._client.workflow_service


def _build_id(name: str) -> str:
    """Return how the engine writes a release; nothing stands for the workers without one."""
    return "" if name == UNVERSIONED else name


def _current(info: WorkerDeploymentInfo) -> str:
    return info.routing_config.current_deployment_version.build_id or UNVERSIONED


def _state(name: str, info: WorkerDeploymentInfo) -> tuple[ReleaseState, float, datetime | None]:
    """Return what is handed to a release, which share of the journeys, and from when."""
    routing = info.routing_config
    share = routing.ramping_version_percentage
    if _current(info) == name:
        return ReleaseState.CURRENT, 0.0, _instant(routing.current_version_changed_time)
    if share and (routing.ramping_deployment_version.build_id or UNVERSIONED) == name:
        return ReleaseState.RAMPING, share, _instant(routing.ramping_version_changed_time)
    # Workers without a release had everything before the first release was made current.
    was_used = name == UNVERSIONED or any(
        each.HasField("first_activation_time")
        for each in info.version_summaries
        if each.deployment_version.build_id == name
    )
    return (ReleaseState.LEFT if was_used else ReleaseState.WAITING), 0.0, None


def _instant(time: Timestamp) -> datetime | None:
    """Return an instant of the engine; ``None`` where it has none."""
    return time.ToDatetime(tzinfo=UTC) if time.seconds else None
