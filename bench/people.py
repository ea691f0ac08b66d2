"""People at the portal: a journey from the paid order to the award, pressed as forms press it.

Only what must be pressed is pressed: no page is opened before it. What others do is waited for by a
look at the records.
"""

import base64
import secrets
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Final, Self

import httpx2

from adapters.records.session_book import Means, SessionBook
from adapters.records.shop_book import online_order_id
from adapters.records.staff_book import StaffBook
from adapters.webhooks.shop_signing import signed
from bench.watching import Watch, until
from domain.enrollment import Party
from domain.submission import Statement
from portal.faces import COOKIES
from portal.forms import BROWSER_COOKIE
from portal.seals import Seals
from portal.uploads.tus_headers import BYTES, VERSION
from settings import LOCAL_LINK_SECRET, LOCAL_SHOP_SECRET
from tests import artifacts
from tests.house import ITEMS, NARRATIVE, OPS, Assessor, House
from tests.portal.shopping import paid

LIBRARY: Final = "general"
AGREED: Final = [statement.value for statement in Statement]
SHOWN: Final = {1: ("question/1", "question/2"), 3: ("reflection",)}
DETAILS: Final = tuple(item for item in ITEMS if item.startswith("detail/"))


class NotPressed(Exception):
    """The portal did not answer a press as it should."""


