"""What a setting must look like to be accepted, and how it is handed to a child process.

Pure functions for ``settings``: each returns what it was given, or raises a ``ValueError`` whose
text tells the operator what to write.
"""

import base64
import re
from string import Formatter
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, SecretStr

DID_KEY: Final = "did:key"
"""An issuer that consists of its key alone: it works without a domain."""

_DID_WEB: Final = re.compile(r"did:web:[a-z0-9.-]+(%3A\d{1,5})?(:[A-Za-z0-9._-]+)*")


def known_zone(name: str) -> str:
    """Accept the name of a time zone."""
    try:
        ZoneInfo(name)
    except ZoneInfoNotFoundError as unknown:
        raise ValueError("not a name of the IANA time zone database") from unknown
    return name


def buying_address(address: str | None) -> str | None:
    """Accept an address that leads each buyer to what they want to buy."""
    if address is None:
        return None
    try:
        fields = {name for _, name, _, _ in Formatter().parse(address) if name is not None}
    except ValueError:
        fields = set()
    if fields != {"library", "slug"} or urlsplit(address).scheme not in {"http", "https"}:
        raise ValueError("write a web address with {library} and {slug} in it")
    return address


def credential_issuer(text: str) -> str:
    """Accept who signs: ``did:key``, or ``did:web:`` with a host and perhaps a path."""
    if text != DID_KEY and not _DID_WEB.fullmatch(text):
        raise ValueError("write did:key, or did:web:host, or did:web:host:path")
    return text


def signing_secrets(secrets: SecretStr | None) -> SecretStr | None:
    """Accept secrets that a shop can sign with."""
    if secrets is not None and not all(map(_is_signing_secret, separated(secrets))):
        raise ValueError("write each secret as whsec_ and 24 to 64 bytes in base 64")
    return secrets


def separated(secrets: SecretStr) -> list[str]:
    """Return the secrets that are written with commas between them."""
    return [each.strip() for each in secrets.get_secret_value().split(",") if each.strip()]


def environment_text(value: object) -> str:
    """Write one value as the environment carries it."""
    match value:
        case SecretStr():
            return value.get_secret_value()
        case BaseModel():
            return value.model_dump_json()
        case tuple():
            return ",".join(str(part) for part in value)
        case _:
            return str(value)


def _is_signing_secret(text: str) -> bool:
    """Tell whether a text is a secret as Standard Webhooks writes them."""
    try:
        key = base64.b64decode(text.removeprefix("whsec_"), validate=True)
    except ValueError:
        return False
    return text.startswith("whsec_") and 24 <= len(key) <= 64
