"""The standard's own schema of a badge (JSON Schema 2019-09), from the kept file."""

from functools import cache
from typing import TYPE_CHECKING, Final

from adapters.credentials.contexts import BADGE_SCHEMA, kept_document
from domain.values import JsonObject

if TYPE_CHECKING:
    from jsonschema import Draft201909Validator

_LONGEST_PLACE: Final = 120
_FORMATS: Final = ("date", "date-time")
"""The formats that this schema names; the library knows many more, some of them costly."""


@cache
def _validator() -> "Draft201909Validator":
    # The grammars of its formats take a second to load, which no short command should pay.
    from jsonschema import Draft201909Validator, FormatChecker

    schema, formats = kept_document(BADGE_SCHEMA), FormatChecker(_FORMATS)
    return Draft201909Validator(schema, format_checker=formats)


def schema_problem(document: JsonObject) -> str | None:
    """Return where a document breaks the schema of a badge, None where it keeps it.

    The place is told, never the value: it may be a name.
    """
    from jsonschema.exceptions import best_match

    error = best_match(_validator().iter_errors(document))
    if error is None:
        return None
    place = ".".join(str(part) for part in error.absolute_path) or "the document"
    return f"{place} ({error.validator})"[:_LONGEST_PLACE]
