"""What a journey will send by itself if nothing happens: reminders, and what its due time brings.

Read from the running due time and the reminders that were stored with it. The journey decides anew
when the time comes, so this is a forecast: whatever happens before changes it.
"""

from datetime import datetime
from typing import Final

from domain.enrollment import AttentionKind, ClockKind, Reminder, Stage
from domain.notice_rules import Situation, still_applies
from domain.notices import NoticeKind, Recipient
from domain.values import Instant, Value


class RunningDue(Value):
    """The due time that runs, with the reminders that were computed with it."""

    clock: ClockKind
    at: Instant
    reminders: tuple[Reminder, ...] = ()


class ExpectedSend(Value):
    """Something that will be sent, or brought to operations, unless something happens first.

    Exactly one of ``notice`` and ``attention`` is set. ``because`` is one sentence.
    """

    at: Instant
    because: str
    notice: NoticeKind | None = None
    to: Recipient | None = None
    attention: AttentionKind | None = None
    is_at_due_time: bool = False
    is_to_next_assessor: bool = False


_OPEN_QUESTION: Final[dict[ClockKind, str]] = {
    ClockKind.VERIFICATION: "The practitioner has not verified the account.",
    ClockKind.ACCESS: "The mail server has not accepted the access mail.",
    ClockKind.WORKING_PERIOD: "The practitioner has not submitted every part.",
    ClockKind.OFFER: "The assessor has not answered the offer.",
    ClockKind.ASSESSMENT: "The assessor has not handed in a judgement.",
    ClockKind.RESUBMISSION: "The practitioner has not submitted what was not met.",
}
"""Why a reminder of a clock is sent."""


class _AtDue(Value):
    because: str
    notices: tuple[tuple[NoticeKind, Recipient], ...] = ()
    attention: AttentionKind | None = None


_AT_DUE: Final[dict[ClockKind, _AtDue]] = {
    ClockKind.VERIFICATION: _AtDue(
        because="The time to verify the account is over.",
        attention=AttentionKind.ACCOUNT_UNVERIFIED,
    ),
    ClockKind.ACCESS: _AtDue(
        because="The access promise is broken and recorded as such.",
        attention=AttentionKind.ACCESS_LATE,
    ),
    ClockKind.WORKING_PERIOD: _AtDue(
        because="The working period is over; the time of grace begins.",
        notices=((NoticeKind.WORKING_PERIOD_ENDING, Recipient.PRACTITIONER),),
    ),
    ClockKind.GRACE: _AtDue(
        because="The time of grace is over; the journey lapses.",
        notices=((NoticeKind.LAPSED, Recipient.PRACTITIONER),),
    ),
    ClockKind.OFFER: _AtDue(
        because="The offer lapses and the next assessor is asked, if there is one.",
        notices=((NoticeKind.OFFER, Recipient.ASSESSOR),),
    ),
    ClockKind.ASSESSMENT: _AtDue(
        because="The assessment is overdue.",
        notices=(
            (NoticeKind.ASSESSMENT_OVERDUE, Recipient.ASSESSOR),
            (NoticeKind.ASSESSMENT_OVERDUE, Recipient.OPS),
        ),
        attention=AttentionKind.ASSESSMENT_OVERDUE,
    ),
    ClockKind.OVERDUE: _AtDue(
        because="The round goes back to the queue and the next assessor is asked, if there is one.",
        notices=(
            (NoticeKind.ASSIGNMENT_ENDED, Recipient.ASSESSOR),
            (NoticeKind.OFFER, Recipient.ASSESSOR),
        ),
    ),
    ClockKind.APPROVAL: _AtDue(
        because="The approval is overdue.", attention=AttentionKind.APPROVAL_OVERDUE
    ),
    ClockKind.RESUBMISSION: _AtDue(
        because="The time to revise is over; the journey lapses.",
        notices=((NoticeKind.LAPSED, Recipient.PRACTITIONER),),
    ),
    ClockKind.ROUND_GRANT: _AtDue(
        because="No further round was granted; the journey is closed.",
        notices=((NoticeKind.CLOSED, Recipient.PRACTITIONER),),
    ),
}
"""What each due time brings. The clocks of an escalation and of the queue bring nothing new."""

_ESCALATED: Final[dict[Stage, AttentionKind]] = {
    Stage.VERIFYING: AttentionKind.ACCOUNT_UNVERIFIED,
    Stage.GRANTING_ACCESS: AttentionKind.ACCESS_LATE,
    Stage.APPROVING: AttentionKind.APPROVAL_OVERDUE,
}


def expected_sends(
    due: RunningDue, written_until: datetime, now: Situation
) -> tuple[ExpectedSend, ...]:
    """Return what is to come, in order, up to the due time and at it.

    A reminder that the journey has dealt with lies before ``written_until``, the instant of the
    last thing that it wrote; whatever lies after that is still to come, late or not.
    """
    reminders = [
        _reminded(each, due)
        for each in due.reminders
        if each.at > written_until
        and (each.notice is None or still_applies(each.notice, now.round, now))
    ]
    return (*sorted(reminders, key=lambda each: each.at), *_at_due(due, now.stage))


def _reminded(reminder: Reminder, due: RunningDue) -> ExpectedSend:
    return ExpectedSend(
        at=reminder.at,
        because=_OPEN_QUESTION.get(due.clock, "The due time comes nearer."),
        notice=reminder.notice,
        to=reminder.to if reminder.notice else None,
        attention=reminder.attention,
    )


def _at_due(due: RunningDue, stage: Stage | None) -> tuple[ExpectedSend, ...]:
    if due.clock is ClockKind.ESCALATION:
        kind = _ESCALATED.get(stage) if stage else None
        brings = _AtDue(because="It is still open; operations are reminded.", attention=kind)
    else:
        brings = _AT_DUE.get(due.clock, _AtDue(because=""))
    notices = tuple(
        ExpectedSend(
            at=due.at,
            because=brings.because,
            notice=notice,
            to=to,
            is_at_due_time=True,
            is_to_next_assessor=notice is NoticeKind.OFFER,
        )
        for notice, to in brings.notices
    )
    if brings.attention is None:
        return notices
    opened = ExpectedSend(
        at=due.at, because=brings.because, attention=brings.attention, is_at_due_time=True
    )
    return (*notices, opened)
