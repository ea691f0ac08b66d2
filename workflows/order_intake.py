"""The intake of one order: settled, then one journey for each line.

It starts before anything is acknowledged, and a repeated webhook meets the same execution; so an
order ends in access for every line or in a refund (trap 6).
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from temporalio import workflow

from activities.contracts import LinesStarted, LinesToStart, OrderRef, OrderStanding
from activities.interfaces import OrderRecords
from domain.refusals import Refusal
from domain.values import Instant
from workflows.contracts import IntakeInput
from workflows.deadline import Deadline, Passed
from workflows.ledger import RECORDS_ATTEMPT, RECORDS_RETRY

LINES_ATTEMPT = timedelta(minutes=2)
"""One attempt at a chunk of lines: the records and the start of each journey."""


_OrderActivity = Callable[[OrderRecords, OrderRef], Awaitable[OrderStanding]]


@workflow.defn(failure_exception_types=[Refusal])
class OrderIntake:
    """Takes one order to access for every line."""

    @workflow.init
    def __init__(self, intake: IntakeInput) -> None:
        self._order_id = intake.order_id
        self._policy = intake.policy
        self._is_stirred = False

    @workflow.run
    async def run(self, intake: IntakeInput) -> None:
        """Wait for the money, then start every line's journey."""
        standing = await self._ask(OrderRecords.acknowledge_order)
        settled_at = await self._settled(standing)
        if settled_at is not None:
            await self._start_journeys()

    async def _settled(self, standing: OrderStanding) -> Instant | None:
        """Wait until the order is paid; ``None`` when it was refunded before that."""
        while standing.settled_at is None:
            if standing.is_refunded or standing.due is None:
                return None
            happened = await Deadline(standing.due).wait(lambda: self._is_stirred)
            self._is_stirred = False
            if isinstance(happened, Passed):
                standing = await self._ask(OrderRecords.settlement_overdue)
            else:
                standing = await self._ask(OrderRecords.order_standing)
        return standing.settled_at

    async def _start_journeys(self) -> None:
        """Go through the lines in chunks; each is started once, however often this is repeated."""
        started = LinesStarted(after=0, is_complete=False)
        while not started.is_complete:
            started = await workflow.execute_local_activity_method(
                OrderRecords.start_lines,
                LinesToStart(
                    order_id=self._order_id,
                    after=started.after,
                    at=workflow.now(),
                    policy=self._policy,
                ),
                start_to_close_timeout=LINES_ATTEMPT,
                retry_policy=RECORDS_RETRY,
            )

    async def _ask(self, activity: _OrderActivity) -> OrderStanding:
        return await workflow.execute_local_activity_method(
            activity,
            OrderRef(order_id=self._order_id, at=workflow.now()),
            start_to_close_timeout=RECORDS_ATTEMPT,
            retry_policy=RECORDS_RETRY,
        )

    @workflow.signal
    def order_changed(self) -> None:
        """The order was settled or refunded: look at the records again."""
        self._is_stirred = True
