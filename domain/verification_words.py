"""What each finding of a verification is called in front of a principal.

A finding's code decides how the check ended, so that no sentence can say another thing than the
verdict. Sentences hold no name of a person; dates come with their zone.
"""

from typing import Final

from domain.verification import Check, CheckCode, CheckKind, CheckOutcome

_PASSED: Final = {
    CheckCode.READABLE: "The document can be read, and its signature covers all of it.",
    CheckCode.SCHEMA_KEPT: "It is written as the standard Open Badges 3.0 wants it.",
    CheckCode.UNCHANGED: "Nothing was changed since it was signed with the key of its issuer.",
    CheckCode.OUR_ISSUER: "It names {issuer} as its issuer, and that is us.",
    CheckCode.NOT_REVOKED: "It was not revoked.",
    CheckCode.IN_FORCE: "By its own dates it is valid: from {since} on.",
    CheckCode.RESULTS_HOLD: "Every essential outcome that it names was assessed and met.",
}

_FAILED: Final = {
    CheckCode.UNREADABLE: "{problem}",
    CheckCode.NOT_A_BADGE: (
        "The document is no Open Badges 3.0 credential. Ask its holder for the badge itself."
    ),
    CheckCode.UNDEFINED_TERMS: (
        "Some of what stands in it is not covered by its signature ({where}): "
        "anybody could have written that."
    ),
    CheckCode.SCHEMA_BROKEN: "It is not written as Open Badges 3.0 wants it: see {where}.",
    CheckCode.CHANGED_AFTER_SIGNING: (
        "It was changed after it was signed, or its signature is damaged. "
        "Ask its holder for the original file."
    ),
    CheckCode.NOT_SIGNED: "It is not signed. Anybody could have written it.",
    CheckCode.KEY_NOT_OURS: (
        "It names us as its issuer, but was signed with a key that is not and never was ours."
    ),
    CheckCode.KEY_NOT_THE_ISSUERS: "It was signed with a key that is not its issuer's.",
    CheckCode.BORROWED_NAME: (
        "It bears our name, {issuer}, but the issuer behind that name is somebody else."
    ),
    CheckCode.REVOKED: "Its issuer has revoked it. Ask its holder whether there is a newer one.",
    CheckCode.STATUS_LIST_NOT_GENUINE: (
        "The published list of revocations cannot be trusted, so nobody can say whether it was "
        "revoked. Try again later, and tell us if it stays so."
    ),
    CheckCode.EXPIRED: "Its validity ended on {until}.",
    CheckCode.NOT_YET_VALID: "It is valid only from {since}.",
    CheckCode.RESULT_DANGLING: "A result leads to nothing that is described in it ({where}).",
    CheckCode.RESULT_MISSING: "An outcome that it names has no result ({where}).",
    CheckCode.RESULT_REPEATED: "An outcome that it names has more than one result ({where}).",
    CheckCode.LEVEL_TOO_LOW: "A result is below the level that it requires ({where}).",
}

_NOT_CHECKED: Final = {
    CheckCode.NOT_REACHED: "This was not looked at, because the document cannot be relied on.",
    CheckCode.PROOF_NOT_SUPPORTED: "It is signed in a way that we cannot check.",
    CheckCode.KEY_NOT_AT_HAND: (
        "The key of its issuer is not at hand, and we ask no other server for it."
    ),
    CheckCode.ISSUER_NOT_KNOWN: (
        "It names an issuer that we do not know. Ask that issuer whether it is theirs."
    ),
    CheckCode.NO_STATUS: "It does not say where its issuer would publish a revocation.",
    CheckCode.STATUS_LIST_MISSING: (
        "The list of revocations is not at hand, so we cannot say whether it was revoked. "
        "Try again later."
    ),
    CheckCode.STATUS_ELSEWHERE: (
        "Whether it was revoked is published by its issuer, whom we do not ask."
    ),
    CheckCode.NO_RESULTS: "It names no results of an assessment.",
}

_OUTCOMES: Final = (
    (CheckOutcome.PASSED, _PASSED),
    (CheckOutcome.FAILED, _FAILED),
    (CheckOutcome.NOT_CHECKED, _NOT_CHECKED),
)


def check_found(kind: CheckKind, code: CheckCode, **facts: str) -> Check:
    """Return what a check found, with how it ended and its sentence."""
    for outcome, sentences in _OUTCOMES:
        if code in sentences:
            sentence = sentences[code].format(**facts)
            return Check(kind=kind, outcome=outcome, code=code, sentence=sentence)
    raise KeyError(code)
