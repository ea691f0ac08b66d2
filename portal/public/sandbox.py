"""The sandbox's payment page: it stands in for a shop, and exists on this machine alone.

It asks for no card and takes no money. Paying sends the webhook that a shop would send, signed in
the same way, over the same address.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from adapters.webhooks.sandbox_shop import SandboxShop
from domain.shop_webhook import PaidFor, PaidLine, PaidOrder, Payer
from domain.shopping import OfferChanged, OnlineOrderClosed
from portal.answers import after
from portal.faces import OpenSite
from portal.public.baskets import Basket, opened
from portal.public.ordering import thanks_address
from portal.public.pages import OPEN_FORM, Posted, Shelf, public_page
from portal.site import site_of
from settings import is_on_this_machine


async def on_this_machine(request: Request) -> None:
    """Keep the sandbox off every installation that others can reach."""
    if not is_on_this_machine(site_of(request).settings.public_url):
        raise OnlineOrderClosed


router = APIRouter(prefix="/sandbox/pay", dependencies=[Depends(on_this_machine), *OPEN_FORM])


async def basket(site: OpenSite, shelf: Shelf, given: Posted) -> Basket:
    """Return what is to be paid, if the catalogue still has it like that.

    Raises ``BasketNotGood``, ``NotOffered`` and ``OfferChanged``.
    """
    wanted = opened(site, given.get("basket", ""))
    offer = await shelf.offer(wanted.key)
    if (offer.version, offer.entry.price_cents) != (wanted.version, wanted.price_cents):
        raise OfferChanged
    return wanted


PaidBasket = Annotated[Basket, Depends(basket)]


@router.get("")
@router.get("/answer")
async def nothing_to_pay(request: Request) -> Response:
    """Lead somebody who opened the address by itself to where a purchase begins."""
    return after(request, "/catalog", "There is nothing to pay here. Choose what you want first.")


@router.post("")
async def payment(request: Request, shelf: Shelf, wanted: PaidBasket, given: Posted) -> Response:
    """Ask whether the payment shall succeed."""
    offer = await shelf.offer(wanted.key)
    return await public_page(
        request,
        "sandbox_pay.html",
        basket=wanted,
        sealed=given["basket"],
        title=offer.entry.title,
        is_declined=False,
    )


@router.post("/answer")
async def pay(
    request: Request, site: OpenSite, shelf: Shelf, wanted: PaidBasket, given: Posted
) -> Response:
    """Pay, and tell the site as a shop does; or decline, and nothing happens."""
    if given.get("decision") != "pay":
        offer = await shelf.offer(wanted.key)
        return await public_page(
            request,
            "sandbox_pay.html",
            basket=wanted,
            sealed=given["basket"],
            title=offer.entry.title,
            is_declined=True,
        )
    shop = SandboxShop(site.settings.public_url, site.settings.shop_secrets[0])
    await shop.tell_paid(_order_of(wanted))
    return after(request, thanks_address(site, wanted.number))


def _order_of(wanted: Basket) -> PaidOrder:
    buyer = wanted.buyer
    line = PaidLine(
        learner=PaidFor(name=buyer.name, address=buyer.address, organization=buyer.organization),
        library=wanted.key.library,
        slug=wanted.key.slug,
        price_cents=wanted.price_cents,
    )
    payer = Payer(name=buyer.name, address=buyer.address, organization=buyer.organization)
    return PaidOrder(order=wanted.number, payer=payer, lines=(line,))
