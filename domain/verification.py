"""What a verification of a credential finds out, check by check, in a principal's words.

Each check looks at one thing and says what it found with a stable code; the verdict is drawn from
the codes alone (``verdict_of``). Nothing is asked over a network: an issuer is known only if it is
our own, and somebody else's badge is answered honestly (docs/decisions, "what is signed").
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from domain.values import Instant, Value


class CheckKind(StrEnum):
    """What is looked at, in the order in which it is told."""

    DOCUMENT = "document"
    SCHEMA = "schema"
    PROOF = "proof"
    ISSUER = "issuer"
    STATUS = "status"
    VALIDITY = "validity"
    RESULTS = "results"


class CheckOutcome(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not_checked"


class CheckCode(StrEnum):
    """What exactly a check found. Stable; the sentence beside it may be reworded."""

    READABLE = "readable"
    UNREADABLE = "unreadable"
    NOT_A_BADGE = "not_a_badge"
    UNDEFINED_TERMS = "undefined_terms"
    NOT_REACHED = "not_reached"
    SCHEMA_KEPT = "schema_kept"
    SCHEMA_BROKEN = "schema_broken"
    UNCHANGED = "unchanged"
    CHANGED_AFTER_SIGNING = "changed_after_signing"
    NOT_SIGNED = "not_signed"
    PROOF_NOT_SUPPORTED = "proof_not_supported"
    KEY_NOT_OURS = "key_not_ours"
    KEY_NOT_THE_ISSUERS = "key_not_the_issuers"
    KEY_NOT_AT_HAND = "key_not_at_hand"
    OUR_ISSUER = "our_issuer"
    ISSUER_NOT_KNOWN = "issuer_not_known"
    BORROWED_NAME = "borrowed_name"
    NOT_REVOKED = "not_revoked"
    REVOKED = "revoked"
    NO_STATUS = "no_status"
    STATUS_LIST_MISSING = "status_list_missing"
    STATUS_LIST_NOT_GENUINE = "status_list_not_genuine"
    STATUS_ELSEWHERE = "status_elsewhere"
    IN_FORCE = "in_force"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    RESULTS_HOLD = "results_hold"
    NO_RESULTS = "no_results"
    RESULT_DANGLING = "result_dangling"
    RESULT_MISSING = "result_missing"
    RESULT_REPEATED = "result_repeated"
    LEVEL_TOO_LOW = "level_too_low"


class Check(Value):
    """What one look found. ``sentence`` is for a principal, and names no technical thing."""

    kind: CheckKind
    outcome: CheckOutcome
    code: CheckCode
    sentence: str


class Verdict(StrEnum):
    """What all checks together say of a credential, gravest first.

    ``NOT_GENUINE`` was changed, or signed by somebody who is not who it says. ``NOT_CONFIRMED``:
    nothing speaks against it, but something that decides could not be looked at.
    ``UNKNOWN_ISSUER``: its signature holds, but we cannot say who made it.
    """

    UNREADABLE = "unreadable"
    NOT_GENUINE = "not_genuine"
    FLAWED = "flawed"
    REVOKED = "revoked"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    UNKNOWN_ISSUER = "unknown_issuer"
    NOT_CONFIRMED = "not_confirmed"
    VALID = "valid"


class OutcomeSaid(Value):
    """An essential outcome, or another result, as the credential states it.

    ``is_met`` is None where the credential gives no level that must be reached.
    """

    text: str
    value: str
    is_met: bool | None


class WhatItSays(Value):
    """What a credential says, whether that is true or not; empty where it is silent.

    ``awarded_at`` is when it was achieved, ``issued_at`` from when it is valid. ``credits`` are
    the hours of professional development. ``recipient_name`` is the readable name, if one stands
    in it; whether a page shows it is for the page to decide.
    """

    id: str
    title: str
    description: str = ""
    achievement_id: str = ""
    issuer_id: str
    issuer_name: str = ""
    recipient_id: str = ""
    recipient_name: str | None = None
    awarded_at: Instant | None = None
    issued_at: Instant | None = None
    expires_at: Instant | None = None
    outcomes: tuple[OutcomeSaid, ...] = ()
    credits: float | None = None


class Verification(Value):
    """The answer to "is this credential good?", at one instant.

    ``checks`` holds one check of each kind, in the order of ``CheckKind``. ``says`` is None where
    the document could not be read.
    """

    verdict: Verdict
    checks: tuple[Check, ...]
    says: WhatItSays | None
    verified_at: Instant

    @property
    def is_valid(self) -> bool:
        """Tell whether everything was looked at and holds."""
        return self.verdict is Verdict.VALID

    @property
    def sentence(self) -> str:
        """The verdict, for a principal."""
        return _VERDICT_SENTENCES[self.verdict]

    def check(self, kind: CheckKind) -> Check:
        """Return the check of that kind."""
        return next(check for check in self.checks if check.kind is kind)


_VERDICTS: Final[tuple[tuple[Verdict, frozenset[CheckCode]], ...]] = (
    (Verdict.UNREADABLE, frozenset({CheckCode.UNREADABLE, CheckCode.NOT_A_BADGE})),
    (
        Verdict.NOT_GENUINE,
        frozenset(
            {
                CheckCode.CHANGED_AFTER_SIGNING,
                CheckCode.NOT_SIGNED,
                CheckCode.KEY_NOT_OURS,
                CheckCode.KEY_NOT_THE_ISSUERS,
                CheckCode.BORROWED_NAME,
                CheckCode.UNDEFINED_TERMS,
            }
        ),
    ),
    (
        Verdict.FLAWED,
        frozenset(
            {
                CheckCode.SCHEMA_BROKEN,
                CheckCode.RESULT_DANGLING,
                CheckCode.RESULT_MISSING,
                CheckCode.RESULT_REPEATED,
                CheckCode.LEVEL_TOO_LOW,
            }
        ),
    ),
    (Verdict.REVOKED, frozenset({CheckCode.REVOKED})),
    (Verdict.EXPIRED, frozenset({CheckCode.EXPIRED})),
    (Verdict.NOT_YET_VALID, frozenset({CheckCode.NOT_YET_VALID})),
    (Verdict.UNKNOWN_ISSUER, frozenset({CheckCode.ISSUER_NOT_KNOWN})),
)
"""Which finding decides: the first line that has one of what was found."""

_VERDICT_SENTENCES: Final = {
    Verdict.UNREADABLE: "This is not a credential that can be read. Nothing in it was believed.",
    Verdict.NOT_GENUINE: "This credential is not genuine. Do not rely on what it says.",
    Verdict.FLAWED: "This credential contradicts itself. Ask its issuer before you rely on it.",
    Verdict.REVOKED: "This credential was revoked by its issuer. It does not count any more.",
    Verdict.EXPIRED: "This credential was genuine, but its time is over.",
    Verdict.NOT_YET_VALID: "This credential does not count yet.",
    Verdict.UNKNOWN_ISSUER: (
        "This credential is signed by an issuer that we do not know. We cannot say whether it is "
        "genuine: ask the issuer that it names."
    ),
    Verdict.NOT_CONFIRMED: (
        "Nothing speaks against this credential itself, but not everything could be checked. "
        "Try again later, or ask its issuer."
    ),
    Verdict.VALID: "This credential is genuine, and it counts today.",
}


def verdict_of(checks: Iterable[Check]) -> Verdict:
    """Draw the verdict from what was found; valid only if every check passed."""
    found = tuple(checks)
    codes = {check.code for check in found}
    for verdict, deciding in _VERDICTS:
        if codes & deciding:
            return verdict
    is_all_well = all(check.outcome is CheckOutcome.PASSED for check in found)
    return Verdict.VALID if is_all_well else Verdict.NOT_CONFIRMED
