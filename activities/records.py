"""Records as local activities: what a journey or an order decided, written once."""

from temporalio import activity

from activities.contracts import (
    Entered,
    Entry,
    EntryCause,
    EntryRef,
    LinesStarted,
    LinesToStart,
    OrderRef,
    OrderStanding,
)
from activities.failures import Failure, cross, failed
from activities.interfaces import JourneyRecords, OrderRecords
from activities.ports import Engine, EntryOfAnotherCause, JourneyWriter, OrderWriter
from domain.refusals import Refusal

DELAYED_AFTER_ATTEMPTS = 6
"""Attempts at the database after which ops hear, once it is back, that records came late: 6 s."""


class JourneyRecordsActivities(JourneyRecords):
    """Writes entries, then does what follows from them; both may be repeated."""

    def __init__(self, journeys: JourneyWriter, engine: Engine) -> None:
        self._journeys = journeys
        self._engine = engine

    @activity.defn(name="enter")
    async def enter(self, entry: Entry) -> Entered:
        """Write all steps of ``entry`` or none, put its notices on the queue, wake who waits."""
        try:
            is_delayed = activity.info().attempt >= DELAYED_AFTER_ATTEMPTS
            written = await self._journeys.enter(entry, is_delayed=is_delayed)
        except Refusal as refusal:
            raise cross(refusal) from refusal
        except EntryOfAnotherCause as other:
            raise failed(Failure.ENTRY_OF_ANOTHER_CAUSE, is_retried=False) from other
        await self._engine.dispatch(written.notices)
        await self._engine.wake(written.woken)
        await self._engine.deliver(written.deliveries)
        return written.entered

    @activity.defn(name="cause_of_entry")
    async def cause_of_entry(self, entry: EntryRef) -> EntryCause:
        """Say what an entry was caused by, if an earlier attempt at this task wrote it."""
        return await self._journeys.cause_of(entry)


class OrderRecordsActivities(OrderRecords):
    """What the intake of an order asks."""

    def __init__(self, orders: OrderWriter, engine: Engine) -> None:
        self._orders = orders
        self._engine = engine

    @activity.defn(name="acknowledge_order")
    async def acknowledge_order(self, order: OrderRef) -> OrderStanding:
        """Tell the payer that the order arrived, and say where it stands."""
        standing, notices = await self._orders.acknowledge(order)
        await self._engine.dispatch(notices)
        return standing

    @activity.defn(name="order_standing")
    async def order_standing(self, order: OrderRef) -> OrderStanding:
        """Say where the order stands by now."""
        return await self._orders.standing(order)

    @activity.defn(name="settlement_overdue")
    async def settlement_overdue(self, order: OrderRef) -> OrderStanding:
        """Open attention: nobody paid in time."""
        return await self._orders.overdue(order)

    @activity.defn(name="start_lines")
    async def start_lines(self, lines: LinesToStart) -> LinesStarted:
        """Open the next lines and start their journeys."""
        opened = await self._orders.open_lines(lines)
        await self._engine.start_journeys(opened.journeys)
        return LinesStarted(after=opened.after, is_complete=opened.is_complete)
