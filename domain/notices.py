"""Notices: every intended e-mail, what it depends on, and what becomes of it.

One row for each intended message, with a unique key; the row is the queue and the log (domain.md,
"Notices"). A notice names the state that it depends on, so a change of state cancels it and the
sender checks once more before it sends (traps 2 and 3).
"""

from enum import StrEnum


class NoticeKind(StrEnum):
    """What a notice tells."""

    ORDER_RECEIVED = "order_received"
    VERIFY_ACCOUNT = "verify_account"
    VERIFY_REMINDER = "verify_reminder"
    ACCESS = "access"
    ACCESS_UNUSED = "access_unused"
    WORKING_PERIOD_ENDING = "working_period_ending"
    PART_RECEIVED = "part_received"
    SUBMISSION_RECEIVED = "submission_received"
    OFFER = "offer"
    OFFER_REMINDER = "offer_reminder"
    ASSIGNMENT_CONFIRMED = "assignment_confirmed"
    ASSIGNMENT_ENDED = "assignment_ended"
    ASSESSMENT_DUE = "assessment_due"
    ASSESSMENT_OVERDUE = "assessment_overdue"
    APPROVAL_REQUESTED = "approval_requested"
    PASSED_BACK = "passed_back"
    NOT_YET = "not_yet"
    RESUBMISSION_ENDING = "resubmission_ending"
    AWARDED = "awarded"
    LAPSED = "lapsed"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    REFUNDED = "refunded"
    CREDENTIAL_REVOKED = "credential_revoked"
    CREDENTIAL_REISSUED = "credential_reissued"
    OPS_DIGEST = "ops_digest"
    SIGN_IN_LINK = "sign_in_link"
    SIGN_IN_CODE = "sign_in_code"
    ADDRESS_CONFIRM = "address_confirm"
    ADDRESS_CHANGE = "address_change"


class Recipient(StrEnum):
    """In which role somebody gets a notice. The address is looked up when it is sent."""

    PRACTITIONER = "practitioner"
    PAYER = "payer"
    ASSESSOR = "assessor"
    APPROVER = "approver"
    OPS = "ops"


class NoticeState(StrEnum):
    """What became of a notice. ``accepted`` is written from the mail server's reply alone."""

    INTENDED = "intended"
    SENDING = "sending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    BOUNCED = "bounced"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
