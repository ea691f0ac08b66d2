"""Where something is killed at a step boundary: before and after each activity and its effects.

A file in the folder of orders, named as a boundary, kills the first worker that comes to it. Taking
the file away is the claim, so one order kills one worker, and kills it at that very place.

A file named as a boundary with a victim (``enter-before.temporal``) is an order for one of the
servers. The worker that comes to it renames the file and stands still, in the midst of what it
does, until the harness has killed that server (``striking.py``) and taken the file away.
"""

import functools
import os
import signal
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
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
from adapters.records.bulk_book import BulkBook
from adapters.records.correction_book import CorrectionBook
from adapters.records.credential_book import CredentialBook
from adapters.records.delivery_book import DeliveryBook
from adapters.records.journey_book import JourneyBook
from adapters.records.notice_book import NoticeBook
from adapters.records.order_book import OrderBook
from adapters.records.part_book import PartBook
from adapters.records.status_list_book import StatusListBook
from adapters.records.transcript_book import TranscriptBook
from adapters.records.upload_book import UploadBook
from adapters.webhooks.sending import HttpSender
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
        ("dispatch", "wake", "deliver", "start_journeys", "tell_access_mail_accepted"),
    ),
    (PartBook, ("submitted", "freeze", "add_artifact", "inspected")),
    (UploadBook, ("arrived", "kept")),
    (PieceStore, ("discard",)),
    (FileStore, ("put", "read_back", "fetch_to")),
    (CredentialBook, ("keep",)),
    (CorrectionBook, ("carry_out",)),
    (StatusListBook, ("publish",)),
    (DeliveryBook, ("answered",)),
    (HttpSender, ("send",)),
    (BulkBook, ("settle", "end")),
    (TranscriptBook, ("keep",)),
)
"""The effects inside activities, as methods of the adapters that have them."""

SIDES: Final = ("before", "after")


def boundaries() -> tuple[str, ...]:
    """Return every boundary, in an order that does not change."""
    activities = sorted(declared_names())
    effects = [f"{kind.__name__}.{name}" for kind, names in EFFECTS for name in names]
    return tuple(f"{step}-{side}" for step in (*activities, *effects) for side in SIDES)


class Victim(StrEnum):
    """Who is killed at a boundary; the servers are named as their services are."""

    WORKER = "worker"
    SERVER = "temporal"
    RECORDS = "postgres"
    MAIL = "mail"


SERVERS: Final = (Victim.SERVER, Victim.RECORDS, Victim.MAIL)
"""Victims that a worker cannot kill itself."""

REACHED: Final = ".reached"
"""Added to the name of an order at which a worker stands."""

STANDS_FOR: Final = 5.0
"""Seconds that a worker stands at a boundary; then it goes on, and the order holds again."""

LOOKS_EVERY: Final = 0.01


def order_name(boundary: str, victim: Victim) -> str:
    """Return how the file of an order is called."""
    return boundary if victim is Victim.WORKER else f"{boundary}.{victim}"


class Killed(Value):
    """Somebody who was killed at a boundary by order."""

    at: Instant
    boundary: str
    pid: int
    victim: Victim = Victim.WORKER

    @property
    def order(self) -> str:
        """How the file of its order was called."""
        return order_name(self.boundary, self.victim)


class KillOrders:
    """The orders that a worker looks for at each boundary."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._log = Journal(folder.with_suffix(".jsonl"))

    def reached(self, boundary: str) -> None:
        """Die here if that was ordered, or stand still while a server dies."""
        for victim in SERVERS:
            self._stand(self._folder / order_name(boundary, victim))
        try:
            os.unlink(self._folder / boundary)
        except FileNotFoundError:
            return
        self._log.write(Killed(at=datetime.now(UTC), boundary=boundary, pid=os.getpid()))
        os.kill(os.getpid(), signal.SIGKILL)

    def _stand(self, place: Path) -> None:
        """Do nothing at all, not even wait as others do, until the order is carried out."""
        here = place.with_name(place.name + REACHED)
        try:
            place.rename(here)
        except FileNotFoundError:
            return
        give_up_at, standing = time.monotonic() + STANDS_FOR, threading.Event()
        with suppress(FileNotFoundError):  # carried out
            while time.monotonic() < give_up_at:
                os.utime(here)  # says that somebody still stands here
                standing.wait(LOOKS_EVERY)
            here.rename(place)


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
