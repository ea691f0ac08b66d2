"""A worker that writes what journeys decide, and puts no mail on a queue.

``python -m bench.quiet_worker --ready-file F``: for opening many journeys at once, of which nothing
is asked but that they are open. Everything else is the product's own.
"""

import os
import sys
from unittest.mock import patch

import worker
from activities.ports import Dispatch
from office.engine import WorkflowEngine


class QuietEngine(WorkflowEngine):
    """Leaves notices where they are: intended."""

    async def dispatch(self, notices: tuple[Dispatch, ...]) -> None:
        """Do nothing."""


if __name__ == "__main__":
    with patch.object(worker, "WorkflowEngine", QuietEngine):
        code = worker.main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    # As the product's own worker ends, and for its reason.
    os._exit(code)
