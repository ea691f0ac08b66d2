"""Whether a badge is good, and exactly what is wrong with a bad one."""

import base64
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from adapters.credentials.canonical import LinkedData
from adapters.credentials.key_ring import KeyRing
from adapters.credentials.proofs import signed_document
from adapters.credentials.public_keys import PublicKeys
from adapters.credentials.verifying import CredentialVerifier
from domain.credential_document import CONTEXTS
from domain.values import JsonObject
from domain.verification import CheckCode, CheckKind, CheckOutcome, Verdict
from tests.credentials.badges import (
    ADDRESSES,
    FACTS,
    ISSUED,
    LATER,
    LIST,
    PLACE,
    PROGRAMME,
    achievement,
    at,
    badge,
    found,
    ring,
    signer,
    status_list,
    unsigned,
    verified,
    verifier,
)

HOST = "did:web:laurel.example.org"


async def test_a_badge_of_ours_passes_every_check() -> None:
    """Proves: both forms are found good, with one check of each kind, in order, in plain words."""
    signed = await signer().sign(FACTS)
    assert signed.jwt is not None
    for document in (signed.body, signed.jwt.encode()):
        verification = await verified(document)
        assert verification.verdict is Verdict.VALID
        assert verification.is_valid
        assert tuple(check.kind for check in verification.checks) == tuple(CheckKind)
        assert {check.outcome for check in verification.checks} == {CheckOutcome.PASSED}
        assert verification.says is not None
        assert verification.says.title == FACTS.title
    told = verification.check(CheckKind.VALIDITY).sentence
    assert told == "By its own dates it is valid: from Sun 22 Nov 2026, 17:20 CST on."


async def test_the_same_facts_give_the_same_bytes() -> None:
    """Proves: a step that is repeated after a crash signs nothing new, in either form."""
    assert await signer().sign(FACTS) == await signer().sign(FACTS)


def _retitled(document: JsonObject) -> None:
    achievement(document)["name"] = "Another"


def _lowered(document: JsonObject) -> None:
    result = at(document, "credentialSubject", "result", 0)
    result["achievedLevel"] = str(result["achievedLevel"]).replace("-level-2", "-level-1")


def _dropped(document: JsonObject) -> None:
    results = at(document, "credentialSubject")["result"]
    assert isinstance(results, list)
    results.pop(0)


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (_retitled, {"changed_after_signing"}),
        (_lowered, {"changed_after_signing", "level_too_low"}),
        (_dropped, {"changed_after_signing", "result_missing"}),
        (lambda d: d.update(validUntil="2099-01-01T00:00:00Z"), {"changed_after_signing"}),
        (lambda d: at(d, "issuer").update(name="Somebody"), {"changed_after_signing"}),
        (
            lambda d: at(d, "proof").update(created="2026-11-22T23:20:07Z"),
            {"changed_after_signing"},
        ),
        (lambda d: at(d, "proof").update(proofValue="z1"), {"changed_after_signing"}),
        (lambda d: at(d, "proof").update(proofValue="nonsense"), {"changed_after_signing"}),
        (lambda d: d.pop("proof"), {"not_signed"}),
        (lambda d: at(d, "proof").update(cryptosuite="other"), {"proof_not_supported"}),
        (lambda d: d.update(proof=[d["proof"], d["proof"]]), {"proof_not_supported"}),
        (lambda d: d.update(extra="text"), {"undefined_terms"}),
        (lambda d: at(d, "proof").update(extra="text"), {"undefined_terms"}),
        (lambda d: d.pop("credentialStatus"), {"changed_after_signing", "no_status"}),
    ],
)
async def test_what_was_changed_after_signing_is_seen(
    change: Callable[[JsonObject], object], codes: set[str]
) -> None:
    """Proves: a change of any kind is found, and called by its name."""
    document = await badge()
    change(document)
    verification = await verified(document)
    assert codes <= found(verification)
    assert not verification.is_valid


