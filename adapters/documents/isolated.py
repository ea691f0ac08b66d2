"""The look into a file, in a process of its own: no file can stop, fill or crash a worker."""

import asyncio
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import Final

from adapters.documents import signatures
from adapters.documents.limits import INSPECTION_BUDGET, STOPPED
from domain.evidence import Inspection, InspectionProblem
from domain.media import medium_of, suffix_of

_PROJECT: Final = Path(__file__).resolve().parents[2]
# The kernel's ways to say that the limits, or the machine's memory, are used up.
_OUT_OF_BOUNDS: Final = frozenset({-signal.SIGXCPU, -signal.SIGKILL})


class InspectionFailed(Exception):
    """The inspecting process ended with an error of its own: a fault for a developer."""

    def __init__(self, exit_code: int) -> None:
        super().__init__(f"the inspection of a file ended with exit code {exit_code}")


class InspectionStopped(Exception):
    """The look was ended together with its worker: that says nothing of the file."""


class IsolatedInspector:
    """Inspects each file in a fresh process with limits on time, processor and memory.

    A file that uses them up is ``too_complex``; one that brings its reader down is ``unreadable``.
    """

    def __init__(self, budget: timedelta = INSPECTION_BUDGET) -> None:
        self._budget = budget

    async def inspect(self, path: Path, declared_name: str) -> Inspection:
        """Return what was found; a cancelled look ends its process.

        Raises ``InspectionFailed``, and ``InspectionStopped`` for whoever looks next.
        """
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *_arguments(path, declared_name),
            cwd=_PROJECT,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(self._budget.total_seconds()):
                answer, _ = await process.communicate()
        except TimeoutError:
            return await asyncio.to_thread(_given_up, path, InspectionProblem.TOO_COMPLEX)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        exit_code = process.returncode or 0
        if exit_code > 0:
            raise InspectionFailed(exit_code)
        if exit_code in STOPPED:
            raise InspectionStopped
        if exit_code < 0:
            is_out = exit_code in _OUT_OF_BOUNDS
            problem = InspectionProblem.TOO_COMPLEX if is_out else InspectionProblem.UNREADABLE
            return await asyncio.to_thread(_given_up, path, problem)
        return Inspection.model_validate_json(answer)


def _arguments(path: Path, declared_name: str) -> tuple[str, ...]:
    """Return the command line. A name can be a person's: only its ending stands there."""
    file_name = f"file{suffix_of(declared_name)}"
    return ("-m", "adapters.documents", os.fspath(path.absolute()), file_name)


def _given_up(path: Path, problem: InspectionProblem) -> Inspection:
    """Say what can be said without a reader."""
    with path.open("rb") as stream:
        media_type = signatures.sniff(stream)
    kind = medium_of(media_type).kind
    size = path.stat().st_size
    return Inspection(kind=kind, media_type=media_type, size=size, problem=problem)
