"""Journeys with a worker of their own, which a test may stop and start: an outage at will."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

from temporalio.client import Client
from temporalio.worker import Worker

from activities.contracts import LinesToStart
from activities.ports import Engine, JourneyToStart
from activities.records import JourneyRecordsActivities
from activities.registration import activities_of
from adapters.records.journey_book import JourneyBook
from adapters.records.order_book import OrderBook
from domain.policy import Policy
from tests.house import House
from worker import credential_activities_of
from workflows import names
from workflows.contracts import JourneyInput
from workflows.credential_journey import CredentialJourney
from workflows.registration import sandboxed_runner

_NUMBERS = count(1)


@dataclass
class Outpost:
    """A queue for journeys beside the house's; records, mail and documents are the house's."""

    house: House
    queue: str
    engine: Engine

    @classmethod
    def of(cls, house: House, engine: Engine | None = None) -> "Outpost":
        """Return an outpost whose records tell ``engine`` what follows from an entry."""
        return cls(house, f"journeys-of-test-{next(_NUMBERS)}", engine or house.engine)

    def at_work(self) -> AbstractAsyncContextManager[Worker]:
        """Serve the queue until the end of the block."""
        zone = self.house.settings.programme_zone
        records = JourneyRecordsActivities(JourneyBook(self.house.database, zone), self.engine)
        house = self.house
        credentials = credential_activities_of(house.engine, house.settings, house.database)
        return Worker(
            self.client,
            task_queue=self.queue,
            workflows=[CredentialJourney],
            activities=[*activities_of(records), *activities_of(credentials)],
            workflow_runner=sandboxed_runner(),
        )

    @property
    def client(self) -> Client:
        """The house's client."""
        return self.house.client

    async def opened(self, library: str, *, is_verified: bool = False) -> JourneyToStart:
        """Take an order whose enrollment is open and whose journey nobody has started."""
        await self.house.publish(library)
        order = self.house.paid_order(library)
        if is_verified:
            await self.house.know(order.lines[0].learner)
        book = OrderBook(self.house.database, self.house.settings.programme_zone, Policy())
        now = datetime.now(UTC)
        order_id = await book.record(order, now, settled_at=now)
        lines = await book.open_lines(LinesToStart(order_id=order_id, after=0, at=now))
        return lines.journeys[0]

    async def start(self, journey: JourneyToStart) -> str:
        """Start a journey on this queue; returns its enrollment."""
        await self.client.start_workflow(
            "CredentialJourney",
            JourneyInput.model_validate(journey.journey),
            id=names.journey_id(journey.enrollment_id),
            task_queue=self.queue,
        )
        return journey.enrollment_id
