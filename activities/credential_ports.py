"""What issuing needs of the outside: somebody who signs, and the books of credentials."""

from datetime import datetime
from typing import Protocol

from activities.credential_contracts import Corrected
from activities.ports import Dispatch
from activities.webhook_contracts import DeliveryDispatch
from domain.credentials import CredentialFacts, SignedCredential
from domain.values import Value


class CredentialSigner(Protocol):
    """Holds the programme's signing keys; nothing else of Laurel ever sees them."""

    async def sign(self, facts: CredentialFacts) -> SignedCredential:
        """Build, validate and sign a credential. Refuses ``credential_not_signable``."""
        ...

    async def sign_status_list(
        self, list_id: str, revoked: frozenset[int], at: datetime
    ) -> SignedCredential:
        """Sign the status list ``list_id`` with these places set, as it stands at ``at``."""
        ...


class Kept(Value):
    """A credential that is in the book, and what follows from that; all of it may be repeated.

    ``unpublished_list`` is the status list of the credential while it has no signed form yet.
    """

    credential_id: str
    unpublished_list: str | None = None
    deliveries: tuple[DeliveryDispatch, ...] = ()


class CredentialWriter(Protocol):
    """Where credentials are kept."""

    async def prepare(
        self, enrollment_id: str, after: str | None, at: datetime
    ) -> CredentialFacts | Kept:
        """Return what the credential of an award says, or the one that it has already.

        Refuses ``unknown_enrollment``, ``credential_not_awarded``,
        ``credential_no_longer_counts``.
        """
        ...

    async def keep(
        self, facts: CredentialFacts, signed: SignedCredential, reason_id: str | None
    ) -> Kept | None:
        """Keep a credential, or return the one that was kept first.

        ``None``: the status place was taken in between; prepare and sign once more.
        """
        ...

    async def not_signed(self, enrollment_id: str, why: str, at: datetime) -> None:
        """Open attention: the award stands, its credential has to be mended by operations."""
        ...


class Correcting(Value):
    """A correction in hand; ``facts`` are what the replacement says, for a reissue."""

    correction_id: str
    facts: CredentialFacts | None = None


class CarriedOut(Value):
    """A correction that is in the book, and what follows from that; all may be repeated."""

    corrected: Corrected
    notices: tuple[Dispatch, ...] = ()
    deliveries: tuple[DeliveryDispatch, ...] = ()


class CorrectionWriter(Protocol):
    """Where corrections are kept."""

    async def prepare(self, correction_id: str, at: datetime) -> Correcting | CarriedOut:
        """Return what is to be done, or what was done already.

        Refuses ``unknown_correction``, ``credential_no_longer_counts``.
        """
        ...

    async def carry_out(
        self, correcting: Correcting, signed: SignedCredential | None, at: datetime
    ) -> CarriedOut | None:
        """Revoke, put the replacement in its place, and intend the notice: together or not at all.

        ``None``: the status place was taken in between; prepare and sign once more. Refuses
        ``credential_no_longer_counts`` when another correction was faster.
        """
        ...

    async def refused(self, correction_id: str, why: str, at: datetime) -> None:
        """Keep why a correction was not carried out; nothing was changed."""
        ...


class StatusListAsItStands(Value):
    """The places of a list that are revoked, and the version that everybody reads."""

    list_id: str
    version: int
    revoked: frozenset[int]


class StatusListWriter(Protocol):
    """Where status lists are kept."""

    async def as_it_stands(self, list_id: str) -> StatusListAsItStands:
        """Return the list as the records have it. Refuses ``unknown_status_list``."""
        ...

    async def publish(
        self, listed: StatusListAsItStands, signed: SignedCredential, at: datetime
    ) -> bool:
        """Keep the signed list as the next version; ``False`` when another one was faster."""
        ...
