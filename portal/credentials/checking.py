"""Checking a credential that somebody has in hand: a file, a pasted text, or an address of ours.

Nothing of it is kept, and nothing is fetched: what cannot be known here is said so. Whoever brings
a file has read it, so all that it says is shown to them.
"""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from adapters.credentials.unbaking import unbake
from adapters.records.shared_credentials import SharedCredentials
from domain.credential_forms import BadgeTooLarge, CredentialForm
from domain.credentials import CredentialState, UnknownCredential
from domain.letters import spoken_size
from domain.refusals import Invalid, Refusal
from domain.shown_credentials import as_recorded
from domain.verification import Verification
from portal.credentials.parts import Shared
from portal.credentials.showing import OUTCOME_TONES, TONES
from portal.faces import OpenSite
from portal.failures import status_of
from portal.forms import OURS
from portal.public.pages import posted_file, public_page
from portal.site import Site, now
from portal.throttling import Limit, refuse_too_often

MOST_BYTES: Final = 5 * 1024 * 1024
"""Bytes of a form with a badge; ours take a tenth of it, the bound of the whole site is above."""

FORM_NAMES: Final = {
    CredentialForm.JSON: "a signed document (JSON)",
    CredentialForm.JWT: "a signed token (JWT)",
    CredentialForm.PNG: "a badge picture (PNG)",
    CredentialForm.SVG: "a badge drawing (SVG)",
    CredentialForm.PDF: "a certificate (PDF)",
}
"""What a file turned out to be; a test holds it complete."""


class NothingToCheck(Invalid):
    """The form came without a file and without a text."""

    code = "nothing_to_check"
    sentence = "Choose a file, or paste the credential or its address. Then press the button."


class AddressNotOurs(Invalid):
    """An address of somebody else, which we do not open."""

    code = "address_not_ours"
    sentence = (
        "That address is not one of a credential on this site, and we open no others. Open it "
        "yourself, save the badge as a file, and check the file here."
    )


async def of_bounded_size(request: Request) -> AsyncIterator[None]:
    """Refuse more than a badge can have before it is read; a dependency of the router."""
    length = request.headers.get("content-length", "")
    if request.method == "POST" and not (length.isdecimal() and int(length) <= MOST_BYTES):
        raise BadgeTooLarge(limit=spoken_size(MOST_BYTES))
    try:
        yield
    finally:
        await request.close()


router = APIRouter(prefix="/credentials/verify", dependencies=[Depends(of_bounded_size), OURS])


@router.get("")
async def ask(request: Request) -> Response:
    """Show the form, and say what a check is worth."""
    return await _form(request)


@router.post("")
async def check(
    request: Request,
    site: OpenSite,
    shared: Shared,
    pasted: Annotated[str, Form(max_length=1_500_000)] = "",
) -> Response:
    """Check what was brought, and say what is right and what is wrong with it."""
    await refuse_too_often(request, Limit.CREDENTIAL_CHECKED_BY_CALLER)
    text = pasted.strip()
    try:
        brought = await posted_file(request, "badge")
        if not brought and _is_address(text):
            address = _own_page(site, text)
            return RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)
        if not brought and not text:
            raise NothingToCheck
        unbaked = await asyncio.to_thread(unbake, brought or text.encode())
    except Invalid as refusal:
        return await _form(request, refusal, text if len(text) < 2000 else "")
    found = await site.verification.of_document(unbaked.credential, shared, now())
    number = _own_number(site, found)
    found = as_recorded(found, await _state(shared, number)) if number else found
    return await _answer(request, site, unbaked.form, found)


def _own_number(site: Site, found: Verification) -> str | None:
    """Return the number of a credential that says it is one of this site."""
    return site.addresses.credential_id(found.says.id) if found.says else None


async def _state(shared: SharedCredentials, number: str) -> CredentialState:
    """Return whether it counts as the records have it; what they do not know, the check judges."""
    try:
        return (await shared.credential(number)).state
    except UnknownCredential:
        return CredentialState.VALID


async def _form(request: Request, refusal: Refusal | None = None, pasted: str = "") -> Response:
    return await public_page(
        request,
        "credential_verify.html",
        status=status_of(refusal) if refusal else HTTPStatus.OK,
        refusal=refusal,
        pasted=pasted,
        limit=MOST_BYTES,
    )


async def _answer(
    request: Request, site: Site, form: CredentialForm, found: Verification
) -> Response:
    says = found.says
    return await public_page(
        request,
        "credential_verified.html",
        found=found,
        form=FORM_NAMES[form],
        tone=TONES[found.verdict],
        outcome_tones=OUTCOME_TONES,
        own_page=says.id if says and _own_number(site, found) else None,
        criteria=_own_criteria(site, says.achievement_id if says else ""),
    )


def _own_criteria(site: Site, achievement_id: str) -> str | None:
    """Return the page of what it stands for, if it is ours: no document decides our links."""
    own = f"{site.settings.public_url}/micro-credentials/"
    return achievement_id if achievement_id.startswith(own) else None


def _is_address(text: str) -> bool:
    return text.startswith(("https://", "http://")) and len(text.split()) == 1


def _own_page(site: Site, text: str) -> str:
    """Return the page that an address of ours leads to. Raises ``AddressNotOurs``."""
    try:
        asked, ours = urlsplit(text), urlsplit(site.settings.public_url)
    except ValueError:
        raise AddressNotOurs from None
    parts = asked.path.removeprefix(ours.path).strip("/").split("/")
    is_ours = asked.netloc.casefold() == ours.netloc.casefold()
    if not is_ours or len(parts) < 2 or parts[0] != "credentials":
        raise AddressNotOurs
    number = parts[1].removesuffix(".json")
    if not number.replace("-", "").replace("_", "").isalnum() or not number.isascii():
        raise AddressNotOurs
    return f"/credentials/{number}"
