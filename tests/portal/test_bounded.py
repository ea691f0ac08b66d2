"""Requests that are too large are turned away before anybody reads them."""

from collections.abc import AsyncIterator

import pytest

from portal.bounded import MOST_BYTES
from tests.portal.served import Portal


async def test_a_large_form_is_turned_away(portal: Portal) -> None:
    """Proves: a stranger cannot fill memory or disk with a form, stated or not in its length."""
    client = portal.browser().client
    stated = await client.post("/sign-in", content=b"x" * (MOST_BYTES + 1))
    assert (stated.status_code, stated.json()["code"]) == (413, "request_too_large")

    async def unending() -> AsyncIterator[bytes]:
        for _ in range(MOST_BYTES // 65_536 + 2):
            yield b"x" * 65_536

    kind = {"content-type": "application/x-www-form-urlencoded"}
    unstated = await client.post("/sign-in", content=unending(), headers=kind)
    assert unstated.status_code >= 400


async def test_what_people_send_fits(portal: Portal) -> None:
    """Proves: the longest text that a part may have goes through."""
    client = portal.browser().client
    answer = await client.post("/sign-in", data={"address": "x" * 900_000})
    assert answer.status_code == 403  # it was read, and is no form of ours


@pytest.mark.parametrize(
    "said", ["; charset=punycode", '; Charset="utf-7"', "; charset*=utf-8''idna", ";charset=x"]
)
async def test_a_form_is_in_utf_8(portal: Portal, said: str) -> None:
    """Proves: nobody chooses with which of Python's codecs a form is read; some are endless."""
    client = portal.browser().client
    content = b'--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n+2AA-\r\n--B--\r\n'
    kind = {"content-type": f"multipart/form-data; boundary=B{said}"}
    refused = await client.post("/sign-in", content=content, headers=kind)
    assert (refused.status_code, refused.json()["code"]) == (415, "charset_not_taken")
    plain = {"content-type": "multipart/form-data; boundary=B; charset=UTF-8"}
    assert (await client.post("/sign-in", content=content, headers=plain)).status_code == 403
