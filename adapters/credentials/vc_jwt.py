"""The same credential as a VC-JWT: one line of text, signed with RS256.

The payload is the credential with its proof inside, and the claims that repeat what stands in it
(Open Badges 3.0, "JSON Web Token proof format"). Header and claims hold nothing more.
"""

import json
from typing import Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from domain.credential_reading import instant_at, issuer_id_of, object_at, text_at
from domain.values import JsonObject, Value

ALGORITHM: Final = "RS256"
_CLAIMS: Final = ("iss", "sub", "jti", "nbf", "exp")


class ReadJwt(Value):
    """A VC-JWT taken apart, before its signature is looked at."""

    header: JsonObject
    payload: JsonObject

    @property
    def credential(self) -> JsonObject:
        """The credential alone, as its own inner proof covers it."""
        return {name: value for name, value in self.payload.items() if name not in _CLAIMS}


def signed_jwt(credential: JsonObject, key: RSAKey, kid: str) -> str:
    """Return a credential as a VC-JWT by ``key``, which is published at ``kid``."""
    payload = {**credential, **_claims(credential)}
    header: dict[str, object] = {"alg": ALGORITHM, "kid": kid, "typ": "JWT"}
    content = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    return jws.serialize_compact(header, content, key, algorithms=[ALGORITHM])


def is_signed(text: str, key: RSAKey) -> bool:
    """Tell whether the text is signed by ``key`` with the one algorithm that is taken."""
    try:
        jws.deserialize_compact(text, key, algorithms=[ALGORITHM])
    except (JoseError, ValueError):
        return False
    return True


def claims_agree(read: ReadJwt) -> bool:
    """Tell whether the claims say what the credential says; two truths in one text are none."""
    expected = _claims(read.credential)
    return all(read.payload.get(name) == expected.get(name) for name in _CLAIMS)


def _claims(credential: JsonObject) -> JsonObject:
    claims: JsonObject = {
        "iss": issuer_id_of(credential),
        "sub": text_at(object_at(credential, "credentialSubject"), "id"),
        "jti": text_at(credential, "id"),
    }
    for name, source in (("nbf", "validFrom"), ("exp", "validUntil")):
        instant = instant_at(credential, source)
        if instant is not None:
            claims[name] = int(instant.timestamp())
    return claims
