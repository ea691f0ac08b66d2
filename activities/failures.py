"""The closed table of failures that are tried again, and whose problem each one is.

A business refusal is no failure: it crosses the engine by its class name and is never retried.
Nothing here, and nobody who reads it, looks at a message's text.
"""

from enum import StrEnum

from temporalio.exceptions import ApplicationError

from domain.refusals import Refusal


class Owner(StrEnum):
    """Whose problem a failure is."""

    PRACTITIONER = "practitioner"
    OPS = "ops"
    DEVELOPER = "developer"


class Failure(StrEnum):
    """What can go wrong in an activity besides a refusal."""

    MAIL_DEFERRED = "mail_deferred"
    MAIL_CONFIGURATION = "mail_configuration"
    MAIL_UNCONFIRMED = "mail_unconfirmed"
    MAIL_CLAIMED_ELSEWHERE = "mail_claimed_elsewhere"
    LETTER_NOT_WRITTEN = "letter_not_written"
    WEBHOOK_NOT_TAKEN = "webhook_not_taken"
    BULK_HANDED_ON = "bulk_handed_on"
    STATUS_PLACES_TAKEN = "status_places_taken"
    STATUS_LIST_CONTENDED = "status_list_contended"
    ENTRY_OF_ANOTHER_CAUSE = "entry_of_another_cause"


OWNERS: dict[Failure, Owner] = {
    Failure.MAIL_DEFERRED: Owner.OPS,
    Failure.MAIL_CONFIGURATION: Owner.OPS,
    Failure.MAIL_UNCONFIRMED: Owner.OPS,
    Failure.MAIL_CLAIMED_ELSEWHERE: Owner.DEVELOPER,
    Failure.LETTER_NOT_WRITTEN: Owner.OPS,
    Failure.WEBHOOK_NOT_TAKEN: Owner.OPS,
    Failure.BULK_HANDED_ON: Owner.DEVELOPER,
    Failure.STATUS_PLACES_TAKEN: Owner.DEVELOPER,
    Failure.STATUS_LIST_CONTENDED: Owner.DEVELOPER,
    Failure.ENTRY_OF_ANOTHER_CAUSE: Owner.DEVELOPER,
}
"""Whom a failure concerns; a test holds it complete."""


def failed(failure: Failure, *, is_retried: bool = True) -> ApplicationError:
    """Return the error to raise for ``failure``; the engine tries again if it ``is_retried``."""
    return ApplicationError(
        failure.value.replace("_", " "),
        type=failure.value,
        non_retryable=not is_retried,
    )


def cross(refusal: Refusal) -> ApplicationError:
    """Return ``refusal`` in the form in which it crosses the engine: by its class name."""
    return ApplicationError(str(refusal), type=type(refusal).__name__, non_retryable=True)
