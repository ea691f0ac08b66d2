"""What operations and pages read of credentials: one, the chain of an award, and the list."""

from enum import StrEnum

from domain.credentials import CorrectionKind, CredentialState, StatusPlace
from domain.values import Instant, Value


class CorrectionState(StrEnum):
    """Where a correction stands."""

    IN_HAND = "in_hand"
    DONE = "done"
    REFUSED = "refused"
    """Nothing was changed; ``refused_why`` says why. The same may be asked for again."""


class CorrectionLine(Value):
    """A correction: what operations asked for, who, when, in which words, and what came of it.

    ``reason`` is free text of operations; the holder of a revoked credential reads it in the
    letter, nobody else does.
    """

    id: str
    credential_id: str
    kind: CorrectionKind
    by_name: str
    reason: str
    asked_at: Instant
    done_at: Instant | None
    refused_at: Instant | None
    refused_why: str

    @property
    def state(self) -> CorrectionState:
        """Where it stands."""
        if self.done_at is not None:
            return CorrectionState.DONE
        return CorrectionState.IN_HAND if self.refused_at is None else CorrectionState.REFUSED


class CredentialView(Value):
    """One credential with its award and its neighbours in the chain of corrections.

    ``ordinal`` is 1 for the first credential of an award. ``is_revocation_public`` tells whether
    the published status list says what ``revoked_at`` does.
    """

    id: str
    enrollment_id: str
    person_id: str
    practitioner: str
    title: str
    library: str
    round: int
    ordinal: int
    state: CredentialState
    awarded_at: Instant
    issued_at: Instant
    expires_at: Instant | None
    revoked_at: Instant | None
    is_revocation_public: bool
    key_id: str
    has_jwt: bool
    status: StatusPlace
    replaces: str | None
    replaced_by: str | None
    corrections: tuple[CorrectionLine, ...] = ()


class CredentialLine(Value):
    """One credential of the list of operations."""

    id: str
    enrollment_id: str
    practitioner: str
    title: str
    library: str
    state: CredentialState
    issued_at: Instant
    revoked_at: Instant | None


class CredentialFilter(Value):
    """Which credentials to list; everything that is given must hold.

    ``issued_since`` is included, ``issued_before`` is not: together a month of the programme's
    zone. ``text`` is looked for as in the list of journeys: beginnings of the words of name,
    address, order and enrollment number.
    """

    state: CredentialState | None = None
    library: str | None = None
    issued_since: Instant | None = None
    issued_before: Instant | None = None
    text: str | None = None


class KeptStatusList(Value):
    """A status list as it was signed last; ``body`` is served as it is."""

    id: str
    version: int
    body: bytes
    signed_at: Instant
