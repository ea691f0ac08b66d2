"""The inbox of the mail catcher: what was sent to anybody, to read instead of a real mailbox.

It shows everybody's mail and signs nobody in, so it exists only where the catcher's directory is
set and the portal is reached from this machine alone.
"""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from adapters.mail.inbox import caught_letter, inbox_page
from domain.refusals import NotFound
from portal.answers import page
from portal.faces import OpenSite
from settings import is_on_this_machine

LETTERS: Final = 50
"""Letters on a page."""

LETTER_POLICY: Final = "; ".join(
    (
        "sandbox",
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "frame-ancestors 'self'",
        "form-action 'none'",
        "base-uri 'none'",
    )
)
"""A letter's HTML looks as it does in a mail program, and can do nothing else."""

_LINK: Final = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")


class NoInbox(NotFound):
    """Mail goes to real mailboxes here, or others can reach this portal."""

    code = "no_inbox"
    sentence = "There is no such page. Check the address, or go back."


def catcher_directory(site: OpenSite) -> Path:
    """Return where the caught mail lies. Raises ``NoInbox`` where there is no such page."""
    directory = site.settings.mail_catcher_dir
    if directory is None or not is_on_this_machine(site.settings.public_url):
        raise NoInbox
    return directory


Caught = Annotated[Path, Depends(catcher_directory)]
"""A parameter of routes: the catcher's directory."""

router = APIRouter(prefix="/dev/mail")


@router.get("")
async def inbox(
    request: Request,
    caught: Caught,
    to: Annotated[str, Query(max_length=254)] = "",
    before: Annotated[int | None, Query(ge=0, lt=2**53)] = None,
) -> Response:
    """List what was caught, newest first."""
    found = await asyncio.to_thread(inbox_page, caught, LETTERS, to, before)
    return await page(request, "dev/inbox.html", found=found, to=to, before=before)


@router.get("/{name}")
async def letter(request: Request, caught: Caught, name: str) -> Response:
    """Show one letter: its text with links that can be followed, and its HTML beside it."""
    read = await asyncio.to_thread(caught_letter, caught, name)
    return await page(request, "dev/letter.html", letter=read, pieces=list(pieces_of(read.text)))


@router.get("/{name}/html")
async def letter_as_html(caught: Caught, name: str) -> HTMLResponse:
    """Give the HTML of a letter for the frame that shows it."""
    read = await asyncio.to_thread(caught_letter, caught, name)
    return HTMLResponse(read.html, headers={"content-security-policy": LETTER_POLICY})


def pieces_of(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the pieces of a text in their order, and whether each is a web address."""
    at = 0
    for found in _LINK.finditer(text):
        yield text[at : found.start()], False
        yield found.group(), True
        at = found.end()
    yield text[at:], False
