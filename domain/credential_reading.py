"""What a credential says, read from its document as anybody may have written it.

Documents come from outside, so nothing is taken for granted: what is missing or of another kind
reads as empty. Whether it is true is for the verification to say.
"""

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from domain.values import JsonObject
from domain.verification import OutcomeSaid, WhatItSays

_MET_BY_STATUS: Final = {"Completed": True, "Failed": False, "Withdrew": False}


def text_at(document: JsonObject, name: str) -> str:
    """Return a text of the document, empty if there is none."""
    value = document.get(name)
    return value if isinstance(value, str) else ""


def objects_at(document: JsonObject, name: str) -> list[JsonObject]:
    """Return the objects under a name: one alone and a list of them say the same."""
    value = document.get(name)
    listed = value if isinstance(value, list) else [value]
    return [each for each in listed if isinstance(each, dict)]


def object_at(document: JsonObject, name: str) -> JsonObject:
    """Return the first object under a name, or an empty one."""
    return next(iter(objects_at(document, name)), {})


def texts_at(document: JsonObject, name: str) -> tuple[str, ...]:
    """Return the texts under a name: one alone and a list of them say the same."""
    value = document.get(name)
    listed = value if isinstance(value, list) else [value]
    return tuple(each for each in listed if isinstance(each, str))


def instant_at(document: JsonObject, name: str) -> datetime | None:
    """Return an instant of the document in UTC; None if it is none, or has no zone."""
    try:
        instant = datetime.fromisoformat(text_at(document, name))
        return instant.astimezone(UTC) if instant.tzinfo else None
    except (ValueError, OverflowError):
        return None


def issuer_id_of(document: JsonObject) -> str:
    """Return the issuer's id: the standard allows the id alone in place of a profile."""
    return text_at(document, "issuer") or text_at(object_at(document, "issuer"), "id")


def achievement_of(document: JsonObject) -> JsonObject:
    """Return what was achieved."""
    return object_at(object_at(document, "credentialSubject"), "achievement")


def is_badge(document: JsonObject) -> bool:
    """Tell whether a document says of itself that it is an Open Badges 3.0 credential."""
    kinds = set(texts_at(document, "type"))
    is_one = bool(kinds & {"OpenBadgeCredential", "AchievementCredential"})
    return is_one and "VerifiableCredential" in kinds


def status_list_of(document: JsonObject) -> str | None:
    """Return the address of the list on which a revocation of this credential would stand."""
    return text_at(object_at(document, "credentialStatus"), "statusListCredential") or None


def status_index_of(document: JsonObject) -> int | None:
    """Return the credential's place on that list."""
    written = text_at(object_at(document, "credentialStatus"), "statusListIndex")
    is_number = written.isascii() and written.isdigit() and len(written) <= 12
    return int(written) if is_number else None


def points_of(level: JsonObject) -> float | None:
    """Return by how much a level counts; None where the credential does not say."""
    try:
        points = float(text_at(level, "points"))
    except ValueError:
        return None
    return points if math.isfinite(points) else None


def what_it_says(document: JsonObject) -> WhatItSays:
    """Return what a credential says of whom, by whom, for what."""
    subject = object_at(document, "credentialSubject")
    achievement = object_at(subject, "achievement")
    return WhatItSays(
        id=text_at(document, "id"),
        title=text_at(achievement, "name") or text_at(document, "name"),
        description=text_at(achievement, "description"),
        achievement_id=text_at(achievement, "id"),
        issuer_id=issuer_id_of(document),
        issuer_name=text_at(object_at(document, "issuer"), "name"),
        recipient_id=text_at(subject, "id"),
        recipient_name=_name_of(subject),
        awarded_at=instant_at(document, "awardedDate") or instant_at(subject, "activityEndDate"),
        issued_at=instant_at(document, "validFrom"),
        expires_at=instant_at(document, "validUntil"),
        outcomes=_outcomes(achievement, objects_at(subject, "result")),
        credits=_number_at(subject, "creditsEarned"),
    )


def _name_of(subject: JsonObject) -> str | None:
    """Return the readable name of the recipient, where the credential carries one."""
    for identifier in objects_at(subject, "identifier"):
        is_readable = identifier.get("hashed") is False
        if is_readable and text_at(identifier, "identityType") == "name":
            return text_at(identifier, "identityHash") or None
    return None


def _number_at(document: JsonObject, name: str) -> float | None:
    value = document.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _outcomes(achievement: JsonObject, results: Sequence[JsonObject]) -> tuple[OutcomeSaid, ...]:
    described = {text_at(each, "id"): each for each in objects_at(achievement, "resultDescription")}
    return tuple(
        _outcome(described.get(text_at(result, "resultDescription"), {}), result)
        for result in results
    )


def _outcome(description: JsonObject, result: JsonObject) -> OutcomeSaid:
    level = levels_of(description).get(text_at(result, "achievedLevel"), {})
    status = text_at(result, "status")
    said = text_at(result, "value") or text_at(level, "name") or status
    met = is_level_reached(description, result)
    return OutcomeSaid(
        text=text_at(description, "name"),
        value=said,
        is_met=_MET_BY_STATUS.get(status) if met is None else met,
    )


def levels_of(description: JsonObject) -> dict[str, JsonObject]:
    """Return the levels of a result description by their id."""
    levels = objects_at(description, "rubricCriterionLevel")
    return {text_at(level, "id"): level for level in levels}


def is_level_reached(description: JsonObject, result: JsonObject) -> bool | None:
    """Tell whether a result reaches what its description requires; None if that is not said.

    Levels rank by their points alone: a signature does not protect the order of a list.
    """
    levels = levels_of(description)
    required = text_at(description, "requiredLevel")
    achieved = text_at(result, "achievedLevel")
    if required not in levels or achieved not in levels:
        return None
    needed, reached = points_of(levels[required]), points_of(levels[achieved])
    if needed is None or reached is None:
        return required == achieved
    return reached >= needed
