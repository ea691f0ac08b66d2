"""A workflow's own clock, moved ahead: months of a journey rehearsed in seconds.

The only module that touches Temporal's time skipping, which is experimental. The server must run
with ``frontend.WorkflowTimeSkippingEnabled``, as the embedded one does; any other refuses.
"""

from datetime import datetime, timedelta

from temporalio.client import Client
from temporalio.testing import TimeSkipper


async def fast_forward(client: Client, workflow_id: str, duration: timedelta) -> bool:
    """Let ``duration`` pass for one workflow, and return once it has and its timers have fired.

    Says whether the workflow is still open afterwards as far as the clock is concerned: False
    when it closed on the way.
    """
    return await TimeSkipper(client).fast_forward(client.get_workflow_handle(workflow_id), duration)


async def current_time(client: Client, workflow_id: str) -> datetime:
    """Return the time by the workflow's clock, in UTC; the wall clock's if it was never moved."""
    return await TimeSkipper(client).get_current_time(client.get_workflow_handle(workflow_id))
