"""A tus client for tests: every request by hand, also ones that break off in the middle."""

import asyncio
import base64
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2

from portal.uploads.tus_headers import BYTES, VERSION
from tests.house import House
from tests.portal.served import Browser, Portal
from tests.waiting import eventually

MEGABYTE = 1024**2
TUS = {"tus-resumable": VERSION}


def pattern(size: int, seed: int = 7) -> bytes:
    """Return bytes in which every stretch is different from its neighbours."""
    block = b"".join((seed * number).to_bytes(8, "big") for number in range(4096))
    return (block * (size // len(block) + 1))[:size]


@dataclass
class Uploader:
    """Somebody who uploads to one enrollment."""

    portal_url: str
    browser: Browser
    enrollment_id: str

    @property
    def base(self) -> str:
        """Address of the enrollment's uploads."""
        return f"/my/{self.enrollment_id}/uploads"

    async def ask(
        self, method: str, address: str, content: object = None, **headers: str
    ) -> httpx2.Response:
        """Send one request of the protocol, with the form's token."""
        said = {key.replace("_", "-"): value for key, value in headers.items()}
        if content is not None:
            said = {"content-type": BYTES, **said}
        return await self.browser.client.request(
            method,
            address,
            content=content,  # type: ignore[arg-type]
            headers={**TUS, "x-form-token": self.browser.token, **said},
        )

    async def begin(self, name: str, size: int) -> str:
        """Announce a file and return the address of its upload."""
        answer = await self.ask("POST", self.base, **announced(name, size))
        assert answer.status_code == 201, answer.text
        return answer.headers["location"]

    async def patch(
        self, address: str, offset: int, content: object = b"", **headers: str
    ) -> httpx2.Response:
        """Send bytes from ``offset`` on."""
        return await self.ask("PATCH", address, content, upload_offset=str(offset), **headers)

    async def stands_at(self, address: str) -> int:
        """Ask how far an upload has come."""
        answer = await self.ask("HEAD", address)
        assert answer.status_code == 200
        return int(answer.headers["upload-offset"])

    async def cut_off(self, address: str, content: bytes, announced: int) -> None:
        """Send bytes from the beginning on, fewer than announced, and drop the connection."""
        _, writer = await self.connected()
        writer.write(self.head_of(address, announced) + content)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async def connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open a bare connection to the portal."""
        place = urlsplit(self.portal_url)
        return await asyncio.open_connection(place.hostname, place.port)

    def head_of(self, address: str, announced: int, offset: int = 0) -> bytes:
        """Return the head of a PATCH as it goes over the wire."""
        cookies = "; ".join(f"{k}={v}" for k, v in self.browser.client.cookies.items())
        lines = (
            f"PATCH {address} HTTP/1.1",
            f"Host: {urlsplit(self.portal_url).netloc}",
            f"Cookie: {cookies}",
            f"X-Form-Token: {self.browser.token}",
            f"Tus-Resumable: {VERSION}",
            f"Content-Type: {BYTES}",
            f"Upload-Offset: {offset}",
            f"Content-Length: {announced}",
        )
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


def announced(name: str, size: int) -> dict[str, str]:
    """Return the headers that announce a file."""
    filename = base64.b64encode(name.encode()).decode()
    return {"upload_length": str(size), "upload_metadata": f"filename {filename},filetype eA=="}


async def uploader(portal: Portal, enrollment_id: str) -> Uploader:
    """Return the practitioner of an enrollment, ready to upload."""
    return Uploader(portal.url, await portal.practitioner(enrollment_id), enrollment_id)


async def kept_artifacts(house: House, enrollment_id: str, count: int = 1) -> list[tuple[str, str]]:
    """Wait until so many files were kept and looked into; return their names and hashes."""

    async def are_there() -> bool:
        return len(await house.parts.artifacts(enrollment_id)) >= count

    await eventually(are_there)
    found = await house.parts.artifacts(enrollment_id)
    return [(each.name, each.stored.sha256) for each in found]
