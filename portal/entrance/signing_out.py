"""Signing out: here, or everywhere."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from domain.enrollment import Party
from portal.answers import after
from portal.faces import OpenSite, cookie_name, visitor_before
from portal.forms import OURS
from portal.site import now

router = APIRouter(dependencies=[OURS])


@router.post("/sign-out")
async def sign_out(
    request: Request,
    site: OpenSite,
    face: Annotated[Party, Form()],
    everywhere: Annotated[bool, Form()] = False,
) -> Response:
    """End the session of one face in this browser, or all of its owner's."""
    visitor = await visitor_before(request, face) if face in _FACES else None
    if visitor is not None and everywhere:
        await site.sessions.end_all(visitor.party, visitor.subject_id, now())
    elif visitor is not None:
        await site.sessions.end(visitor.session_id, now())
    response = after(request, "/", "You are signed out.")
    if face in _FACES:
        response.delete_cookie(cookie_name(site, face))
    return response


_FACES = frozenset({Party.PRACTITIONER, Party.ASSESSOR, Party.OPS})
