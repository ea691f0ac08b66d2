"""Embedded proofs of the suite ``eddsa-rdfc-2022`` (W3C Data Integrity EdDSA Cryptosuites).

Signed are two hashes: of the proof's own options, then of the document, each canonicalised. Ed25519
is deterministic, so the same document and instant give the same proof.
"""

import hashlib
from datetime import datetime
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from adapters.credentials.canonical import LinkedData
from adapters.credentials.multibase import NotMultibase, base58_bytes, base58_text
from domain.credential_document import utc_text
from domain.credential_reading import text_at
from domain.values import JsonObject

PROOF_TYPE: Final = "DataIntegrityProof"
SUITE: Final = "eddsa-rdfc-2022"
PURPOSE: Final = "assertionMethod"


def signed_document(
    document: JsonObject,
    key: Ed25519PrivateKey,
    method: str,
    at: datetime,
    linked: LinkedData,
) -> JsonObject:
    """Return the document with a proof by ``key``, which the world knows as ``method``."""
    options: JsonObject = {
        "type": PROOF_TYPE,
        "cryptosuite": SUITE,
        "created": utc_text(at),
        "verificationMethod": method,
        "proofPurpose": PURPOSE,
    }
    signature = key.sign(hashes(document, options, linked))
    return {**document, "proof": {**options, "proofValue": base58_text(signature)}}


def is_proven(
    signed: JsonObject, proof: JsonObject, key: Ed25519PublicKey, linked: LinkedData
) -> bool:
    """Tell whether ``proof`` is a signature by ``key`` over the rest of ``signed``.

    Refuses as ``LinkedData.statements`` does.
    """
    document = {name: value for name, value in signed.items() if name != "proof"}
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    try:
        signature = base58_bytes(text_at(proof, "proofValue"))
        key.verify(signature, hashes(document, options, linked))
    except (NotMultibase, InvalidSignature):
        return False
    return True


def is_of_our_suite(proof: JsonObject) -> bool:
    """Tell whether a proof is of the one suite that is understood here."""
    said = (text_at(proof, "type"), text_at(proof, "cryptosuite"), text_at(proof, "proofPurpose"))
    return said == (PROOF_TYPE, SUITE, PURPOSE)


def hashes(document: JsonObject, options: JsonObject, linked: LinkedData) -> bytes:
    """Return what is signed: the hash of the options, then that of the document."""
    # For hashing alone the options are read with the document's own vocabularies.
    in_context = {"@context": document["@context"], **options}
    return b"".join(
        hashlib.sha256(linked.statements(each)).digest() for each in (in_context, document)
    )
