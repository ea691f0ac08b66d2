"""Ordering for a school: a form to print, and the same form as a page. Nothing is paid here.

The order is recorded unsettled. It starts nothing for the learners until operations record that it
was paid; the contact for payment is told by mail what was recorded.
"""

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import Response

from domain.orders import Channel, OrderDiffers
from domain.shopping import SentBefore
from portal.answers import after
from portal.faces import OpenSite
from portal.public.ordering import ThanksNotGood
from portal.public.pages import (
    OPEN_FORM,
    Posted,
    Shelf,
    new_number,
    number_in,
    posted_file,
    public_page,
)
from portal.public.school_orders import NotYet, read_form, totals
from portal.throttling import Limit, refuse_too_often

router = APIRouter(prefix="/order-form", dependencies=list(OPEN_FORM))

SCHOOL = "F"
"""What the number of an order form that is sent here begins with."""

MOST_PROBLEMS = 100
"""Lines with problems that are shown at once; more than that are one mistake repeated."""


@router.get("")
async def order_form(
    request: Request, site: OpenSite, shelf: Shelf, library: str = "", slug: str = ""
) -> Response:
    """Offer the form to print, and the form as a page."""
    return await public_page(
        request,
        "order_form.html",
        offers=await shelf.for_sale(),
        order=new_number(site, SCHOOL),
        given={"micro_credential": f"{library}/{slug}"},
        not_yet=NotYet(wrong={}),
        most=MOST_PROBLEMS,
    )


@router.post("")
async def check(request: Request, site: OpenSite, shelf: Shelf, given: Posted) -> Response:
    """Show what was understood, so that it can be sent; or every line that cannot be taken."""
    number_in(site, SCHOOL, given.get("order", ""))
    offers = await shelf.for_sale()
    learners = await _learners(request, given)
    read = read_form(given, learners, offers)
    text = learners.decode(errors="replace")
    if isinstance(read, NotYet) or "change" in given:
        not_yet = read if isinstance(read, NotYet) and "change" not in given else NotYet(wrong={})
        has_fault = bool(not_yet.wrong or not_yet.problems)
        return await public_page(
            request,
            "order_form.html",
            status=HTTPStatus.UNPROCESSABLE_ENTITY if has_fault else HTTPStatus.OK,
            offers=offers,
            order=given["order"],
            given={**given, "learners": text},
            not_yet=not_yet,
            most=MOST_PROBLEMS,
        )
    return await public_page(
        request,
        "order_form_check.html",
        form=read,
        totals=totals(read, offers),
        given={**given, "learners": text},
        titles={(each.entry.library, each.entry.slug): each.entry.title for each in offers},
    )


@router.post("/send")
async def send(request: Request, site: OpenSite, shelf: Shelf, given: Posted) -> Response:
    """Record the order; the same form again is the same order."""
    number = number_in(site, SCHOOL, given.get("order", ""))
    read = read_form(given, await _learners(request, given), await shelf.for_sale())
    if isinstance(read, NotYet):
        return await check(request, site, shelf, given)
    await refuse_too_often(request, Limit.ORDER_BY_CALLER)
    await refuse_too_often(request, Limit.MAIL_TO_ADDRESS, read.payer_address)
    desk = await site.desks.orders()
    try:
        await desk.take_order_form(read, number, is_settled=False)
    except OrderDiffers:
        raise SentBefore(order=number) from None
    seal = site.seals.seal("order form", number)
    return after(request, f"/order-form/receipt/{number}/{seal}")


@router.get("/receipt/{number}/{seal}")
async def receipt(
    request: Request, site: OpenSite, shelf: Shelf, number: str, seal: str
) -> Response:
    """Say that the order is recorded, and what happens next; nobody's name or address."""
    if not site.seals.is_sealed(seal, "order form", number):
        raise ThanksNotGood
    order = await shelf.placed(Channel.FORM, number)
    if order is None:
        raise ThanksNotGood
    return await public_page(
        request,
        "order_form_receipt.html",
        order=order,
        policy=site.settings.policy,
        has_inbox=site.settings.mail_catcher_dir is not None,
    )


async def _learners(request: Request, given: Posted) -> bytes:
    """Return the list of learners: the file if one was chosen, else what was typed."""
    return await posted_file(request, "file") or given.get("learners", "").encode()
