"""Ordering online for oneself: who it is for, a page to check it, and on to the payment.

The price comes from the catalogue; a form only says which micro-credential is meant. The order's
number is made with the form, so that pressing twice, or going back, is one order.
"""

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import Response

from adapters.records.shop_views import Offer
from domain.orders import Channel
from domain.refusals import NotFound
from domain.shopping import Buyer, OnlineOrderClosed, read_buyer
from portal.answers import after
from portal.faces import OpenSite
from portal.public.baskets import Basket, sealed
from portal.public.pages import (
    OPEN_FORM,
    Posted,
    Shelf,
    WantedKey,
    new_number,
    number_in,
    public_page,
    where_bought,
)
from portal.site import Site
from settings import is_on_this_machine

router = APIRouter(prefix="/order", dependencies=list(OPEN_FORM))

ONLINE = "W"
"""What the number of an order that is placed here begins with."""


class ThanksNotGood(NotFound):
    """The address of a receipt was not made here, or was cut on its way."""

    code = "thanks_not_good"
    sentence = (
        "This address is not complete. What you ordered is confirmed by e-mail too; write to us if "
        "no mail has come."
    )


@router.get("/{library}/{slug}")
async def order(request: Request, site: OpenSite, shelf: Shelf, key: WantedKey) -> Response:
    """Ask who the micro-credential is for; where there is a shop, lead to it."""
    offer = await shelf.offer(key)
    place = where_bought(site, key)
    if site.settings.shop_url is not None and place is not None:
        return after(request, place)
    _refuse_unless_sandbox(site)
    return await public_page(
        request,
        "order.html",
        offer=offer,
        order=new_number(site, ONLINE),
        given={},
        wrong={},
    )


@router.post("/{library}/{slug}")
async def check(
    request: Request,
    site: OpenSite,
    shelf: Shelf,
    key: WantedKey,
    given: Posted,
) -> Response:
    """Show what is about to be ordered, or what has to be put right first."""
    _refuse_unless_sandbox(site)
    offer = await shelf.offer(key)
    number = number_in(site, ONLINE, given.get("order", ""))
    buyer = read_buyer(given)
    if isinstance(buyer, Buyer) and "change" not in given:
        basket = _basket(number, offer, buyer)
        return await public_page(
            request,
            "order_check.html",
            basket=basket,
            sealed=sealed(site, basket),
            offer=offer,
            given=given,
        )
    wrong = {} if isinstance(buyer, Buyer) else buyer
    return await public_page(
        request,
        "order.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        offer=offer,
        order=given["order"],
        given=given,
        wrong=wrong,
    )


@router.get("/thanks/{number}/{seal}")
async def thanks(
    request: Request, site: OpenSite, shelf: Shelf, number: str, seal: str
) -> Response:
    """Say what happens next. Whoever has the address learns nobody's name."""
    if not site.seals.is_sealed(seal, "thanks", number):
        raise ThanksNotGood
    return await public_page(
        request,
        "thanks.html",
        number=number,
        order=await shelf.placed(Channel.ONLINE, number),
        policy=site.settings.policy,
        has_inbox=site.settings.mail_catcher_dir is not None,
    )


def thanks_address(site: Site, number: str) -> str:
    """Return the address of the page that follows an order."""
    return f"/order/thanks/{number}/{site.seals.seal('thanks', number)}"


def _basket(number: str, offer: Offer, buyer: Buyer) -> Basket:
    return Basket(
        number=number,
        key=offer.entry.key,
        version=offer.version,
        price_cents=offer.entry.price_cents,
        buyer=buyer,
    )


def _refuse_unless_sandbox(site: Site) -> None:
    """A form without a payment behind it must not be filled in."""
    is_closed = not is_on_this_machine(site.settings.public_url)
    if is_closed or site.settings.shop_url is not None:
        raise OnlineOrderClosed
