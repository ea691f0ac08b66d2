"""Which clock runs at which stage, from the policy that the journey pinned.

Only requests: the due time itself is computed once, outside the workflow, on the calendar.
"""

from collections.abc import Callable
from datetime import datetime

from temporalio import workflow

from domain.calendar import Unit
from domain.enrollment import AttentionKind, Clock, ClockKind, ReminderRule, RemindFrom
from domain.notices import NoticeKind, Recipient
from domain.policy import Policy


def _before(
    days: tuple[int, ...],
    unit: Unit,
    notice: NoticeKind,
    to: Recipient = Recipient.PRACTITIONER,
) -> tuple[ReminderRule, ...]:
    return tuple(ReminderRule(days=each, unit=unit, notice=notice, to=to) for each in days)


def _after(
    days: tuple[int, ...], notice: NoticeKind, to: Recipient = Recipient.PRACTITIONER
) -> tuple[ReminderRule, ...]:
    return tuple(
        ReminderRule(days=each, counted_from=RemindFrom.START, notice=notice, to=to)
        for each in days
    )


class Clocks:
    """Makes the clock of each stage. All clocks but the access promise start now.

    ``now`` is the workflow's own clock; whoever previews what a journey would do brings another.
    """

    def __init__(self, policy: Policy, now: Callable[[], datetime] = workflow.now) -> None:
        self._policy = policy
        self._now = now

    def verification(self) -> Clock:
        """The practitioner verifies the account; reminders count from the first mail."""
        return self._business(
            ClockKind.VERIFICATION,
            self._policy.verification_business_days,
            _after(self._policy.verification_reminders, NoticeKind.VERIFY_REMINDER),
        )

    def access(self, settled_at: datetime, paused_from: datetime | None = None) -> Clock:
        """The access promise: from settlement, without the time of the verification."""
        return Clock(
            kind=ClockKind.ACCESS,
            start=settled_at,
            days=self._policy.access_business_days,
            unit=Unit.BUSINESS_DAYS,
            paused_from=paused_from,
            resumed_at=self._now() if paused_from else None,
            reminders=(
                ReminderRule(counted_from=RemindFrom.HALF, attention=AttentionKind.ACCESS_AT_RISK),
            ),
        )

    def escalation(self) -> Clock:
        """Ops were alerted; after this time they are reminded by the open attention again."""
        return self._business(ClockKind.ESCALATION, self._policy.escalation_business_days)

    def working_period(self) -> Clock:
        """The practitioner works on the three parts."""
        return self._calendar(
            ClockKind.WORKING_PERIOD,
            self._policy.working_days,
            _after((self._policy.access_unused_business_days,), NoticeKind.ACCESS_UNUSED)
            + _before(
                self._policy.working_reminders,
                Unit.CALENDAR_DAYS,
                NoticeKind.WORKING_PERIOD_ENDING,
            ),
        )

    def grace(self) -> Clock:
        """The working period is over; parts are still taken for a while."""
        return self._calendar(ClockKind.GRACE, self._policy.grace_days)

    def queue_review(self) -> Clock:
        """Nobody could be offered the round; look again after this time at the latest."""
        return self._business(ClockKind.QUEUE_REVIEW, self._policy.queue_review_business_days)

    def offer(self) -> Clock:
        """An assessor answers an offer."""
        return self._business(
            ClockKind.OFFER,
            self._policy.offer_business_days,
            _after(self._policy.offer_reminders, NoticeKind.OFFER_REMINDER, Recipient.ASSESSOR),
        )

    def assessment(self) -> Clock:
        """An assessor marks and judges."""
        return self._business(
            ClockKind.ASSESSMENT,
            self._policy.assessment_business_days,
            _before(
                self._policy.assessment_reminders,
                Unit.BUSINESS_DAYS,
                NoticeKind.ASSESSMENT_DUE,
                Recipient.ASSESSOR,
            ),
        )

    def overdue(self) -> Clock:
        """The assessment is late; then the round goes back to the queue."""
        return self._business(ClockKind.OVERDUE, self._policy.overdue_business_days)

    def approval(self) -> Clock:
        """An approver confirms or passes back."""
        return self._business(ClockKind.APPROVAL, self._policy.approval_business_days)

    def resubmission(self) -> Clock:
        """The practitioner revises what was not met."""
        return self._calendar(
            ClockKind.RESUBMISSION,
            self._policy.resubmission_days,
            _before(
                self._policy.resubmission_reminders,
                Unit.CALENDAR_DAYS,
                NoticeKind.RESUBMISSION_ENDING,
            ),
        )

    def round_grant(self) -> Clock:
        """All rounds are used; ops may grant another."""
        return self._calendar(ClockKind.ROUND_GRANT, self._policy.grant_round_days)

    def _business(
        self, kind: ClockKind, days: int, reminders: tuple[ReminderRule, ...] = ()
    ) -> Clock:
        return Clock(
            kind=kind,
            start=self._now(),
            days=days,
            unit=Unit.BUSINESS_DAYS,
            reminders=reminders,
        )

    def _calendar(
        self, kind: ClockKind, days: int, reminders: tuple[ReminderRule, ...] = ()
    ) -> Clock:
        return Clock(
            kind=kind,
            start=self._now(),
            days=days,
            unit=Unit.CALENDAR_DAYS,
            reminders=reminders,
        )
