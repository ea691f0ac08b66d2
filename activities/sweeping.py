"""The regular look at everything, as an activity."""

from datetime import UTC, datetime

from temporalio import activity

from activities.contracts import SweepReport, SweepRequest
from activities.interfaces import Sweeping
from activities.ports import Sweeper


class SweepActivities(Sweeping):
    """Runs one sweep."""

    def __init__(self, sweeper: Sweeper) -> None:
        self._sweeper = sweeper

    @activity.defn(name="sweep")
    async def sweep(self, request: SweepRequest) -> SweepReport:
        """Find drift, wake what is stuck, count the invariants.

        As of the moment at which it is tried: after an outage that is long after it was asked for.
        """
        waited = datetime.now(UTC) - activity.info().scheduled_time
        return await self._sweeper.sweep(request.at + waited, activity.heartbeat)
