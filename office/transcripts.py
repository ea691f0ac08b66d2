"""How somebody comes to their transcript: it is made where the keys are, and kept.

Whoever asks here has no keys. Asked twice it is made once, and who leaves finds it later.
"""

import asyncio
from datetime import timedelta
from typing import Final

from temporalio.client import ActivityFailureError, ActivityHandle
from temporalio.common import (
    ActivityIDConflictPolicy,
    ActivityIDReusePolicy,
    Priority,
    RetryPolicy,
)
from temporalio.service import RPCError

from activities.transcript_contracts import TranscriptMade, TranscriptRef
from domain.values import opaque_id
from office.engine import WorkflowEngine, refusal_of
from workflows import names

MAKING_ATTEMPT: Final = timedelta(minutes=2)
"""One attempt; the longest transcript takes some seconds to sign and to set."""

MAKING_PERSISTENCE: Final = timedelta(minutes=30)
"""How long it is tried; after that the person asks again."""

PATIENCE: Final = timedelta(seconds=20)
"""How long somebody waits for the page; the making goes on when they have left."""

_RETRY: Final = RetryPolicy(
    initial_interval=timedelta(milliseconds=500), maximum_interval=timedelta(seconds=30)
)
_AFTER_JOURNEYS: Final = Priority(priority_key=4)


class TranscriptDesk:
    """Where practitioners ask for their transcript."""

    def __init__(self, engine: WorkflowEngine) -> None:
        self._engine = engine

    async def make(self, person_id: str) -> str | None:
        """Have the transcript of what counts now made; returns it, None while it is being made.

        Refuses ``nothing_to_transcribe`` and ``credential_not_signable``. Once it was asked for,
        the making goes on: an engine that is gone while we wait has forgotten nothing.
        """
        making = await self._asked_for(person_id)
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                return (await making.result()).transcript_id
        except ActivityFailureError as failure:
            raise refusal_of(failure) or failure from None
        except (TimeoutError, RPCError):
            return None

    async def _asked_for(self, person_id: str) -> ActivityHandle[TranscriptMade]:
        return await self._engine.client.start_activity(
            "make_transcript",
            TranscriptRef(person_id=person_id),
            id=names.transcript_id(opaque_id("w", person_id)),
            result_type=TranscriptMade,
            task_queue=names.JOURNEYS_QUEUE,
            start_to_close_timeout=MAKING_ATTEMPT,
            schedule_to_close_timeout=MAKING_PERSISTENCE,
            retry_policy=_RETRY,
            id_reuse_policy=ActivityIDReusePolicy.ALLOW_DUPLICATE,
            id_conflict_policy=ActivityIDConflictPolicy.USE_EXISTING,
            priority=_AFTER_JOURNEYS,
        )
