"""The public page of one credential: verified as it is opened, for people and for programs."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from adapters.records.shared_credentials import SharedCredential, SharedCredentials
from domain.catalog import EssentialOutcome
from domain.credential_forms import MEDIA_TYPES, CredentialForm
from domain.credentials import CredentialState
from domain.sharing import Visibility
from domain.shown_credentials import Neighbours, ShownCredential, shown
from domain.verification import CheckOutcome, Verdict
from portal.credentials.parts import (
    OPEN_TO_ALL,
    CredentialId,
    Shared,
    found,
    is_holder,
)
from portal.faces import OpenSite
from portal.public.pages import public_page
from portal.site import Site, now

router = APIRouter(prefix="/credentials")

TONES: Final[Mapping[Verdict, str]] = {
    Verdict.VALID: "good",
    Verdict.UNKNOWN_ISSUER: "warn",
    Verdict.NOT_CONFIRMED: "warn",
    Verdict.EXPIRED: "warn",
    Verdict.NOT_YET_VALID: "warn",
    Verdict.REVOKED: "bad",
    Verdict.FLAWED: "bad",
    Verdict.NOT_GENUINE: "bad",
    Verdict.UNREADABLE: "bad",
}
"""How grave each verdict is; a test holds it complete."""

OUTCOME_TONES: Final[Mapping[CheckOutcome, str]] = {
    CheckOutcome.PASSED: "good",
    CheckOutcome.FAILED: "bad",
    CheckOutcome.NOT_CHECKED: "warn",
}

_SIGNED: Final = ("application/vc+ld+json", "application/vc", "application/ld+json")
"""What programs ask for that want the credential itself, and not what we say of it."""


@router.get("/{credential_id}.json")
async def as_json(
    request: Request, site: OpenSite, shared: Shared, credential_id: CredentialId
) -> Response:
    """Say what the page says, for programs."""
    credential = await found(request, shared, credential_id)
    return _json(credential, await shown_at(site, shared, credential))


@router.get("/{credential_id}")
async def credential_page(
    request: Request, site: OpenSite, shared: Shared, credential_id: CredentialId
) -> Response:
    """Verify a credential, and say what was found and what it stands for.

    Its address is also its own id: a program that asks for the signed document gets it, if its
    holder gives files to everybody.
    """
    credential = await found(request, shared, credential_id)
    accepted = request.headers.get("accept", "")
    if any(each in accepted for each in _SIGNED) and credential.sharing.gives_files:
        return Response(
            credential.body,
            media_type=MEDIA_TYPES[CredentialForm.JSON],
            headers=_headers(credential),
        )
    seen = await shown_at(site, shared, credential)
    if "text/html" not in accepted and "json" in accepted:
        return _json(credential, seen)
    response = await public_page(
        request,
        "credential.html",
        status=HTTPStatus.OK,
        shown=seen,
        credential_id=credential.id,
        tone=tone_of(seen),
        outcome_tones=OUTCOME_TONES,
        is_listed=credential.sharing.visibility is Visibility.LISTED,
        is_hidden=not credential.sharing.is_open,
        is_holder=await is_holder(request, credential),
        enrollment_id=credential.enrollment_id,
        has_jwt=credential.jwt is not None,
        card=f"{seen.address}/card.png",
    )
    response.headers.update(_headers(credential, is_page=True))
    return response


async def shown_at(
    site: Site, shared: SharedCredentials, credential: SharedCredential
) -> ShownCredential:
    """Return what everybody sees of a credential at this moment."""
    verification = await site.verification.of(credential, now())
    details: tuple[EssentialOutcome, ...] = ()
    if credential.sharing.shows_details:
        details = (await shared.entry(credential.enrollment_id)).outcomes
    neighbours = Neighbours(
        replaces=_address(site, credential.replaces),
        replaced_by=_address(site, credential.replaced_by),
    )
    return shown(
        site.addresses.credential(credential.id),
        credential.state,
        verification,
        credential.sharing,
        details,
        neighbours,
    )


def _address(site: Site, credential_id: str | None) -> str | None:
    return site.addresses.credential(credential_id) if credential_id is not None else None


def tone_of(seen: ShownCredential) -> str:
    """Return how grave it is; what was replaced is no fault of its holder."""
    if seen.verdict is Verdict.REVOKED and seen.state is CredentialState.REPLACED:
        return "warn"
    return TONES[seen.verdict]


def _json(credential: SharedCredential, seen: ShownCredential) -> Response:
    return JSONResponse(
        seen.model_dump(mode="json"), headers={**_headers(credential), **OPEN_TO_ALL}
    )


def _headers(credential: SharedCredential, *, is_page: bool = False) -> dict[str, str]:
    """Pages about people are kept by nobody, and found only by those who were given them."""
    headers = {"vary": "accept"}
    if credential.sharing.visibility is not Visibility.LISTED:
        headers["x-robots-tag"] = "noindex"
    return headers if is_page else {**headers, **OPEN_TO_ALL}
