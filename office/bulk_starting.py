"""How an act in bulk is put into the engine, and taken up again when nobody carries it out."""

from collections.abc import Callable
from datetime import timedelta

from temporalio.client import Client
from temporalio.common import ActivityIDReusePolicy, RetryPolicy
from temporalio.exceptions import ActivityAlreadyStartedError

from activities.bulk_contracts import BulkRef
from adapters.records.bulk_book import BulkBook
from office.engine import SILENCE
from workflows import names

BULK_ATTEMPT = timedelta(hours=4)
"""One worker's time for an act: a thousand journeys, each as slow as one may be, in no hurry."""

BULK_PERSISTENCE = timedelta(days=2)
"""How long an act is tried; the sweep takes up again what is not finished then."""

BULK_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(minutes=1),
)


async def start_bulk(client: Client, bulk_id: str) -> bool:
    """Let an act be carried out; ``False``: it is being carried out, and stays as it is."""
    try:
        await client.start_activity(
            "run_bulk",
            BulkRef(bulk_id=bulk_id),
            id=names.bulk_act_id(bulk_id),
            task_queue=names.JOURNEYS_QUEUE,
            start_to_close_timeout=BULK_ATTEMPT,
            heartbeat_timeout=SILENCE,
            schedule_to_close_timeout=BULK_PERSISTENCE,
            retry_policy=BULK_RETRY,
            id_reuse_policy=ActivityIDReusePolicy.ALLOW_DUPLICATE,
        )
    except ActivityAlreadyStartedError:
        return False
    return True


class BulkSweep:
    """Takes up acts in bulk that were recorded and are not carried out by anybody."""

    def __init__(self, book: BulkBook, client: Client) -> None:
        self._book = book
        self._client = client

    async def take_up(self, alive: Callable[[], None]) -> int:
        """Start every unfinished act that nobody carries out; returns how many that were."""
        started = 0
        for bulk_id in await self._book.unfinished():
            alive()
            started += await start_bulk(self._client, bulk_id)
        return started
