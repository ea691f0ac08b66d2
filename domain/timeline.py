"""What can happen in a journey, as its timeline tells it."""

from enum import StrEnum


class Happening(StrEnum):
    """One kind of line in a timeline."""

    ENROLLED = "enrolled"
    ACCOUNT_VERIFIED = "account_verified"
    STAGE_ENTERED = "stage_entered"
    DUE_TIME_EXTENDED = "due_time_extended"
    ACCESS_GRANTED = "access_granted"
    ACCESS_PROMISE_BROKEN = "access_promise_broken"
    PART_RECEIVED = "part_received"
    ROUND_OPENED = "round_opened"
    OFFERED = "offered"
    NOBODY_TO_OFFER = "nobody_to_offer"
    OFFER_ACCEPTED = "offer_accepted"
    ASSIGNMENT_ENDED = "assignment_ended"
    JUDGED = "judged"
    PASSED_BACK = "passed_back"
    DECIDED = "decided"
    ROUND_GRANTED = "round_granted"
    AWARDED = "awarded"
    LINE_REFUNDED = "line_refunded"
    ACCESS_CONTINUES = "access_continues"
    ENDED = "ended"
    NOTICE_RESENT = "notice_resent"
    NOTICE_BOUNCED = "notice_bounced"
    ADDRESS_CORRECTED = "address_corrected"
    ATTENTION_OPENED = "attention_opened"
    ATTENTION_CLOSED = "attention_closed"
