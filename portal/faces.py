"""The three faces of the site, and who stands before them.

A browser may be signed in before several faces at once (somebody who assesses and also studies);
each has a cookie of its own, so nobody acts in a role that the page does not show.
"""

from typing import Annotated

from fastapi import Depends, Request

from adapters.records.session_book import Visitor
from domain.enrollment import Party
from domain.refusals import NotAllowed
from portal.site import Site, now, site_of

COOKIES = {
    Party.PRACTITIONER: "laurel_my",
    Party.ASSESSOR: "laurel_assessing",
    Party.OPS: "laurel_ops",
}
"""The cookie of each face; it holds the session's secret."""

HOMES = {Party.PRACTITIONER: "/my", Party.ASSESSOR: "/assessing", Party.OPS: "/ops"}
"""Where each face begins; every address of it starts so."""


class SignedOut(NotAllowed):
    """Nobody is signed in, or no more."""

    code = "signed_out"
    sentence = "You are signed out. Sign in again; what was saved is still there."

    def __init__(self, party: Party) -> None:
        self.party = party
        super().__init__()


def cookie_name(site: Site, party: Party) -> str:
    """Return the cookie's name; over TLS the browser itself then keeps it to this host."""
    return f"__Host-{COOKIES[party]}" if site.is_secure else COOKIES[party]


async def visitor_before(request: Request, party: Party) -> Visitor | None:
    """Return who is signed in before a face; looked up once for each request."""
    known: dict[Party, Visitor | None] = request.scope.setdefault("laurel.visitors", {})
    if party not in known:
        site = site_of(request)
        secret = request.cookies.get(cookie_name(site, party))
        known[party] = await site.sessions.visitor(party, secret, now()) if secret else None
    return known[party]


async def _required(request: Request, party: Party) -> Visitor:
    visitor = await visitor_before(request, party)
    if visitor is None:
        raise SignedOut(party)
    return visitor


async def practitioner(request: Request) -> Visitor:
    """Return the practitioner who is signed in. Raises ``SignedOut``."""
    return await _required(request, Party.PRACTITIONER)


async def assessor(request: Request) -> Visitor:
    """Return the assessor who is signed in. Raises ``SignedOut``."""
    return await _required(request, Party.ASSESSOR)


async def operations(request: Request) -> Visitor:
    """Return the member of operations who is signed in. Raises ``SignedOut``."""
    return await _required(request, Party.OPS)


Practitioner = Annotated[Visitor, Depends(practitioner)]
"""A parameter of routes: only a signed-in practitioner gets further."""

Assessor = Annotated[Visitor, Depends(assessor)]
"""A parameter of routes: only a signed-in assessor gets further."""

Operations = Annotated[Visitor, Depends(operations)]
"""A parameter of routes: only a signed-in member of operations gets further."""

OpenSite = Annotated[Site, Depends(site_of)]
"""A parameter of routes: the site."""
