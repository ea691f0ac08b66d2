"""The standards' own files are what was published, and nothing else is ever read."""

import hashlib
import json
import re
from datetime import datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from adapters.credentials.canonical import LinkedData
from adapters.credentials.contexts import (
    BADGE_SCHEMA,
    KEPT_CONTEXTS,
    STANDARDS,
    ContextNotKept,
    kept_document,
)
from adapters.credentials.multibase import base58_bytes, base58_text, multikey, multikey_text
from adapters.credentials.proofs import hashes, is_proven, signed_document
from domain.credential_document import CONTEXTS, SCHEMA
from domain.values import JsonObject
from tests.credentials.badges import unsigned

VECTORS = Path(__file__).with_name("vectors")


def vector(name: str) -> JsonObject:
    """Return one of the files of the published example."""
    document: JsonObject = json.loads((VECTORS / name).read_bytes())
    return document


def published_hashes() -> dict[str, str]:
    """Return what the README beside the files says."""
    lines = re.findall(r"^([0-9a-f]{64})  (\S+)$", (STANDARDS / "README.md").read_text(), re.M)
    return {name: digest for digest, name in lines}


def test_every_file_is_what_was_published() -> None:
    """Proves: no file was touched, none is missing, and none is there that is not accounted for."""
    here = {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in STANDARDS.glob("*.json")
    }
    assert here == published_hashes()


def test_every_address_has_its_file() -> None:
    """Proves: what our badges name is kept, and can be read."""
    assert {*CONTEXTS} <= KEPT_CONTEXTS
    assert SCHEMA == BADGE_SCHEMA
    for address in (*KEPT_CONTEXTS, BADGE_SCHEMA):
        assert kept_document(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://www.w3.org/2018/credentials/v1",
        "https://purl.imsglobal.org/spec/ob/v3p0/context.json",
        "file:///etc/passwd",
        "http://127.0.0.1:1/context",
    ],
)
def test_nothing_else_is_ever_read(address: str) -> None:
    """Proves: a document that names another vocabulary is refused by a code, not fetched."""
    with pytest.raises(ContextNotKept):
        kept_document(address)
    with pytest.raises(ContextNotKept):
        LinkedData().statements({**unsigned(), "@context": [*CONTEXTS, address]})


def test_the_published_example_of_the_suite_is_reproduced() -> None:
    """Proves: our steps give W3C's hashes and W3C's signature, byte for byte (vc-di-eddsa)."""
    signed = vector("signed-credential.json")
    context = "https://www.w3.org/ns/credentials/examples/v2"
    linked = LinkedData({context: vector("credentials-examples-v2.json")})
    pair = vector("key-pair.json")
    secret = base58_bytes(str(pair["privateKeyMultibase"]))[2:34]
    key = Ed25519PrivateKey.from_private_bytes(secret)
    proof = signed["proof"]
    assert isinstance(proof, dict)
    document = {name: value for name, value in signed.items() if name != "proof"}
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    told = [(VECTORS / f"{name}-hash.txt").read_text().strip() for name in ("proof-config", "doc")]
    assert hashes(document, options, linked).hex() == "".join(told)
    at = datetime.fromisoformat(proof["created"])
    assert signed_document(document, key, proof["verificationMethod"], at, linked) == signed
    assert is_proven(signed, proof, key.public_key(), linked)
    assert multikey_text(key.public_key()) == pair["publicKeyMultibase"]


def test_the_published_example_of_open_badges_is_reproduced() -> None:
    """Proves: key, signature and their spellings are those of 1EdTech's example."""
    public = "4bdeafde2ea8beefadd8c699b5c7e0704cf51154d52e17b20b71337ca04cc5a5"
    private = "6241a409e6707bb640a0140a8a32bc3d193c33a661747284d6adfa4ed4180be4"
    signed = (
        "3cf3c265b6c8ebb29b4d5ea310b87d2f31c79b633eff8af561d2e8c97a85c8cb"
        "d994aebd5e53f4af4495dbe9e1155410bae683811107c26acf83671075c163b3"
    )
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(private))
    assert base58_text(key.sign(bytes.fromhex(signed))) == (
        "zUSD5bjo6mYV1n9i9E6ZwUiHuj4JyZDjCDfDqoJcPi9XJrc9LYstik9mdBvutdwBdquWXjWrwJDVGJrAarvRs8uD"
    )
    fingerprint = "z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi"
    read = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
    assert multikey_text(read) == fingerprint
    assert multikey(fingerprint) == read
