"""The contexts with which a document is read and written again, to see whether anything is lost.

The transcript's standard says of three terms which kind of thing their objects are. That changes no
statement about an object, but written again such a term is not chosen, and everything under it
would look lost. So for comparing, and for nothing else, those kinds are left out.
"""

from copy import deepcopy
from functools import cache
from typing import Final

from adapters.credentials.contexts import CLR_CONTEXT, kept_document
from domain.credential_reading import object_at
from domain.values import JsonObject

_SUBJECT: Final = "ClrSubject"
_OBJECTS: Final = ("achievement", "association", "verifiableCredential", "identifier")


@cache
def comparing_contexts() -> dict[str, JsonObject]:
    """Return what stands in place of the kept contexts while documents are compared."""
    relaxed = deepcopy(kept_document(CLR_CONTEXT))
    subject = object_at(object_at(relaxed, "@context"), _SUBJECT)
    for term in _OBJECTS:
        object_at(object_at(subject, "@context"), term).pop("@type", None)
    return {CLR_CONTEXT: relaxed}
