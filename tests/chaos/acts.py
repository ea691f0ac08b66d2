"""What people did and were told was done: the harness's own log, and trying until it is.

Whoever gets no answer tries again, as a person does. What was answered with "done" is written down,
on the disk, with what it must have led to; it is looked up at the end.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, TypeVar

import asyncpg
import httpx2
from sqlalchemy.exc import DBAPIError
from temporalio.client import ActivityFailureError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError

from domain.evidence import StorageUnavailable
from domain.refusals import Refusal
from domain.values import Instant, Value
from tests.chaos.journal import Journal
from tests.waiting import pause

OutcomeT = TypeVar("OutcomeT")

OUT_OF_REACH: Final = (
    OSError,
    TimeoutError,
    RPCError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
    ActivityFailureError,
    DBAPIError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    httpx2.HTTPError,
    StorageUnavailable,
)
"""What somebody meets while a part of the stack is down: nothing was answered."""

ONE_TRY: Final = 25.0
"""Seconds after which somebody presses again."""

BETWEEN_TRIES: Final = 0.4
PATIENCE: Final = 120.0
"""Seconds after which somebody gives up, which the run counts as a journey that is stuck."""

LOOK_EVERY: Final = 0.15
"""Seconds between two looks at how far others have come."""


class GaveUp(Exception):
    """Somebody waited in vain."""


class ActKind(StrEnum):
    """What people do."""

    PAID = "paid"
    REFUNDED = "refunded"
    VERIFIED = "verified"
    WROTE = "wrote"
    UPLOADED = "uploaded"
    POINTED = "pointed"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    MARKED = "marked"
    JUDGED = "judged"
    CONFIRMED = "confirmed"
    PASSED_BACK = "passed_back"
    EXTENDED = "extended"
    REASSIGNED = "reassigned"
    WITHDRAWN = "withdrawn"
    GRANTED = "granted"
    REISSUED = "reissued"
    TRANSCRIBED = "transcribed"


class Acknowledged(Value):
    """One act that was answered with "done"."""

    at: Instant
    kind: ActKind
    subject_id: str
    """The enrollment, or the order."""
    key: str = ""
    """Which of its kind: a round and part, an item, an assignment, a hash."""
    value: str = ""
    """What must be found under the key."""


class ActLog:
    """Writes down what was acknowledged."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.written = 0

    def done(self, kind: ActKind, subject_id: str, key: str = "", value: str = "") -> None:
        """Write down an act whose answer has come."""
        self._journal.write(
            Acknowledged(
                at=datetime.now(UTC), kind=kind, subject_id=subject_id, key=key, value=value
            )
        )
        self.written += 1


async def persist(
    act: Callable[[], Awaitable[OutcomeT]], *done_already: type[Refusal]
) -> OutcomeT | None:
    """Try until somebody answers; ``None``: refused, as a try without an answer had done it.

    A refusal that is none of ``done_already`` is raised: nobody expects it.
    """
    give_up_at = time.monotonic() + PATIENCE
    while True:
        try:
            async with asyncio.timeout(ONE_TRY):
                return await act()
        except done_already:
            return None
        except OUT_OF_REACH as unreachable:
            if time.monotonic() > give_up_at:
                raise GaveUp(type(unreachable).__name__) from unreachable
            await pause(BETWEEN_TRIES)


async def until(what: str, is_so: Callable[[], Awaitable[bool]], within: float = PATIENCE) -> None:
    """Wait until something is so; raises ``GaveUp``."""
    give_up_at = time.monotonic() + within
    while True:
        try:
            async with asyncio.timeout(ONE_TRY):
                if await is_so():
                    return
        except OUT_OF_REACH:
            await pause(BETWEEN_TRIES)
        if time.monotonic() > give_up_at:
            raise GaveUp(what)
        await pause(LOOK_EVERY)
