"""A movable due time with its reminders: one timer at a time, derived from the due time.

After an outage it catches up once and never skips (trap 4): reminders that were missed collapse
into the last one of their kind, and a due time that passed meanwhile silences them.
"""

from collections.abc import Callable
from dataclasses import dataclass

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
        while True:
            now = workflow.now()
            if now >= self._due.at:
                return Passed()
            reminded = self._take_reminders()
            if reminded:
                return Reminded(reminded)
            if happened():
                return None
            upcoming = min([each.at for each in self._pending] + [self._due.at])
            try:
                await workflow.wait_condition(happened, timeout=upcoming - now)
            except TimeoutError:
                continue

    def _take_reminders(self) -> tuple[Reminder, ...]:
        now = workflow.now()
        taken = [each for each in self._pending if each.at <= now]
        self._pending = [each for each in self._pending if each.at > now]
        latest = {(each.notice, each.attention): each for each in taken}
        return tuple(latest.values())
