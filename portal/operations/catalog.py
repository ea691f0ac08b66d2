"""The catalogue before operations: every entry, one entry with its draft, its versions."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response
from pydantic import ValidationError

from adapters.records.catalog_book import CatalogBook, DraftState
from adapters.records.catalog_views import CatalogViews
from domain.catalog import DETAIL_LIMIT, CatalogKey, publication_problems
from domain.catalog_changes import changes_between, fingerprint_of
from domain.catalog_keys import KeyNotValid
from domain.enrollment import Party
from domain.grounds import REASON_LIMIT
from portal.answers import page
from portal.faces import OpenSite, Operations
from portal.forms import OURS
from portal.operations.tried import UNTRIED, Tried
from portal.site import Site

router = APIRouter(prefix="/ops/catalog", dependencies=[OURS])

DRAFT_WORDS = {
    DraftState.UNPUBLISHED: ("never published", "warn"),
    DraftState.PUBLISHED: ("as published", "good"),
    DraftState.CHANGED: ("differs from what is for sale", "news"),
}
"""What is said of a draft, and the tone of its badge."""


async def named_key(
    library: Annotated[str, Path(max_length=200)], slug: Annotated[str, Path(max_length=200)]
) -> CatalogKey:
    """Return the micro-credential that an address names. Raises ``KeyNotValid``."""
    try:
        return CatalogKey(library=library, slug=slug)
    except ValidationError:
        raise KeyNotValid from None


Named = Annotated[CatalogKey, Depends(named_key)]
"""A parameter of routes under ``/{library}/{slug}``."""


@router.get("")
async def listing(request: Request, site: OpenSite, _: Operations) -> Response:
    """List every micro-credential with how far it is and who pursues it."""
    return await page(
        request,
        "operations/catalog/list.html",
        face=Party.OPS,
        entries=await CatalogViews(site.database).listing(),
        words=DRAFT_WORDS,
    )


@router.get("/{library}/{slug}")
async def entry(request: Request, site: OpenSite, _: Operations, key: Named) -> Response:
    """Show one micro-credential: its draft, what it lacks, its terms, its versions."""
    return await entry_page(request, site, key)


@router.get("/{library}/{slug}/versions/{number}")
async def version(
    request: Request,
    site: OpenSite,
    _: Operations,
    key: Named,
    number: Annotated[int, Path(ge=0, le=1_000_000)],
) -> Response:
    """Show a published version as it was published, and what its successor changed."""
    book = CatalogBook(site.database)
    found = await book.version(key, number)
    facts = await CatalogViews(site.database).entry(key)
    line = next(each for each in facts.versions if each.number == number)
    before = (await book.version(key, number - 1)).entry if number > 1 else None
    return await page(
        request,
        "operations/catalog/version.html",
        face=Party.OPS,
        key=key,
        version=found,
        line=line,
        changes=changes_between(before, found.entry) if before else (),
    )


async def entry_page(
    request: Request, site: Site, key: CatalogKey, tried: Tried = UNTRIED
) -> Response:
    """Answer with the page of an entry; ``tried`` is a form of it that was refused."""
    facts = await CatalogViews(site.database).entry(key)
    draft, published = facts.shelf.draft, facts.shelf.published
    return await page(
        request,
        "operations/catalog/entry.html",
        face=Party.OPS,
        status=tried.status,
        key=key,
        facts=facts,
        draft=draft,
        published=published,
        shown=draft or (published.entry if published else None),
        problems=publication_problems(draft) if draft else (),
        changes=changes_between(published.entry, draft) if draft and published else (),
        seen=fingerprint_of(draft) if draft else "",
        tried=tried,
        reason_limit=REASON_LIMIT,
        detail_limit=DETAIL_LIMIT,
    )
