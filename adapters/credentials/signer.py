"""Signs credentials and status lists, and nothing that breaks a rule of the standard.

Everything runs in a thread: canonicalising takes milliseconds of pure computation. The bytes that
come out are kept and served as they are; the same facts and key give the same bytes.
"""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime

from adapters.credentials.canonical import LinkedData
from adapters.credentials.comparing import comparing_contexts
from adapters.credentials.key_ring import KeyRing, SigningKeys
from adapters.credentials.proofs import signed_document
from adapters.credentials.public_keys import PublicKeys
from adapters.credentials.schema import schema_problem
from adapters.credentials.status_list import list_document
from adapters.credentials.vc_jwt import signed_jwt
from domain.credential_addresses import CredentialAddresses
from domain.credential_document import Issuing, badge_document
from domain.credential_rules import refuse_unless_signable
from domain.credentials import CredentialFacts, CredentialNotSignable, SignedCredential
from domain.refusals import Refusal
from domain.values import JsonObject


class Signer:
    """Signs with the keys of a ring, in the name of one issuer: the port ``CredentialSigner``."""

    def __init__(
        self, ring: KeyRing, issuer: str, programme_name: str, addresses: CredentialAddresses
    ) -> None:
        self._ring = ring
        self._issuer = issuer
        self._programme_name = programme_name
        self._addresses = addresses
        self._linked = LinkedData()
        self._compared = LinkedData(comparing_contexts())

    def public_keys(self) -> PublicKeys:
        """Return the published half of what signs now."""
        return PublicKeys(self._ring.file(), self._issuer, self._addresses)

    async def sign(self, facts: CredentialFacts) -> SignedCredential:
        """Build, validate and sign a credential.

        Refuses ``credential_not_signable``, ``no_signing_keys`` and ``keys_damaged``.
        """
        return await asyncio.to_thread(self._sign, facts)

    async def sign_status_list(
        self, list_id: str, revoked: frozenset[int], at: datetime
    ) -> SignedCredential:
        """Sign the status list ``list_id`` with these places set, as it stands at ``at``."""
        return await asyncio.to_thread(self._sign_list, list_id, revoked, at)

    async def sign_document(
        self, make: Callable[[str], JsonObject], at: datetime
    ) -> SignedCredential:
        """Sign another credential of ours, such as a transcript, with an embedded proof alone.

        ``make`` gets the issuer's id and returns the document. Refuses ``credential_not_signable``
        where the signature would not cover all of it.
        """
        return await asyncio.to_thread(self._sign_document, make, at)

    def _sign(self, facts: CredentialFacts) -> SignedCredential:
        keys = self._ring.signing()
        public = self._published(keys)
        issuing = Issuing(
            issuer_id=public.issuer_id,
            programme_name=self._programme_name,
            addresses=self._addresses,
        )
        document = badge_document(facts, issuing)
        self.refuse_unless_signable(document)
        signed = self._proven(document, facts.issued_at, keys)
        if keys.jwt is None or keys.jwt_id is None:
            return signed
        jwt = signed_jwt(json.loads(signed.body), keys.jwt, public.address_of(keys.jwt_id))
        return signed.model_copy(update={"jwt": jwt})

    def refuse_unless_signable(self, document: JsonObject) -> None:
        """Refuse ``credential_not_signable`` for anything that we would not sign as a badge."""
        refuse_unless_signable(document)
        problem = schema_problem(document)
        if problem is not None:
            raise CredentialNotSignable(problem=f"it breaks the standard's schema at {problem}")

    def _sign_list(self, list_id: str, revoked: frozenset[int], at: datetime) -> SignedCredential:
        keys = self._ring.signing()
        address = self._addresses.status_list(list_id)
        document = list_document(address, self._published(keys).issuer_id, revoked, at)
        return self._proven(document, at, keys)

    def _sign_document(self, make: Callable[[str], JsonObject], at: datetime) -> SignedCredential:
        keys = self._ring.signing()
        return self._proven(make(self._published(keys).issuer_id), at, keys)

    def _proven(self, document: JsonObject, at: datetime, keys: SigningKeys) -> SignedCredential:
        self._refuse_unprotected(document)
        method = self._published(keys).method_of(keys.proof_id)
        signed = signed_document(document, keys.proof, method, at, self._linked)
        body = json.dumps(signed, ensure_ascii=False, indent=2).encode()
        return SignedCredential(body=body, jwt=None, key_id=method)

    def _published(self, keys: SigningKeys) -> PublicKeys:
        """Return the public halves as they were when these keys were read."""
        return PublicKeys(keys.file, self._issuer, self._addresses)

    def _refuse_unprotected(self, document: JsonObject) -> None:
        try:
            unprotected = self._compared.unprotected(document)
        except Refusal as refusal:
            raise CredentialNotSignable(
                problem=f"it is no linked data ({refusal.code})"
            ) from refusal
        if unprotected:
            problem = f"a signature would not cover {unprotected[0]}"
            raise CredentialNotSignable(problem=problem)
