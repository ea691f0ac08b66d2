"""The standard's own schema of a badge (JSON Schema 2019-09), from the kept file."""

from functools import cache
from typing import Final

from jsonschema import Draft201909Validator, FormatChecker
from jsonschema.exceptions import best_match

from adapters.credentials.contexts import BADGE_SCHEMA, kept_document
from domain.values import JsonObject

_LONGEST_PLACE: Final = 120


@cache
def _validator() -> Draft201909Validator:
    return Draft201909Validator(kept_document(BADGE_SCHEMA), format_checker=FormatChecker())


def schema_problem(document: JsonObject) -> str | None:
    """Return where a document breaks the schema of a badge, None where it keeps it.

    The place is told, never the value: it may be a name.
    """
    error = best_match(_validator().iter_errors(document))
    if error is None:
        return None
    place = ".".join(str(part) for part in error.absolute_path) or "the document"
    return f"{place} ({error.validator})"[:_LONGEST_PLACE]
