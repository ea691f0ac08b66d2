"""The description of the interface: an OpenAPI document for programs, and a page for people."""

from functools import cache
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.routing import Match

from domain.api_keys import Scope
from portal.answers import page
from portal.api.areas import AREAS
from portal.faces import OpenSite

router = APIRouter(prefix="/api/v1")

VERSION: Final = "1"

_ABOUT: Final = (
    "Everything that operations can do. A key of this installation goes into “Authorization: "
    "Bearer laurel_…”. Every POST carries an Idempotency-Key: repeat a request under the key "
    "that it had, and it is answered as it was. A refusal has a stable code, a sentence for "
    "people, and the points that have to be put right."
)


@cache
def document() -> dict[str, object]:
    """Return the OpenAPI document of the interface."""
    routes = [route for area in AREAS for route in area.routes]
    described: dict[str, object] = get_openapi(
        title="Laurel", version=VERSION, description=_ABOUT, routes=routes
    )
    return described


@router.get("/openapi.json")
async def openapi(site: OpenSite) -> JSONResponse:
    """Return the OpenAPI document, with this installation's address."""
    return JSONResponse({**document(), "servers": [{"url": site.settings.public_url}]})


@router.get("")
async def description(request: Request) -> Response:
    """Show the interface to people."""
    return await page(
        request, "operations/api.html", about=_ABOUT, areas=_areas(), scopes=tuple(Scope)
    )


@router.api_route(
    "/{elsewhere:path}",
    methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"],
)
async def elsewhere(request: Request) -> Response:
    """Say that there is nothing, or what an address can be used for."""
    allowed = {
        method
        for area in AREAS
        for route in area.routes
        if route.matches(request.scope)[0] is not Match.NONE
        for method in getattr(route, "methods", ())
    }
    if not allowed:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    raise HTTPException(
        HTTPStatus.METHOD_NOT_ALLOWED, headers={"allow": ", ".join(sorted(allowed))}
    )


def _areas() -> dict[str, list[dict[str, str]]]:
    """Return every operation by its area: method, address, and what it does."""
    areas: dict[str, list[dict[str, str]]] = {}
    for area in AREAS:
        for route in area.routes:
            methods = sorted(getattr(route, "methods", ()))
            line = {
                "method": ", ".join(methods),
                "path": str(getattr(route, "path", "")),
                "about": str(getattr(route, "description", "")),
            }
            areas.setdefault(str(area.tags[0]), []).append(line)
    return areas
