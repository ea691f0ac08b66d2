"""What activities need from outside, given by the composition root."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from activities.contracts import (
    Entered,
    Entry,
    EntryCause,
    EntryRef,
    LinesToStart,
    OrderRef,
    OrderStanding,
    PartRef,
    SweepReport,
)
from activities.webhook_contracts import DeliveryDispatch
from domain.evidence import Inspection
from domain.findings import Finding
from domain.kept_letters import KeptLetter
from domain.letters import Letter, LetterFacts
from domain.notices import NoticeKind, NoticeState
from domain.submission import Artifact, Draft, ReceiptEntry
from domain.values import Contract, Value


class Dispatch(Contract):
    """A notice that is ready to be put on the mail queue."""

    notice_id: str
    urgency: int
    fairness_key: str


class Written(Contract):
    """What came of an entry: the answer, the notices to send, the rounds to wake, whom to tell."""

    entered: Entered
    notices: tuple[Dispatch, ...] = ()
    woken: tuple[str, ...] = ()
    deliveries: tuple[DeliveryDispatch, ...] = ()


class EntryOfAnotherCause(Exception):
    """An entry has this number already, and another cause: the journey is not as far as it was.

    An earlier attempt at the journey's task wrote it and was lost (docs/decisions/0029).
    """


class JourneyWriter(Protocol):
    """Where journeys write their entries."""

    async def enter(self, entry: Entry, *, is_delayed: bool) -> Written:
        """Write all steps or none; a repeated entry is answered as the first was.

        An entry that ``is_delayed`` could not be written for a while: ops are told so. Raises the
        ``Refusal`` of a step, and ``EntryOfAnotherCause``.
        """
        ...

    async def cause_of(self, entry: EntryRef) -> EntryCause:
        """Return what an entry was caused by, if it was written."""
        ...


class JourneyToStart(Contract):
    """A journey that is to be started: its id and its pinned input."""

    enrollment_id: str
    journey: dict[str, object]


class LinesOpened(Value):
    """Journeys to start after one chunk of lines, and whether it was the last chunk."""

    journeys: tuple[JourneyToStart, ...]
    after: int
    is_complete: bool


class OrderWriter(Protocol):
    """Where the intake of orders writes."""

    async def acknowledge(self, order: OrderRef) -> tuple[OrderStanding, tuple[Dispatch, ...]]:
        """Intend the payer's notice and return where the order stands."""
        ...

    async def standing(self, order: OrderRef) -> OrderStanding:
        """Return where the order stands."""
        ...

    async def overdue(self, order: OrderRef) -> OrderStanding:
        """Open attention and return the next due time."""
        ...

    async def open_lines(self, lines: LinesToStart) -> LinesOpened:
        """Enroll or hold the next lines of a settled order, each once."""
        ...


class Engine(Protocol):
    """What activities ask of the workflow engine; each call may be repeated."""

    async def dispatch(self, notices: tuple[Dispatch, ...]) -> None:
        """Put notices on the mail queue, each once."""
        ...

    async def wake(self, enrollment_ids: tuple[str, ...]) -> None:
        """Tell waiting rounds that a place became free."""
        ...

    async def deliver(self, deliveries: tuple[DeliveryDispatch, ...]) -> None:
        """Put deliveries of webhooks on their queue, each once."""
        ...

    async def start_journeys(self, journeys: tuple[JourneyToStart, ...]) -> None:
        """Start journeys, each once."""
        ...

    async def tell_access_mail_accepted(self, enrollment_id: str, notice_id: str) -> None:
        """Tell a journey that its access mail was accepted."""
        ...


class Outgoing(Value):
    """A notice that is to be sent now: to whom, with what."""

    kind: NoticeKind
    to_address: str
    facts: LetterFacts
    message_id: str
    intended_at: datetime
    enrollment_id: str | None
    round: int | None


class NoticeWriter(Protocol):
    """The notices: the queue and the log."""

    async def prepare(self, notice_id: str, now: datetime) -> Outgoing | NoticeState:
        """Return what to send, or the state in which there is nothing (more) to send.

        A notice found in ``sending`` becomes ``unknown`` first; it is returned for sending only
        when it may be repeated by itself and was not repeated before.
        """
        ...

    async def claim(self, notice_id: str, token: str, letter: KeptLetter | None = None) -> bool:
        """Claim the notice directly before its bytes go out; ``False``: another sender has it.

        The ``letter`` is kept for operations in the same transaction.
        """
        ...

    async def accepted(self, notice_id: str, reply: str, at: datetime) -> None:
        """Write ``accepted``, from the server's own reply."""
        ...

    async def refused(self, notice_id: str, reply: str, at: datetime) -> None:
        """Write ``refused`` and open attention."""
        ...

    async def deferred(
        self, notice_id: str, reply: str, at: datetime, *, attempt: int, claim: str | None
    ) -> None:
        """Give back the ``claim`` that was taken; after a while ops hear that mail is delayed."""
        ...

    async def unconfirmed(self, notice_id: str, reply: str, at: datetime) -> bool:
        """Write ``unknown`` with an owner; ``True`` when it may be repeated by itself."""
        ...

    async def access_mail_of(self, notice_id: str) -> str | None:
        """Return the enrollment whose access mail this is; ``None`` for other kinds."""
        ...


class LetterMaker(Protocol):
    """Writes the letter of a notice."""

    def write(
        self,
        kind: NoticeKind,
        facts: LetterFacts,
        *,
        to_address: str,
        message_id: str,
        date: datetime,
    ) -> Letter:
        """Return the letter, in text and HTML."""
        ...


class Submitted(Value):
    """A draft with everything that the preflight asks about."""

    findings: tuple[Finding, ...]
    draft: Draft
    artifacts: tuple[Artifact, ...]


class PartWriter(Protocol):
    """Drafts, files and frozen revisions."""

    async def submitted(self, part: PartRef) -> Submitted:
        """Return the draft of ``part`` at the version that was agreed to, with its findings."""
        ...

    async def stored_file(self, enrollment_id: str, artifact_id: str) -> tuple[str, str]:
        """Return the name and the hash of an uploaded file."""
        ...

    async def inspected(self, artifact_id: str, inspection: Inspection) -> None:
        """Record what a file really is."""
        ...

    async def report_damage(self, enrollment_id: str, at: datetime) -> None:
        """Open attention: storage does not give back a file of this enrollment as it was."""
        ...

    async def blocked(self, part: PartRef, findings: tuple[Finding, ...]) -> str:
        """Keep what the preflight found; returns its id."""
        ...

    async def freeze(self, part: PartRef, draft: Draft, files: tuple[ReceiptEntry, ...]) -> str:
        """Write the immutable revision; the same version is frozen once. Returns its id."""
        ...


class Sweeper(Protocol):
    """The regular look at everything."""

    async def sweep(self, at: datetime, alive: Callable[[], None]) -> SweepReport:
        """Find drift, wake what is stuck, count the invariants."""
        ...
