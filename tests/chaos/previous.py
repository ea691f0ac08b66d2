"""A worker of the previous release beside today's, on the queues of effects.

Journeys that cross releases are what ``tests/releases`` is about, with the engine's versioning.
Here the question is whether mail and files are safe with two releases at work on the same records.
"""

from adapters.embedded.processes import NotStarted
from tests.chaos.injected import Outcome, nothing
from tests.chaos.stack import ChaosStack
from tests.releases.last import LAST, start_last_worker
from tests.waiting import pause
from workflows.names import DOCUMENTS_QUEUE, MAIL_QUEUE

QUEUES = f"{MAIL_QUEUE},{DOCUMENTS_QUEUE}"
AT_LEAST = 5.0
"""Seconds that it works."""


class PreviousRelease:
    """The release that is kept."""

    async def serve(self, stack: ChaosStack, seconds: float) -> Outcome:
        """Serve beside today's workers for a while."""
        environment = stack.environment | {"LAUREL_WORKER_QUEUES": QUEUES}
        logs = stack.directory / "logs"
        try:
            worker = await start_last_worker("previous", stack.directory, environment, logs)
        except NotStarted:  # another fault may have struck while it started
            return nothing(f"{LAST} did not get ready")
        try:
            await pause(max(seconds, AT_LEAST))
        finally:
            await worker.stop()
        return Outcome(note=f"{LAST} served {QUEUES}")
