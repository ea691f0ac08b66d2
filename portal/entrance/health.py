"""Whether this portal does its work: asked by whoever runs it, not by people."""

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from portal.faces import OpenSite

router = APIRouter()


@router.get("/healthz")
async def healthz(site: OpenSite) -> PlainTextResponse:
    """Answer when the records can be read."""
    await site.access.owner_of("")
    return PlainTextResponse("well\n")
