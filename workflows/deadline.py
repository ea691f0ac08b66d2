"""A movable due time with its reminders: one timer at a time, derived from the due time.

After an outage it catches up once and never skips (trap 4): reminders that were missed collapse
into the last one of their kind, and a due time that passed meanwhile silences them.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from temporalio import workflow

from domain.enrollment import Due, Reminder


@dataclass(frozen=True)
class Passed:
    """The due time has come."""


@dataclass(frozen=True)
class Reminded:
    """These reminders are due now, at most one of each kind."""

    reminders: tuple[Reminder, ...]


class Deadline:
    """Waits until something happens, a reminder is due, or the time is up."""

    def __init__(self, due: Due) -> None:
        self._due = due
        self._pending = sorted(due.reminders, key=lambda each: each.at)

    async def wait(self, happened: Callable[[], bool]) -> Reminded | Passed | None:
        """Return ``None`` once ``happened()`` holds, or what the clock says if that is first."""
        await self.until(happened)
        come = self.come()
        return self.hear(come[-1]) if come else None

    async def until(self, happened: Callable[[], bool]) -> None:
        """Return once ``happened()`` holds or an instant has come."""
        while not happened() and not self.come():
            upcoming = min([each.at for each in self._pending] + [self._due.at])
            with suppress(TimeoutError):
                await workflow.wait_condition(happened, timeout=upcoming - workflow.now())

    def come(self) -> tuple[datetime, ...]:
        """Return the instants that have come and were not heard yet, the earliest first."""
        instants = {each.at for each in self._pending} | {self._due.at}
        now = workflow.now()
        return tuple(sorted(each for each in instants if each <= now))

    def hear(self, until: datetime) -> Reminded | Passed:
        """Take what the clock says at ``until``, an instant that has come."""
        if until >= self._due.at:
            return Passed()
        taken = [each for each in self._pending if each.at <= until]
        self._pending = [each for each in self._pending if each.at > until]
        latest = {(each.notice, each.attention): each for each in taken}
        return Reminded(tuple(latest.values()))
