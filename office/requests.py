"""How people's acts reach a journey: a reason in the records, then an update with an id of its own.

The same act again is the same request id, so pressing twice is harmless. An act is kept in the
records while it is on its way, so that one that the engine forgot can be asked for once more.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar
from uuid import uuid4

from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError

from activities.contracts import Actor
from adapters.records.database import Database
from adapters.records.ops_book import OpsBook
from adapters.records.request_book import LostRequest, RequestBook
from adapters.unreachable import EngineUnreachable
from domain.grounds import Grounds
from domain.refusals import Refusal
from domain.values import Contract, opaque_id
from office.engine import JourneyNotRunning, WorkflowEngine

AnswerT = TypeVar("AnswerT", bound=Contract)

ONCE_MORE_SECONDS = 20
"""How long a journey's answer to an act that is asked for once more is waited for."""

ASKING_SECONDS = 60
"""How long a sweep goes on to ask for acts."""


class Requests:
    """Sends people's acts to journeys."""

    def __init__(self, engine: WorkflowEngine, database: Database) -> None:
        self._engine = engine
        self._ops = OpsBook(database)
        self._on_their_way = RequestBook(database)

    async def actor(self, key: str, grounds: Grounds) -> Actor:
        """Keep the reason and return who acts, in the form that may stand in a history."""
        reason_id = await self._ops.keep_reason(key, grounds)
        return Actor(party=grounds.party, reason_id=reason_id)

    async def send(
        self,
        enrollment_id: str,
        update: str,
        request: Contract,
        answer: type[AnswerT],
        key: str,
    ) -> AnswerT:
        """Send one act to a journey. Raises the ``Refusal`` that it meets.

        The engine answers an act that it has seen from memory, refusals too. One that facts
        outside of the journey caused may be out of date, so it is asked for once more, under a
        new id; what the journey would do twice, its own state refuses then.
        """
        try:
            return await self._sent(enrollment_id, update, request, answer, key)
        except Refusal as refusal:
            if not refusal.may_pass:
                raise
        return await self._sent(enrollment_id, update, request, answer, f"{key}/{uuid4().hex}")

    async def _sent(
        self, enrollment_id: str, update: str, request: Contract, answer: type[AnswerT], key: str
    ) -> AnswerT:
        await self._keep(enrollment_id, update, request, key)
        try:
            answered = await self._engine.ask(
                enrollment_id, update, request, answer, request_id=key
            )
        except JourneyNotRunning:
            await self._on_their_way.answered(key)
            raise await self._ops.why_not_running(enrollment_id) from None
        except Refusal:
            await self._on_their_way.answered(key)
            raise
        await self._on_their_way.answered(key)
        return answered

    async def _keep(self, enrollment_id: str, update: str, request: Contract, key: str) -> None:
        """Keep an act, once the acts before it are answered. Raises ``EngineUnreachable``.

        A journey that is behind its records would refuse what may well be done.
        """
        kept, book = request.model_dump(mode="json"), self._on_their_way
        while lost := await book.sent(key, enrollment_id, update, kept, datetime.now(UTC)):
            for each in lost:
                if not await self._is_settled(each):
                    raise EngineUnreachable

    async def ask_once_more(self, now: datetime, alive: Callable[[], None]) -> int:
        """Ask for every act again that the records show and the engine forgot; say how many.

        The engine runs no id twice, so an act that it knows after all is answered as it was. One
        that gets no answer waits for the next sweep, and so do those for which no time is left:
        whatever else a sweep does must not wait for journeys that cannot answer.
        """
        asked, stop_at = 0, time.monotonic() + ASKING_SECONDS
        for request in await self._on_their_way.lost(now):
            if time.monotonic() > stop_at:
                break
            alive()
            await self._is_settled(request)
            asked += 1
        return asked

    async def _is_settled(self, lost: LostRequest) -> bool:
        """Ask once more; tell whether there was an answer."""
        if not await self._is_answered_now(lost):
            return False
        await self._on_their_way.answered(lost.id)
        return True

    async def _is_answered_now(self, lost: LostRequest) -> bool:
        try:
            async with asyncio.timeout(ONCE_MORE_SECONDS):
                await self._engine.ask_again(
                    lost.enrollment_id, lost.update, lost.request, request_id=lost.id
                )
        except (TimeoutError, RPCError, WorkflowUpdateRPCTimeoutOrCancelledError):
            task = asyncio.current_task()
            if task is not None and task.cancelling():  # whoever asks was told to stop
                raise
            return False
        except (JourneyNotRunning, Refusal, WorkflowUpdateFailedError):
            return True  # an answer too: the journey is past what was asked
        return True


def request_key(act: str, *parts: object) -> str:
    """Return the id of an act: the same act with the same words is the same request."""
    return opaque_id("u", act, *(str(part) for part in parts))
