"""Operations sign in with their organisation's account (OpenID Connect).

What was begun stands in a sealed cookie of this browser for ten minutes: an answer that belongs to
another browser, or that is shown twice, is refused.
"""

import json
import secrets
import time
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from adapters.issuer import Issuer, IssuerFailed
from adapters.records.session_book import Means
from domain.enrollment import Party
from domain.refusals import NotAllowed, NotFound
from portal.answers import after
from portal.entrance.sessions import let_in
from portal.entrance.signing_in import destination
from portal.faces import OpenSite
from portal.site import Site
from portal.throttling import Limit, refuse_too_often

router = APIRouter(prefix="/sign-in/issuer")

_COOKIE: Final = "laurel_issuer"
_LASTS: Final = 600
_PURPOSE: Final = "issuer"


class NoIssuer(NotFound):
    """This installation has no sign-in of an organisation."""

    code = "no_issuer"
    sentence = "Signing in with your organisation's account is not set up here. Use a code by mail."


class NotOfOperations(NotAllowed):
    """The organisation knows them; operations do not."""

    code = "not_of_operations"
    sentence = (
        "Your organisation confirmed who you are, but you are not listed in operations. Ask a "
        "colleague there to add your address."
    )


def _issuer(site: Site) -> Issuer:
    if site.issuer is None:
        raise NoIssuer
    return site.issuer


@router.get("")
async def begin(
    request: Request, site: OpenSite, to: Annotated[str, Query(max_length=300)] = ""
) -> Response:
    """Send somebody to their organisation's sign-in."""
    await refuse_too_often(request, Limit.SIGN_IN_BY_CALLER)
    state, nonce = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    verifier = secrets.token_urlsafe(48)
    response = RedirectResponse(await _issuer(site).authorization(state, nonce, verifier), 303)
    begun = json.dumps([state, nonce, verifier, to, int(time.time())])
    response.set_cookie(
        _COOKIE,
        site.seals.closed(_PURPOSE, begun),
        max_age=_LASTS,
        httponly=True,
        samesite="lax",
        secure=site.is_secure,
        path=router.prefix,
    )
    return response


@router.get("/callback")
async def finish(
    request: Request,
    site: OpenSite,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
) -> Response:
    """Let a member of operations in whom the organisation has confirmed."""
    issuer = _issuer(site)
    nonce, verifier, to = _begun(request, site, state)
    address = await issuer.address_of(code, nonce, verifier)
    member = await site.staff.addressed(address)
    if member is None:
        raise NotOfOperations
    response = after(request, destination(Party.OPS, to))
    response.delete_cookie(_COOKIE, path=router.prefix)
    await let_in(request, response, Party.OPS, member.id, Means.ISSUER)
    return response


def _begun(request: Request, site: Site, state: str) -> tuple[str, str, str]:
    """Return what this browser began, if the answer belongs to it. Raises ``IssuerFailed``."""
    opened = site.seals.opened(_PURPOSE, request.cookies.get(_COOKIE, ""))
    if opened is None:
        raise IssuerFailed
    known, nonce, verifier, to, at = json.loads(opened)
    is_in_time = time.time() - at <= _LASTS
    if not (is_in_time and secrets.compare_digest(str(known), state)):
        raise IssuerFailed
    return nonce, verifier, to
