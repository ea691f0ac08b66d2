"""Pressing buttons as people do: a form is sent with everything that its page gave it."""

import re
from html import unescape

from domain.previews import ActKind
from tests.portal.served import Browser

HIDDEN = re.compile(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">')
SAID = re.compile(r'<div class="say good" role="status">([^<]*)</div>')


def hidden(source: str, after: str = "") -> dict[str, str]:
    """Return the fields that a form of the page carries; of the form that begins with ``after``."""
    start = source.index(after) if after else source.rindex("<form method=")
    end = source.index("</form>", start)
    found = HIDDEN.findall(source[start:end])
    return {name: unescape(value) for name, value in found if name != "form_token"}


async def previewed(browser: Browser, address: str) -> dict[str, str]:
    """Open an act's page and return what its form carries."""
    return hidden(
        await browser.get(address), f'<form method="post" action="{address.split("?")[0]}'
    )


async def said(browser: Browser, address: str) -> str:
    """Open the page that a form led to, and return what it says was done."""
    found = SAID.search(await browser.get(address))
    assert found, browser.text
    return unescape(found[1])


async def press(
    browser: Browser, address: str, fields: dict[str, str], reason: str, status: int = 303
) -> str:
    """Send a form of a page with a reason; returns where it leads, or the page that answers."""
    sent: dict[str, object] = {**fields, "reason": reason}
    return await browser.post(address, status=status, **sent)


def acts_of(journey: str, kind: ActKind) -> str:
    """Return the address of an act on a journey."""
    return f"/ops/journeys/{journey}/acts/{kind}"
