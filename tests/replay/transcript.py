"""What a workflow was told and what it asked for in turn, as text that a person can read.

Replaying checks the sequence of commands and nothing else: a changed argument, timeout, queue or
timer length goes unseen. So a history has a transcript beside it, and a replay writes another one
from what the code asks for now. It is taken where the worker hands its commands to the engine, so
that whatever can be asked for stands in it.
"""

import base64
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from temporalio.bridge.proto.workflow_activation.workflow_activation_pb2 import (
    WorkflowActivation,
    WorkflowActivationJob,
)
from temporalio.bridge.proto.workflow_completion.workflow_completion_pb2 import (
    WorkflowActivationCompletion,
)
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import SerializationContext, StorageDriverStoreContext
from temporalio.worker import Replayer, WorkflowInstance, WorkflowInstanceDetails, WorkflowRunner
from temporalio.workflow import Info, _Definition

from workflows.registration import WORKFLOWS, sandboxed_runner

HISTORIES = Path(__file__).parent / "histories"
WIDTH = 96

# What the engine adds to a job, and what says nothing about the business.
_OF_THE_ENGINE = frozenset(
    {
        *("randomness_seed", "identity", "start_time", "first_execution_run_id", "priority"),
        *("workflow_task_timeout", "run_validator", "meta", "attempt", "cron_schedule"),
        *("protocol_instance_id", "sdk_version", "workflow_id"),
    }
)

# Where in the files of one machine a refusal was raised.
_STACK = "stack_trace"


class Listener(Protocol):
    """Whoever hears what a workflow is told and what it asks for in turn."""

    def told(self, activation: WorkflowActivation) -> None:
        """Hear what the workflow is told."""

    def asked(self, completion: WorkflowActivationCompletion) -> None:
        """Hear what the workflow asks for."""


@dataclass
class Transcript:
    """The lines of one replay."""

    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All lines."""
        return "\n".join(self.lines) + "\n"

    def told(self, activation: WorkflowActivation) -> None:
        """Write down what the workflow is told."""
        jobs = [job for job in activation.jobs if _is_business(job)]
        if jobs:
            self.lines.append(f"at {activation.timestamp.ToJsonString()}")
        for job in jobs:
            kind = str(job.WhichOneof("variant"))
            self._write("<", kind, getattr(job, kind), _OF_THE_ENGINE)

    def asked(self, completion: WorkflowActivationCompletion) -> None:
        """Write down what the workflow asks for."""
        for command in completion.successful.commands:
            kind = str(command.WhichOneof("variant"))
            self._write(">", kind, getattr(command, kind), frozenset({"protocol_instance_id"}))

    def _write(self, mark: str, kind: str, message: Message, besides: frozenset[str]) -> None:
        content = _readable(MessageToDict(message, preserving_proto_field_name=True))
        if isinstance(content, dict):
            content = {key: each for key, each in content.items() if key not in besides}
        words = kind.replace("_", " ")
        self.lines += _wrapped(f"{mark} {words} ", content, "  ")


def _is_business(job: WorkflowActivationJob) -> bool:
    return job.WhichOneof("variant") not in {"remove_from_cache", "update_random_seed"}


def _readable(content: object) -> object:
    """Return a message with its payloads decoded."""
    if isinstance(content, list):
        return [_readable(each) for each in content]
    if not isinstance(content, dict):
        return content
    if content.keys() <= {"metadata", "data"} and "metadata" in content:
        return _decoded(content)
    return {key: _readable(each) for key, each in content.items() if key != _STACK}


def _decoded(payload: dict[str, object]) -> object:
    data = base64.b64decode(str(payload.get("data", "")))
    return json.loads(data) if data else None


def _wrapped(before: str, content: object, indent: str) -> list[str]:
    """Return ``content`` on one line if it fits, else its parts on lines of their own."""
    line = json.dumps(content, ensure_ascii=False)
    if len(before) + len(line) <= WIDTH or not isinstance(content, dict | list) or not content:
        return [before + line]
    lines = [before.rstrip()]
    parts = content.items() if isinstance(content, dict) else ((None, each) for each in content)
    for key, each in parts:
        head = f"{indent}- " if key is None else f"{indent}{key}: "
        lines += _wrapped(head, each, indent + "  ")
    return lines


class _Instance(WorkflowInstance):
    """One workflow, listened to on both sides."""

    def __init__(self, inner: WorkflowInstance, listener: Listener) -> None:
        self._inner = inner
        self._listener = listener

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        self._listener.told(act)
        completion = self._inner.activate(act)
        self._listener.asked(completion)
        return completion

    def get_serialization_context(self, command_info: object) -> SerializationContext | None:
        return self._inner.get_serialization_context(command_info)  # type: ignore[arg-type]

    def get_external_store_context(self, command_info: object) -> StorageDriverStoreContext:
        return self._inner.get_external_store_context(command_info)  # type: ignore[arg-type]

    def get_info(self) -> Info:
        return self._inner.get_info()

    def get_thread_id(self) -> int | None:
        return self._inner.get_thread_id()


class _Runner(WorkflowRunner):
    """The sandbox of production, with somebody who listens."""

    def __init__(self, listener: Listener) -> None:
        self._inner = sandboxed_runner()
        self._listener = listener

    def prepare_workflow(self, defn: _Definition) -> None:
        self._inner.prepare_workflow(defn)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        return _Instance(self._inner.create_instance(det), self._listener)

    def set_worker_level_failure_exception_types(self, types: object) -> None:
        self._inner.set_worker_level_failure_exception_types(types)  # type: ignore[arg-type]


def history_file(name: str) -> Path:
    """Return where the history of a scenario is kept."""
    return HISTORIES / f"{name}.json"


def transcript_file(name: str) -> Path:
    """Return where its transcript is kept."""
    return HISTORIES / f"{name}.transcript.txt"


def kept_history(name: str) -> WorkflowHistory:
    """Return the history of a scenario, as it was recorded."""
    return WorkflowHistory.from_json(name, history_file(name).read_text())


async def replayed(history: WorkflowHistory, workflows: tuple[type, ...] = WORKFLOWS) -> Transcript:
    """Replay ``history`` with the code as it is now. Raises if the sequence does not fit."""
    transcript = Transcript()
    await replay(history, transcript, workflows)
    return transcript


async def replay(
    history: WorkflowHistory, listener: Listener, workflows: tuple[type, ...] = WORKFLOWS
) -> None:
    """Replay ``history`` while somebody listens. Raises if the sequence does not fit."""
    replayer = Replayer(
        workflows=workflows,
        workflow_runner=_Runner(listener),
        data_converter=pydantic_data_converter,
    )
    await replayer.replay_workflow(history)
