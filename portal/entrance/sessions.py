"""Letting somebody in: a session in the records, its secret in the browser."""

from fastapi import Request
from fastapi.responses import Response

from adapters.records.session_book import Means
from domain.enrollment import Party
from portal.faces import cookie_name
from portal.site import now, site_of


async def let_in(
    request: Request, response: Response, party: Party, subject_id: str, means: Means
) -> None:
    """Sign somebody in; their browser keeps the secret out of the reach of scripts."""
    site = site_of(request)
    browser = request.headers.get("user-agent", "")
    secret, ends_at = await site.sessions.begin(party, subject_id, means, browser, now())
    response.set_cookie(
        cookie_name(site, party),
        secret,
        expires=ends_at,
        httponly=True,
        samesite="lax",
        secure=site.is_secure,
    )
