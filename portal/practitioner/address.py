"""Correcting one's own address, and the links in the two mails that follow from it.

Whoever is signed in may ask; it counts once the new address is confirmed, and the old one can stop
it (``domain.address_changes``). Opening a link changes nothing; its button does (trap 19).
"""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from adapters.records.address_book import AddressBook
from adapters.records.ops_book import OpsBook
from adapters.records.practice_views import PracticeViews
from domain.address_changes import LINK_PAGE, AddressAct, AddressUnchanged
from domain.addresses import AddressNotValid
from domain.enrollment import Party
from domain.refusals import Refusal
from office.addressing import AddressDesk
from portal.answers import after, page
from portal.entrance.links import LinkNotGood
from portal.faces import OpenSite
from portal.forms import OURS
from portal.practitioner.owning import OwnEnrollment, Practices
from portal.site import Site, now
from portal.throttling import Limit, refuse_too_often

router = APIRouter(prefix="/my/{enrollment_id}/address", dependencies=[OURS])
links = APIRouter(prefix=f"/{LINK_PAGE}", dependencies=[OURS])


async def _desk(site: Site) -> AddressDesk:
    database = site.database
    return AddressDesk(await site.desks.engine(), AddressBook(database), OpsBook(database))


@router.get("")
async def address(
    request: Request, site: OpenSite, practices: Practices, enrollment_id: OwnEnrollment
) -> Response:
    """Show where mails go, and ask for another address."""
    return await _page(request, site, practices, enrollment_id)


@router.post("")
async def ask(
    request: Request,
    site: OpenSite,
    practices: Practices,
    enrollment_id: OwnEnrollment,
    new_address: Annotated[str, Form(max_length=300)] = "",
) -> Response:
    """Ask for another address; it counts once it is confirmed from there."""
    owner = await site.access.owner_of(enrollment_id)
    await refuse_too_often(request, Limit.MAIL_TO_ADDRESS, f"change\x1f{owner}")
    try:
        await (await _desk(site)).ask(enrollment_id, new_address)
    except (AddressNotValid, AddressUnchanged) as refusal:
        return await _page(request, site, practices, enrollment_id, refusal, new_address)
    said = "We wrote to the new address. It counts once you press the button in that mail."
    return after(request, f"/my/{enrollment_id}/address", said)


async def _page(
    request: Request,
    site: Site,
    practices: PracticeViews,
    enrollment_id: str,
    refusal: Refusal | None = None,
    new_address: str = "",
) -> Response:
    owner = await site.access.owner_of(enrollment_id)
    return await page(
        request,
        "practitioner/address.html",
        face=Party.PRACTITIONER,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        journey=await practices.home(enrollment_id),
        waiting=await AddressBook(site.database).waiting(owner or "", now()),
        refusal=refusal,
        new_address=new_address,
    )


class AddressLink:
    """A genuine link about a change of address."""

    def __init__(self, change_id: str, act: AddressAct) -> None:
        self.change_id = change_id
        self.act = act


def _genuine(site: OpenSite, change_id: str, act: AddressAct, signature: str) -> AddressLink:
    if not site.links.is_genuine(LINK_PAGE, act, change_id, signature):
        raise LinkNotGood
    return AddressLink(change_id, act)


Genuine = Annotated[AddressLink, Depends(_genuine)]


@links.get("/{change_id}/{act}/{signature}")
async def open_link(request: Request, site: OpenSite, link: Genuine) -> Response:
    """Show what the link is for, and its button; nothing is changed."""
    change = await AddressBook(site.database).change(link.change_id)
    return await page(request, "practitioner/address_link.html", link=link, change=change)


@links.post("/{change_id}/{act}/{signature}")
async def follow_link(
    request: Request, site: OpenSite, practices: Practices, link: Genuine
) -> Response:
    """Confirm the new address, or stop the change."""
    desk = await _desk(site)
    act = desk.confirm if link.act is AddressAct.CONFIRM else desk.stop
    change = await act(link.change_id)
    journey = await practices.home(change.enrollment_id)
    return await page(
        request,
        "practitioner/address_done.html",
        link=link,
        enrollment_id=change.enrollment_id,
        address=journey.address,
    )
