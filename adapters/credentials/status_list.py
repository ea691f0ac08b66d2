"""Status lists: one bit for each credential, published together so that none is singled out.

W3C Bitstring Status List: the first bit is the most significant one of the first byte; the list is
compressed, and written in base64url with the multibase prefix ``u``.
"""

import base64
import gzip
import io
import zlib
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from domain.credential_document import utc_text
from domain.credentials import STATUS_LIST_LENGTH
from domain.values import JsonObject

PURPOSE: Final = "revocation"
LONGEST_LIST: Final = 8 * STATUS_LIST_LENGTH
"""Places of a list that is read at all: a small file can stand for an endless one."""


class StatusListNotReadable(ValueError):
    """The list is damaged, shorter than the standard allows, or longer than is read."""


def encoded_list(places: Iterable[int], length: int = STATUS_LIST_LENGTH) -> str:
    """Return a list with these places set; always the same text for the same places."""
    bits = bytearray(length // 8)
    for place in places:
        if not 0 <= place < length:
            raise ValueError(f"a list of {length} has no place {place}")
        bits[place // 8] |= 0x80 >> place % 8
    # No file name and no time of packing: the same places always give the same text.
    packed = gzip.compress(bytes(bits), compresslevel=9, mtime=0)
    return "u" + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decoded_list(text: str) -> bytes:
    """Return the bits of a list. Raises ``StatusListNotReadable``; never unpacks a bomb."""
    if not text.startswith("u") or len(text) > LONGEST_LIST:
        raise StatusListNotReadable("not base64url with its prefix, or too long")
    try:
        packed = base64.b64decode(
            text[1:] + "=" * (-len(text[1:]) % 4), altchars=b"-_", validate=True
        )
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
            bits = file.read(LONGEST_LIST // 8 + 1)
    except (ValueError, OSError, EOFError, zlib.error) as damage:
        raise StatusListNotReadable("not a packed list") from damage
    if not STATUS_LIST_LENGTH <= len(bits) * 8 <= LONGEST_LIST:
        raise StatusListNotReadable("a list of a length that is not allowed")
    return bits


def is_set(bits: bytes, place: int) -> bool:
    """Tell whether a place is set. Raises ``StatusListNotReadable`` beyond the list's end."""
    if not 0 <= place < len(bits) * 8:
        raise StatusListNotReadable("the list has no such place")
    return bool(bits[place // 8] & 0x80 >> place % 8)


def list_document(address: str, issuer_id: str, revoked: Iterable[int], at: datetime) -> JsonObject:
    """Return the list as a credential of its own, ready to be signed."""
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer_id,
        "validFrom": utc_text(at),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": PURPOSE,
            "encodedList": encoded_list(revoked),
        },
    }
