"""How a refusal becomes an answer: one place, one sentence, for pages and for programs alike."""

from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from temporalio.service import RPCError, RPCStatusCode

from adapters.telemetry import logger_named
from adapters.unreachable import EngineUnreachable, Unreachable
from domain.api_keys import KeyNotGood, RequestTooLarge
from domain.credential_forms import BadgeTooLarge
from domain.enrollment import Party
from domain.evidence import FileTooLarge
from domain.refusals import Conflict, Invalid, NotAllowed, NotFound, Refusal
from domain.sign_ins import TooOften
from portal.answers import page, wants_page
from portal.faces import HOMES, SignedOut
from portal.site import site_of

_LOG = logger_named(__name__)

_STATUS = (
    (SignedOut, HTTPStatus.UNAUTHORIZED),
    (KeyNotGood, HTTPStatus.UNAUTHORIZED),
    (FileTooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (BadgeTooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (RequestTooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (TooOften, HTTPStatus.TOO_MANY_REQUESTS),
    (NotFound, HTTPStatus.NOT_FOUND),
    (Conflict, HTTPStatus.CONFLICT),
    (NotAllowed, HTTPStatus.FORBIDDEN),
    (Invalid, HTTPStatus.UNPROCESSABLE_ENTITY),
)

_OTHER = {
    HTTPStatus.NOT_FOUND: "There is no such page. Check the address, or go back.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address cannot be used in that way.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "That was more than can be taken at once.",
}
_BROKEN = "Something went wrong on our side. Nothing that was saved is lost; please try again."
_NOT_READABLE = "What was sent is not complete or not readable. Check the fields and send it again."


def status_of(refusal: Refusal) -> HTTPStatus:
    """Return the status that a kind of refusal has."""
    return next(
        (status for kind, status in _STATUS if isinstance(refusal, kind)), HTTPStatus.BAD_REQUEST
    )


def points_of(refusal: Refusal) -> list[object]:
    """Return what has to be put right, as JSON has it."""
    return [_plain(point) for point in refusal.points]


def _plain(point: object) -> object:
    if isinstance(point, BaseModel):
        return point.model_dump(mode="json")
    if is_dataclass(point) and not isinstance(point, type):
        return asdict(point)
    return str(point)


def add_to(app: FastAPI) -> None:
    """Let the site answer every failure in its own words."""
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(Unreachable, _unreachable)
    app.add_exception_handler(RPCError, _engine_failed)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _other)
    app.add_exception_handler(Exception, _broken)


async def answer(
    request: Request,
    status: HTTPStatus,
    code: str,
    sentence: str,
    points: tuple[object, ...] = (),
    shown_points: list[object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Answer with a page for people and with JSON of one shape for programs."""
    if not wants_page(request):
        content = {"code": code, "sentence": sentence, "points": shown_points or []}
        return JSONResponse(content, status_code=status, headers=headers)
    shown = await page(
        request,
        "refused.html",
        face=_face_of(request),
        status=status,
        code=code,
        sentence=sentence,
        points=points,
        support=site_of(request).settings.support_address,
    )
    shown.headers.update(headers or {})
    return shown


async def _refused(request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)  # noqa: S101  registered for it alone
    if isinstance(refusal, SignedOut) and wants_page(request):
        return await page(
            request,
            "entrance/signed_out.html",
            status=HTTPStatus.UNAUTHORIZED,
            party=refusal.party,
            going_to=request.url.path if request.method == "GET" else HOMES[refusal.party],
        )
    return await answer(
        request,
        status_of(refusal),
        refusal.code,
        str(refusal),
        refusal.points,
        points_of(refusal),
        {"www-authenticate": "Bearer"} if isinstance(refusal, KeyNotGood) else None,
    )


async def _unreachable(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, Unreachable)  # noqa: S101  registered for it alone
    _LOG.error("server_unreachable", code=failure.code)
    sentence = (
        "A part of the system does not answer at the moment, so nothing was changed. What you "
        "saved before is still there. Please try again in a minute."
    )
    return await answer(request, HTTPStatus.SERVICE_UNAVAILABLE, failure.code, sentence)


async def _engine_failed(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, RPCError)  # noqa: S101  registered for it alone
    if failure.status in (RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED):
        return await _unreachable(request, EngineUnreachable())
    return await _broken(request, failure)


async def _unreadable(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, RequestValidationError)  # noqa: S101  registered for it alone
    is_of_address = any(error["loc"][0] == "path" for error in failure.errors())
    if is_of_address and wants_page(request):  # nothing is at an address of that form
        return await _other(request, HTTPException(HTTPStatus.NOT_FOUND))
    return await answer(
        request,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "request_not_readable",
        _NOT_READABLE,
        shown_points=[
            _point(error["type"], error["loc"], error["msg"]) for error in failure.errors()
        ],
    )


def _point(code: str, place: tuple[object, ...], sentence: str) -> dict[str, str]:
    """Return what is wrong at one place of what was sent, without what stood there."""
    return {"code": code, "place": ".".join(map(str, place)), "sentence": f"{sentence}."}


async def _other(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, HTTPException)  # noqa: S101  registered for it alone
    status = HTTPStatus(failure.status_code)
    sentence = _OTHER.get(status, _NOT_READABLE)
    return await answer(request, status, status.name.lower(), sentence, headers=failure.headers)


async def _broken(request: Request, failure: Exception) -> Response:
    _LOG.error("request_failed", exc_info=failure)
    return await answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, "internal", _BROKEN)


def _face_of(request: Request) -> Party | None:
    """Return the face to which an address belongs."""
    path = request.url.path
    return next((party for party, home in HOMES.items() if path.startswith(home)), None)