async def test_a_badge_signed_by_somebody_under_our_id_is_not_ours() -> None:
    """Proves: our id with somebody's key is a forgery, whichever key its proof names."""
    theirs, ours = ring("theirs").signing(), signer().public_keys()
    for method in (
        ours.method_of(ring().signing().proof_id),
        f"{ours.issuer_id}#{theirs.proof_id}",
        f"did:key:{theirs.proof_id}#{theirs.proof_id}",
    ):
        forged = signed_document(unsigned(), theirs.proof, method, ISSUED, LinkedData())
        verification = await verified(forged)
        assert verification.verdict is Verdict.NOT_GENUINE
        assert found(verification) <= {"changed_after_signing", "key_not_ours"}


async def test_a_badge_signed_by_somebody_under_our_name_borrows_it() -> None:
    """Proves: a valid signature of a stranger who calls themselves as we do is no badge of ours."""
    stranger = await signer("theirs", programme=" school leader micro‑credentials".upper()).sign(
        FACTS
    )
    plain = await signer("theirs").sign(FACTS)
    assert stranger.jwt is not None
    assert plain.jwt is not None
    for document in (plain.body, plain.jwt.encode()):
        verification = await verified(document)
        assert verification.verdict is Verdict.NOT_GENUINE
        assert "borrowed_name" in found(verification)


async def test_a_badge_of_an_issuer_that_we_do_not_know_is_told_honestly() -> None:
    """Proves: an unchanged badge of somebody else is neither called good nor forged."""
    theirs = await signer("theirs", programme="Another Programme").sign(FACTS)
    verification = await verified(theirs.body)
    assert verification.verdict is Verdict.UNKNOWN_ISSUER
    assert found(verification) == {"issuer_not_known", "status_elsewhere"}
    document: JsonObject = json.loads(theirs.body)
    document["name"] = "Changed"
    assert (await verified(document)).verdict is Verdict.NOT_GENUINE


async def test_a_plain_badge_of_another_programme_is_read() -> None:
    """Proves: what other programs write otherwise than ours is not taken for a forgery: an older
    context, an issuer with nothing but its id, one thing in place of a list, a bare address.
    """
    theirs = ring("theirs").signing()
    issuer = f"did:key:{theirs.proof_id}"
    document: JsonObject = {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json",
            "https://w3id.org/security/data-integrity/v2",
        ],
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "type": ["VerifiableCredential", "AchievementCredential"],
        "issuer": {"id": issuer},
        "validFrom": "2026-01-01T00:00:00-06:00",
        "credentialSubject": {
            "type": "AchievementSubject",
            "identifier": {
                "type": "IdentityObject",
                "hashed": False,
                "identityHash": "A Learner",
                "identityType": "name",
            },
            "achievement": {
                "id": "https://other.example.org/badges/1",
                "type": "Achievement",
                "name": "Another badge",
                "description": "Of another programme.",
                "criteria": {"narrative": "Be there."},
                "image": {"id": "https://other.example.org/1.png", "type": "Image"},
            },
        },
    }
    method = f"{issuer}#{theirs.proof_id}"
    signed = signed_document(document, theirs.proof, method, ISSUED, LinkedData())
    verification = await verified(signed)
    told = {check.kind: check.code for check in verification.checks}
    assert told[CheckKind.DOCUMENT] is CheckCode.READABLE
    assert told[CheckKind.PROOF] is CheckCode.UNCHANGED
    assert told[CheckKind.RESULTS] is CheckCode.NO_RESULTS
    assert verification.says is not None
    assert verification.says.recipient_name == "A Learner"


