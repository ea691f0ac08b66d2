"""How a clock becomes a due time with its reminders, on a given calendar (traps 14 to 16).

Called once for each due time, outside the workflow; the result is stored with the calendar's name,
version and a sentence that explains it.
"""

from datetime import datetime

from domain.calendar import DueTime, ProgrammeCalendar, Unit
from domain.enrollment import Clock, Reminder, ReminderRule, RemindFrom


def compute_due(clock: Clock, calendar: ProgrammeCalendar) -> DueTime:
    """Return the due time of ``clock``.

    A clock that stood still gets what was left of its business days when it goes on; one that had
    run out before it was stopped stays due when it was.
    """
    start, days = running_part(clock, calendar)
    return calendar.due_after(start, days, clock.unit)


def running_part(clock: Clock, calendar: ProgrammeCalendar) -> tuple[datetime, int]:
    """Return from when, and for how many days, the clock counts after its pause."""
    if clock.paused_from is None or clock.resumed_at is None:
        return clock.start, clock.days
    used = calendar.business_days_between(clock.start, clock.paused_from)
    if used >= clock.days:
        return clock.start, clock.days
    return clock.resumed_at, clock.days - used


def extended_due(due_at: datetime, days: int, unit: Unit, calendar: ProgrammeCalendar) -> DueTime:
    """Return the due time ``days`` of the clock's own unit after ``due_at``."""
    return calendar.due_after(due_at, days, unit)


def reminders_of(
    clock: Clock, due: DueTime, calendar: ProgrammeCalendar, now: datetime
) -> tuple[Reminder, ...]:
    """Return the reminders between ``now`` and the due time, in order."""
    reminders = [
        Reminder(
            at=_instant(rule, clock, due, calendar),
            notice=rule.notice,
            to=rule.to,
            attention=rule.attention,
        )
        for rule in clock.reminders
    ]
    return tuple(
        sorted((each for each in reminders if now < each.at < due.at), key=lambda each: each.at)
    )


def _instant(
    rule: ReminderRule, clock: Clock, due: DueTime, calendar: ProgrammeCalendar
) -> datetime:
    match rule.counted_from:
        case RemindFrom.START:
            return calendar.reminders_after(clock.start, (rule.days,))[0]
        case RemindFrom.HALF:
            return calendar.half_way(*running_part(clock, calendar)).at
        case RemindFrom.DUE:
            return calendar.reminders_before(due, (rule.days,), rule.unit)[0]
