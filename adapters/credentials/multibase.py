"""How keys and signatures are written as text: base58btc with its prefix, Multikey, ``did:key``."""

from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES: Final = {sign: value for value, sign in enumerate(_ALPHABET)}
_ED25519: Final = b"\xed\x01"
_LONGEST: Final = 256
"""Characters that are read at all: decoding is quadratic, and a key or signature is short."""


class NotMultibase(ValueError):
    """The text is no key or signature that we can read."""


def base58_text(content: bytes) -> str:
    """Return bytes as base58btc with the multibase prefix ``z``."""
    number = int.from_bytes(content)
    signs = ""
    while number:
        number, rest = divmod(number, 58)
        signs = _ALPHABET[rest] + signs
    zeros = len(content) - len(content.lstrip(b"\0"))
    return "z" + _ALPHABET[0] * zeros + signs


def base58_bytes(text: str) -> bytes:
    """Read what ``base58_text`` wrote. Raises ``NotMultibase``."""
    if len(text) > _LONGEST or not text.startswith("z"):
        raise NotMultibase("not base58btc with its prefix, or too long")
    signs = text[1:]
    number = 0
    for sign in signs:
        if sign not in _VALUES:
            raise NotMultibase("a sign that is not of base58")
        number = number * 58 + _VALUES[sign]
    zeros = len(signs) - len(signs.lstrip(_ALPHABET[0]))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)


def multikey_text(key: Ed25519PublicKey) -> str:
    """Return a public Ed25519 key as a Multikey, which is also its fingerprint."""
    return base58_text(_ED25519 + key.public_bytes(Encoding.Raw, PublicFormat.Raw))


def multikey(text: str) -> Ed25519PublicKey:
    """Read an Ed25519 Multikey. Raises ``NotMultibase``."""
    content = base58_bytes(text)
    if not content.startswith(_ED25519) or len(content) != len(_ED25519) + 32:
        raise NotMultibase("not an Ed25519 key")
    return Ed25519PublicKey.from_public_bytes(content[len(_ED25519) :])


def did_key(fingerprint: str) -> str:
    """Return the issuer that consists of nothing but this key."""
    return f"did:key:{fingerprint}"
