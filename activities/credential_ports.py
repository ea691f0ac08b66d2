"""What issuing needs of the outside: somebody who signs, and the book of credentials."""

from datetime import datetime
from typing import Protocol

from domain.credentials import CredentialFacts, SignedCredential


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
