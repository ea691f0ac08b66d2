"""What a badge says, and what is refused before anything is signed."""

from collections.abc import Callable
from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.credential_addresses import address_salt, hashed_address
from domain.credential_document import utc_text
from domain.credential_reading import what_it_says
from domain.credential_rules import refuse_unless_signable
from domain.credentials import Alignment, CredentialFacts, CredentialNotSignable, OutcomeMet
from domain.values import JsonObject
from tests.credentials.badges import (
    ADDRESSES,
    AWARDED,
    FACTS,
    ISSUED,
    PROGRAMME,
    achievement,
    at,
    signer,
    unsigned,
)


def problem_of(document: JsonObject) -> str:
    """Return why a badge would not be signed."""
    with pytest.raises(CredentialNotSignable) as refusal:
        signer().refuse_unless_signable(document)
    return str(refusal.value)


def test_a_badge_says_what_was_awarded() -> None:
    """Proves: whoever reads the document learns every fact of the award, and nothing else."""
    said = what_it_says(unsigned())
    assert (said.title, said.credits, said.recipient_name) == (FACTS.title, 12, "Ada Practitioner")
    assert (said.awarded_at, said.issued_at, said.expires_at) == (AWARDED, ISSUED, None)
    assert [(each.text, each.value, each.is_met) for each in said.outcomes] == [
        ("Prepare", "Met", True),
        ("Lead", "Met", True),
        ("Overall", "Completed", True),
    ]
    assert said.id == "https://laurel.example.org/credentials/cabcdefghijklmnopqrstuvw"
    assert said.recipient_id == f"urn:uuid:{FACTS.recipient_id}"
    assert said.issuer_name == PROGRAMME


def test_the_address_of_the_recipient_is_in_it_as_a_salted_hash_alone() -> None:
    """Proves: nobody reads the address, and who knows it can check it; enrollment stays out."""
    document = unsigned()
    assert FACTS.recipient_address not in str(document)
    assert FACTS.enrollment_id not in str(document).split("'")
    identifiers = at(document, "credentialSubject")["identifier"]
    assert isinstance(identifiers, list)
    salt = address_salt(FACTS.id, FACTS.recipient_id)
    assert identifiers[1]["salt"] == salt
    assert identifiers[1]["identityHash"] == hashed_address(FACTS.recipient_address, salt)
    assert salt != address_salt("another", FACTS.recipient_id)


def test_details_alignments_stack_and_designer_are_told() -> None:
    """Proves: what the catalogue knows is in the badge, under terms that the standard defines."""
    alignment = Alignment(name="Lead", address="https://example.org/standards/4", code="4")
    told = achievement(unsigned(FACTS.model_copy(update={"alignments": (alignment,)})))
    assert told["tag"] == ["Leading teams"]
    assert told["version"] == "2"
    assert told["humanCode"] == "missouri/running-meetings"
    assert at(told, "creator")["name"] == "Missouri Leaders"
    assert at(told, "alignment", 0)["targetUrl"] == "https://example.org/standards/4"
    assert "   - Roles are named." in str(at(told, "criteria")["narrative"])


def test_what_is_not_known_is_left_out() -> None:
    """Proves: no empty tag, no alignment, no designer and no hours are invented."""
    bare = FACTS.model_copy(
        update={"pd_hours": 0, "stack": "", "issuer_name": PROGRAMME, "overview": ""}
    )
    told = achievement(unsigned(bare))
    assert not {"tag", "creator", "alignment", "creditsAvailable"} & told.keys()
    assert "creditsEarned" not in at(unsigned(bare), "credentialSubject")
    assert told["description"] == bare.title
    signer().refuse_unless_signable(unsigned(bare))


def test_a_reissued_badge_says_so_and_an_expiring_one_until_when() -> None:
    """Proves: a reader of the badge alone knows both, and learns no other credential's address."""
    facts = FACTS.model_copy(
        update={"replaces": "cother", "expires_at": AWARDED + timedelta(days=365)}
    )
    document = unsigned(facts)
    assert "replaces an earlier one" in str(document["description"])
    assert "cother" not in str(document)
    assert document["validUntil"] == "2027-11-22T23:20:05Z"


def test_instants_are_utc_and_whole_seconds_never_later_than_they_were() -> None:
    """Proves: no time of day moves by being written down, and none is rounded into the future."""
    east = timezone(timedelta(hours=9))
    assert utc_text(AWARDED.astimezone(east).replace(microsecond=999_999)) == "2026-11-22T23:20:05Z"
    with pytest.raises(ValueError, match="zone"):
        utc_text(AWARDED.replace(tzinfo=None))


