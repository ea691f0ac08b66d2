"""What a signature really covers: the statements of a document, in one order (RDFC-1.0).

PyLD reads a document with the kept contexts alone. Its caches are shared by the whole process and
not safe between threads, so everything here happens under one lock; callers go off the event loop.
The cost of canonicalising is factorial for documents that are made to be costly, and is paid
before a signature can be looked at: it is bounded here by the thread's own processor time.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Final, TypeVar

from pyld import jsonld
from pyld.canon import URDNA2015

from adapters.credentials.contexts import ContextNotKept, kept_document, names_of_term
from domain.refusals import Invalid
from domain.values import JsonObject

LONGEST_WORK: Final = timedelta(milliseconds=500)
"""Processor time that telling blank nodes apart may take; a badge of ours needs 5 ms for it."""

_ODD: Final = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError)
"""What a reader of linked data raises where a document is of a form that it never expected."""

_MOST_ALIKE: Final = 7
"""Nodes that only their order could tell apart: more would mean 40,320 orders and up."""

_LOCK: Final = threading.RLock()

_Options = dict[str, object]
_Read = TypeVar("_Read")


class TooCostly(Invalid):
    """The document is made so that checking it would take longer than anybody would wait."""

    code = "document_too_costly"
    sentence = "The document is too complicated to be checked. Ask its issuer for another copy."


class NotLinkedData(Invalid):
    """The document is JSON, but not JSON-LD: its statements cannot be read."""

    code = "not_linked_data"
    sentence = "The document's statements cannot be read ({problem}). Ask its issuer for a copy."


class _Bounded(URDNA2015):  # type: ignore[misc]
    """The algorithm of PyLD that gives up in time."""

    def __init__(self) -> None:
        super().__init__()
        self._until = time.thread_time() + LONGEST_WORK.total_seconds()

    def create_hash_to_related(self, id_: str, issuer: object) -> dict[str, list[str]]:
        # Called once for each step of the costly part, whatever shape the document has.
        if time.thread_time() > self._until:
            raise TooCostly
        related: dict[str, list[str]] = super().create_hash_to_related(id_, issuer)
        if any(len(alike) > _MOST_ALIKE for alike in related.values()):
            raise TooCostly
        return related


class LinkedData:
    """Reads documents with the kept contexts, and with no other."""

    def __init__(self, more_contexts: Mapping[str, JsonObject] | None = None) -> None:
        self._more = dict(more_contexts or {})

    def statements(self, document: JsonObject) -> bytes:
        """Return the canonical N-Quads of a document.

        Refuses ``context_not_kept``, ``not_linked_data`` and ``document_too_costly``.
        """
        with _LOCK:
            dataset = _read(lambda: jsonld.to_rdf(document, self._options()))
            options = {"format": "application/n-quads"}
            canonical: str = _read(lambda: _Bounded().main(dataset, options))
        return canonical.encode()

    def unprotected(self, document: JsonObject) -> tuple[str, ...]:
        """Name every place of a document that its signature would not cover as it stands.

        Expanding and compacting again gives the document back, except for terms that no context
        defines, addresses that are relative, and statements in disguise. Refuses as
        ``statements`` does.
        """
        with _LOCK:
            options = self._options()
            expanded = _read(lambda: jsonld.expand(document, options))
            if len(expanded) != 1:
                return ("the document",)
            again = _read(lambda: jsonld.compact(expanded, document["@context"], options))
        return tuple(sorted(_differences(document, again, "")))

    def _options(self) -> _Options:
        # A base that no address can be: what is relative shows up as different.
        return {"documentLoader": self._load, "base": ""}

    def _load(self, address: str, _: _Options) -> _Options:
        document = self._more[address] if address in self._more else kept_document(address)
        return {
            "contentType": "application/ld+json",
            "contextUrl": None,
            "documentUrl": address,
            "document": document,
        }


def _read(step: Callable[[], _Read]) -> _Read:
    """Take a step of PyLD, which raises what it happens to meet in a document made to hurt."""
    try:
        return step()
    except jsonld.JsonLdError as failure:
        if _is_about_a_context(failure):
            raise ContextNotKept from failure
        raise NotLinkedData(problem=failure.code or "its form") from failure
    except _ODD as failure:
        raise NotLinkedData(problem="its form") from failure


def _is_about_a_context(failure: BaseException | None) -> bool:
    """Tell whether one of the causes is our own refusal to load an address."""
    while failure is not None:
        if isinstance(failure, ContextNotKept):
            return True
        failure = getattr(failure, "cause", None) or failure.__cause__
    return False


def _differences(ours: object, again: object, where: str) -> Iterator[str]:
    """Yield the places of ``ours`` that are not the same in ``again``.

    A value and a list of that one value say the same to JSON-LD; a list within a list does not. An
    issuer may be an object with nothing but its id; both spellings are the standard's own.
    """
    if where == "issuer" and ours == {"id": again}:
        return
    if isinstance(ours, list) or isinstance(again, list):
        yield from _list_differences(_listed(ours), _listed(again), where)
    elif isinstance(ours, dict) and isinstance(again, dict):
        for name in ours.keys() | again.keys():
            place = f"{where}.{name}" if where else str(name)
            # A signed part of a transcript names its contexts anew. Were they others than those of
            # the whole, then its terms would come back under other names.
            if name == "@context":
                continue
            if name not in ours or name not in again:
                yield place
            elif name == "type" and _same_types(_listed(ours[name]), _listed(again[name])):
                continue
            else:
                yield from _differences(ours[name], again[name], place)
    elif type(ours) is not type(again) or ours != again:
        yield where


def _same_types(ours: list[object], again: list[object]) -> bool:
    """Tell whether two lists of types mean the same: some have two names, such as an image's."""
    return len(ours) == len(again) and all(
        one == other or names_of_term(str(one)) & names_of_term(str(other))
        for one, other in zip(ours, again, strict=True)
    )


def _list_differences(ours: list[object], again: list[object], where: str) -> Iterator[str]:
    if len(ours) != len(again):
        yield where
        return
    for each, same in zip(ours, again, strict=True):
        if isinstance(each, list):
            yield where
        else:
            yield from _differences(each, same, where)


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