class Presser:
    """Somebody who is signed in, in a browser without scripts."""

    def __init__(self, client: httpx2.AsyncClient, party: Party, secret: str) -> None:
        self._client = client
        browser = secrets.token_urlsafe(18)
        token = Seals(LOCAL_LINK_SECRET.get_secret_value()).seal("form", browser)
        self.headers = {
            "accept": "text/html",
            "cookie": f"{COOKIES[party]}={secret}; {BROWSER_COOKIE}={browser}",
            "sec-fetch-site": "same-origin",
            "x-form-token": token,
        }

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of the portal."""
        url = self._client.base_url
        return url.host, url.port or 80

    async def press(self, path: str, **fields: object) -> str:
        """Send a form, and return where it leads."""
        answer = await self.send("POST", path, HTTPStatus.SEE_OTHER, data=fields)
        return str(answer.headers["location"])

    async def open(self, path: str) -> str:
        """Open a page."""
        return str((await self.send("GET", path, HTTPStatus.OK)).text)

    async def send(
        self,
        method: str,
        path: str,
        status: HTTPStatus,
        headers: dict[str, str] | None = None,
        **more: object,
    ) -> httpx2.Response:
        """Send a request and expect its status."""
        sent = {**self.headers, **(headers or {})}
        answer = await self._client.request(method, path, headers=sent, **more)  # type: ignore[arg-type]
        if answer.status_code != status:
            raise NotPressed(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer


class People(AbstractAsyncContextManager["People"]):
    """Everybody of a measurement: the shop, practitioners, one assessor, one of operations."""

    def __init__(self, house: House, url: str) -> None:
        self.house = house
        jar = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        self.client = httpx2.AsyncClient(base_url=url, cookies=jar, timeout=60)
        self.watch = Watch(house.database)
        self._sessions = SessionBook(house.database)
        self.assessor: Presser
        self.operations: Presser
        self._assessor: Assessor

    async def __aenter__(self) -> Self:
        await self.watch.__aenter__()
        await self.house.publish(LIBRARY)
        self._assessor = await self.house.hire(LIBRARY, capacity=1_000_000)
        self.assessor = await self.signed_in(Party.ASSESSOR, self._assessor.id)
        staff = await StaffBook(self.house.database).add("Operator", "operator@example.org", OPS)
        self.operations = await self.signed_in(Party.OPS, staff)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.watch.__aexit__(kind, error, trace)
        await self.client.aclose()

    async def signed_in(self, party: Party, subject_id: str) -> Presser:
        """Let somebody be signed in, as after a link of theirs."""
        now = datetime.now(UTC)
        secret, _ = await self._sessions.begin(party, subject_id, Means.LINK, "bench", now)
        return Presser(self.client, party, secret)

    async def buy(self, number: int) -> str:
        """Let the shop say that a known learner's order is paid; returns the enrollment."""
        order = self.house.paid_order(LIBRARY, number)
        await self.house.know(order.lines[0].learner)
        body = paid(order)
        at, secret = datetime.now(UTC), LOCAL_SHOP_SECRET.get_secret_value()
        headers = signed(secret, body, at, f"msg_{order.external_id}")
        answer = await self.client.post("/webhooks/shop", content=body, headers=headers)
        if answer.status_code != HTTPStatus.OK:
            raise NotPressed(f"the shop: {answer.status_code} {answer.text[:300]}")
        return await self.watch.working(f"{online_order_id(order.external_id)}-1")

    async def practitioner(self, enrollment_id: str) -> Presser:
        """Return the practitioner of an enrollment."""
        row = await self.house.row(enrollment_id)
        return await self.signed_in(Party.PRACTITIONER, row.person_id)

    async def hand_in(self, enrollment_id: str) -> None:
        """Write all three parts and hand them in."""
        somebody = await self.practitioner(enrollment_id)
        base = f"/my/{enrollment_id}/parts"
        for part, keys in SHOWN.items():
            texts = {f"text:{key}": NARRATIVE for key in keys}
            await somebody.press(f"{base}/{part}", round=1, version=0, **texts)
        file = await self._upload(somebody, enrollment_id)
        for version, item in enumerate(DETAILS):
            said = "The plan is on this page."
            where = {"item": item, "file": file, "first": "1", "explanation": said}
            await somebody.press(f"{base}/2/evidence", round=1, version=version, **where)
        for part, version in ((1, 1), (2, len(DETAILS)), (3, 1)):
            seen = {"round": 1, "version": version, "agreed": AGREED}
            await somebody.press(f"{base}/{part}/submit", **seen)

    async def _upload(self, somebody: Presser, enrollment_id: str) -> str:
        content = artifacts.pdf(3)
        named = base64.b64encode(b"plan.pdf").decode()
        headers = {
            "tus-resumable": VERSION,
            "content-type": BYTES,
            "upload-length": str(len(content)),
            "upload-metadata": f"filename {named}",
        }
        path = f"/my/{enrollment_id}/uploads"
        await somebody.send("POST", path, HTTPStatus.CREATED, headers, content=content)
        return await self.file_of(enrollment_id)

    async def file_of(self, enrollment_id: str) -> str:
        """Wait until an upload became a file and was looked into; returns the first one."""
        await until(lambda: self.house.parts.artifacts(enrollment_id))
        return (await self.house.parts.artifacts(enrollment_id))[0].id

    async def accept(self, enrollment_id: str) -> None:
        """The assessor takes the round."""
        await self.assessor.press(f"/assessing/offers/{enrollment_id}/accept", round=1)

    async def judge(self, enrollment_id: str) -> None:
        """The assessor marks everything as met and hands the judgement in."""
        marks_version = 0
        for item in ITEMS:
            mark = {"round": 1, "version": 0, "kind": "met", "feedback": ""}
            path = f"/assessing/rounds/{enrollment_id}/marks/{item}"
            answer = await self.assessor.send("PUT", path, HTTPStatus.OK, json=mark)
            marks_version = int(answer.json()["marks_version"])
        path = f"/assessing/rounds/{enrollment_id}/judge"
        await self.assessor.press(path, round=1, marks_version=marks_version)

    async def pursue(self, number: int) -> str:
        """Take a practitioner from the paid order to the award, until the last mail was accepted.

        The assessor begins when the offer and the receipts are out, as people do: else a mail that
        nobody needs any more is not sent.
        """
        enrollment_id = await self.buy(number)
        await self.hand_in(enrollment_id)
        await self.watch.told(enrollment_id)
        await self.accept(enrollment_id)
        await self.watch.told(enrollment_id)
        await self.judge(enrollment_id)
        await self.watch.told(enrollment_id)
        return enrollment_id
