"""What the open pages share: their frame, the shelf, where an offer is bought, how much they take.

Nobody has to be signed in here. Who is signed in as a practitioner keeps that face's navigation.
"""

import secrets
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import Depends, HTTPException, Request
from fastapi.responses import HTMLResponse
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from adapters.records.shop_views import ShopViews
from domain.catalog import CatalogKey
from domain.enrollment import Party
from domain.refusals import Invalid
from domain.shopping import NotOffered
from portal.answers import page
from portal.faces import visitor_before
from portal.forms import OURS
from portal.site import Site, site_of
from settings import is_on_this_machine

MOST_BYTES: Final = 768 * 1024
"""Bytes that a form of an open page may bring; a list of thousands of learners fits."""

_LETTERS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""No 0, 1, O and I, so that a number can be read out on the telephone."""
_NUMBER_LENGTH: Final = 10


class NumberNotOurs(Invalid):
    """The order's number was not made by a form of this site."""

    code = "number_not_ours"
    sentence = "This page is not complete any more. Open the form again; nothing was ordered."


async def public_page(
    request: Request, template: str, *, status: HTTPStatus = HTTPStatus.OK, **facts: object
) -> HTMLResponse:
    """Answer with an open page."""
    is_known = await visitor_before(request, Party.PRACTITIONER) is not None
    face = Party.PRACTITIONER if is_known else None
    return await page(request, f"public/{template}", face=face, status=status, **facts)


def shelf(request: Request) -> ShopViews:
    """Return what everybody may look at, one for the whole site; a dependency of routes."""
    state = request.app.state
    if not hasattr(state, "shelf"):
        state.shelf = ShopViews(site_of(request).database)
    views: ShopViews = state.shelf
    return views


Shelf = Annotated[ShopViews, Depends(shelf)]
"""A parameter of routes: the catalogue as everybody sees it."""


def wanted_key(library: str, slug: str) -> CatalogKey:
    """Return the name in an address. Raises ``NotOffered`` for what cannot be one."""
    try:
        return CatalogKey(library=library, slug=slug)
    except ValidationError:
        raise NotOffered from None


WantedKey = Annotated[CatalogKey, Depends(wanted_key)]
"""A parameter of routes under ``/{library}/{slug}``."""


def where_bought(site: Site, key: CatalogKey) -> str | None:
    """Return where an offer is bought online: in the shop, or in the sandbox on one machine."""
    if site.settings.shop_url is not None:
        return site.settings.shop_url.format(library=key.library, slug=key.slug)
    if is_on_this_machine(site.settings.public_url):
        return f"/order/{key.library}/{key.slug}"
    return None


async def of_bounded_size(request: Request) -> AsyncIterator[None]:
    """Refuse a form that is longer than any of ours, before it is read; a dependency of routers.

    Whatever was read is given back after the answer.
    """
    if request.method not in {"GET", "HEAD"}:
        length = request.headers.get("content-length", "")
        if not length.isdecimal():
            raise HTTPException(HTTPStatus.LENGTH_REQUIRED)
        if int(length) > MOST_BYTES:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        yield
    finally:
        await request.close()


OPEN_FORM: Final = (Depends(of_bounded_size), OURS)
"""For routers of open pages: a form is bounded, and is one of ours."""


async def posted(request: Request) -> dict[str, str]:
    """Return the text fields of a form; a dependency of routes."""
    form = await request.form()
    return {name: text for name, text in form.items() if isinstance(text, str)}


Posted = Annotated[dict[str, str], Depends(posted)]
"""A parameter of routes: what was typed into a form, by the names of its fields."""


async def posted_file(request: Request, name: str) -> bytes:
    """Return the file of a form; empty if none was chosen."""
    given = (await request.form()).get(name)
    return await given.read() if isinstance(given, UploadFile) else b""


def new_number(site: Site, prefix: str) -> str:
    """Return a new order's number under its seal: made once, however often a form is sent."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_NUMBER_LENGTH))
    return site.seals.closed(f"order {prefix}", f"{prefix}-{letters}")


def number_in(site: Site, prefix: str, sealed: str) -> str:
    """Return the number that a form carries. Raises ``NumberNotOurs``."""
    number = site.seals.opened(f"order {prefix}", sealed)
    if number is None:
        raise NumberNotOurs
    return number