def test_addresses_are_read_back_as_ours_alone() -> None:
    """Proves: the number of a list or a credential is taken from our own addresses, no others."""
    assert ADDRESSES.status_list_id(ADDRESSES.status_list("list1")) == "list1"
    assert ADDRESSES.credential_id(ADDRESSES.credential("c1")) == "c1"
    for strange in ("", "https://evil.example.org/credentials/status/list1", "list1"):
        assert ADDRESSES.status_list_id(strange) is None
    assert ADDRESSES.status_list_id(ADDRESSES.status_list("a/b")) is None
    assert ADDRESSES.credential_id(ADDRESSES.status_list("list1")) is None


def _first_result(document: JsonObject) -> JsonObject:
    return at(document, "credentialSubject", "result", 0)


def _results(document: JsonObject) -> list[object]:
    results = at(document, "credentialSubject")["result"]
    assert isinstance(results, list)
    return results


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d.update(validFrom="2026-11-22"), "validFrom"),
        (lambda d: d.update(validFrom="2026-11-22T23:20:05+00:00"), "validFrom"),
        (lambda d: d.update(validFrom="2026-11-22T23:20:05.5Z"), "validFrom"),
        (lambda d: d.update(awardedDate="2026-13-22T23:20:05Z"), "awardedDate"),
        (lambda d: d.update(id="credentials/1"), "id is not an absolute"),
        (lambda d: d.update(id="https://example.org/a b"), "id is not an absolute"),
        (lambda d: at(d, "issuer").update(url="/"), "issuer.url"),
        (lambda d: achievement(d).update(id=d["id"]), "the same id"),
        (lambda d: _first_result(d).update(resultDescription="https://x.example.org/"), "dangling"),
        (lambda d: _first_result(d).update(achievedLevel="https://x.example.org/"), "dangling"),
        (lambda d: _results(d).pop(), "result_missing"),
        (lambda d: _results(d).append(_results(d)[0]), "result_repeated"),
        (
            lambda d: _first_result(d).update(
                achievedLevel=str(_first_result(d)["achievedLevel"]).replace("-2", "-1")
            ),
            "level_too_low",
        ),
        (lambda d: at(_results(d)[-1]).update(status="Failed"), "level_too_low"),
        (lambda d: d.pop("issuer"), "schema"),
        (lambda d: achievement(d).update(achievementType="Nonsense"), "schema"),
        (lambda d: achievement(d).pop("criteria"), "schema"),
    ],
)
def test_what_breaks_a_rule_is_named_and_not_signed(
    change: Callable[[JsonObject], object], said: str
) -> None:
    """Proves: each rule refuses on its own, and says where, without quoting a person."""
    document = unsigned()
    change(document)
    problem = problem_of(document)
    assert said in problem
    assert "Ada" not in problem


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d.update(favouriteColour="blue"), "favouriteColour"),
        (lambda d: at(d, "credentialSubject").update(grade="A"), "credentialSubject.grade"),
        (lambda d: achievement(d).update(image="pictures/badge.png"), "image"),
        (lambda d: d.update({"@context": ["https://example.org/context"]}), "context_not_kept"),
    ],
)
async def test_what_a_signature_would_not_cover_is_not_signed(
    change: Callable[[JsonObject], object], said: str
) -> None:
    """Proves: an undefined term or a relative address is found, not left out of the signature."""

    def made(_: str) -> JsonObject:
        document = unsigned()
        change(document)
        return document

    with pytest.raises(CredentialNotSignable, match=said):
        await signer().sign_document(made, ISSUED)


def test_levels_rank_by_their_points_and_not_by_their_order() -> None:
    """Proves: a reordered list of levels, which a signature allows, changes no result."""
    document = unsigned()
    levels = at(achievement(document), "resultDescription", 0)["rubricCriterionLevel"]
    assert isinstance(levels, list)
    levels.reverse()
    refuse_unless_signable(document)


CONTROL = st.sampled_from([chr(n) for n in (*range(0x20), 0x7F) if n not in (9, 10, 13)])
TEXT_FIELDS = st.sampled_from(["title", "overview", "recipient_name", "stack", "issuer_name"])


@given(TEXT_FIELDS, CONTROL, st.text(max_size=20), st.text(max_size=20))
def test_no_control_character_is_signed(field: str, control: str, before: str, after: str) -> None:
    """Proves: what one reader writes otherwise than the next is refused, in any text."""
    facts = FACTS.model_copy(update={field: before + control + after})
    with pytest.raises(CredentialNotSignable, match="control character"):
        refuse_unless_signable(unsigned(facts))


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=40))
def test_every_other_text_is_signable(text: str) -> None:
    """Proves: the rule above refuses no name of any script, and no detail either."""
    outcome = OutcomeMet(number=1, text="x" + text, details=(text,))
    facts: CredentialFacts = FACTS.model_copy(
        update={"recipient_name": text, "title": "x" + text, "outcomes": (outcome,)}
    )
    refuse_unless_signable(unsigned(facts))
