"""The sweep: compares the records with the engine, and wakes what is stuck (trap 23)."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from zoneinfo import ZoneInfo

from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities.contracts import SweepReport
from adapters.records.drift_book import STUCK_AFTER, DriftBook, OpenJourney
from adapters.records.invariants import InvariantBook
from adapters.records.refund_book import RefundBook
from domain.enrollment import AttentionKind
from domain.policy import Policy
from office.bulk_starting import BulkSweep
from office.credential_sweeping import CredentialSweep
from office.engine import WorkflowEngine
from office.orders import finish_refund
from office.requests import Requests
from office.upload_sweeping import UploadSweep
from workflows import names
from workflows.contracts import IntakeInput

RUNNING_JOURNEYS = "WorkflowType = 'CredentialJourney' AND ExecutionStatus = 'Running'"
"""The engine's own list; it may lag, so every difference is looked at once more by id."""


DIGEST_FROM_HOUR = 8
"""Local hour from which the day's digest for operations goes out."""


class OfficeSweeper:
    """Runs one sweep."""

    def __init__(
        self,
        drift: DriftBook,
        invariants: InvariantBook,
        refunds: RefundBook,
        engine: WorkflowEngine,
        requests: Requests,
        policy: Policy,
        zone: str,
        uploads: UploadSweep,
        bulk: BulkSweep,
        credentials: CredentialSweep,
    ) -> None:
        self._drift = drift
        self._invariants = invariants
        self._refunds = refunds
        self._engine = engine
        self._requests = requests
        self._policy = policy
        self._zone = ZoneInfo(zone)
        self._uploads = uploads
        self._bulk = bulk
        self._credentials = credentials

    async def sweep(self, at: datetime, alive: Callable[[], None]) -> SweepReport:
        """Find drift in both directions, mend what can be mended, and keep the report."""
        # Before the comparison: a journey that lags behind its records is mended by this.
        asked_again = await self._requests.ask_once_more(datetime.now(UTC), alive)
        missing, restarted = await self._look_for_missing_journeys(at, alive)
        credentials = await self._credentials.compare(alive)
        report = SweepReport(
            journeys_missing=missing,
            journeys_restarted=restarted,
            records_missing=await self._look_for_missing_records(at, alive),
            orders_woken=await self._wake_orders(alive),
            notices_dispatched=await self._dispatch_unsent(at, alive),
            deliveries_dispatched=await self._deliver_untold(alive),
            rounds_woken=await self._wake_rounds(),
            refunds_finished=await self._finish_refunds(alive),
            uploads_taken_up=await self._uploads.tidy(alive),
            requests_asked_again=asked_again,
            bulk_acts_taken_up=await self._bulk.take_up(alive),
            credentials_started=credentials.issuing,
            corrections_taken_up=credentials.corrections,
            status_lists_started=credentials.lists,
            credentials_differing=credentials.differing,
            breaches=sum(each.breaches for each in await self._invariants.count(at)),
        )
        await self._send_digest(at)
        await self._drift.keep(at, report.model_dump(mode="json"))
        return report

    async def _send_digest(self, at: datetime) -> None:
        """One digest a day, in the morning of the programme's own zone."""
        local = at.astimezone(self._zone)
        if local.hour >= DIGEST_FROM_HOUR:
            digest = await self._drift.digest(local.date().isoformat(), at)
            if digest is not None:
                await self._engine.dispatch((digest,))

    async def _look_for_missing_journeys(
        self, at: datetime, alive: Callable[[], None]
    ) -> tuple[int, int]:
        """An open row without a running workflow is started, or brought to ops."""
        running = await self._running_journeys(alive)
        missing = restarted = 0
        after = ""
        while page := await self._drift.open_journeys(after):
            alive()
            after = page[-1].enrollment_id
            for row in page:
                if row.enrollment_id in running or await self._is_running(row.enrollment_id):
                    await self._drift.settle(row.enrollment_id, AttentionKind.JOURNEY_MISSING, at)
                elif await self._restart(row, at):
                    restarted += 1
                else:
                    missing += 1
        return missing, restarted

    async def _restart(self, row: OpenJourney, at: datetime) -> bool:
        """Start a journey that never wrote anything; one that did is for ops to judge."""
        if row.has_written:
            await self._drift.alert(row.enrollment_id, AttentionKind.JOURNEY_MISSING, at)
            return False
        await self._engine.start_journeys((await self._drift.journey(row.enrollment_id),))
        return True

    async def _running_journeys(self, alive: Callable[[], None]) -> set[str]:
        running = set()
        counter = count()
        async for execution in self._engine.client.list_workflows(RUNNING_JOURNEYS):
            running.add(execution.id.removeprefix(names.journey_id("")))
            if next(counter) % 1000 == 0:
                alive()
        return running

    async def _is_running(self, enrollment_id: str) -> bool:
        try:
            description = await self._engine.journey(enrollment_id).describe()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
        return description.status is WorkflowExecutionStatus.RUNNING

    async def _look_for_missing_records(self, at: datetime, alive: Callable[[], None]) -> int:
        """A running workflow without an open row is brought to ops."""
        missing = 0
        for enrollment_id in sorted(await self._running_journeys(alive)):
            is_open = await self._drift.is_open(enrollment_id)
            if is_open or not await self._is_running(enrollment_id):
                continue
            missing += 1
            await self._drift.alert(enrollment_id, AttentionKind.RECORD_MISSING, at)
        return missing

    async def _wake_orders(self, alive: Callable[[], None]) -> int:
        """An order that is not complete has an intake; one that lost it gets it again."""
        orders = await self._drift.unfinished_orders()
        for order in orders:
            alive()
            await self._engine.start_intake(
                order.channel,
                order.external_id,
                IntakeInput(order_id=order.order_id, policy=self._policy),
            )
            await self._engine.tell_order_changed(order.channel, order.external_id)
        return len(orders)

    async def _dispatch_unsent(self, at: datetime, alive: Callable[[], None]) -> int:
        notices = await self._drift.unsent_notices(at - STUCK_AFTER)
        for notice in notices:
            alive()
            await self._engine.dispatch_again(notice)
        return len(notices)

    async def _deliver_untold(self, alive: Callable[[], None]) -> int:
        """Start what nobody tries to deliver, and end what was tried for long enough."""
        now = datetime.now(UTC)
        await self._drift.deliveries.give_up(now)
        lost = await self._drift.deliveries.lost(now)
        for delivery in lost:
            alive()
            await self._engine.deliver_again(delivery)
        return len(lost)

    async def _finish_refunds(self, alive: Callable[[], None]) -> int:
        """Ask the journeys again whose refund was recorded and not carried out."""
        unfinished = await self._refunds.unfinished_refunds()
        for line in unfinished:
            alive()
            await finish_refund(self._requests, self._refunds, line)
        return len(unfinished)

    async def _wake_rounds(self) -> int:
        waiting = await self._drift.waiting_rounds()
        await self._engine.wake(waiting)
        return len(waiting)
