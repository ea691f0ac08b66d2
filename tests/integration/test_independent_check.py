"""What we sign, judged by others: genuine is accepted, and each spoiled one for its own reason.

openbadgeslib gives no codes: it says yes, no, or "by a key that nobody vouches for". That its "no"
has the right reason follows from the pair: the same command takes the same badge unspoiled.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.credentials.canonical import LinkedData
from adapters.credentials.proofs import signed_document
from domain.credentials import CredentialFacts
from domain.values import JsonObject
from tests.integration.independence import (
    DID_WEB,
    FACTS,
    ISSUED,
    PLACE,
    Bench,
    Issuer,
    impostor,
    is_revoked_by_the_second,
    needs_the_independent_check,
    opinion,
    opinions,
    part,
    with_part,
)
from tests.issuing import signing_keys

RESULTS = ("credentialSubject", "result")
ALL_FOUND = ("document", "proof", "issuer", "status", "validity", "results", "schema", "network")


def signed_all_the_same(document: JsonObject, issuer: Issuer) -> JsonObject:
    """Sign what the signer would refuse: as an issuer would that does not look."""
    keys = issuer.ring.signing()
    method = issuer.public.method_of(keys.proof_id)
    unsigned = {name: document[name] for name in document if name != "proof"}
    return signed_document(unsigned, keys.proof, method, ISSUED, LinkedData())


async def test_a_fresh_badge_is_genuine(bench: Bench) -> None:
    """Proves: both take what we sign; every check passed, and nothing reached for a network."""
    badge = await bench.issuer.badge()
    said = bench.judged(badge)
    assert (said.code, said.exit, said.tried) == ("fine", 0, ())
    assert said.found == dict.fromkeys(ALL_FOUND, "passed")
    assert bench.is_taken_by_the_second(badge)


async def test_a_changed_result_is_seen(bench: Bench) -> None:
    """Proves: one word of one result, changed after signing, is refused by both."""
    badge = await bench.issuer.badge()
    badge = with_part(badge, (*RESULTS, 1, "value"), "Exceeded")
    said = bench.judged(badge)
    assert (said.code, said.exit) == ("changed_after_signing", 25)
    assert not bench.is_taken_by_the_second(badge)


async def test_a_revoked_badge_is_seen(bench: Bench) -> None:
    """Proves: the bit decides for both; its neighbours do not.

    openbadgeslib's command would fetch the list, so its library is asked, which takes one. That the
    command by itself takes a revoked badge is held here, so that nobody relies on it for this.
    """
    badge = await bench.issuer.badge()
    listed = bench.documents / "status-list.json"
    await bench.issuer.documents(bench.documents, revoked=[PLACE.index - 1, PLACE.index + 1])
    assert bench.judged(badge).code == "fine"
    assert not is_revoked_by_the_second(badge, bench.issuer.pem, listed.read_bytes())
    await bench.issuer.documents(bench.documents, revoked=[PLACE.index])
    said = bench.judged(badge)
    assert is_revoked_by_the_second(badge, bench.issuer.pem, listed.read_bytes())
    assert (said.code, said.exit) == ("revoked", 43)
    assert said.found["proof"] == "passed"
    assert bench.is_taken_by_the_second(badge)


async def test_a_list_that_is_missing_or_not_ours_confirms_nothing(
    bench: Bench, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Proves: without the list, or with one that somebody else signed, no badge is fine."""
    badge = await bench.issuer.badge()
    others = impostor(tmp_path_factory.getbasetemp() / "impostor")
    await others.documents(bench.documents)
    assert bench.judged(badge).code == "status_list_not_genuine"
    (bench.documents / "status-list.json").unlink()
    assert bench.judged(badge).code == "status_list_missing"


@pytest.mark.parametrize(
    ("changes", "code", "exit_code"),
    [
        ({"expires_at": datetime.now(UTC) - timedelta(days=1)}, "expired", 51),
        ({"issued_at": datetime.now(UTC) + timedelta(days=1)}, "not_yet_valid", 50),
    ],
)
async def test_a_badge_out_of_its_time_is_seen(
    bench: Bench, changes: dict[str, datetime], code: str, exit_code: int
) -> None:
    """Proves: both look at the period; within it, the same badge is genuine for the first."""
    facts = CredentialFacts.model_validate({**FACTS.model_dump(), **changes})
    badge = await bench.issuer.badge(facts)
    said = bench.judged(badge)
    assert (said.code, said.exit, said.found["proof"]) == (code, exit_code, "passed")
    within = min(changes.values()) + (timedelta(hours=-1) if code == "expired" else timedelta(0))
    assert bench.judged(badge, "--at", within.isoformat()).code == "fine"
    assert not bench.is_taken_by_the_second(badge)


