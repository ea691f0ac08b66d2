"""What a credential stands for: a published version with its outcomes, for as long as anybody asks.

A credential names this page as its achievement, and each outcome by its anchor (``#outcome-2``),
so a version stays here when a newer one is for sale.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from portal.credentials.parts import Shared
from portal.public.pages import WantedKey, public_page

router = APIRouter(prefix="/micro-credentials")

_MOST_VERSIONS = 1_000_000


@router.get("/{library}/{slug}/versions/{number}")
async def criteria(
    request: Request,
    shared: Shared,
    key: WantedKey,
    number: Annotated[int, Path(ge=1, le=_MOST_VERSIONS)],
) -> Response:
    """Show what was to be shown for this version, outcome by outcome."""
    return await public_page(
        request, "criteria.html", criteria=await shared.criteria(key, number), key=key
    )
