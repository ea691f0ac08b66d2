"""The first look at a document from outside: is it small, plain JSON that is worth reading further?

A reader of linked data does work for every name, type and repetition long before a signature can be
looked at. What is allowed here is far above any badge that we know of (ours have about 100 objects,
and 1,100 at the most), and keeps the rest of the verification within about a second.
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Final

from adapters.credentials.contexts import KEPT_CONTEXTS
from domain.credential_forms import LARGEST_CREDENTIAL
from domain.refusals import Invalid
from domain.values import JsonObject

DEEPEST: Final = 24
LONGEST_ARRAY: Final = 1_000
MOST_VALUES: Final = 6_000
MOST_OBJECTS: Final = 1_200
MOST_TYPES: Final = 4
MOST_CONTEXTS: Final = 6
MOST_OF_ONE_ID: Final = 20

_LARGEST_NUMBER: Final = 2**53 - 1
_LONGEST_NUMBER: Final = 30

_VALUE_KEYWORDS: Final = frozenset({"@value", "@language", "@direction"})


class DocumentNotReadable(Invalid):
    """The document cannot be read, or is made to be costly; nothing in it was looked at further."""

    code = "document_not_readable"
    sentence = "The document cannot be read: {problem}. Ask its holder for the original file."


def read_json(content: bytes | str) -> JsonObject:
    """Return the JSON object in ``content``. Refuses ``document_not_readable``.

    A name that stands twice is refused: two readers would see two documents.
    """
    if len(content) > LARGEST_CREDENTIAL:
        raise DocumentNotReadable(problem="it is larger than a credential can be")
    try:
        text = content if isinstance(content, str) else content.decode()
        document = json.loads(
            text,
            object_pairs_hook=_each_name_once,
            parse_constant=_no_number,
            parse_int=_whole_number,
            parse_float=_number,
        )
        # Halves of characters can be escaped, but not be written, and so not be signed.
        json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as damage:
        raise DocumentNotReadable(problem="it is not JSON") from damage
    if not isinstance(document, dict):
        raise DocumentNotReadable(problem="it is not one object")
    return document


def refuse_unless_plain(document: JsonObject) -> None:
    """Refuse ``document_not_readable`` for what no honest badge has."""
    _refuse_contexts(document.get("@context"))
    counts, ids = Counter[str](), Counter[str]()
    for value, depth in _everything(document):
        counts["values"] += 1
        if depth > DEEPEST or counts["values"] > MOST_VALUES:
            raise DocumentNotReadable(problem="it is too deep or too long")
        if isinstance(value, list):
            _refuse_array(value)
        elif isinstance(value, dict):
            counts["objects"] += 1
            _refuse_object(value, is_top=depth == 0)
            ids[str(value.get("id"))] += "id" in value
    if counts["objects"] > MOST_OBJECTS or max(ids.values(), default=0) > MOST_OF_ONE_ID:
        raise DocumentNotReadable(problem="it repeats itself too often")


def _refuse_contexts(contexts: object) -> None:
    listed = contexts if isinstance(contexts, list) else [contexts]
    if len(listed) > MOST_CONTEXTS or len(listed) != len({str(each) for each in listed}):
        raise DocumentNotReadable(problem="it names too many vocabularies")
    if not all(isinstance(each, str) and each in KEPT_CONTEXTS for each in listed):
        raise DocumentNotReadable(problem="it uses a vocabulary that is not kept here")


def _refuse_array(array: list[object]) -> None:
    if len(array) > LONGEST_ARRAY:
        raise DocumentNotReadable(problem="it holds a list that is too long")


def _refuse_object(found: JsonObject, is_top: bool) -> None:
    kinds = found.get("type")
    listed = kinds if isinstance(kinds, list) else []
    if len(listed) > MOST_TYPES or len(set(map(str, listed))) < len(listed):
        raise DocumentNotReadable(problem="it names too many types for one thing")
    for name in found:
        if name == "@context" and is_top:
            continue
        # A name in disguise would say something to one reader that another does not see.
        if (name.startswith("@") and name not in _VALUE_KEYWORDS) or ":" in name:
            raise DocumentNotReadable(problem="it uses names that are not plain")


def _everything(document: JsonObject) -> Iterator[tuple[object, int]]:
    """Yield every value with its depth, without recursion: depth is what is counted."""
    waiting: list[tuple[object, int]] = [(document, 0)]
    while waiting:
        value, depth = waiting.pop()
        yield value, depth
        if isinstance(value, dict):
            waiting.extend((each, depth + 1) for each in value.values())
        elif isinstance(value, list):
            waiting.extend((each, depth + 1) for each in value)


def _each_name_once(pairs: list[tuple[str, object]]) -> JsonObject:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _whole_number(text: str) -> int:
    """Read a number that every reader of JSON holds exactly (RFC 8259, section 6)."""
    if len(text) > _LONGEST_NUMBER or abs(int(text)) > _LARGEST_NUMBER:
        raise ValueError("a number that readers hold differently")
    return int(text)


def _number(text: str) -> float:
    number = float(text)
    if abs(number) > _LARGEST_NUMBER or len(text) > _LONGEST_NUMBER:
        raise ValueError("a number that readers hold differently")
    return number


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON")
