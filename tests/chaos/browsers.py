"""People at the portals: forms with their token, pressed until some portal answers."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from itertools import count
from types import TracebackType
from typing import Final, Self

import httpx2

from adapters.records.session_book import Means, SessionBook
from adapters.webhooks.shop_signing import signed
from domain.enrollment import Party
from portal.faces import COOKIES
from portal.forms import BROWSER_COOKIE
from portal.seals import Seals
from settings import LOCAL_LINK_SECRET, LOCAL_SHOP_SECRET
from tests.chaos.acts import persist

SHOP_SECRET: Final = LOCAL_SHOP_SECRET.get_secret_value()
OVERLOADED: Final = 500
"""From this status on, nothing was answered to what was asked."""

RETRY_LATER: Final = frozenset({408, 423, 425, 429})


class NoAnswer(OSError):
    """The portal said that it could not answer."""


class Web:
    """The portals as people reach them: whoever gets no answer asks the other one."""

    def __init__(self, urls: tuple[str, ...]) -> None:
        self._urls = urls
        self._turn = count()
        jar = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        self._client = httpx2.AsyncClient(cookies=jar, timeout=30)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.aclose()

    async def ask(
        self,
        method: str,
        path: str,
        *,
        headers: dict[str, str],
        content: bytes | None = None,
        fields: dict[str, object] | None = None,
        json: object = None,
    ) -> httpx2.Response:
        """Send one request to the next portal; raises ``NoAnswer`` where it could not do it."""
        url = self._urls[next(self._turn) % len(self._urls)]
        answer = await self._client.request(
            method, f"{url}{path}", headers=headers, content=content, data=fields, json=json
        )
        if answer.status_code >= OVERLOADED or answer.status_code in RETRY_LATER:
            raise NoAnswer(f"{method} {answer.status_code}")
        return answer

    async def shop(self, body: bytes, webhook_id: str) -> httpx2.Response:
        """Send the shop's webhook until some portal answers."""

        async def send() -> httpx2.Response:
            headers = signed(SHOP_SECRET, body, datetime.now(UTC), webhook_id)
            return await self.ask("POST", "/webhooks/shop", headers=headers, content=body)

        answer = await persist(send)
        assert answer is not None
        return answer


@dataclass
class Visitor:
    """Somebody who is signed in, in a browser without scripts."""

    web: Web
    party: Party
    secret: str
    browser: str = field(default_factory=lambda: secrets.token_urlsafe(18))

    @property
    def headers(self) -> dict[str, str]:
        """Return what the browser sends along; the token as a script of ours sends it."""
        token = Seals(LOCAL_LINK_SECRET.get_secret_value()).seal("form", self.browser)
        return {
            "cookie": f"{COOKIES[self.party]}={self.secret}; {BROWSER_COOKIE}={self.browser}",
            "sec-fetch-site": "same-origin",
            "x-form-token": token,
        }

    async def get(self, path: str) -> str:
        """Open a page."""
        answer = await self.send("GET", path)
        return answer.text

    async def press(self, path: str, **fields: object) -> int:
        """Press a button until somebody answers; returns the status."""
        return (await self.send("POST", path, fields=fields)).status_code

    async def send(
        self,
        method: str,
        path: str,
        *,
        fields: dict[str, object] | None = None,
        json: object = None,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx2.Response:
        """Send a request until some portal answers."""

        async def send() -> httpx2.Response:
            return await self.web.ask(
                method,
                path,
                headers={"accept": "text/html", **self.headers, **(headers or {})},
                fields=fields,
                json=json,
                content=content,
            )

        answer = await persist(send)
        assert answer is not None
        return answer


async def sign_in(web: Web, sessions: SessionBook, party: Party, subject_id: str) -> Visitor:
    """Let somebody be signed in, as after a link of theirs."""

    async def begin() -> str:
        at = datetime.now(UTC)
        secret, _ = await sessions.begin(party, subject_id, Means.LINK, "chaos", at)
        return secret

    secret = await persist(begin)
    assert secret is not None
    return Visitor(web, party, secret)
