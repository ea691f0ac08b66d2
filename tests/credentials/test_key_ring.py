"""Signing keys: made once, kept from others, rotated with the old ones still published."""

import json
import shutil
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from joserfc import jws
from joserfc.jwk import RSAKey

from adapters.credentials.key_ring import KeyRing, KeysDamaged, KeysExist, PublicRing
from adapters.credentials.multibase import NotMultibase, base58_bytes, base58_text, multikey
from adapters.credentials.public_keys import (
    KeyKind,
    NoSigningKeys,
    PublicKeys,
    UnknownPublicKey,
    did_document_path,
)
from tests.credentials.badges import ADDRESSES, FACTS, signer
from tests.credentials.badges import ring as ready_ring

NOW = datetime(2026, 11, 22, tzinfo=UTC)
HOST = "did:web:laurel.example.org"


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    """A ring of its own with its first keys, copied: making them takes longer than the tests."""
    shutil.copytree(ready_ring().directory, tmp_path / "keys")
    return KeyRing(tmp_path / "keys")


def test_private_halves_are_for_nobody_else(ring: KeyRing) -> None:
    """Proves: directory 0700, private files 0600, and no private number in the public file."""
    assert stat.S_IMODE(ring.directory.stat().st_mode) == 0o700
    private = sorted(ring.directory.glob("*.pem"))
    assert [stat.S_IMODE(file.stat().st_mode) for file in private] == [0o600, 0o600]
    public = json.loads((ring.directory / "public.json").read_text())
    assert all(key["jwk"].keys() <= {"kty", "crv", "x", "n", "e"} for key in public["keys"])
    assert not list(ring.directory.glob(".new-*"))


def test_keys_are_made_once(ring: KeyRing) -> None:
    """Proves: a second making is refused by its code, and what was there stays."""
    before = ring.file()
    with pytest.raises(KeysExist):
        ring.make(NOW)
    assert ring.make_if_none(NOW) == before


def test_workers_that_start_at_once_make_one_ring(tmp_path: Path) -> None:
    """Proves: the first start of an installation with several workers leaves one pair of keys."""
    rings = [KeyRing(tmp_path / "keys") for _ in range(4)]
    starts = [threading.Thread(target=each.make_if_none, args=(NOW,)) for each in rings]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
    assert len({each.signing().proof_id for each in rings}) == 1
    assert len(list((tmp_path / "keys").glob("*.pem"))) == 2


def test_a_rotation_signs_anew_and_publishes_the_old(ring: KeyRing) -> None:
    """Proves: a running worker signs with the new key, and the old public half is still there."""
    worker = KeyRing(ring.directory)
    old = worker.signing().proof_id
    ring.rotate(NOW + timedelta(days=1))
    assert worker.signing().proof_id != old
    keys = PublicKeys(worker.file(), HOST, ADDRESSES)
    assert [key.retired_at is None for key in keys.keys] == [False, False, True, True]
    assert f"{HOST}#{old}" in keys.verification_methods
    assert [each.name for each in ring.directory.glob(f"*{old}*")] == []


def test_without_keys_nothing_signs_and_nothing_is_published(tmp_path: Path) -> None:
    """Proves: a missing ring is a coded refusal in a worker, in a portal and in a command."""
    empty = KeyRing(tmp_path)
    for act in (empty.signing, lambda: empty.rotate(NOW), lambda: empty.publish(tmp_path)):
        with pytest.raises(NoSigningKeys):
            act()
    keys = PublicKeys(empty.file(), "did:key", ADDRESSES)
    assert keys.jwks() == {"keys": []}
    assert keys.issuer_ids == frozenset()
    with pytest.raises(NoSigningKeys):
        keys.did_document()


@pytest.mark.parametrize("damage", ["not json", '{"keys": [{"id": 1}]}'])
def test_a_damaged_list_is_said(ring: KeyRing, damage: str) -> None:
    """Proves: nobody signs under a guess of which key is the right one."""
    (ring.directory / "public.json").write_text(damage)
    with pytest.raises(KeysDamaged):
        ring.signing()


