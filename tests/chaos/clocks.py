"""What the harness does to time in its own workers: a clock that jumps, and days that are short.

The engine's clock cannot be moved from outside, and a journey's own clock, moved ahead, stops at
the first timer until a worker has looked at it. So a three days' stop is played on journeys whose
days last two seconds: their due times are computed by the product and then drawn together.
"""

import sys
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from typing import Final

from adapters.records.steps.turn import Turn
from adapters.records.tables import DueTimeRow
from domain.calendar import DueTime
from domain.enrollment import Clock, Due
from domain.policy import Policy

SHORT_DAY: Final = timedelta(seconds=2)
"""How long a day of such a journey lasts."""

SHORT_DAYS: Final = Policy(
    verification_reminders=(1, 2),
    verification_business_days=15,
    working_days=4000,
    subscription_months=11,
)
"""What an order pins whose journey has short days; the months are how a worker knows it."""

OURS: Final = ("activities", "adapters", "office", "worker")


class JumpingClock:
    """The wall clock of one worker."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def jump(self, by: timedelta) -> None:
        """Be so much ahead, or right again when it was ahead already."""
        self.ahead = timedelta() if self.ahead else by

    def install(self) -> None:
        """Let every module of ours that asks ``datetime.now`` ask this clock."""
        clock = self

        class IsDatetime(type):
            def __instancecheck__(cls, instance: object) -> bool:
                return isinstance(instance, datetime)

        class Jumping(datetime, metaclass=IsDatetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
                return datetime.now(tz) + clock.ahead

        for name, module in list(sys.modules.items()):
            is_ours = name.partition(".")[0] in OURS
            if is_ours and vars(module).get("datetime") is datetime:
                vars(module)["datetime"] = Jumping


def draw_days_together() -> None:
    """Let the due times of journeys with short days come soon, in this process."""
    set_due: Callable[[Turn, Clock, DueTime], None] = Turn.set_due

    def drawn_together(turn: Turn, clock: Clock, due: DueTime) -> None:
        set_due(turn, clock, due)
        if not has_short_days(turn.enrollment.journey) or turn.answer.due is None:
            return
        soon = _drawn(turn.answer.due, clock.start)
        turn.answered(due=soon)
        turn.enrollment.waiting_until = soon.at
        for row in turn.session.new:
            if isinstance(row, DueTimeRow) and row.id == soon.id:
                row.due_at = soon.at
                row.reminders = {
                    "reminders": [each.model_dump(mode="json") for each in soon.reminders]
                }

    setattr(Turn, "set_due", drawn_together)  # noqa: B010 - a method is no attribute to mypy


def has_short_days(journey: dict[str, object]) -> bool:
    """Tell whether a journey pinned short days."""
    pinned = journey.get("policy")
    months = pinned.get("subscription_months") if isinstance(pinned, dict) else None
    return months == SHORT_DAYS.subscription_months


def _drawn(due: Due, start: datetime) -> Due:
    def soon(at: datetime) -> datetime:
        return start + (at - start) / timedelta(days=1) * SHORT_DAY

    reminders = tuple(each.model_copy(update={"at": soon(each.at)}) for each in due.reminders)
    return due.model_copy(update={"at": soon(due.at), "reminders": reminders})
