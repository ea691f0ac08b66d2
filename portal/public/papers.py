"""Papers that an office takes away: the order form to print, and a list of learners to fill in."""

import asyncio
import csv
import io
from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import Response

from adapters.order_form_pdf import FormOnPaper, OfferOnPaper, order_form_pdf
from adapters.records.shop_views import Offer
from domain.letters import spoken_instant
from domain.shopping import member_price_of
from portal.faces import OpenSite
from portal.public.pages import Shelf
from portal.site import Site, now

router = APIRouter()

_EXAMPLE = ("Alex Example", "alex@school.example.org")


@router.get("/order-form.pdf")
async def printed_form(request: Request, site: OpenSite, shelf: Shelf) -> Response:
    """Give the order form as a PDF, with today's prices; a browser keeps it while they hold."""
    day = now().astimezone(site.zone)
    tag = f'"{await shelf.edition()}-{day:%Y%m%d}-{site.pages.static_version}"'
    headers = {
        "cache-control": "no-cache",
        "etag": tag,
        "content-disposition": 'inline; filename="order-form.pdf"',
    }
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    form = _on_paper(site, await shelf.for_sale(), day)
    content = await asyncio.to_thread(order_form_pdf, form)
    return Response(content, media_type="application/pdf", headers=headers)


@router.get("/order-form.csv")
async def list_to_fill_in(shelf: Shelf) -> Response:
    """Give a list of learners with its header, and an example line for each micro-credential."""
    written = io.StringIO(newline="")
    lines = csv.writer(written)
    lines.writerow(("name", "email", "micro-credential", "organization"))
    for offer in await shelf.for_sale():
        lines.writerow((*_EXAMPLE, offer.entry.key, ""))
    headers = {"content-disposition": 'attachment; filename="learners.csv"'}
    return Response(written.getvalue().encode(), media_type="text/csv", headers=headers)


def _on_paper(site: Site, offers: tuple[Offer, ...], day: datetime) -> FormOnPaper:
    policy = site.settings.policy
    return FormOnPaper(
        programme=site.settings.programme_name,
        day=spoken_instant(day, site.zone).partition(",")[0],
        send_to=site.settings.support_address,
        page=f"{site.settings.public_url}/order-form",
        access_days=_count_of(policy.access_business_days, "business day"),
        months=_count_of(policy.subscription_months, "month"),
        offers=tuple(_offer_on_paper(number, offer) for number, offer in enumerate(offers, 1)),
    )


def _offer_on_paper(number: int, offer: Offer) -> OfferOnPaper:
    member_price = member_price_of(offer.entry)
    return OfferOnPaper(
        number=str(number),
        title=offer.entry.title,
        library=f"{offer.entry.library.replace('-', ' ').capitalize()} library",
        hours=str(offer.entry.pd_hours) if offer.entry.pd_hours else "",
        price=_dollars(offer.entry.price_cents),
        member_price="" if member_price is None else _dollars(member_price),
    )


def _count_of(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def _dollars(cents: int) -> str:
    return f"${cents / 100:,.2f}"
