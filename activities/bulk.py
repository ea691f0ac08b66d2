"""Acts in bulk: one journey after the other, gone on with after a crash where it stopped."""

from temporalio import activity

from activities.bulk_contracts import BulkOutcome, BulkRef
from activities.bulk_ports import BulkRunner
from activities.failures import Failure, cross, failed
from activities.heartbeating import heartbeating
from activities.interfaces import Bulk
from domain.refusals import Refusal


class BulkActivities(Bulk):
    """Carries out acts in bulk. What each journey answered stands in the records."""

    def __init__(self, runner: BulkRunner) -> None:
        self._runner = runner

    @activity.defn(name="run_bulk")
    async def run_bulk(self, bulk: BulkRef) -> BulkOutcome:
        """Do what is left of an act. Raises a retryable failure when this worker has to stop."""
        async with heartbeating():
            try:
                settled = await self._runner.run(bulk.bulk_id, _may_go_on)
            except Refusal as refusal:
                raise cross(refusal) from refusal
        if settled is None:
            raise failed(Failure.BULK_HANDED_ON)
        return BulkOutcome(settled=settled)


def _may_go_on() -> bool:
    """Whether this worker may begin with another journey; not while it is being stopped."""
    return not activity.is_worker_shutdown()
