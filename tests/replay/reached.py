"""Which lines of the workflows the kept histories run: what they do not run could change unseen."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import CodeType, FrameType

from temporalio.bridge.proto.workflow_activation.workflow_activation_pb2 import WorkflowActivation
from temporalio.bridge.proto.workflow_completion.workflow_completion_pb2 import (
    WorkflowActivationCompletion,
)

import workflows

CODE = Path(workflows.__file__).parent
"""The folder whose lines count."""
_PREFIX = f"{CODE}/"


@dataclass
class Footsteps:
    """The lines on which workflows trod, as ``module:line``."""

    lines: set[tuple[str, int]] = field(default_factory=set)

    def told(self, activation: WorkflowActivation) -> None:
        """Begin to watch: workflows run in the thread that brings them news."""
        del activation
        sys.settrace(self._watch)

    def asked(self, completion: WorkflowActivationCompletion) -> None:
        """Cease to watch."""
        del completion
        sys.settrace(None)

    def _watch(self, frame: FrameType, event: str, argument: object) -> "Footsteps | None":
        del event, argument
        return self if frame.f_code.co_filename.startswith(_PREFIX) else None

    def __call__(self, frame: FrameType, event: str, argument: object) -> "Footsteps":
        """Note one line; the interpreter calls this at each."""
        del argument
        if event == "line":
            module = frame.f_code.co_filename.removeprefix(_PREFIX).removesuffix(".py")
            self.lines.add((module, frame.f_lineno))
        return self


def lines_of(module: str) -> dict[int, str]:
    """Return the lines of a module's functions that can run, each with its function's name."""
    file = CODE / f"{module}.py"
    code = compile(file.read_text(), str(file), "exec")
    return {
        line: function.co_qualname
        for function in _functions(code)
        for *_, line in function.co_lines()
        if line is not None and line > function.co_firstlineno
    }


def _functions(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_flags & CO_OPTIMIZED:  # a function's body, not a class's
                yield constant
            yield from _functions(constant)
