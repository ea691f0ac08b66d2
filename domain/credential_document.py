"""From facts to the document that is signed: an Open Badges 3.0 credential, without its proof.

Each essential outcome has one description with two levels and one result (Open Badges 3.0,
"ResultDescription", "Result"). The details under an outcome are all met, or the outcome is not, so
they stand in the narrative. The same facts always give the same document.
"""

from datetime import UTC, datetime
from typing import Final

from domain.credential_addresses import (
    CredentialAddresses,
    address_salt,
    creator_anchor,
    criteria_anchor,
    hashed_address,
    level_anchor,
    outcome_anchor,
    status_anchor,
)
from domain.credentials import Alignment, CredentialFacts, OutcomeMet
from domain.values import JsonObject, Value

CONTEXTS: Final = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
)
"""The vocabularies of a badge, in the order that the standard wants."""

SCHEMA: Final = (
    "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
)

NOT_YET, MET = 1, 2
"""The levels of an outcome; their points are 0 and 1."""


class Issuing(Value):
    """Who issues: the id that keys are bound to, the programme's name, and its addresses."""

    issuer_id: str
    programme_name: str
    addresses: CredentialAddresses


def utc_text(instant: datetime) -> str:
    """Return an instant as credentials write it: UTC, whole seconds, ``Z`` (never rounded up)."""
    if instant.tzinfo is None:
        raise ValueError("an instant without a zone is no instant")
    return instant.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def badge_document(facts: CredentialFacts, issuing: Issuing) -> JsonObject:
    """Return the credential that says these facts, ready to be signed."""
    addresses = issuing.addresses
    expiry = {"validUntil": utc_text(facts.expires_at)} if facts.expires_at else {}
    return {
        "@context": list(CONTEXTS),
        "id": addresses.credential(facts.id),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": facts.title,
        "description": _description(facts),
        "issuer": {
            "id": issuing.issuer_id,
            "type": ["Profile"],
            "name": issuing.programme_name,
            "url": addresses.public_url,
        },
        "validFrom": utc_text(facts.issued_at),
        **expiry,
        "awardedDate": utc_text(facts.awarded_at),
        "credentialSubject": _subject(facts, issuing),
        "credentialSchema": [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
        "credentialStatus": _status_entry(facts, addresses),
    }


def _description(facts: CredentialFacts) -> str:
    said = f"{facts.title}: every essential outcome was assessed and met."
    return f"{said} This credential replaces an earlier one." if facts.replaces else said


def _subject(facts: CredentialFacts, issuing: Issuing) -> JsonObject:
    achievement = issuing.addresses.achievement(facts.library, facts.slug, facts.version)
    credits_earned = {"creditsEarned": facts.pd_hours} if facts.pd_hours else {}
    return {
        "id": f"urn:uuid:{facts.recipient_id}",
        "type": ["AchievementSubject"],
        "identifier": _identifiers(facts),
        "activityEndDate": utc_text(facts.awarded_at),
        **credits_earned,
        "achievement": _achievement(facts, achievement, issuing.programme_name),
        "result": [
            *(_result(achievement, number) for number in _numbers(facts)),
            {
                "type": ["Result"],
                "resultDescription": status_anchor(achievement),
                "status": "Completed",
            },
        ],
    }


def _identifiers(facts: CredentialFacts) -> list[JsonObject]:
    salt = address_salt(facts.id, facts.recipient_id)
    return [
        {
            "type": "IdentityObject",
            "hashed": False,
            "identityHash": facts.recipient_name,
            "identityType": "name",
        },
        {
            "type": "IdentityObject",
            "hashed": True,
            "identityHash": hashed_address(facts.recipient_address, salt),
            "identityType": "emailAddress",
            "salt": salt,
        },
    ]


def _achievement(facts: CredentialFacts, achievement: str, programme_name: str) -> JsonObject:
    made: JsonObject = {
        "id": achievement,
        "type": ["Achievement"],
        "achievementType": "MicroCredential",
        "name": facts.title,
        "description": facts.overview or facts.title,
        "criteria": {"id": criteria_anchor(achievement), "narrative": _narrative(facts)},
        "humanCode": f"{facts.library}/{facts.slug}",
        "inLanguage": "en",
        "version": str(facts.version),
        "resultDescription": [
            *(_outcome(achievement, outcome) for outcome in facts.outcomes),
            {
                "id": status_anchor(achievement),
                "type": ["ResultDescription"],
                "name": "Overall",
                "resultType": "Status",
            },
        ],
    }
    if facts.pd_hours:
        made["creditsAvailable"] = facts.pd_hours
    if facts.stack:
        made["tag"] = [facts.stack]
    if facts.issuer_name and facts.issuer_name != programme_name:
        creator = creator_anchor(achievement)
        made["creator"] = {"id": creator, "type": ["Profile"], "name": facts.issuer_name}
    if facts.alignments:
        made["alignment"] = [_alignment(each) for each in facts.alignments]
    return made


def _outcome(achievement: str, outcome: OutcomeMet) -> JsonObject:
    """Describe what was assessed, and which level it takes."""
    number = outcome.number
    levels: list[JsonObject] = [
        {
            "id": level_anchor(achievement, number, level),
            "type": ["RubricCriterionLevel"],
            "name": name,
            "points": points,
            "description": described,
        }
        for level, name, points, described in (
            (NOT_YET, "Not yet", "0", "At least one detail is not met yet."),
            (MET, "Met", "1", "Every detail is met."),
        )
    ]
    return {
        "id": outcome_anchor(achievement, number),
        "type": ["ResultDescription"],
        "name": " ".join(outcome.text.split()),
        "resultType": "RubricCriterionLevel",
        "requiredLevel": level_anchor(achievement, number, MET),
        "rubricCriterionLevel": levels,
    }


def _result(achievement: str, number: int) -> JsonObject:
    return {
        "type": ["Result"],
        "resultDescription": outcome_anchor(achievement, number),
        "achievedLevel": level_anchor(achievement, number, MET),
        "value": "Met",
    }


def _narrative(facts: CredentialFacts) -> str:
    """Say what had to be shown, outcome by outcome, as Markdown."""
    lines = [
        "Awarded when an assessor found every detail of every essential outcome met, in a "
        "portfolio of evidence from the practitioner's own school.",
    ]
    for outcome in facts.outcomes:
        lines += ["", f"{outcome.number}. {outcome.text}"]
        lines += [f"   - {detail}" for detail in outcome.details]
    return "\n".join(lines)


def _alignment(alignment: Alignment) -> JsonObject:
    code = {"targetCode": alignment.code} if alignment.code else {}
    framework = {"targetFramework": alignment.framework} if alignment.framework else {}
    return {
        "type": ["Alignment"],
        "targetName": alignment.name,
        "targetUrl": alignment.address,
        **code,
        **framework,
    }


def _status_entry(facts: CredentialFacts, addresses: CredentialAddresses) -> JsonObject:
    status_list = addresses.status_list(facts.status.list_id)
    return {
        "id": f"{status_list}#{facts.status.index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(facts.status.index),
        "statusListCredential": status_list,
    }


def _numbers(facts: CredentialFacts) -> list[int]:
    return [outcome.number for outcome in facts.outcomes]
