"""Where a worker of the harness can be killed: before and after each activity and its effects.

A file in the folder of orders, named as a boundary, kills the first worker that comes to it. Taking
the file away is the claim, so one order kills one worker, and kills it at that very place.
"""

import functools
import os
import signal
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

from temporalio import activity
from temporalio.client import Interceptor as ClientInterceptor
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
)
from temporalio.worker import (
    Interceptor as WorkerInterceptor,
)

from activities.registration import declared_names
from adapters.files import FileStore
from adapters.mail.smtp import SmtpRelay
from adapters.pieces import PieceStore
from adapters.records.journey_book import JourneyBook
from adapters.records.notice_book import NoticeBook
from adapters.records.order_book import OrderBook
from adapters.records.part_book import PartBook
from adapters.records.upload_book import UploadBook
from domain.values import Instant, Value
from office.engine import WorkflowEngine
from tests.chaos.journal import Journal

OutcomeT = TypeVar("OutcomeT")

EFFECTS: Final[tuple[tuple[type, tuple[str, ...]], ...]] = (
    (NoticeBook, ("prepare", "claim", "accepted", "refused", "deferred", "unconfirmed")),
    (SmtpRelay, ("deliver",)),
    (JourneyBook, ("enter",)),
    (OrderBook, ("acknowledge", "open_lines")),
    (
        WorkflowEngine,
        ("dispatch", "wake", "start_journeys", "tell_access_mail_accepted"),
    ),
    (PartBook, ("submitted", "freeze", "add_artifact", "inspected")),
    (UploadBook, ("arrived", "kept")),
    (PieceStore, ("discard",)),
    (FileStore, ("put", "read_back", "fetch_to")),
)
"""The effects inside activities, as methods of the adapters that have them."""

SIDES: Final = ("before", "after")


def boundaries() -> tuple[str, ...]:
    """Return every boundary, in an order that does not change."""
    activities = sorted(declared_names())
    effects = [f"{kind.__name__}.{name}" for kind, names in EFFECTS for name in names]
    return tuple(f"{step}-{side}" for step in (*activities, *effects) for side in SIDES)


class Killed(Value):
    """A worker that was killed at a boundary by order."""

    at: Instant
    boundary: str
    pid: int


class KillOrders:
    """The orders that a worker looks for at each boundary."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._log = Journal(folder.with_suffix(".jsonl"))

    def reached(self, boundary: str) -> None:
        """Die here if that was ordered."""
        try:
            os.unlink(self._folder / boundary)
        except FileNotFoundError:
            return
        self._log.write(Killed(at=datetime.now(UTC), boundary=boundary, pid=os.getpid()))
        os.kill(os.getpid(), signal.SIGKILL)


class Boundaries(ClientInterceptor, WorkerInterceptor):
    """Looks for orders before and after each activity, local ones as well."""

    def __init__(self, orders: KillOrders) -> None:
        self._orders = orders

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """Stand before every activity."""
        return _Activity(next, self._orders)


class _Activity(ActivityInboundInterceptor):
    def __init__(self, inner: ActivityInboundInterceptor, orders: KillOrders) -> None:
        super().__init__(inner)
        self._orders = orders

    async def execute_activity(self, input: ExecuteActivityInput) -> object:
        name = activity.info().activity_type
        self._orders.reached(f"{name}-before")
        outcome: object = await super().execute_activity(input)
        self._orders.reached(f"{name}-after")
        return outcome


def watch_effects(orders: KillOrders) -> None:
    """Look for orders before and after each effect, in this process."""
    for kind, names in EFFECTS:
        for name in names:
            setattr(kind, name, _watched(orders, f"{kind.__name__}.{name}", getattr(kind, name)))


def _watched(
    orders: KillOrders, step: str, effect: Callable[..., Awaitable[OutcomeT]]
) -> Callable[..., Awaitable[OutcomeT]]:
    @functools.wraps(effect)
    async def watched(*arguments: object, **named: object) -> OutcomeT:
        orders.reached(f"{step}-before")
        outcome = await effect(*arguments, **named)
        orders.reached(f"{step}-after")
        return outcome

    return watched
