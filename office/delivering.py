"""How a delivery of a webhook becomes a task of the engine: durable, retried for days, fair."""

from datetime import timedelta
from typing import Final

from temporalio.client import Client
from temporalio.common import ActivityIDReusePolicy, Priority, RetryPolicy
from temporalio.exceptions import ActivityAlreadyStartedError

from activities.webhook_contracts import DeliveryDispatch, DeliveryRef
from adapters.records.announcing import DELIVERY_PERSISTENCE
from adapters.records.delivery_book import LONGEST_PAUSE
from workflows import names

ATTEMPT: Final = timedelta(seconds=45)
"""One attempt: longer than all the waits for a receiver together; after it another one begins."""

RETRY: Final = RetryPolicy(
    initial_interval=timedelta(seconds=1), backoff_coefficient=3.0, maximum_interval=LONGEST_PAUSE
)
"""Ten attempts in the first eight hours, then one every six."""


async def start_delivery(
    client: Client, delivery: DeliveryDispatch, reuse: ActivityIDReusePolicy
) -> None:
    """Put a delivery on its queue; a running one stays alone. Endpoints are served in turn."""
    try:
        await client.start_activity(
            "deliver_webhook",
            DeliveryRef(delivery_id=delivery.delivery_id),
            id=names.delivery_id(delivery.delivery_id),
            task_queue=names.WEBHOOKS_QUEUE,
            start_to_close_timeout=ATTEMPT,
            schedule_to_close_timeout=DELIVERY_PERSISTENCE,
            retry_policy=RETRY,
            id_reuse_policy=reuse,
            priority=Priority(fairness_key=delivery.endpoint_id),
        )
    except ActivityAlreadyStartedError:
        return
