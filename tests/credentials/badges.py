"""Badges for tests: signed with real keys, whole or spoiled in one place."""

import json
import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters.credentials.key_ring import KeyRing
from adapters.credentials.signer import Signer
from adapters.credentials.verifying import CredentialVerifier
from domain.credential_addresses import CredentialAddresses
from domain.credential_document import Issuing, badge_document
from domain.credentials import CredentialFacts, OutcomeMet, StatusPlace
from domain.values import JsonObject
from domain.verification import CheckOutcome, Verification

PROGRAMME = "School Leader Micro-Credentials"
ADDRESSES = CredentialAddresses(public_url="https://laurel.example.org")
LIST = ADDRESSES.status_list("list1")
PLACE = 43
AWARDED = datetime(2026, 11, 22, 23, 20, 5, tzinfo=UTC)
ISSUED = datetime(2026, 11, 22, 23, 20, 6, tzinfo=UTC)
LATER = datetime(2026, 12, 1, 12, tzinfo=UTC)

FACTS = CredentialFacts(
    id="cabcdefghijklmnopqrstuvw",
    enrollment_id="e1",
    recipient_id="0b8f6f0e-8a8b-4e9e-9d8e-2f2b1c3d4e5f",
    recipient_name="Ada Practitioner",
    recipient_address="ada@example.org",
    library="missouri",
    slug="running-meetings",
    version=2,
    title="Running Meetings That Decide",
    overview="Meetings of a leadership team that end with decisions.",
    outcomes=(
        OutcomeMet(number=1, text="Prepare", details=("An agenda is sent.", "Roles are named.")),
        OutcomeMet(number=2, text="Lead", details=("The time is kept.",)),
    ),
    pd_hours=12,
    issuer_name="Missouri Leaders",
    stack="Leading teams",
    round=2,
    awarded_at=AWARDED,
    issued_at=ISSUED,
    status=StatusPlace(list_id="list1", index=PLACE),
)


def ring(name: str = "ours") -> KeyRing:
    """Return keys of this process; making them takes longer than all that is done with them."""
    return _made(name)


@cache
def _made(name: str) -> KeyRing:
    made = KeyRing(Path(tempfile.mkdtemp(prefix=f"laurel-{name}-")))
    made.make(ISSUED)
    return made


def signer(keys: str = "ours", issuer: str = "did:key", programme: str = PROGRAMME) -> Signer:
    """Return who signs, with our keys or with somebody's."""
    return Signer(ring(keys), issuer, programme, ADDRESSES)


def verifier(issuer: str = "did:key") -> CredentialVerifier:
    """Return who verifies for us."""
    keys = signer(issuer=issuer).public_keys
    return CredentialVerifier(keys, PROGRAMME, ZoneInfo("America/Chicago"))


def unsigned(facts: CredentialFacts = FACTS) -> JsonObject:
    """Return the document of a badge, as it is before it is signed."""
    issuer_id = signer().public_keys().issuer_id
    return badge_document(
        facts, Issuing(issuer_id=issuer_id, programme_name=PROGRAMME, addresses=ADDRESSES)
    )


async def status_list(*revoked: int) -> bytes:
    """Return our signed list with these places set."""
    return (await signer().sign_status_list("list1", frozenset(revoked), ISSUED)).body


async def badge(facts: CredentialFacts = FACTS) -> JsonObject:
    """Return a whole badge of ours, to be spoiled."""
    document: JsonObject = json.loads((await signer().sign(facts)).body)
    return document


def at(document: object, *path: str | int) -> JsonObject:
    """Return the object at a place of a document."""
    for step in path:
        if isinstance(step, int):
            assert isinstance(document, list)
            document = document[step]
        else:
            assert isinstance(document, dict)
            document = document[step]
    assert isinstance(document, dict)
    return document


def achievement(document: JsonObject) -> JsonObject:
    """Return what a badge is for."""
    return at(document, "credentialSubject", "achievement")


async def verified(
    content: JsonObject | bytes,
    *revoked: int,
    when: datetime = LATER,
    issuer: str = "did:key",
) -> Verification:
    """Verify with our list at hand."""
    document = content if isinstance(content, bytes) else json.dumps(content).encode()
    lists = {LIST: await status_list(*revoked)}
    return await verifier(issuer).verify(document, lists, when)


def found(verification: Verification) -> set[str]:
    """Return the codes of everything that did not pass."""
    return {
        check.code.value
        for check in verification.checks
        if check.outcome is not CheckOutcome.PASSED
    }
