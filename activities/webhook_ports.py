"""What the delivery of webhooks needs from outside: records, and somebody who sends.

Every outcome is returned, none is raised, so a caller has to look at each.

    Verdict
    ├── taken        the receiver answered 2xx; nothing else ever means that
    ├── gone         it answered 410: it wants no more events, ever
    ├── declined     it answered something that another attempt will hardly change (3xx, most 4xx)
    ├── unanswered   it is down, busy, or could not be reached: later is another chance
    └── forbidden    its name leads into a private network; nothing was sent
"""

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import SecretStr

from domain.values import Value
from domain.webhooks import DeliveryState


class Verdict(StrEnum):
    """What an attempt came to."""

    TAKEN = "taken"
    GONE = "gone"
    DECLINED = "declined"
    UNANSWERED = "unanswered"
    FORBIDDEN = "forbidden"


class Answer(Value):
    """The end of one attempt. ``reply`` is short, plain text; it may hold what it likes."""

    verdict: Verdict
    status: int | None
    reply: str
    duration_ms: int


class OutgoingEvent(Value):
    """An event that is to be sent now. With two secrets, both sign it: the older one runs out."""

    url: str
    secrets: tuple[SecretStr, ...]
    event_id: str
    body: str


class DeliveryWriter(Protocol):
    """The deliveries: the queue and the log."""

    async def prepare(self, delivery_id: str, now: datetime) -> OutgoingEvent | DeliveryState:
        """Return what to send, or the state in which there is nothing (more) to send."""
        ...

    async def answered(self, delivery_id: str, answer: Answer, at: datetime) -> DeliveryState:
        """Keep an attempt; returns where the delivery stands after it."""
        ...


class EventSender(Protocol):
    """Sends events to endpoints."""

    async def send(self, event: OutgoingEvent, at: datetime) -> Answer:
        """Send ``event``, signed as of ``at``; returns what became of it."""
        ...