async def test_an_impostor_who_names_us_as_issuer_is_seen(
    bench: Bench, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Proves: our id as issuer with another's key is refused, whichever key the proof names."""
    others = impostor(tmp_path_factory.getbasetemp() / "impostor")
    victim = await bench.issuer.badge()
    with_own_key = signed_all_the_same(victim, others)
    said = bench.judged(with_own_key)
    assert (said.code, said.exit) == ("key_not_the_issuers", 23)
    assert said.found["issuer"] == "passed"
    assert not bench.is_taken_by_the_second(with_own_key)
    method = ("proof", "verificationMethod")
    with_our_key_named = with_part(with_own_key, method, part(victim, method))
    assert bench.judged(with_our_key_named).code == "changed_after_signing"
    assert not bench.is_taken_by_the_second(with_our_key_named)


async def test_an_impostor_under_our_name_is_seen(
    bench: Bench, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Proves: a whole badge of an impostor, with our programme's name and a sound signature, is
    refused because its issuer's id is not the one that is expected; pinning is what sees it.
    """
    others = impostor(tmp_path_factory.getbasetemp() / "impostor")
    badge = await others.badge()
    name = ("issuer", "name")
    assert part(badge, name) == part(await bench.issuer.badge(), name)
    said = bench.judged(badge)
    assert (said.code, said.exit) == ("issuer_not_known", 30)
    assert said.found["proof"] == "passed"
    assert not bench.is_taken_by_the_second(badge)


def careless(badge: JsonObject) -> dict[str, tuple[JsonObject, str, int]]:
    """Return credentials that contradict themselves, with the code and the exit code of each."""
    first, second = part(badge, (*RESULTS, 0)), part(badge, (*RESULTS, 1))
    results = part(badge, RESULTS)
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert isinstance(results, list)
    low = {**first, "achievedLevel": f"{first['resultDescription']}-level-1"}
    of_another = {**first, "achievedLevel": second["achievedLevel"]}
    of_nothing = {**first, "resultDescription": f"{first['resultDescription']}0"}
    kind = ("credentialSubject", "achievement", "achievementType")
    return {
        "low.json": (with_part(badge, (*RESULTS, 0), low), "level_too_low", 63),
        "missing.json": (with_part(badge, RESULTS, results[1:]), "result_missing", 61),
        "twice.json": (with_part(badge, RESULTS, [*results, low]), "result_repeated", 62),
        "nothing.json": (with_part(badge, (*RESULTS, 0), of_nothing), "result_dangling", 60),
        "another.json": (with_part(badge, (*RESULTS, 0), of_another), "result_dangling", 60),
        "term.json": (with_part(badge, ("honours",), "with distinction"), "undefined_terms", 24),
        "kind.json": (with_part(badge, kind, "Honours"), "schema_broken", 70),
    }


async def test_what_a_careless_issuer_signs_is_seen(bench: Bench) -> None:
    """Proves: our own key under a credential that contradicts itself makes it no better.

    openbadgeslib looks at neither results nor schema: it is not asked.
    """
    spoiled = careless(await bench.issuer.badge())
    files = [
        bench.write(signed_all_the_same(badge, bench.issuer), name)
        for name, (badge, _, _) in spoiled.items()
    ]
    said = opinions(files, [bench.issuer.public.issuer_id], bench.documents)
    expected = [(code, exit_code) for _, code, exit_code in spoiled.values()]
    assert [(each.code, each.exit) for each in said] == expected


async def test_a_domain_as_issuer_is_checked_by_its_own_document(tmp_path: Path) -> None:
    """Proves: with did:web the key counts because the domain's document names it, and only then."""
    needs_the_independent_check()
    issuer = Issuer(signing_keys(), DID_WEB)
    documents = await issuer.documents(tmp_path / "documents")
    file = tmp_path / "badge.json"
    file.write_bytes((await issuer.signer.sign(FACTS)).body)
    assert opinion(file, DID_WEB, documents).code == "fine"
    document = json.loads((documents / "did.json").read_text())
    stranger = {**document, "assertionMethod": []}
    (documents / "did.json").write_text(json.dumps(stranger))
    assert opinion(file, DID_WEB, documents).code == "key_not_the_issuers"
    (documents / "did.json").unlink()
    assert opinion(file, DID_WEB, documents).code == "key_not_at_hand"
