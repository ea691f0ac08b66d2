"""The words of operations' pages: acts, attention, results of acts in bulk."""

from typing import Final

from domain.bulk import BulkResult
from domain.enrollment import AttentionKind
from domain.previews import ActKind
from domain.values import Value


class ActWords(Value):
    """How one act is called: in a list, over its page, and on its button."""

    link: str
    title: str
    button: str
    is_grave: bool = False
    """Whether it ends something for good."""


ACTS: Final[dict[ActKind, ActWords]] = {
    ActKind.EXTEND: ActWords(
        link="Move the due time", title="Move the due time later", button="Move it"
    ),
    ActKind.REASSIGN: ActWords(
        link="Offer the round anew", title="Offer the round anew", button="Offer it anew"
    ),
    ActKind.RESEND: ActWords(
        link="Send it again", title="Send this mail again", button="Send it again"
    ),
    ActKind.CORRECT_ADDRESS: ActWords(
        link="Correct the address",
        title="Correct the practitioner's address",
        button="Correct it",
    ),
    ActKind.VERIFY: ActWords(
        link="Verify the account", title="Verify the account by hand", button="Verify it"
    ),
    ActKind.WITHDRAW: ActWords(
        link="Withdraw",
        title="End the journey at its practitioner's request",
        button="End the journey",
        is_grave=True,
    ),
    ActKind.REFUND: ActWords(
        link="Refund", title="Refund the order line", button="Refund it", is_grave=True
    ),
    ActKind.GRANT_ROUND: ActWords(
        link="Grant another round", title="Grant one more round", button="Grant it"
    ),
    ActKind.APPROVE: ActWords(
        link="Confirm the judgement", title="Confirm the judgement", button="Confirm it"
    ),
    ActKind.PASS_BACK: ActWords(
        link="Pass the judgement back",
        title="Pass the judgement back to its assessor",
        button="Pass it back",
    ),
    ActKind.BOUNCE: ActWords(
        link="It came back", title="Record that this mail came back", button="Record it"
    ),
    ActKind.CLOSE_ATTENTION: ActWords(
        link="Close attention", title="Close this attention", button="Close it"
    ),
}
"""Every act; a test holds it complete."""

ATTENTION: Final[dict[AttentionKind, str]] = {
    AttentionKind.ACCOUNT_UNVERIFIED: (
        "The practitioner has not verified the account. Check the address, or verify by hand."
    ),
    AttentionKind.ACCESS_AT_RISK: "Half of the time promised for access has passed.",
    AttentionKind.ACCESS_LATE: "The time promised for access has passed. Look at the access mail.",
    AttentionKind.NO_ASSESSOR: "Nobody may be offered the round. Look at roster, leave and places.",
    AttentionKind.ASSESSMENT_OVERDUE: "The assessment is late. Write to the assessor, or reassign.",
    AttentionKind.APPROVAL_OVERDUE: "The judgement waits for an approver.",
    AttentionKind.ROUNDS_USED_UP: "All rounds are used. Grant another one, or let it close.",
    AttentionKind.SECOND_ENROLLMENT: "A second order for the same is held. Release or refund it.",
    AttentionKind.SETTLEMENT_OVERDUE: "The order form was not paid in time.",
    AttentionKind.MAIL_REFUSED: "The mail server refused a mail. Correct the address.",
    AttentionKind.MAIL_BOUNCED: "A mail came back. Correct the address.",
    AttentionKind.MAIL_UNCONFIRMED: "Nobody knows whether a mail arrived. Ask, or send it again.",
    AttentionKind.MAIL_DELAYED: "A mail does not get out. Look at what the server says.",
    AttentionKind.FILE_DAMAGED: "Storage does not give a file back as it was.",
    AttentionKind.RECORDS_DELAYED: "Records were written late. Nothing is lost; look at the logs.",
    AttentionKind.JOURNEY_MISSING: "The records know this journey, the engine does not.",
    AttentionKind.SHOP_MESSAGE_REFUSED: "A message of the shop was refused; money may have come.",
    AttentionKind.WEBHOOK_FAILED: "An endpoint does not take what it is told.",
    AttentionKind.CREDENTIAL_MISSING: (
        "The credential could not be signed; the award stands. Mend what it says, then issue it."
    ),
    AttentionKind.CREDENTIAL_DIFFERS: (
        "A credential and the records do not say the same. Keep what is said here, ask a developer."
    ),
    AttentionKind.RECORD_MISSING: "The engine runs this journey, the records say that it ended.",
    AttentionKind.SHOP_MESSAGE_REFUSED: (
        "The shop says something that cannot be done; money may have come. Look at its log."
    ),
    AttentionKind.WEBHOOK_FAILED: "A webhook was not taken. Look at its endpoint, and resend it.",
}
"""What each attention asks for; a test holds it complete."""

RESULTS: Final[dict[BulkResult, tuple[str, str]]] = {
    BulkResult.WAITING: ("waiting", ""),
    BulkResult.DONE: ("done", "good"),
    BulkResult.NOTHING_TO_DO: ("nothing to do", ""),
    BulkResult.REFUSED: ("refused", "warn"),
    BulkResult.FAILED: ("failed", "bad"),
    BulkResult.LEFT_OUT: ("left out", ""),
}
"""How a result is called, and the tone of its badge."""

BULK_ACTS: Final[dict[ActKind, str]] = {
    ActKind.EXTEND: "Move the due times later",
    ActKind.VERIFY: "Verify the accounts by hand",
    ActKind.RESEND: "Send the access mails again",
    ActKind.WITHDRAW: "End the journeys at their practitioners' request",
    ActKind.GRANT_ROUND: "Grant one more round",
    ActKind.CLOSE_ATTENTION: "Close attention of one kind",
    ActKind.REASSIGN: "Offer the rounds anew",
}
"""What each act is called when it is done to many; a test holds it complete."""
