"""Credentials as the real signer makes them, spoiled in every way, and two opinions on each.

The first opinion is the Node program in ``tests/verifier``, which shares nothing with Laurel; the
second is the command of openbadgeslib, which knows no more than one key and one recipient.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from openbadgeslib.ob3 import OB3LdpVerifier, OB3VerificationError
from openbadgeslib.ob3.status import check_credential_status

from adapters.credentials.baking import bake_svg
from adapters.credentials.key_ring import KeyRing
from adapters.credentials.multibase import multikey
from adapters.credentials.signer import Signer
from domain.credential_addresses import CredentialAddresses
from domain.credentials import CredentialFacts, OutcomeMet, StatusPlace
from domain.values import JsonObject, Value
from tests.issuing import PUBLIC_URL, signing_keys
from tools.verifier import FOLDER, why_not

ISSUED: Final = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)
PLACE: Final = StatusPlace(list_id="list-1", index=94_567)
PROGRAMME: Final = "School Leader Micro-Credentials"
DID_WEB: Final = "did:web:laurel.example.org"
BESIDE_PYTHON: Final = Path(sys.executable).parent

FACTS: Final = CredentialFacts(
    id="c4f1k2m7q9w3z5x8b6n1",
    enrollment_id="e4f1k2m7q9w3z",
    recipient_id="6f8a1c1e-7d52-4b0e-9f53-5f2d7f0a4c11",
    recipient_name="Marisol Ventura",
    recipient_address="marisol.ventura@lindenbrook.example.org",
    library="missouri",
    slug="running-meetings-that-decide",
    version=1,
    title="Running Meetings That Decide",
    overview="Meetings end in decisions – with an owner, and a day.",
    outcomes=(
        OutcomeMet(number=1, text="Prepare a meeting", details=("An agenda", "A purpose")),
        OutcomeMet(number=2, text="Lead to a decision", details=("Options are weighed",)),
        OutcomeMet(number=3, text="Follow up", details=("Owners are named", "Days are kept")),
    ),
    pd_hours=15,
    issuer_name="Lindenbrook Leadership Center",
    stack="Leading Teams",
    round=2,
    awarded_at=ISSUED - timedelta(minutes=1),
    issued_at=ISSUED,
    status=PLACE,
)


class Opinion(Value):
    """What the independent check said of one file: its code, its exit code, what each check found.

    ``isolation`` says how a network was kept away, ``tried`` what reached for one all the same.
    """

    code: str
    exit: int
    verified: bool
    isolation: str
    tried: tuple[str, ...]
    found: Mapping[str, str]
    """By check: ``passed``, ``not_checked``, or the code of its failure."""


class SecondOpinion(Value):
    """What openbadgeslib said: 0 genuine, 1 refused, 2 genuine by a key that nobody vouches for."""

    exit: int
    is_valid: bool
    is_trusted: bool


@dataclass
class Issuer:
    """Somebody who signs: us, or an impostor with keys of their own."""

    ring: KeyRing
    id: str = "did:key"

    def __post_init__(self) -> None:
        addresses = CredentialAddresses(public_url=PUBLIC_URL)
        self.signer = Signer(self.ring, self.id, PROGRAMME, addresses)
        self.public = self.signer.public_keys()

    @property
    def pem(self) -> bytes:
        """The public half of the key that signs embedded proofs."""
        method = self.public.method_of(self.ring.signing().proof_id)
        return _pem(multikey(method.partition("#")[2]))

    @property
    def jwt_pem(self) -> bytes:
        """The public half of the key that signs tokens."""
        [file] = self.ring.directory.glob("rsa-*.pem")
        private = load_pem_private_key(file.read_bytes(), password=None)
        return private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    async def documents(self, folder: Path, revoked: Sequence[int] = ()) -> Path:
        """Lay out what a checker would fetch: the status list, the DID document, the keys."""
        folder.mkdir(parents=True, exist_ok=True)
        listed = await self.signer.sign_status_list(PLACE.list_id, frozenset(revoked), ISSUED)
        (folder / "status-list.json").write_bytes(listed.body)
        (folder / "did.json").write_text(json.dumps(self.public.did_document()))
        (folder / "jwks.json").write_text(json.dumps(self.public.jwks()))
        return folder

    async def badge(self, facts: CredentialFacts = FACTS) -> JsonObject:
        """Return a credential as it was signed, taken apart."""
        document: JsonObject = json.loads((await self.signer.sign(facts)).body)
        return document


def _pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def our_own() -> Issuer:
    """Return ourselves, by did:key."""
    return Issuer(signing_keys())


@cache
def impostor(folder: Path) -> Issuer:
    """Return somebody else, who can sign as well as we can."""
    ring = KeyRing(folder)
    ring.make(ISSUED)
    return Issuer(ring)


Steps = tuple[str | int, ...]
"""The way to a place in a document: names of objects, places in arrays."""


def part(document: object, steps: Steps) -> object:
    """Return what stands at a place."""
    for step in steps:
        if isinstance(document, list):
            document = document[int(step)]
        else:
            assert isinstance(document, dict)
            document = document[step]
    return document


def with_part(document: JsonObject, steps: Steps, content: object) -> JsonObject:
    """Return the document with something else at a place."""
    changed = deepcopy(document)
    inside = part(changed, steps[:-1])
    if isinstance(inside, list):
        inside[int(steps[-1])] = content
    else:
        assert isinstance(inside, dict)
        inside[steps[-1]] = content
    return changed


def leaves(document: object, steps: Steps = ()) -> Iterator[tuple[Steps, object]]:
    """Yield every value that is neither object nor array, with its place."""
    if isinstance(document, dict):
        for name, inside in document.items():
            yield from leaves(inside, (*steps, name))
    elif isinstance(document, list):
        for place, inside in enumerate(document):
            yield from leaves(inside, (*steps, place))
    else:
        yield steps, document


def needs_the_independent_check() -> None:
    """Skip where Node or its packages are missing; ``make verifier`` said so before the tests."""
    reason = why_not()
    if reason is not None:
        pytest.skip(f"the independent check cannot run: {reason}")


def opinions(
    files: Sequence[Path], issuers: Sequence[str], documents: Path, *options: str
) -> list[Opinion]:
    """Ask the independent check about files, in one run; its exit code has to fit what it said."""
    named = [part for issuer in issuers for part in ("--issuer", issuer)]
    run = subprocess.run(
        ["node", FOLDER / "verify.mjs", *named, "--documents", documents, *options, *files],
        capture_output=True,
        text=True,
        check=False,
    )
    said = [_opinion(json.loads(line)) for line in run.stdout.splitlines()]
    assert len(said) == len(files), run.stderr
    assert run.returncode == next((each.exit for each in said if each.exit), 0)
    return said


def _opinion(said: JsonObject) -> Opinion:
    checks = said.pop("checks")
    assert isinstance(checks, list)
    found = {each["check"]: each.get("code", each["outcome"]) for each in checks}
    return Opinion.model_validate(
        {**{name: said[name] for name in said if name in Opinion.model_fields}, "found": found}
    )


def opinion(file: Path, issuer: str, documents: Path, *options: str) -> Opinion:
    """Ask the independent check about one file."""
    [said] = opinions([file], [issuer], documents, *options)
    return said


def second_opinion(file: Path, key: Path, recipient: str) -> SecondOpinion:
    """Ask openbadgeslib about a picture, with the issuer's key as the one that is trusted."""
    run = subprocess.run(
        [
            *(BESIDE_PYTHON / "openbadges-verifier", "-V", "3", "--json"),
            *("-i", file, "-k", key, "-r", recipient),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    said = json.loads(run.stdout)
    return SecondOpinion(exit=run.returncode, is_valid=said["valid"], is_trusted=said["trusted"])


def is_revoked_by_the_second(badge: JsonObject, key: bytes, status_list: bytes) -> bool:
    """Ask openbadgeslib about the status, with the list that its command would fetch.

    The period of the list is looked at; its signature is not, for openbadgeslib reads none of
    this kind on a list.
    """
    verifier = OB3LdpVerifier(pubkey_pem=key)
    credential = verifier.verify(json.dumps(badge), expected_recipient=RECIPIENT)
    try:
        check_credential_status(credential, lambda _: status_list)
    except OB3VerificationError:
        return True
    return False


SVG: Final = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"></svg>'
RECIPIENT: Final = f"urn:uuid:{FACTS.recipient_id}"


@dataclass
class Bench:
    """A folder with everything that a checker is given, and both checkers."""

    folder: Path
    issuer: Issuer
    documents: Path
    key: Path

    def write(self, badge: JsonObject | bytes, name: str = "badge.json") -> Path:
        """Write a credential as a file."""
        file = self.folder / name
        file.write_bytes(badge if isinstance(badge, bytes) else json.dumps(badge).encode())
        return file

    def judged(self, badge: JsonObject | bytes, *options: str) -> Opinion:
        """Ask the independent check, with our issuer as the only one that is expected."""
        return opinion(self.write(badge), self.issuer.public.issuer_id, self.documents, *options)

    def is_taken_by_the_second(self, badge: JsonObject | bytes) -> bool:
        """Ask openbadgeslib about the same credential in a picture, with our key as the trusted."""
        credential = badge if isinstance(badge, bytes) else json.dumps(badge).encode()
        said = second_opinion(
            self.write(bake_svg(SVG, credential), "badge.svg"), self.key, RECIPIENT
        )
        assert said.is_valid == said.is_trusted == (said.exit == 0)
        return said.is_valid


async def bench_in(folder: Path) -> Bench:
    """Return a bench on which we sign by did:key, and nothing is revoked."""
    issuer = our_own()
    documents = await issuer.documents(folder / "documents")
    key = folder / "issuer.pem"
    key.write_bytes(issuer.pem)
    return Bench(folder=folder, issuer=issuer, documents=documents, key=key)
