"""A fingerprint of each workflow: what it is told, and which commands it gives then, in order.

Taken while the kept histories are replayed, so it follows what the code does and not how it is
written: a comment, a name or a moved function changes nothing in it. It holds kind, name and order
of commands, whether an activity is local, its queue, timeouts and retries, timers, and answers.
What the commands carry, and how long each timer runs, stands in the transcripts.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from google.protobuf.duration_pb2 import Duration
from temporalio.api.common.v1 import RetryPolicy
from temporalio.bridge.proto.workflow_activation.workflow_activation_pb2 import (
    WorkflowActivation,
    WorkflowActivationJob,
)
from temporalio.bridge.proto.workflow_commands.workflow_commands_pb2 import (
    ScheduleActivity,
    ScheduleLocalActivity,
    WorkflowCommand,
)
from temporalio.bridge.proto.workflow_completion.workflow_completion_pb2 import (
    WorkflowActivationCompletion,
)

from tests.replay.transcript import kept_history, replay
from workflows.registration import WORKFLOWS

FINGERPRINTS = Path(__file__).parent / "fingerprints"
UNSEEN = frozenset({"remove_from_cache", "update_random_seed"})
"""What the engine does with its own memory."""


@dataclass
class Fingerprint:
    """The turns of the workflows that were listened to, each line once, by workflow."""

    turns: dict[str, set[str]] = field(default_factory=dict)
    _workflow: str = ""
    _told: str = ""
    _activities: dict[int, str] = field(default_factory=dict)

    def told(self, activation: WorkflowActivation) -> None:
        """Note what a workflow is told."""
        news = [self._news(job) for job in activation.jobs if _is_news(job)]
        self._told = " + ".join(news)

    def asked(self, completion: WorkflowActivationCompletion) -> None:
        """Note which commands it gives then."""
        commands = [self._command(each) for each in completion.successful.commands]
        if completion.HasField("failed"):
            commands.append("cannot go on")
        if self._told:
            line = f"{self._told}: {', '.join(commands) or 'waits'}"
            self.turns.setdefault(self._workflow, set()).add(line)

    def _news(self, job: WorkflowActivationJob) -> str:
        match job.WhichOneof("variant"):
            case "initialize_workflow":
                self._workflow, self._activities = job.initialize_workflow.workflow_type, {}
                return "started"
            case "do_update":
                return f"update {job.do_update.name}"
            case "signal_workflow":
                return f"signal {job.signal_workflow.signal_name}"
            case "resolve_activity":
                resolved = job.resolve_activity
                return f"{self._activities[resolved.seq]} {resolved.result.WhichOneof('status')}"
            case "notify_has_patch":
                return f"patched {job.notify_has_patch.patch_id}"
            case other:
                return str(other).replace("_", " ")

    def _command(self, command: WorkflowCommand) -> str:
        match command.WhichOneof("variant"):
            case "schedule_local_activity":
                local = command.schedule_local_activity
                self._activities[local.seq] = local.activity_type
                return f"local activity {local.activity_type} ({_terms(local)})"
            case "schedule_activity":
                remote = command.schedule_activity
                self._activities[remote.seq] = remote.activity_type
                return f"activity {remote.activity_type}{_at(remote)} ({_terms(remote)})"
            case "update_response":
                answer = command.update_response
                refused = answer.rejected.application_failure_info.type
                return f"update {answer.WhichOneof('response')} {refused}".rstrip()
            case "set_patch_marker":
                return f"patch {command.set_patch_marker.patch_id}"
            case "fail_workflow_execution":
                failure = command.fail_workflow_execution.failure
                return f"fail {failure.application_failure_info.type}"
            case other:
                return str(other).replace("_", " ")


def _is_news(job: WorkflowActivationJob) -> bool:
    return job.WhichOneof("variant") not in UNSEEN


def _at(activity: ScheduleActivity) -> str:
    """Return the queue of an activity; the workflow's own has no name while it is replayed."""
    queue = activity.task_queue
    return "" if queue.startswith("replay-") else f" at {queue}"


def _terms(activity: ScheduleActivity | ScheduleLocalActivity) -> str:
    """Return the timeouts and retries of an activity, those that are set."""
    timeouts = {
        "an attempt": activity.start_to_close_timeout,
        "in all": activity.schedule_to_close_timeout,
        "until begun": activity.schedule_to_start_timeout,
    }
    if isinstance(activity, ScheduleActivity):
        timeouts["between signs of life"] = activity.heartbeat_timeout
    said = [f"{_seconds(each)} s {name}" for name, each in timeouts.items() if _seconds(each)]
    return "; ".join([*said, _retries(activity.retry_policy)])


def _retries(policy: RetryPolicy) -> str:
    attempts = policy.maximum_attempts or "any number of"
    first, longest = _seconds(policy.initial_interval), _seconds(policy.maximum_interval)
    return f"{attempts} attempts, {first} to {longest} s apart"


def _seconds(duration: Duration) -> str:
    seconds = duration.seconds + duration.nanos / 1e9
    return f"{seconds:g}" if seconds else ""


def fingerprint_file(workflow: str) -> Path:
    """Return where the fingerprint of a workflow is kept."""
    return FINGERPRINTS / f"{workflow}.txt"


def kept_fingerprint(workflow: str) -> set[str]:
    """Return the turns that are kept; none, for a workflow that was never released."""
    file = fingerprint_file(workflow)
    return set(file.read_text().splitlines()) if file.exists() else set()


async def fingerprint_of(
    histories: Iterable[str], workflows: tuple[type, ...] = WORKFLOWS
) -> dict[str, set[str]]:
    """Return the turns of ``workflows`` in the kept histories. Raises if one does not replay."""
    fingerprint = Fingerprint()
    for name in histories:
        await replay(kept_history(name), fingerprint, workflows)
    return fingerprint.turns


def keep_fingerprint(turns: dict[str, set[str]]) -> None:
    """Write turns down beside those that are kept, one a line. It only adds."""
    FINGERPRINTS.mkdir(exist_ok=True)
    for workflow, now in turns.items():
        lines = sorted(kept_fingerprint(workflow) | now)
        fingerprint_file(workflow).write_text("".join(f"{line}\n" for line in lines))
