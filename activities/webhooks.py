"""Delivering webhooks. "Delivered" is written from the receiver's own 2xx and nothing else."""

from datetime import UTC, datetime

from temporalio import activity

from activities.failures import Failure, cross, failed
from activities.interfaces import Webhooks
from activities.webhook_contracts import DeliveryOutcome, DeliveryRef
from activities.webhook_ports import DeliveryWriter, EventSender
from domain.refusals import Refusal
from domain.webhooks import DeliveryState


class WebhookActivities(Webhooks):
    """Sends an event and writes what the receiver said.

    An attempt that dies between the two is made again: receivers know a repetition by its id.
    """

    def __init__(self, deliveries: DeliveryWriter, sender: EventSender) -> None:
        self._deliveries = deliveries
        self._sender = sender

    @activity.defn(name="deliver_webhook")
    async def deliver_webhook(self, delivery: DeliveryRef) -> DeliveryOutcome:
        """Try one delivery. Raises a retryable failure while it is not settled."""
        now = datetime.now(UTC)
        try:
            event = await self._deliveries.prepare(delivery.delivery_id, now)
        except Refusal as refusal:
            raise cross(refusal) from refusal
        if isinstance(event, DeliveryState):
            return DeliveryOutcome(state=event)
        answer = await self._sender.send(event, now)
        state = await self._deliveries.answered(delivery.delivery_id, answer, datetime.now(UTC))
        if state is DeliveryState.PENDING:
            raise failed(Failure.WEBHOOK_NOT_TAKEN)
        return DeliveryOutcome(state=state)