@pytest.mark.parametrize("damage", [None, b"-----BEGIN PRIVATE KEY-----\n"])
def test_a_missing_or_broken_private_half_is_said(ring: KeyRing, damage: bytes | None) -> None:
    """Proves: a half restored backup is refused with what to do, not with a traceback."""
    for file in ring.directory.glob("ed25519-*.pem"):
        file.write_bytes(damage) if damage else file.unlink()
    with pytest.raises(KeysDamaged):
        KeyRing(ring.directory).signing()


def test_a_portal_needs_the_public_half_alone(ring: KeyRing, tmp_path: Path) -> None:
    """Proves: what is published for a portal holds no private key, and is all that it needs."""
    ring.publish(tmp_path / "portal")
    assert [file.name for file in (tmp_path / "portal").iterdir()] == ["public.json"]
    there = PublicRing(tmp_path / "portal")
    ours, theirs = (PublicKeys(each.file(), HOST, ADDRESSES) for each in (ring, there))
    assert theirs.jwks() == ours.jwks()
    assert theirs.did_document() == ours.did_document()


def test_the_document_of_a_domain_lists_every_key(ring: KeyRing) -> None:
    """Proves: did:web keeps its id over a rotation, and what the old key signed still verifies."""
    ring.rotate(NOW)
    document = PublicKeys(ring.file(), HOST, ADDRESSES).did_document()
    methods = document["verificationMethod"]
    assert isinstance(methods, list)
    assert document["id"] == HOST
    assert [method["type"] for method in methods] == ["Multikey", "JsonWebKey"] * 2
    assert document["assertionMethod"] == [method["id"] for method in methods]
    assert {method["controller"] for method in methods} == {HOST}


def test_an_issuer_of_one_key_is_that_key(ring: KeyRing) -> None:
    """Proves: did:key follows from the key alone, in the spelling that other programs take."""
    keys = PublicKeys(ring.file(), "did:key", ADDRESSES)
    fingerprint = ring.signing().proof_id
    assert keys.issuer_id == f"did:key:{fingerprint}"
    assert keys.method_of(fingerprint) == f"did:key:{fingerprint}#{fingerprint}"
    assert keys.did_document()["assertionMethod"] == [keys.method_of(fingerprint)]


async def test_the_name_of_a_jwt_key_leads_to_that_one_key() -> None:
    """Proves: a reader that follows ``kid`` finds a single JWK that verifies the text."""
    signed = await signer().sign(FACTS)
    assert signed.jwt is not None
    kid = jws.extract_compact(signed.jwt.encode()).headers()["kid"]
    key_id = str(kid).removeprefix(ADDRESSES.key(""))
    jwk = signer().public_keys().jwk(key_id)
    assert jwk["kid"] == kid
    key = RSAKey.import_key({name: str(value) for name, value in jwk.items()})
    jws.deserialize_compact(signed.jwt, key, algorithms=["RS256"])
    assert ready_ring().file().current(KeyKind.RSA)
    with pytest.raises(UnknownPublicKey):
        signer().public_keys().jwk("another")


@pytest.mark.parametrize(
    ("issuer", "path"),
    [
        ("did:key", None),
        (HOST, "/.well-known/did.json"),
        ("did:web:localhost%3A8000", "/.well-known/did.json"),
        (f"{HOST}:issuers:leaders", "/issuers/leaders/did.json"),
    ],
)
def test_where_the_document_of_an_issuer_is_looked_for(issuer: str, path: str | None) -> None:
    """Proves: the portal answers where did:web says."""
    assert did_document_path(issuer) == path


@pytest.mark.parametrize(
    "text", ["", "z", "m123", "z0OIl", "z" + "1" * 300, base58_text(b"\xed\x01short")]
)
def test_what_is_no_key_is_refused(text: str) -> None:
    """Proves: no text from outside is taken for a key, nor costs more than a moment."""
    with pytest.raises(NotMultibase):
        multikey(text)


def test_zeros_survive_base58() -> None:
    """Proves: a signature that begins with zeros is read as it was written."""
    assert base58_bytes(base58_text(b"\0\0\x01")) == b"\0\0\x01"
