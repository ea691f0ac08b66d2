"""Whether a document is what its issuer signed: with a key of ours, or with one that it names.

For a document in our name only keys of ours count, the retired ones included. For anybody else's
the most that can be known without asking a server is that it is unchanged since somebody with the
key of its own name signed it.
"""

import base64
import binascii
from collections.abc import Callable
from typing import Final

from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from adapters.credentials.canonical import LinkedData
from adapters.credentials.multibase import NotMultibase, did_key, multikey
from adapters.credentials.proofs import is_of_our_suite, is_proven
from adapters.credentials.public_keys import KeyKind, PublicKeys
from adapters.credentials.screening import DocumentNotReadable, read_json
from adapters.credentials.vc_jwt import ALGORITHM, ReadJwt, claims_agree, is_signed
from domain.credential_reading import issuer_id_of, objects_at, text_at
from domain.values import JsonObject
from domain.verification import CheckCode

_HEADER: Final = frozenset({"alg", "kid", "jwk", "typ"})
"""What the header of a VC-JWT may hold (Open Badges 3.0); more could change its meaning."""


class ProofChecker:
    """Checks signatures against the keys that an installation publishes."""

    def __init__(self, keys: Callable[[], PublicKeys], linked: LinkedData) -> None:
        self._keys = keys
        self._linked = linked

    def embedded(self, document: JsonObject) -> CheckCode:
        """Say what an embedded proof is worth. Refuses as ``LinkedData.statements`` does."""
        proofs = objects_at(document, "proof")
        if not proofs:
            return CheckCode.NOT_SIGNED
        proof = proofs[0]
        if len(proofs) > 1 or not is_of_our_suite(proof):
            return CheckCode.PROOF_NOT_SUPPORTED
        issuer, method = issuer_id_of(document), text_at(proof, "verificationMethod")
        keys = self._keys()
        if issuer in keys.issuer_ids:
            return self._by_us(document, proof, issuer, method, keys)
        return self._by_somebody(document, proof, issuer, method)

    def _by_us(
        self, document: JsonObject, proof: JsonObject, issuer: str, method: str, keys: PublicKeys
    ) -> CheckCode:
        key = keys.verification_methods.get(method)
        if key is None or method.partition("#")[0] != issuer:
            return CheckCode.KEY_NOT_OURS
        is_ours = is_proven(document, proof, key, self._linked)
        return CheckCode.UNCHANGED if is_ours else CheckCode.CHANGED_AFTER_SIGNING

    def _by_somebody(
        self, document: JsonObject, proof: JsonObject, issuer: str, method: str
    ) -> CheckCode:
        controller, _, fragment = method.partition("#")
        is_theirs = controller == issuer
        if not is_theirs or (issuer.startswith("did:key:") and did_key(fragment) != issuer):
            return CheckCode.KEY_NOT_THE_ISSUERS
        try:
            key = multikey(fragment)
        except NotMultibase:
            return CheckCode.KEY_NOT_AT_HAND
        is_unchanged = is_proven(document, proof, key, self._linked)
        return CheckCode.UNCHANGED if is_unchanged else CheckCode.CHANGED_AFTER_SIGNING

    def jwt(self, text: str, read: ReadJwt) -> CheckCode:
        """Say what the signature of a VC-JWT is worth, and the proof inside, if there is one."""
        outer = self._outer(text, read)
        if outer is not CheckCode.UNCHANGED:
            return outer
        if not claims_agree(read):
            return CheckCode.CHANGED_AFTER_SIGNING
        return self.embedded(read.credential) if "proof" in read.credential else outer

    def _outer(self, text: str, read: ReadJwt) -> CheckCode:
        if read.header.get("alg") != ALGORITHM or not read.header.keys() <= _HEADER:
            return CheckCode.PROOF_NOT_SUPPORTED
        keys = self._keys()
        if issuer_id_of(read.credential) in keys.issuer_ids:
            key, unknown = _our_key(read.header, keys), CheckCode.KEY_NOT_OURS
        else:
            key, unknown = _named_key(read.header), CheckCode.KEY_NOT_AT_HAND
        if key is None:
            return unknown
        return CheckCode.UNCHANGED if is_signed(text, key) else CheckCode.CHANGED_AFTER_SIGNING


def read_jwt(text: str) -> ReadJwt:
    """Take a VC-JWT apart without believing it. Refuses ``document_not_readable``."""
    parts = text.split(".")
    if len(parts) != 3:
        raise DocumentNotReadable(problem="it is neither JSON nor a signed text")
    header, payload = (read_json(_decoded(part)) for part in parts[:2])
    return ReadJwt(header=header, payload=payload)


def _decoded(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as damage:
        raise DocumentNotReadable(problem="its text is damaged") from damage


def _our_key(header: JsonObject, keys: PublicKeys) -> RSAKey | None:
    """Return the key of ours that a header names: by its address, or by carrying it."""
    named = _named_key(header)
    for key in keys.keys:
        is_meant = text_at(header, "kid") == keys.address_of(key.id) or (
            named is not None and named.thumbprint() == key.id
        )
        if key.kind is KeyKind.RSA and is_meant:
            return RSAKey.import_key(dict(key.jwk))
    return None


def _named_key(header: JsonObject) -> RSAKey | None:
    """Return the key that a header carries with it, if it is one."""
    jwk = header.get("jwk")
    if not isinstance(jwk, dict) or jwk.get("kty") != "RSA":
        return None
    half = {name: jwk[name] for name in ("kty", "n", "e") if isinstance(jwk.get(name), str)}
    if len(half.get("n", "")) > 1400 or len(half.get("e", "")) > 8:  # 8,192 bits, 48 bits
        return None
    try:
        return RSAKey.import_key(half)
    except (JoseError, ValueError, KeyError):
        return None
