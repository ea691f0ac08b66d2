"""What a credential must be before it is signed, and what its results must be to be believed.

The standard's schema sees neither a result that leads nowhere nor a character that makes one
reader's signature another one's forgery, so these rules are ours (Open Badges 3.0, "Result"; the
control characters are where two canonicalisers differ). A sentence names the place, never its text.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from domain.credential_reading import (
    achievement_of,
    is_level_reached,
    levels_of,
    object_at,
    objects_at,
    text_at,
)
from domain.credentials import CredentialNotSignable
from domain.values import JsonObject
from domain.verification import CheckCode

_NOT_WRITABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Characters that canonicalisers write differently, and halves of characters."""

_ABSOLUTE: Final = re.compile(r'[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"{}|\\^`\x00-\x20]+')
_UTC_SECONDS: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

_ADDRESSES: Final = frozenset(
    {
        "id",
        "url",
        "resultDescription",
        "achievedLevel",
        "requiredLevel",
        "statusListCredential",
        "targetUrl",
        "verificationMethod",
    }
)
"""Names under which an address stands, where it is a text."""

_INSTANTS: Final = frozenset(
    {"validFrom", "validUntil", "awardedDate", "activityStartDate", "activityEndDate", "created"}
)


def refuse_unless_signable(document: JsonObject) -> None:
    """Refuse ``credential_not_signable`` for the first thing that would be signed wrongly."""
    problem = next(_problems(document), None)
    if problem is not None:
        raise CredentialNotSignable(problem=problem)


def _problems(document: JsonObject) -> Iterator[str]:
    yield from _unwritable(document)
    yield from _wrong_addresses(document)
    yield from _repeated_ids(document)
    yield from _wrong_instants(document)
    for code, where in result_faults(document):
        yield f"its results do not hold at {where} ({code})"


def _unwritable(document: JsonObject) -> Iterator[str]:
    for place, value in texts_of(document):
        if _NOT_WRITABLE.search(value) or _NOT_WRITABLE.search(place):
            yield f"{_writable(place)} holds a control character"


def _wrong_addresses(document: JsonObject) -> Iterator[str]:
    for place, value in texts_of(document):
        if place.rpartition(".")[2] in _ADDRESSES and not _ABSOLUTE.fullmatch(value):
            yield f"{place} is not an absolute address"


def _repeated_ids(document: JsonObject) -> Iterator[str]:
    ids = Counter(value for place, value in texts_of(document) if is_id(place))
    if any(count > 1 for count in ids.values()):
        yield "two things in it have the same id"


def _wrong_instants(document: JsonObject) -> Iterator[str]:
    for place, value in texts_of(document):
        if place.rpartition(".")[2] in _INSTANTS and not _is_utc_seconds(value):
            yield f"{place} is not an instant in UTC and whole seconds"


def _is_utc_seconds(text: str) -> bool:
    if not _UTC_SECONDS.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _writable(place: str) -> str:
    return _NOT_WRITABLE.sub("?", place)


def is_id(place: str) -> bool:
    """Tell whether a place of a document is the id of an object."""
    return place.rpartition(".")[2] == "id"


def texts_of(value: object, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text of a document with its place: names, joined by stops."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, list):
        for each in value:
            yield from texts_of(each, place)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from texts_of(each, f"{place}.{name}" if place else str(name))


def result_faults(
    document: JsonObject, is_every_one_essential: bool = True
) -> tuple[tuple[CheckCode, str], ...]:
    """Return what is wrong with the results, and at which description or result it is.

    Every result leads to a description of the same achievement, its level to one of that
    description's. In our credentials every description is essential: each has exactly one result,
    at or above what it requires. Others may describe what was not assessed.
    """
    descriptions = {
        text_at(each, "id"): each
        for each in objects_at(achievement_of(document), "resultDescription")
    }
    results = objects_at(object_at(document, "credentialSubject"), "result")
    faults = list(_dangling(descriptions, results))
    if not faults and is_every_one_essential:
        faults = list(_not_essential(descriptions, results))
    return tuple(faults)


_Faults = Iterator[tuple[CheckCode, str]]


def _dangling(descriptions: dict[str, JsonObject], results: list[JsonObject]) -> _Faults:
    for name, description in descriptions.items():
        if not _leads_to_a_level(description, description.get("requiredLevel")):
            yield CheckCode.RESULT_DANGLING, _anchor(name)
    for number, result in enumerate(results, start=1):
        name = text_at(result, "resultDescription")
        described = descriptions.get(name)
        if described is None or not _leads_to_a_level(described, result.get("achievedLevel")):
            yield CheckCode.RESULT_DANGLING, f"result {number}"


def _not_essential(descriptions: dict[str, JsonObject], results: list[JsonObject]) -> _Faults:
    given = Counter(text_at(result, "resultDescription") for result in results)
    for name in descriptions:
        if given[name] != 1:
            missing = given[name] == 0
            yield CheckCode.RESULT_MISSING if missing else CheckCode.RESULT_REPEATED, _anchor(name)
    for result in results:
        name = text_at(result, "resultDescription")
        if not _is_reached(descriptions[name], result):
            yield CheckCode.LEVEL_TOO_LOW, _anchor(name)


def _leads_to_a_level(description: JsonObject, level: object) -> bool:
    return level is None or (isinstance(level, str) and level in levels_of(description))


def _is_reached(description: JsonObject, result: JsonObject) -> bool:
    """Tell whether a result is what we award: the level that is required, or completion."""
    if "requiredLevel" in description:
        return is_level_reached(description, result) is True
    return text_at(result, "status") == "Completed"


def _anchor(name: str) -> str:
    """Return the last part of a description's address, which names no person."""
    return name.rpartition("#")[2] or "a description without id"
