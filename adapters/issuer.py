"""The organisation's own sign-in (OpenID Connect): asks it who somebody is, and checks its answer.

Authlib speaks the protocol and joserfc checks signatures and claims; what is believed is decided
here: a signed identity of this issuer for this client, made for this very request, with an address
that the issuer has verified.
"""

import time
from typing import Final

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from domain.addresses import normalized_address
from domain.refusals import NotAllowed, Refusal
from domain.values import Value
from settings import Settings

_SIGNATURES: Final = ("RS256", "ES256", "PS256", "EdDSA")
_LEEWAY: Final = 60
"""Seconds that two clocks may differ."""

_KEPT: Final = 3600.0
"""Seconds for which what the issuer says of itself is kept."""

_TIMEOUT: Final = httpx2.Timeout(10)


class IssuerFailed(NotAllowed):
    """The organisation's sign-in did not answer, or its answer cannot be believed."""

    code = "issuer_failed"
    sentence = (
        "Your organisation's sign-in did not confirm who you are. Try again from the beginning; "
        "or sign in with a code by mail."
    )


class Description(Value):
    """What an issuer says of itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class Issuer:
    """One issuer that the installation trusts."""

    def __init__(self, issuer: str, client_id: str, client_secret: str, redirect_uri: str) -> None:
        self._issuer = issuer.rstrip("/")
        self._client_id = client_id
        self._client_secret = client_secret
        self._redirect_uri = redirect_uri
        self._description: tuple[float, Description] | None = None
        self._keys: KeySet | None = None

    @classmethod
    def of(cls, settings: Settings) -> "Issuer | None":
        """Return the issuer of an installation, if it has one."""
        secret = settings.oidc_client_secret
        if settings.oidc_issuer is None or settings.oidc_client_id is None or secret is None:
            return None
        redirect_uri = f"{settings.public_url}/sign-in/issuer/callback"
        return cls(
            settings.oidc_issuer, settings.oidc_client_id, secret.get_secret_value(), redirect_uri
        )

    async def authorization(self, state: str, nonce: str, verifier: str) -> str:
        """Return where to send somebody. Raises ``IssuerFailed``."""
        description = await self._described()
        async with self._client() as client:
            address: str
            address, _ = client.create_authorization_url(
                description.authorization_endpoint, state=state, nonce=nonce, code_verifier=verifier
            )
            return address

    async def address_of(self, code: str, nonce: str, verifier: str) -> str:
        """Return the verified address of whoever the code stands for. Raises ``IssuerFailed``."""
        description = await self._described()
        try:
            async with self._client() as client:
                answer = await client.fetch_token(
                    description.token_endpoint, code=code, code_verifier=verifier
                )
            claims = await self._believed(description, str(answer.get("id_token", "")), nonce)
        except (AuthlibBaseError, JoseError, httpx2.HTTPError, ValueError) as failure:
            raise IssuerFailed from failure
        if claims.get("email_verified") is not True:
            raise IssuerFailed
        try:
            return normalized_address(str(claims.get("email", "")))
        except Refusal as refusal:
            raise IssuerFailed from refusal

    async def _believed(
        self, description: Description, token: str, nonce: str
    ) -> dict[str, object]:
        """Return the claims of a token that is genuine, in time, and meant for us and for now."""
        try:
            read = jwt.decode(token, await self._current_keys(description), list(_SIGNATURES))
        except InvalidKeyIdError:  # the issuer has changed its keys since we looked
            self._keys = None
            read = jwt.decode(token, await self._current_keys(description), list(_SIGNATURES))
        rules = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY,
            iss={"essential": True, "value": description.issuer},
            aud={"essential": True, "value": self._client_id},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        rules.validate(read.claims)
        return dict(read.claims)

    async def _described(self) -> Description:
        """Return what the issuer says of itself, asked once an hour."""
        now = time.monotonic()
        if self._description is None or self._description[0] < now - _KEPT:
            address = f"{self._issuer}/.well-known/openid-configuration"
            fields = await self._asked(address)
            try:
                said = {name: fields[name] for name in Description.model_fields}
                description = Description.model_validate(said)
            except (KeyError, ValueError) as failure:
                raise IssuerFailed from failure
            if description.issuer.rstrip("/") != self._issuer:
                raise IssuerFailed
            self._description = (now, description)
        return self._description[1]

    async def _current_keys(self, description: Description) -> KeySet:
        if self._keys is None:
            self._keys = KeySet.import_key_set(await self._asked(description.jwks_uri))  # type: ignore[arg-type]
        return self._keys

    async def _asked(self, address: str) -> dict[str, object]:
        try:
            async with httpx2.AsyncClient(timeout=_TIMEOUT) as client:
                answer = (await client.get(address)).raise_for_status()
                fields: dict[str, object] = answer.json()
        except (httpx2.HTTPError, ValueError) as failure:
            raise IssuerFailed from failure
        return fields

    def _client(self) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            self._client_id,
            self._client_secret,
            scope="openid email",
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
            timeout=_TIMEOUT,
        )