async def test_a_key_that_is_not_its_issuers_is_seen_for_anybody() -> None:
    """Proves: an issuer that we do not know is not believed under a key of yet another one."""
    theirs = ring("theirs").signing()
    document = {**unsigned(), "issuer": {"id": "did:web:other.example.org", "type": ["Profile"]}}
    for method, code in (
        (f"did:key:{theirs.proof_id}#{theirs.proof_id}", "key_not_the_issuers"),
        ("did:web:other.example.org#key-1", "key_not_at_hand"),
    ):
        signed = signed_document(document, theirs.proof, method, ISSUED, LinkedData())
        assert code in found(await verified(signed))


async def test_a_revoked_badge_is_revoked_and_its_neighbours_are_not() -> None:
    """Proves: exactly its own bit decides."""
    document = await badge()
    revoked = await verified(document, PLACE)
    assert revoked.verdict is Verdict.REVOKED
    assert found(revoked) == {"revoked"}
    assert (await verified(document, PLACE - 1, PLACE + 1)).is_valid


async def test_a_status_list_that_is_missing_or_wrong_confirms_nothing() -> None:
    """Proves: no badge is called good on the word of a list that is not ours, or not that list."""
    document = json.dumps(await badge()).encode()
    genuine: JsonObject = json.loads(await status_list())
    changed = json.dumps({**genuine, "validFrom": "2026-11-22T23:20:05Z"}).encode()
    other = (await signer().sign_status_list("list2", frozenset(), ISSUED)).body
    forged = (await signer("theirs").sign_status_list("list1", frozenset(), ISSUED)).body
    future = (await signer().sign_status_list("list1", frozenset(), LATER + timedelta(1))).body
    for body in (changed, other, forged, future, b"", b"{}", document):
        verification = await verifier().verify(document, {LIST: body}, LATER)
        assert found(verification) == {"status_list_not_genuine"}
        assert verification.verdict is Verdict.NOT_CONFIRMED
    missing = await verifier().verify(document, {}, LATER)
    assert found(missing) == {"status_list_missing"}
    assert verifier().status_list_named_in(document) == LIST


async def test_validity_begins_and_ends_to_the_second() -> None:
    """Proves: one second on either side decides (trap 15)."""
    until = LATER.replace(microsecond=0)
    document = json.loads(
        (await signer().sign(FACTS.model_copy(update={"expires_at": until}))).body
    )
    second = timedelta(seconds=1)
    assert (await verified(document, when=ISSUED)).is_valid
    assert (await verified(document, when=ISSUED - second)).verdict is Verdict.NOT_YET_VALID
    assert (await verified(document, when=until)).is_valid
    expired = await verified(document, when=until + second)
    assert (expired.verdict, found(expired)) == (Verdict.EXPIRED, {"expired"})


async def test_what_an_old_key_signed_still_counts() -> None:
    """Proves: neither a rotation nor the move from did:key to a domain spoils a badge."""
    old = await signer().sign(FACTS)
    moved = await verified(old.body, issuer=HOST)
    assert moved.is_valid
    both = PublicKeys(
        ring("theirs")
        .file()
        .model_copy(update={"keys": (*ring().file().keys, *ring("theirs").file().keys)}),
        HOST,
        ADDRESSES,
    )
    rotated = CredentialVerifier(lambda: both, PROGRAMME, ZoneInfo("America/Chicago"))
    under_host = await signer(issuer=HOST).sign(FACTS)
    lists = {LIST: await status_list()}
    for document in (old.body, under_host.body, str(under_host.jwt).encode()):
        assert (await rotated.verify(document, lists, LATER)).is_valid


async def test_a_domain_never_ours_is_not_ours() -> None:
    """Proves: our key under another's domain does not make it our badge."""
    signed = await signer(issuer="did:web:other.example.org").sign(FACTS)
    verification = await verified(signed.body, issuer=HOST)
    assert verification.verdict is Verdict.NOT_GENUINE
    assert "borrowed_name" in found(verification)


