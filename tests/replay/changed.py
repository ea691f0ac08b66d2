"""Workflows as a careless change would leave them: the controls of the replay tests."""

from datetime import timedelta

from temporalio import workflow

from activities.contracts import Actor, OrderRef, OrderStanding
from activities.interfaces import OrderRecords
from domain.enrollment import Ending
from domain.refusals import Refusal
from workflows.contracts import IntakeInput, JourneyInput, JourneyResult
from workflows.credential_journey import CredentialJourney
from workflows.issuing import issue_credential
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


@workflow.defn(name="OrderIntake", failure_exception_types=[Refusal])
class AsksForSomethingElse(OrderIntake):
    """Asks another activity, which answers the same."""

    @workflow.init
    def __init__(self, intake: IntakeInput) -> None:
        super().__init__(intake)

    @workflow.run
    async def run(self, intake: IntakeInput) -> None:
        """Look at the order in place of acknowledging it."""
        standing = await self._ask(OrderRecords.order_standing)
        if await self._settled(standing) is not None:
            await self._start_journeys()


@workflow.defn(name="OrderIntake", failure_exception_types=[Refusal])
class AsksAnotherWorker(OrderIntake):
    """Asks the same with an activity that is not local any more."""

    @workflow.init
    def __init__(self, intake: IntakeInput) -> None:
        super().__init__(intake)

    @workflow.run
    async def run(self, intake: IntakeInput) -> None:
        """Acknowledge the order on whatever worker takes it."""
        standing: OrderStanding = await workflow.execute_activity_method(
            OrderRecords.acknowledge_order,
            OrderRef(order_id=intake.order_id, at=workflow.now()),
            start_to_close_timeout=RECORDS_ATTEMPT,
            retry_policy=RECORDS_RETRY,
        )
        if await self._settled(standing) is not None:
            await self._start_journeys()


@workflow.defn(name="OrderIntake", failure_exception_types=[Refusal])
class TakesABreath(OrderIntake):
    """Does the same, after a timer that was not there."""

    @workflow.init
    def __init__(self, intake: IntakeInput) -> None:
        super().__init__(intake)

    @workflow.run
    async def run(self, intake: IntakeInput) -> None:
        """Wait a second, then do as before."""
        await workflow.sleep(1)
        await super().run(intake)


@workflow.defn(name="OrderIntake", failure_exception_types=[Refusal])
class WrittenOtherwise(OrderIntake):
    """Does exactly the same; only the words are others."""

    @workflow.init
    def __init__(self, intake: IntakeInput) -> None:
        self._begun_with = intake
        super().__init__(intake)

    @workflow.run
    async def run(self, intake: IntakeInput) -> None:
        """Acknowledge, wait for the money, start the journeys."""
        first = await self._ask(OrderRecords.acknowledge_order)
        if await self._settled(first) is None:
            return
        await self._start_journeys()


@workflow.defn(name="CredentialJourney", failure_exception_types=[Refusal])
class IssuesForEverybody(CredentialJourney):
    """Issues a credential for journeys too that were open before there were credentials."""

    @workflow.init
    def __init__(self, journey: JourneyInput) -> None:
        super().__init__(journey)

    @workflow.run
    async def run(self, journey: JourneyInput) -> JourneyResult:
        """Pursue the journey."""
        return await super().run(journey)

    async def _conclude(self, ending: Ending, actor: Actor) -> None:
        if ending is Ending.AWARDED and self._is_to_issue():
            await issue_credential(self._journey.enrollment_id)
        await super()._conclude(ending, actor)

    def _is_to_issue(self) -> bool:
        return not self._journey.issues_credential


@workflow.defn(name="CredentialJourney", failure_exception_types=[Refusal])
class IssuesUnderAPatch(IssuesForEverybody):
    """The same change behind a patch."""

    @workflow.init
    def __init__(self, journey: JourneyInput) -> None:
        super().__init__(journey)

    @workflow.run
    async def run(self, journey: JourneyInput) -> JourneyResult:
        """Pursue the journey."""
        return await super().run(journey)

    def _is_to_issue(self) -> bool:
        return workflow.patched("credentials-for-everybody") and super()._is_to_issue()


CARELESS_ORDER = (CredentialJourney, WaitsBeforeItAcknowledges, Sweep)
CARELESS_NAME = (CredentialJourney, AsksForSomethingElse, Sweep)
CARELESS_KIND = (CredentialJourney, AsksAnotherWorker, Sweep)
CARELESS_TIMER = (CredentialJourney, TakesABreath, Sweep)
CARELESS_TIMEOUT = (CredentialJourney, AsksWithLessTime, Sweep)
CARELESS_NUMBER = (GivesADayLess, OrderIntake, Sweep)
CARELESS_ADDITION = (IssuesForEverybody, OrderIntake, Sweep)
GUARDED_ADDITION = (IssuesUnderAPatch, OrderIntake, Sweep)
OTHER_WORDS = (CredentialJourney, WrittenOtherwise, Sweep)
