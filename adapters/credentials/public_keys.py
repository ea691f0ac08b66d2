"""The public half of the signing keys: what is published, and by what others recognise us.

Keys that were retired stay published, because what they signed still counts. Nothing here can sign.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from adapters.credentials.multibase import did_key, multikey
from domain.credential_addresses import CredentialAddresses
from domain.refusals import Conflict, NotFound
from domain.values import Contract, Instant, JsonObject

DID_KEY: Final = "did:key"
"""The setting for an issuer that consists of its current key alone."""

_DID_CONTEXTS: Final = (
    "https://www.w3.org/ns/did/v1",
    "https://w3id.org/security/multikey/v1",
    "https://w3id.org/security/jwk/v1",
)


class NoSigningKeys(Conflict):
    """There is no key to sign with, or none to publish."""

    code = "no_signing_keys"
    sentence = (
        "There are no signing keys yet. Make them with `starter.py keys make`, on the machine of "
        "the worker that signs; the portal needs the public half (`starter.py keys publish`)."
    )


class UnknownPublicKey(NotFound):
    """No key has this number."""

    code = "unknown_public_key"
    sentence = (
        "There is no public key {key} here. The list of all keys is at /.well-known/jwks.json."
    )


class KeyKind(StrEnum):
    """What a key signs: credentials with an embedded proof, or the same as a VC-JWT."""

    ED25519 = "ed25519"
    RSA = "rsa"


class PublishedKey(Contract):
    """A key as everybody may see it.

    ``id`` is its fingerprint: the Multikey of an Ed25519 key, the JWK thumbprint (RFC 7638) of an
    RSA key. ``jwk`` is its public half (RFC 7517), without a ``kid``.
    """

    id: str
    kind: KeyKind
    jwk: dict[str, str]
    made_at: Instant
    retired_at: Instant | None = None


class KeyFile(Contract):
    """What is kept in ``public.json``: every key that there ever was, the oldest first."""

    keys: tuple[PublishedKey, ...] = ()

    def current(self, kind: KeyKind) -> PublishedKey | None:
        """Return the key of that kind that signs now."""
        return next((k for k in self.keys if k.kind is kind and k.retired_at is None), None)


class PublicKeys:
    """The published keys of one installation, as one issuer."""

    def __init__(self, file: KeyFile, issuer: str, addresses: CredentialAddresses) -> None:
        self._file = file
        self._issuer = issuer
        self._addresses = addresses

    @property
    def keys(self) -> tuple[PublishedKey, ...]:
        """Every key, the oldest first."""
        return self._file.keys

    @property
    def issuer_id(self) -> str:
        """The id that new credentials name. Refuses ``no_signing_keys``."""
        current = self._file.current(KeyKind.ED25519)
        if current is None:
            raise NoSigningKeys
        return self._issuer_of(current)

    @property
    def issuer_ids(self) -> frozenset[str]:
        """Every id under which this installation ever signed."""
        return frozenset(method.partition("#")[0] for method in self.verification_methods)

    @property
    def verification_methods(self) -> Mapping[str, Ed25519PublicKey]:
        """Every name of each key that signs embedded proofs, with the key.

        A credential of the time before there was a domain names the ``did:key`` of its key.
        """
        keys = [key for key in self._file.keys if key.kind is KeyKind.ED25519]
        issuers = {self._issuer, DID_KEY}
        return {self._method(key, issuer): multikey(key.id) for key in keys for issuer in issuers}

    def method_of(self, key_id: str) -> str:
        """Return what an embedded proof calls this key now."""
        return self._method(self._key(key_id), self._issuer)

    def address_of(self, key_id: str) -> str:
        """Return where this key is published as one JWK; a VC-JWT names it so."""
        return self._addresses.key(key_id)

    def jwk(self, key_id: str) -> JsonObject:
        """Return one key as a JWK with its id. Refuses ``unknown_key``."""
        key = self._key(key_id)
        algorithm = "EdDSA" if key.kind is KeyKind.ED25519 else "RS256"
        return {**key.jwk, "kid": self.address_of(key.id), "use": "sig", "alg": algorithm}

    def jwks(self) -> JsonObject:
        """Return all keys as a JWK set."""
        return {"keys": [self.jwk(key.id) for key in self._file.keys]}

    def did_document(self) -> JsonObject:
        """Return the document that binds the keys to the issuer's id.

        For ``did:key`` it is what anybody can work out from the id; for ``did:web`` it has to be
        served below the domain. Refuses ``no_signing_keys``.
        """
        issuer = self.issuer_id
        methods = [self._described(key, issuer) for key in self._of(issuer)]
        return {
            "@context": list(_DID_CONTEXTS),
            "id": issuer,
            "verificationMethod": methods,
            "assertionMethod": [method["id"] for method in methods],
        }

    def _of(self, issuer: str) -> list[PublishedKey]:
        if self._issuer == DID_KEY:
            return [key for key in self._file.keys if did_key(key.id) == issuer]
        return list(self._file.keys)

    def _described(self, key: PublishedKey, issuer: str) -> JsonObject:
        named: JsonObject = {"id": f"{issuer}#{key.id}", "controller": issuer}
        if key.kind is KeyKind.ED25519:
            return {**named, "type": "Multikey", "publicKeyMultibase": key.id}
        return {**named, "type": "JsonWebKey", "publicKeyJwk": dict(key.jwk)}

    def _key(self, key_id: str) -> PublishedKey:
        for key in self._file.keys:
            if key.id == key_id:
                return key
        raise UnknownPublicKey(key=key_id)

    def _issuer_of(self, key: PublishedKey) -> str:
        return did_key(key.id) if self._issuer == DID_KEY else self._issuer

    def _method(self, key: PublishedKey, issuer: str) -> str:
        return f"{did_key(key.id) if issuer == DID_KEY else issuer}#{key.id}"


def did_document_path(issuer: str) -> str | None:
    """Return the path below the host at which ``did:web`` looks for the document of an issuer.

    None for ``did:key``, whose document nobody looks for.
    """
    if not issuer.startswith("did:web:"):
        return None
    parts = issuer.removeprefix("did:web:").split(":")[1:]
    return "/" + "/".join(parts) + "/did.json" if parts else "/.well-known/did.json"
