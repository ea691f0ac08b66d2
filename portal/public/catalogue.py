"""The catalogue as everybody sees it: published versions and nothing else."""

from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from domain.shopping import member_price_of, says
from portal.faces import OpenSite
from portal.public.pages import Shelf, WantedKey, public_page, where_bought

router = APIRouter(prefix="/catalog")

Asked = Annotated[str, Query(max_length=200)]


@router.get("")
async def catalogue(request: Request, shelf: Shelf, library: Asked = "", q: Asked = "") -> Response:
    """List what is for sale, all of it or what fits."""
    offers = await shelf.for_sale()
    found = [
        offer for offer in offers if library in ("", offer.entry.library) and says(offer.entry, q)
    ]
    return await public_page(
        request,
        "catalogue.html",
        shelves=[
            (name, list(each)) for name, each in groupby(found, key=lambda o: o.entry.library)
        ],
        found=len(found),
        all=len(offers),
        libraries=list(dict.fromkeys(offer.entry.library for offer in offers)),
        library=library,
        q=q,
        member_price_of=member_price_of,
    )


@router.get("/{library}/{slug}")
async def micro_credential(
    request: Request, site: OpenSite, shelf: Shelf, key: WantedKey
) -> Response:
    """Show one micro-credential: what is learned, what is scored, what it costs."""
    offer = await shelf.offer(key)
    return await public_page(
        request,
        "micro_credential.html",
        entry=offer.entry,
        version=offer.version,
        order_at=where_bought(site, key),
        has_shop=site.settings.shop_url is not None,
        member_price=member_price_of(offer.entry),
        policy=site.settings.policy,
    )
