"""A credential: what an award looks like to somebody outside, and what becomes of it.

The award is the programme's own fact; a credential is the signed document about it (domain.md,
"Words": award, credential). An award has one credential that counts; a correction revokes
it and issues another one, so that what was signed is never edited.
"""

from enum import StrEnum

from pydantic import Field

from domain.refusals import Conflict, Invalid, NotFound
from domain.values import Instant, Value

STATUS_LIST_LENGTH = 131_072
"""Places of a status list: the least that the standard allows, so that a place names nobody."""


class CorrectionKind(StrEnum):
    """What operations do to a credential after it was issued."""

    REVOKE = "revoke"
    REISSUE = "reissue"


class CredentialState(StrEnum):
    """Whether a credential counts."""

    VALID = "valid"
    REVOKED = "revoked"
    REPLACED = "replaced"


class StatusPlace(Value):
    """Where the revocation of a credential is published: a bit of a list. Never used twice."""

    list_id: str
    index: int = Field(ge=0, lt=STATUS_LIST_LENGTH)


class OutcomeMet(Value):
    """An essential outcome whose every detail was met, numbered from 1."""

    number: int
    text: str
    details: tuple[str, ...]


class Alignment(Value):
    """A place of a published framework that a micro-credential answers to; never invented."""

    name: str
    address: str
    code: str = ""
    framework: str = ""


class CredentialFacts(Value):
    """Everything that a credential says, before it is signed.

    ``id`` is opaque and part of its public address. ``recipient_id`` is an opaque UUID of the
    person, the same in all of their credentials. ``round`` is the one that was proficient.
    ``replaces`` is the credential that this one corrects.
    """

    id: str
    enrollment_id: str
    recipient_id: str
    recipient_name: str
    recipient_address: str
    library: str
    slug: str
    version: int
    title: str
    overview: str
    outcomes: tuple[OutcomeMet, ...]
    pd_hours: int
    issuer_name: str
    stack: str
    round: int
    awarded_at: Instant
    issued_at: Instant
    expires_at: Instant | None = None
    status: StatusPlace
    replaces: str | None = None
    alignments: tuple[Alignment, ...] = ()


class SignedCredential(Value):
    """A credential as it was signed. ``body`` is served as it is, never written anew.

    ``body`` is the JSON with its embedded proof, ``jwt`` the same credential as a VC-JWT where the
    installation has a key for it. ``key_id`` is the verification method that signed.
    """

    body: bytes
    jwt: str | None
    key_id: str


class UnknownCredential(NotFound):
    """No credential has this number."""

    code = "unknown_credential"
    sentence = "There is no credential {credential} here. Check the address, or ask its holder."


class UnknownCorrection(NotFound):
    """No correction has this number."""

    code = "unknown_correction"
    sentence = "There is no correction {correction} here. The page of its credential lists them."


class UnknownStatusList(NotFound):
    """No status list has this number."""

    code = "unknown_status_list"
    sentence = "There is no status list {list} here. Take its address from a credential."


class CredentialNotAwarded(Conflict):
    """Only what was awarded can be issued."""

    code = "credential_not_awarded"
    sentence = "Enrollment {enrollment} has no award, so there is no credential to issue."


class CredentialNoLongerCounts(Conflict):
    """What was revoked or replaced cannot be corrected once more."""

    code = "credential_no_longer_counts"
    sentence = "This credential is {state} already. Open the award to see which one counts now."


class CredentialNotSigned(Invalid):
    """The award stands; its credential was tried, and could not be signed."""

    code = "credential_not_signed"
    sentence = "{why} The award stands as it is."


class CredentialNotSignable(Invalid):
    """What the credential would say breaks a rule of the standard; nothing was signed."""

    code = "credential_not_signable"
    sentence = "The credential was not signed: {problem}. Mend it, then issue it once more."
