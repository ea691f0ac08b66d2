"""How people name a micro-credential and its versions, and what is said where none is there."""

from pydantic import ValidationError

from domain.catalog import CatalogKey
from domain.refusals import Invalid, NotFound


class KeyNotValid(Invalid):
    """The text does not name a library and a slug."""

    code = "key_not_valid"
    sentence = (
        "This is not the name of a micro-credential. Write LIBRARY/SLUG in small letters, such as "
        "general/leading-meetings; the list of the catalogue shows all."
    )


class UnknownMicroCredential(NotFound):
    """The catalogue has no entry of this library and slug."""

    code = "unknown_micro_credential"
    sentence = "The catalogue has no {key}. Look at the list of the catalogue, or import its page."


class NoDraft(NotFound):
    """The entry was published without a draft of its own."""

    code = "no_draft"
    sentence = "{key} has no draft to change. Import its page first."


class UnknownVersion(NotFound):
    """The micro-credential was never published under this number."""

    code = "unknown_version"
    sentence = "{key} has no version {number}. The page of the entry names the newest."


def catalog_key(text: str) -> CatalogKey:
    """Return the key that ``LIBRARY/SLUG`` names, or refuse with ``key_not_valid``."""
    library, _, slug = text.strip().partition("/")
    try:
        return CatalogKey(library=library, slug=slug)
    except ValidationError:
        raise KeyNotValid from None
