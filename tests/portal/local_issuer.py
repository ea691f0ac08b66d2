"""A real OpenID Connect issuer on loopback: discovery, authorization, token with PKCE, and keys.

A test turns one of its facts and looks what the portal makes of the answer.
"""

import asyncio
import base64
import hashlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Annotated
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI, Form, HTTPException
from fastapi.responses import RedirectResponse
from joserfc import jwt
from joserfc.jwk import RSAKey

from adapters.embedded.processes import LOOPBACK, free_ports
from tests.waiting import eventually

CLIENT_ID, CLIENT_SECRET = "laurel-portal", "a secret of the tests"


@dataclass
class LocalIssuer:
    """What the issuer says; every field may be changed between two sign-ins."""

    url: str
    email: str = "ops@example.org"
    is_verified: object = True
    audience: str = CLIENT_ID
    nonce: str | None = None
    """Another nonce than the one that was asked with."""
    expires_in: int = 300
    key: RSAKey = field(default_factory=lambda: new_key("first"))
    signing_key: RSAKey | None = None
    """Another key than the one that is published."""
    _codes: dict[str, tuple[str, str]] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def authorize(self, redirect_uri: str, state: str, nonce: str, code_challenge: str) -> str:
        """Return where somebody is led who has signed in here."""
        code = f"code-{next(self._numbers)}"
        self._codes[code] = (nonce, code_challenge)
        return f"{redirect_uri}?{urlencode({'code': code, 'state': state})}"

    def token(self, code: str, verifier: str) -> dict[str, object]:
        """Return the tokens for a code, once, to whoever began."""
        nonce, challenge = self._codes.pop(code, ("", ""))
        digest = hashlib.sha256(verifier.encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != challenge:
            raise HTTPException(400, {"error": "invalid_grant"})
        now = int(time.time())
        claims = {
            "iss": self.url,
            "sub": "1",
            "aud": self.audience,
            "iat": now,
            "exp": now + self.expires_in,
            "nonce": self.nonce or nonce,
            "email": self.email,
            "email_verified": self.is_verified,
        }
        key = self.signing_key or self.key
        signed = jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)
        return {"access_token": "unused", "token_type": "Bearer", "id_token": signed}


def new_key(kid: str) -> RSAKey:
    """Return a new key that is published under ``kid``."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


def app_of(issuer: LocalIssuer) -> FastAPI:
    """Return the issuer's own application."""
    app = FastAPI()

    @app.get("/.well-known/openid-configuration")
    async def discovery() -> dict[str, str]:
        return {
            "issuer": issuer.url,
            "authorization_endpoint": f"{issuer.url}/authorize",
            "token_endpoint": f"{issuer.url}/token",
            "jwks_uri": f"{issuer.url}/keys",
        }

    @app.get("/keys")
    async def keys() -> dict[str, object]:
        return {"keys": [issuer.key.as_dict(private=False)]}

    @app.get("/authorize")
    async def authorize(
        redirect_uri: str, state: str, nonce: str, code_challenge: str
    ) -> RedirectResponse:
        address = issuer.authorize(redirect_uri, state, nonce, code_challenge)
        return RedirectResponse(address, 302)

    @app.post("/token")
    async def token(
        code: Annotated[str, Form()], code_verifier: Annotated[str, Form()]
    ) -> dict[str, object]:
        return issuer.token(code, code_verifier)

    return app


@asynccontextmanager
async def running_issuer() -> AsyncIterator[LocalIssuer]:
    """Run an issuer on a free loopback port until the end of the block."""
    (port,) = free_ports(1)
    issuer = LocalIssuer(f"http://{LOOPBACK}:{port}")
    server = uvicorn.Server(
        uvicorn.Config(app_of(issuer), host=LOOPBACK, port=port, log_config=None)
    )
    serving = asyncio.create_task(server.serve())

    async def has_started() -> bool:
        return server.started

    try:
        await eventually(has_started)
        yield issuer
    finally:
        server.should_exit = True
        await serving