def _jwt_with(
    text: str, header: Mapping[str, object] | None = None, payload: JsonObject | None = None
) -> bytes:
    """Return a VC-JWT with another header or payload, its signature as it was."""
    parts = text.split(".")
    for place, content in ((0, header), (1, payload)):
        if content is not None:
            raw = base64.urlsafe_b64encode(json.dumps(content).encode())
            parts[place] = raw.decode().rstrip("=")
    return ".".join(parts).encode()


async def test_a_jwt_is_not_believed_beyond_its_signature() -> None:
    """Proves: another algorithm, none, another header, payload or key are each refused."""
    signed = await signer().sign(FACTS)
    text, kid = str(signed.jwt), signer().public_keys().address_of(str(ring().signing().jwt_id))
    document: JsonObject = json.loads(signed.body)
    headers: tuple[tuple[dict[str, object], str], ...] = (
        ({"alg": "none", "kid": kid}, "proof_not_supported"),
        ({"alg": "HS256", "kid": kid}, "proof_not_supported"),
        ({"alg": "RS256", "kid": kid, "crit": ["b64"], "b64": False}, "proof_not_supported"),
        ({"alg": "RS256", "kid": "https://evil.example.org/k"}, "key_not_ours"),
        ({"alg": "RS256"}, "key_not_ours"),
        ({"alg": "RS256", "kid": kid}, "changed_after_signing"),
    )
    for header, code in headers:
        assert code in found(await verified(_jwt_with(text, header=header)))
    assert "changed_after_signing" in found(await verified(_jwt_with(text, payload=document)))
    theirs = await signer("theirs").sign(FACTS)
    ours_by_theirs = {**document, "sub": "x"}
    assert not (await verified(_jwt_with(str(theirs.jwt), payload=ours_by_theirs))).is_valid


async def test_the_schema_is_looked_at_even_where_the_signature_holds() -> None:
    """Proves: a badge that its own issuer signed against the standard is called flawed."""
    keys = ring().signing()
    document = unsigned()
    achievement(document)["achievementType"] = "Nonsense"
    method = signer().public_keys().method_of(keys.proof_id)
    signed = signed_document(document, keys.proof, method, ISSUED, LinkedData())
    verification = await verified(signed)
    assert (verification.verdict, found(verification)) == (Verdict.FLAWED, {"schema_broken"})


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_dropped, CheckCode.RESULT_MISSING),
        (_lowered, CheckCode.LEVEL_TOO_LOW),
        (
            lambda d: at(d, "credentialSubject", "result", 0).update(
                resultDescription="https://elsewhere.example.org/"
            ),
            CheckCode.RESULT_DANGLING,
        ),
    ],
)
async def test_results_are_looked_at_even_where_the_signature_holds(
    change: Callable[[JsonObject], object], code: CheckCode
) -> None:
    """Proves: a signature does not make a result lead anywhere, nor a level suffice."""
    keys, document = ring().signing(), unsigned()
    change(document)
    method = signer().public_keys().method_of(keys.proof_id)
    signed = signed_document(document, keys.proof, method, ISSUED, LinkedData())
    verification = await verified(signed)
    assert (verification.verdict, found(verification)) == (Verdict.FLAWED, {code})


async def test_other_documents_are_no_badges() -> None:
    """Proves: our own status list, or any other credential, is not shown as somebody's badge."""
    for document in (await status_list(), json.dumps({"@context": [*CONTEXTS]}).encode()):
        verification = await verified(document)
        assert verification.verdict is Verdict.UNREADABLE
        assert "not_a_badge" in found(verification)
        assert verification.says is None


async def test_before_there_are_keys_nobody_is_us() -> None:
    """Proves: a portal that has no keys yet answers, and calls nothing its own."""
    none = PublicKeys(KeyRing(ring().directory / "nowhere").file(), "did:key", ADDRESSES)
    empty = CredentialVerifier(lambda: none, PROGRAMME, ZoneInfo("America/Chicago"))
    verification = await empty.verify(json.dumps(await badge()).encode(), {}, LATER)
    assert verification.verdict is Verdict.NOT_GENUINE
