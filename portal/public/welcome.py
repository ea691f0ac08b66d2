"""The first page, and the one that explains the programme, with the figures that really hold."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from domain.catalog import OVERVIEW_PART, REFLECTION_PART
from domain.media import USUAL_ENDINGS
from domain.shopping import minimum_words
from domain.uploads import LARGEST_ARTIFACT
from domain.words import WORD_RULE
from portal.faces import OpenSite
from portal.public.pages import Shelf, public_page

router = APIRouter()

TEASERS = 4
"""Micro-credentials that the first page shows."""


@router.get("/")
async def welcome(request: Request, site: OpenSite, shelf: Shelf) -> Response:
    """Say what this is, show some of the catalogue, and lead on."""
    offers = await shelf.for_sale()
    return await public_page(
        request,
        "welcome.html",
        offers=offers[:TEASERS],
        count=len(offers),
        policy=site.settings.policy,
        words=minimum_words((offer.entry for offer in offers), OVERVIEW_PART),
    )


@router.get("/how-it-works")
async def how_it_works(request: Request, site: OpenSite, shelf: Shelf) -> Response:
    """Explain the way from the purchase to the credential."""
    entries = [offer.entry for offer in await shelf.for_sale()]
    return await public_page(
        request,
        "how_it_works.html",
        policy=site.settings.policy,
        overview_words=minimum_words(entries, OVERVIEW_PART),
        reflection_words=minimum_words(entries, REFLECTION_PART),
        word_rule=WORD_RULE,
        largest_file=LARGEST_ARTIFACT,
        usual_endings=USUAL_ENDINGS,
    )
