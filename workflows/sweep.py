"""The regular look at everything, on a schedule: drift, what is stuck, and the invariants."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

from activities.contracts import SweepReport, SweepRequest
from activities.interfaces import Sweeping

SWEEP_ATTEMPT = timedelta(minutes=10)
SWEEP_HEARTBEAT = timedelta(seconds=60)
PERSISTENTLY = RetryPolicy(maximum_interval=timedelta(minutes=1))
"""Until it works: the schedule skips what would begin meanwhile, and after an outage, however long,
everything is looked at within a minute."""

UNTIL_IT_WORKS = "sweep-until-it-works"
FIVE_TIMES = RetryPolicy(maximum_attempts=5)
"""How sweeps were tried that began before; half a minute without the records failed them."""


@workflow.defn
class Sweep:
    """One sweep over the records and the engine."""

    @workflow.run
    async def run(self) -> SweepReport:
        """Return what was found and done."""
        persistence = PERSISTENTLY if workflow.patched(UNTIL_IT_WORKS) else FIVE_TIMES
        return await workflow.execute_activity_method(
            Sweeping.sweep,
            SweepRequest(at=workflow.now()),
            start_to_close_timeout=SWEEP_ATTEMPT,
            heartbeat_timeout=SWEEP_HEARTBEAT,
            retry_policy=persistence,
        )
