"""How people's acts reach a journey: a reason in the records, then an update with an id of its own.

The same act again is the same request id, so pressing twice is harmless.
"""

from typing import TypeVar
from uuid import uuid4

from activities.contracts import Actor
from adapters.records.ops_book import OpsBook
from domain.grounds import Grounds
from domain.refusals import Refusal
from domain.values import Contract, opaque_id
from office.engine import JourneyNotRunning, WorkflowEngine

AnswerT = TypeVar("AnswerT", bound=Contract)


class Requests:
    """Sends people's acts to journeys."""

    def __init__(self, engine: WorkflowEngine, ops: OpsBook) -> None:
        self._engine = engine
        self._ops = ops

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
        try:
            return await self._engine.ask(enrollment_id, update, request, answer, request_id=key)
        except JourneyNotRunning:
            raise await self._ops.why_not_running(enrollment_id) from None


def request_key(act: str, *parts: object) -> str:
    """Return the id of an act: the same act with the same words is the same request."""
    return opaque_id("u", act, *(str(part) for part in parts))
