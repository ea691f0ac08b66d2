"""The pictures and the certificate of a credential: made from what was signed, when asked for."""

from collections.abc import Callable, Mapping
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from adapters.credentials.forms import CredentialForms
from adapters.records.shared_credentials import SharedCredential, SharedCredentials
from domain.credential_faces import face_of
from domain.credential_forms import CredentialFace, CredentialForm
from portal.credentials.files import FormNotMade, answered, file_of, given, headers_of
from portal.credentials.parts import CredentialId, Shared, found
from portal.faces import OpenSite
from portal.site import Site, now

router = APIRouter(prefix="/credentials/{credential_id}")

_FORMS: Final = CredentialForms()


@router.get("/badge.png")
async def badge_picture(
    request: Request, site: OpenSite, shared: Shared, credential_id: CredentialId
) -> Response:
    """Give the badge as a picture."""
    return await _made(request, site, shared, credential_id, CredentialForm.PNG)


@router.get("/badge.svg")
async def badge_drawing(
    request: Request, site: OpenSite, shared: Shared, credential_id: CredentialId
) -> Response:
    """Give the badge as a drawing."""
    return await _made(request, site, shared, credential_id, CredentialForm.SVG)


@router.get("/certificate.pdf")
async def certificate(
    request: Request, site: OpenSite, shared: Shared, credential_id: CredentialId
) -> Response:
    """Give the certificate to print."""
    return await _made(request, site, shared, credential_id, CredentialForm.PDF)


@router.get("/card.png")
async def card(
    request: Request, site: OpenSite, shared: Shared, credential_id: CredentialId
) -> Response:
    """Give the card that others see beside a link; it names nobody unless that was chosen."""
    credential = await found(request, shared, credential_id)
    is_named = credential.sharing.shows_name
    face = await _face(site, shared, credential, names_recipient=is_named)
    key = (credential.id, "card", str(is_named))
    content = await site.made_files.made(key, lambda: _FORMS.card_png(face))
    headers = headers_of(content, is_for_all=credential.sharing.is_open)
    return answered(request, content, "image/png", headers)


async def _made(
    request: Request,
    site: Site,
    shared: SharedCredentials,
    credential_id: str,
    form: CredentialForm,
) -> Response:
    credential, is_for_all = await given(request, shared, credential_id)
    face = await _face(site, shared, credential, names_recipient=True)
    makers: Mapping[CredentialForm, Callable[[CredentialFace, bytes], bytes]] = {
        CredentialForm.PNG: _FORMS.badge_png,
        CredentialForm.SVG: _FORMS.badge_svg,
        CredentialForm.PDF: _FORMS.certificate_pdf,
    }
    content = await site.made_files.made(
        (credential.id, form.value), lambda: makers[form](face, credential.body)
    )
    return file_of(request, form, content, is_for_all=is_for_all)


async def _face(
    site: Site, shared: SharedCredentials, credential: SharedCredential, *, names_recipient: bool
) -> CredentialFace:
    verification = await site.verification.of(credential, now())
    if verification.says is None:  # our own bytes, unreadable: nothing truthful can be drawn
        raise FormNotMade
    return face_of(
        verification.says,
        await shared.entry(credential.enrollment_id),
        programme=site.settings.programme_name,
        zone=site.zone,
        issued_at=credential.issued_at,
        names_recipient=names_recipient,
    )
