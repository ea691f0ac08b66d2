"""An enrollment and where its journey stands: stages, parties, endings, actors, clocks."""

from enum import StrEnum

from domain.calendar import Unit
from domain.notices import NoticeKind, Recipient
from domain.refusals import Conflict, Invalid, NotFound
from domain.values import Contract, Instant


class Stage(StrEnum):
    """Where a journey stands. Late is never a stage: it is computed from the due time."""

    VERIFYING = "verifying"
    GRANTING_ACCESS = "granting_access"
    WORKING = "working"
    QUEUED = "queued"
    OFFERED = "offered"
    ASSESSING = "assessing"
    APPROVING = "approving"
    REVISING = "revising"
    OUT_OF_ROUNDS = "out_of_rounds"
    ENDED = "ended"


COLLECTING = frozenset({Stage.WORKING, Stage.REVISING})
"""The stages in which the practitioner may submit parts."""

IN_ASSESSMENT = frozenset({Stage.QUEUED, Stage.OFFERED, Stage.ASSESSING, Stage.APPROVING})
"""The stages of an open round that was submitted."""


class Party(StrEnum):
    """Who is waited on, or who acted."""

    PRACTITIONER = "practitioner"
    PAYER = "payer"
    ASSESSOR = "assessor"
    APPROVER = "approver"
    OPS = "ops"
    ENGINE = "engine"


class Ending(StrEnum):
    """How a journey ended."""

    AWARDED = "awarded"
    WITHDRAWN = "withdrawn"
    REFUNDED = "refunded"
    LAPSED = "lapsed"
    CLOSED = "closed"


class ClockKind(StrEnum):
    """What a running clock measures."""

    VERIFICATION = "verification"
    ACCESS = "access"
    ESCALATION = "escalation"
    WORKING_PERIOD = "working_period"
    GRACE = "grace"
    QUEUE_REVIEW = "queue_review"
    OFFER = "offer"
    ASSESSMENT = "assessment"
    OVERDUE = "overdue"
    APPROVAL = "approval"
    RESUBMISSION = "resubmission"
    ROUND_GRANT = "round_grant"
    SETTLEMENT = "settlement"


class AttentionKind(StrEnum):
    """What operations must look at."""

    ACCOUNT_UNVERIFIED = "account_unverified"
    ACCESS_AT_RISK = "access_at_risk"
    ACCESS_LATE = "access_late"
    NO_ASSESSOR = "no_assessor"
    ASSESSMENT_OVERDUE = "assessment_overdue"
    APPROVAL_OVERDUE = "approval_overdue"
    ROUNDS_USED_UP = "rounds_used_up"
    SECOND_ENROLLMENT = "second_enrollment"
    SETTLEMENT_OVERDUE = "settlement_overdue"
    MAIL_REFUSED = "mail_refused"
    MAIL_BOUNCED = "mail_bounced"
    MAIL_UNCONFIRMED = "mail_unconfirmed"
    MAIL_DELAYED = "mail_delayed"
    FILE_DAMAGED = "file_damaged"
    RECORDS_DELAYED = "records_delayed"
    JOURNEY_MISSING = "journey_missing"
    RECORD_MISSING = "record_missing"
    SHOP_MESSAGE_REFUSED = "shop_message_refused"
    WEBHOOK_FAILED = "webhook_failed"
    CREDENTIAL_MISSING = "credential_missing"
    CREDENTIAL_DIFFERS = "credential_differs"


class RemindFrom(StrEnum):
    """From which end of a clock a reminder is counted."""

    START = "start"
    DUE = "due"
    HALF = "half"


class ReminderRule(Contract):
    """A reminder of a clock: after so many days from its start, or before its due time.

    Exactly one of ``notice`` (a mail to the party that is waited on) and ``attention`` is set.
    """

    days: int = 0
    unit: Unit = Unit.BUSINESS_DAYS
    counted_from: RemindFrom = RemindFrom.DUE
    notice: NoticeKind | None = None
    to: Recipient = Recipient.PRACTITIONER
    attention: AttentionKind | None = None


class Clock(Contract):
    """A request for a due time: so many days of a kind from ``start``."""

    kind: ClockKind
    start: Instant
    days: int
    unit: Unit
    reminders: tuple[ReminderRule, ...] = ()
    paused_from: Instant | None = None
    resumed_at: Instant | None = None


class Reminder(Contract):
    """One reminder of a due time, as an instant."""

    at: Instant
    notice: NoticeKind | None = None
    to: Recipient = Recipient.PRACTITIONER
    attention: AttentionKind | None = None


class Due(Contract):
    """A due time as the journey keeps it; its explanation stands in the records under ``id``."""

    id: str
    clock: ClockKind
    at: Instant
    reminders: tuple[Reminder, ...] = ()


class UnknownEnrollment(NotFound):
    """No enrollment has this number."""

    code = "unknown_enrollment"
    sentence = "There is no enrollment {enrollment} here. Check the number, or look in the list."


class EnrollmentClosed(Conflict):
    """The journey of this enrollment has ended."""

    code = "enrollment_closed"
    sentence = "This journey has ended ({ending}); nothing more can be done in it."


class NotAtThisStage(Conflict):
    """The journey waits for something else."""

    code = "not_at_this_stage"
    sentence = "This is not possible now: the journey is at the stage “{stage}”."


class StaleRound(Conflict):
    """The message speaks of another round than the open one."""

    code = "stale_round"
    sentence = "This concerns round {named}, but round {open} is open. Reload and try again."


class NothingToExtend(Conflict):
    """No due time that ops may move is running."""

    code = "nothing_to_extend"
    sentence = "At the stage “{stage}” no due time is running that could be extended."


class ExtensionTooLong(Invalid):
    """An extension is one to 730 days."""

    code = "extension_out_of_range"
    sentence = "An extension is 1 to 730 days; {days} is not."
