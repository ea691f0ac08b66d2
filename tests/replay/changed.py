"""Workflows as a careless change would leave them: the controls of the replay tests."""

from datetime import timedelta

from temporalio import workflow

from activities.contracts import OrderRef, OrderStanding
from activities.interfaces import OrderRecords
from domain.refusals import Refusal
from workflows.contracts import IntakeInput, JourneyInput, JourneyResult
from workflows.credential_journey import CredentialJourney
from workflows.ledger import RECORDS_ATTEMPT, RECORDS_RETRY
from workflows.order_intake import OrderIntake
from workflows.sweep import Sweep


@workflow.defn(name="OrderIntake", failure_exception_types=[Refusal])
class WaitsBeforeItAcknowledges(OrderIntake):
    """Does what it did, in another order: the clock before the records."""

    @workflow.init
    def __init__(self, intake: IntakeInput) -> None:
        super().__init__(intake)

    @workflow.run
    async def run(self, intake: IntakeInput) -> None:
        """Wait for the money, then acknowledge the order and start its journeys."""
        await workflow.wait_condition(lambda: self._is_stirred, timeout=timedelta(days=60))
        await self._ask(OrderRecords.acknowledge_order)
        await self._start_journeys()


@workflow.defn(name="OrderIntake", failure_exception_types=[Refusal])
class AsksWithLessTime(OrderIntake):
    """Does the same in the same order, with another timeout."""

    @workflow.init
    def __init__(self, intake: IntakeInput) -> None:
        super().__init__(intake)

    @workflow.run
    async def run(self, intake: IntakeInput) -> None:
        """Acknowledge the order with a shorter attempt than before, then start its journeys."""
        standing: OrderStanding = await workflow.execute_local_activity_method(
            OrderRecords.acknowledge_order,
            OrderRef(order_id=intake.order_id, at=workflow.now()),
            start_to_close_timeout=RECORDS_ATTEMPT - timedelta(seconds=1),
            retry_policy=RECORDS_RETRY,
        )
        if standing.settled_at is not None:
            await self._start_journeys()


@workflow.defn(name="CredentialJourney", failure_exception_types=[Refusal])
class GivesADayLess(CredentialJourney):
    """Does the same in the same order, and writes another number down."""

    @workflow.init
    def __init__(self, journey: JourneyInput) -> None:
        days = journey.policy.working_days - 1
        policy = journey.policy.model_copy(update={"working_days": days})
        super().__init__(journey.model_copy(update={"policy": policy}))

    @workflow.run
    async def run(self, journey: JourneyInput) -> JourneyResult:
        """Pursue the journey."""
        return await super().run(journey)


CARELESS_ORDER = (CredentialJourney, WaitsBeforeItAcknowledges, Sweep)
CARELESS_TIMEOUT = (CredentialJourney, AsksWithLessTime, Sweep)
CARELESS_NUMBER = (GivesADayLess, OrderIntake, Sweep)
