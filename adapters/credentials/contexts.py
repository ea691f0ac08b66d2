"""The standards' own files, kept beside this module, and nothing else.

A credential means what the contexts that it names say, so the signature is only worth something if
those cannot change: they are read from ``standards/``, and no address is ever fetched. Their origin
and hashes stand in ``standards/README.md``; a test holds them.
"""

import json
from functools import cache
from pathlib import Path
from typing import Final

from domain.refusals import Invalid
from domain.values import JsonObject

VC_CONTEXT: Final = "https://www.w3.org/ns/credentials/v2"
OB_CONTEXT: Final = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OB_EXTENSIONS: Final = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
CLR_CONTEXT: Final = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
BADGE_SCHEMA: Final = (
    "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
)

STANDARDS: Final = Path(__file__).with_name("standards")

_FILES: Final = {
    VC_CONTEXT: "credentials-v2.json",
    OB_CONTEXT: "ob-context-3.0.3.json",
    OB_EXTENSIONS: "ob-extensions.json",
    # What badges of other issuers name; ours do not.
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json": "ob-context-3.0.1.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json": "ob-context-3.0.2.json",
    "https://w3id.org/security/data-integrity/v2": "data-integrity-v2.json",
    CLR_CONTEXT: "clr-context-2.0.1.json",
    BADGE_SCHEMA: "ob-achievement-credential-schema.json",
}

KEPT_CONTEXTS: Final = frozenset(_FILES) - {BADGE_SCHEMA}
"""The addresses of contexts that a document may name."""


class ContextNotKept(Invalid):
    """A document names a vocabulary that is not kept here, so what it says cannot be known."""

    code = "context_not_kept"
    sentence = (
        "The document uses a vocabulary that is not kept here, and none is fetched. "
        "Ask its issuer for an Open Badges 3.0 credential."
    )


@cache
def kept_document(address: str) -> JsonObject:
    """Return the file that stands for ``address``. Refuses ``context_not_kept``."""
    if address not in _FILES:
        raise ContextNotKept
    document: JsonObject = json.loads((STANDARDS / _FILES[address]).read_bytes())
    return document


def names_of_term(term: str) -> frozenset[str]:
    """Return the full names that a term has in any of the kept vocabularies."""
    return _full_names().get(term, frozenset())


@cache
def _full_names() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    waiting = [kept_document(address).get("@context") for address in sorted(KEPT_CONTEXTS)]
    while waiting:
        context = waiting.pop()
        for term, meaning in context.items() if isinstance(context, dict) else ():
            if isinstance(meaning, dict):
                waiting.append(meaning.get("@context"))
            name = meaning.get("@id") if isinstance(meaning, dict) else meaning
            if isinstance(name, str) and not term.startswith("@"):
                found.setdefault(term, set()).add(name)
    # A term may stand for another term, which has the full name.
    return {
        term: frozenset(full for name in names for full in found.get(name, {name}))
        for term, names in found.items()
    }
