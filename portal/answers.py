"""What a route answers: a page, or the way to the next one with a sentence of what was done."""

from http import HTTPStatus
from typing import Final

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from domain.enrollment import Party
from portal.faces import visitor_before
from portal.forms import form_token, remember_browser
from portal.site import site_of

SAID_COOKIE: Final = "laurel_said"
_SAID_SECONDS: Final = 60


async def page(
    request: Request,
    template: str,
    *,
    face: Party | None = None,
    status: HTTPStatus = HTTPStatus.OK,
    **facts: object,
) -> HTMLResponse:
    """Answer with a page; ``face`` decides its navigation and whose name it shows."""
    site = site_of(request)
    visitor = await visitor_before(request, face) if face else None
    said = site.seals.opened("said", request.cookies.get(SAID_COOKIE, ""))
    content = site.pages.render(
        template,
        {
            "form_token": form_token(request),
            "path": request.url.path,
            "face": face,
            "visitor": visitor,
            "said": said,
            **facts,
        },
    )
    response = HTMLResponse(content, status_code=status)
    remember_browser(request, response)
    if said is not None:
        response.delete_cookie(SAID_COOKIE)
    return response


def after(request: Request, address: str, said: str = "") -> Response:
    """Answer a form that did its work: go to ``address``, which then says what was done."""
    response = RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)
    if said:
        site = site_of(request)
        response.set_cookie(
            SAID_COOKIE,
            site.seals.closed("said", said),
            max_age=_SAID_SECONDS,
            httponly=True,
            samesite="lax",
            secure=site.is_secure,
        )
    return response


def wants_page(request: Request) -> bool:
    """Whether a person's browser asks, and not a script or another program."""
    is_for_programs = request.url.path.startswith("/api/")
    return not is_for_programs and "text/html" in request.headers.get("accept", "")
