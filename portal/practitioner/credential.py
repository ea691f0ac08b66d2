"""Your credential: where it stands, its files, what others see of it, and where to show it."""

from collections.abc import Mapping
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from adapters.records.shared_credentials import SharedCredential
from domain.enrollment import Party
from domain.refusals import NotFound
from domain.sharing import Sharing, SharingChanged, Visibility, chosen
from domain.verification import WhatItSays
from portal.answers import after, page
from portal.credentials.parts import Choices, Shared
from portal.credentials.showing import shown_at, tone_of
from portal.faces import OpenSite
from portal.forms import OURS
from portal.practitioner.owning import OwnEnrollment, Results
from portal.site import Site, now

router = APIRouter(prefix="/my/{enrollment_id}/credential", dependencies=[OURS])

LINKEDIN: Final = "https://www.linkedin.com/profile/add"
"""The form for a certification; it takes what to fill in from its address."""

VISIBILITIES: Final[Mapping[Visibility, tuple[str, str]]] = {
    Visibility.PRIVATE: (
        "Nobody",
        "To everybody else there is no such page. Codes and addresses on your files lead nowhere.",
    ),
    Visibility.LINK: (
        "Whoever has the address",
        "Nobody can guess it, and search engines do not find it.",
    ),
    Visibility.LISTED: ("Everybody", "Search engines may find it, too."),
}
"""Each choice of who finds the page, with what it means; a test holds it complete."""


class NoAwardYet(NotFound):
    """The journey has no award, so there is nothing to show."""

    code = "no_award_yet"
    sentence = (
        "There is no credential yet. Once everything is met it is made by itself, and stands here."
    )


@router.get("")
async def credential(
    request: Request,
    site: OpenSite,
    shared: Shared,
    choices: Choices,
    results: Results,
    enrollment_id: OwnEnrollment,
) -> Response:
    """Show the credential of an award, or that it is being made."""
    view = await results.result(enrollment_id)
    if view.awarded_at is None:
        raise NoAwardYet
    found = await shared.of_award(enrollment_id)
    if not found:
        return await page(
            request, "practitioner/credential_coming.html", face=Party.PRACTITIONER, view=view
        )
    latest = found[0]
    verification = await site.verification.of(latest, now())
    seen = await shown_at(site, shared, latest)
    return await page(
        request,
        "practitioner/credential.html",
        face=Party.PRACTITIONER,
        view=view,
        latest=latest,
        earlier=found[1:],
        shown=seen,
        tone=tone_of(seen),
        name=verification.says.recipient_name if verification.says else None,
        sharing=await choices.sharing(enrollment_id),
        visibilities=VISIBILITIES,
        linkedin=_linkedin(site, latest, verification.says),
    )


@router.post("/sharing")
async def share(
    request: Request,
    choices: Choices,
    results: Results,
    enrollment_id: OwnEnrollment,
    visibility: Annotated[Visibility, Form()],
    version: Annotated[int, Form(ge=0)],
    shows_name: Annotated[bool, Form()] = False,
    shows_details: Annotated[bool, Form()] = False,
    gives_files: Annotated[bool, Form()] = False,
) -> Response:
    """Choose what others see; it holds at once."""
    if (await results.result(enrollment_id)).awarded_at is None:
        raise NoAwardYet
    wanted = chosen(
        visibility,
        shows_name=shows_name,
        shows_details=shows_details,
        gives_files=gives_files,
        version=version,
    )
    address = f"/my/{enrollment_id}/credential"
    try:
        await choices.choose(enrollment_id, wanted, now())
    except SharingChanged as refusal:
        return after(request, f"{address}#sharing", str(refusal))
    return after(request, f"{address}#sharing", _said(wanted, is_name_added=not shows_name))


def _said(sharing: Sharing, *, is_name_added: bool) -> str:
    """Say what holds now, and what followed from another choice."""
    if not sharing.is_open:
        return "Your choices are kept. From now on nobody but you finds the page."
    if sharing.gives_files and is_name_added:
        return "Your choices are kept. Your name is shown too, because the files name you."
    return "Your choices are kept, and hold from now on."


def _linkedin(site: Site, credential: SharedCredential, says: WhatItSays | None) -> str | None:
    """Return LinkedIn's form for a certification, filled in; what it does with it is its affair."""
    if says is None or not credential.sharing.is_open or credential.revoked_at is not None:
        return None
    at = (says.awarded_at or credential.issued_at).astimezone(site.zone)
    fields = {
        "startTask": "CERTIFICATION_NAME",
        "name": says.title,
        "organizationName": says.issuer_name,
        "issueYear": at.year,
        "issueMonth": at.month,
        "certUrl": says.id,
        "certId": credential.id,
    }
    if says.expires_at is not None:
        ends = says.expires_at.astimezone(site.zone)
        fields |= {"expirationYear": ends.year, "expirationMonth": ends.month}
    return f"{LINKEDIN}?{urlencode(fields)}"
