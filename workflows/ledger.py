"""The ledger: what a journey decided in this turn, written by one idempotent call."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

from activities.contracts import ENGINE, Actor, Entered, Entry, EntryCause, EntryRef
from activities.failures import Failure
from activities.interfaces import JourneyRecords
from activities.steps import (
    IntendNotice,
    Step,
)
from domain.enrollment import Party
from domain.notices import NoticeKind, Recipient
from domain.refusals import Refusal

RECORDS_ATTEMPT = timedelta(seconds=30)
"""One attempt at the database; retried without end, because a decision is never dropped."""

RECORDS_RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(seconds=15),
)


START = "start"
"""The cause of what a journey writes before it waits for anything."""

_OTHER_CAUSE = Failure.ENTRY_OF_ANOTHER_CAUSE.value


def refusal_in(failure: ActivityError | ApplicationError) -> Refusal | None:
    """Return the business refusal that an activity answered with, by its type.

    A remote activity's error wraps what was raised in it; a local one's is that error itself.
    """
    cause = failure.cause if isinstance(failure, ActivityError) else failure
    if isinstance(cause, ApplicationError) and cause.type:
        kind = Refusal.kind_named(cause.type)
        if kind is not None:
            return kind.received(cause.message)
    return None


class NotAsFarAsWritten(Exception):
    """The records hold another turn under this number: this attempt at the task is on a wrong way.

    No failure of the journey, so the engine drops the attempt and tries the task again, with
    whatever it was told meanwhile.
    """


class Ledger:
    """Buffers the steps of one turn and writes them together, in order, exactly once.

    ``cause`` is what the turn deals with; journeys that ``names_causes`` is not set for keep none.
    """

    def __init__(self, enrollment_id: str, *, names_causes: bool) -> None:
        self._enrollment_id = enrollment_id
        self.names_causes = names_causes
        self.cause = START
        self._sequence = 0
        self._steps: list[Step] = []
        self._actor: Actor = ENGINE
        self._ordinals: dict[tuple[NoticeKind, Recipient, int | None], int] = {}

    @property
    def put_down(self) -> int:
        """How many turns were written, one that is still put down among them."""
        return self._sequence + bool(self._steps)

    def add(self, *steps: Step, actor: Actor = ENGINE) -> None:
        """Put steps down for the next write."""
        self._steps.extend(steps)
        if actor.party is not Party.ENGINE:
            self._actor = actor

    def notice(
        self,
        kind: NoticeKind,
        to: Recipient = Recipient.PRACTITIONER,
        *,
        round_number: int | None = None,
        part: int | None = None,
        assignment_id: str | None = None,
    ) -> IntendNotice:
        """Return the step that intends a notice, numbered so that each one is its own."""
        key = (kind, to, round_number)
        self._ordinals[key] = self._ordinals.get(key, 0) + 1
        return IntendNotice(
            kind=kind,
            to=to,
            round=round_number,
            part=part,
            ordinal=self._ordinals[key],
            assignment_id=assignment_id,
        )

    async def write(self) -> Entered:
        """Write what was put down. Raises the ``Refusal`` of a step that may refuse."""
        if not self._steps:
            return Entered()
        self._sequence += 1
        entry = Entry(
            enrollment_id=self._enrollment_id,
            sequence=self._sequence,
            at=workflow.now(),
            actor=self._actor,
            steps=tuple(self._steps),
            cause=self.cause if self.names_causes else None,
        )
        self._steps, self._actor = [], ENGINE
        try:
            return await workflow.execute_local_activity_method(
                JourneyRecords.enter,
                entry,
                start_to_close_timeout=RECORDS_ATTEMPT,
                retry_policy=RECORDS_RETRY,
            )
        except (ActivityError, ApplicationError) as failure:
            refusal = refusal_in(failure)
            if refusal is not None:
                raise refusal from None
            if isinstance(failure, ApplicationError) and failure.type == _OTHER_CAUSE:
                raise NotAsFarAsWritten from failure
            raise

    async def refuse_to_fall_behind(self) -> None:
        """Raise ``NotAsFarAsWritten`` where a lost attempt wrote a turn that is still to come.

        Asked before something is let go without a turn of its own: it may have been for then.
        """
        if self.names_causes and await self.cause_written_next() is not None:
            raise NotAsFarAsWritten

    async def cause_written_next(self) -> str | None:
        """Return what caused the next entry, where a lost attempt at this task wrote it."""
        written: EntryCause = await workflow.execute_local_activity_method(
            JourneyRecords.cause_of_entry,
            EntryRef(enrollment_id=self._enrollment_id, sequence=self._sequence + 1),
            start_to_close_timeout=RECORDS_ATTEMPT,
            retry_policy=RECORDS_RETRY,
        )
        return written.cause
