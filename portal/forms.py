"""Forms that only our own pages can send.

Two guards: the browser says where a request comes from, and every form carries a token that is
sealed for this very browser. A file too large for a form's parser brings the token in a header or
in the address.
"""

import secrets
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response

from domain.refusals import NotAllowed
from portal.site import Site, site_of

BROWSER_COOKIE: Final = "laurel_browser"
TOKEN_FIELD: Final = "form_token"  # noqa: S105  the name of a field
TOKEN_HEADER: Final = "x-form-token"  # noqa: S105  the name of a header
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_YEAR: Final = 365 * 24 * 3600


class ForeignForm(NotAllowed):
    """The request did not come from a form of this site in this browser."""

    code = "foreign_form"
    sentence = (
        "Nothing was changed: the page that sent this is too old, or is not ours. Go back, reload "
        "the page and send it again. Your browser has to accept cookies for this."
    )


def browser_of(request: Request) -> str:
    """Return the random name of this browser, made up when it comes for the first time."""
    known: str | None = request.scope.get("laurel.browser")
    if known is None:
        known = request.cookies.get(BROWSER_COOKIE) or ""
        if not 20 <= len(known) <= 64:
            known = secrets.token_urlsafe(18)
        request.scope["laurel.browser"] = known
    return known


def form_token(request: Request) -> str:
    """Return the token that forms of this browser carry."""
    return site_of(request).seals.seal("form", browser_of(request))


def remember_browser(request: Request, response: Response) -> None:
    """Let the browser keep its name, so that the tokens of its forms stay good."""
    if request.cookies.get(BROWSER_COOKIE) == browser_of(request):
        return
    response.set_cookie(
        BROWSER_COOKIE,
        browser_of(request),
        max_age=_YEAR,
        httponly=True,
        samesite="lax",
        secure=site_of(request).is_secure,
    )


async def from_our_page(request: Request) -> None:
    """Refuse a changing request that is not from a page of ours; a dependency of page routers.

    Raises ``ForeignForm``.
    """
    if request.method in _SAFE:
        return
    site = site_of(request)
    if not _is_same_origin(request, site):
        raise ForeignForm
    token = request.headers.get(TOKEN_HEADER) or request.query_params.get(TOKEN_FIELD)
    if token is None:
        posted = (await request.form()).get(TOKEN_FIELD)
        token = posted if isinstance(posted, str) else ""
    if not site.seals.is_sealed(token, "form", browser_of(request)):
        raise ForeignForm


OURS: Final = Depends(from_our_page)
"""For ``APIRouter(dependencies=[OURS])``: every router of pages has it."""


def _is_same_origin(request: Request, site: Site) -> bool:
    """Judge by what browsers say of themselves; a client that says nothing still needs a token."""
    fetched_from = request.headers.get("sec-fetch-site")
    if fetched_from is not None:
        return fetched_from in {"same-origin", "none"}
    origin = request.headers.get("origin")
    if origin is None:
        return True
    ours = {urlsplit(site.settings.public_url).netloc, request.headers.get("host", "")}
    return urlsplit(origin).netloc in ours


Token = Annotated[str, Depends(form_token)]
"""A parameter of routes that hand the token to scripts."""
