"""Routes of the interface: every POST is claimed under its key, and its answer is kept.

A refusal is not kept: it recorded nothing, and the same request may succeed later. Nor is a
failure: each act may be repeated by itself, and its key tells it from a second, equal one.
"""

from collections.abc import Callable, Coroutine, Iterator
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Request
from fastapi.dependencies.models import Dependant
from fastapi.responses import Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field, JsonValue
from starlette.types import Message

from adapters.records.api_answer_book import GivenAnswer
from domain.api_keys import (
    LONGEST_REQUEST_KEY,
    ApiKey,
    RequestKeyMissing,
    RequestTooLarge,
    UnknownParameter,
)
from domain.grounds import REASON_LIMIT
from portal.api.calling import BEARER, caller_of, is_request_key, request_key_of
from portal.site import now, site_of

MOST_BYTES: Final = 5 * 1024 * 1024
"""A request's content: a file of learners or a page of the catalogue fits."""

REPLAYED: Final = "idempotency-replayed"
"""The header of an answer that was given before."""

RequestKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=LONGEST_REQUEST_KEY,
        pattern=r"^[!-~]+$",
        description="A new one for a new act; the same one to repeat it and get its answer.",
    ),
]

_Answering = Callable[[Request], Coroutine[None, None, Response]]


class Refused(BaseModel):
    """How every refusal looks."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(description="Stable; what programs look at.")
    sentence: str = Field(description="For people: what is wrong and what to do next.")
    points: list[JsonValue] = Field(description="What has to be put right, one by one.")


class Asked(BaseModel):
    """What is sent; a field that is not known is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")


class Reasoned(Asked):
    """An act with its reason, which is kept in the name of the key."""

    reason: str = Field(min_length=1, max_length=REASON_LIMIT)


class Told(BaseModel):
    """What was done, in a sentence."""

    sentence: str


class KeptRoute(APIRoute):
    """A route that asks for the key first of all, and whose POSTs may be repeated."""

    def get_route_handler(self) -> _Answering:
        """Return the handler, wrapped."""
        act = super().get_route_handler()
        known = frozenset(_query_names(self.dependant))

        async def answered(request: Request) -> Response:
            key = await caller_of(request)
            if not known.issuperset(request.query_params):
                raise UnknownParameter(known=", ".join(sorted(known)) or "none")
            if request.method == "GET":
                return await act(request)
            body = await _bounded_body(request)
            again = Request(request.scope, _giving(body))
            if request.method != "POST":
                return await act(again)
            return await _once(again, key, body, act)

        return answered


def _query_names(dependant: Dependant) -> Iterator[str]:
    """Yield the query parameters that a route and what it depends on look at."""
    yield from (field.alias for field in dependant.query_params)
    for each in dependant.dependencies:
        yield from _query_names(each)


async def _bounded_body(request: Request) -> bytes:
    """Read what was sent. Raises ``RequestTooLarge``, without reading on."""
    taken = bytearray()
    async for chunk in request.stream():
        taken += chunk
        if len(taken) > MOST_BYTES:
            raise RequestTooLarge
    return bytes(taken)


def _giving(body: bytes) -> Callable[[], Coroutine[None, None, Message]]:
    """Return what gives a body that was read to whoever reads it next."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _once(request: Request, key: ApiKey, body: bytes, act: _Answering) -> Response:
    request_key = request_key_of(request)
    if not is_request_key(request_key):
        raise RequestKeyMissing
    book = site_of(request).api_answers
    whole = f"{request.url.path}?{request.url.query}\n".encode() + body
    given = await book.claim(key.id, request_key, whole, now())
    if given is not None:
        return _repeated(given)
    try:
        response = await act(request)
    except BaseException:
        await book.give_back(key.id, request_key)
        raise
    answer = GivenAnswer(status=response.status_code, content=bytes(response.body).decode())
    await book.keep(key.id, request_key, answer)
    return response


def _repeated(answer: GivenAnswer) -> Response:
    return Response(
        answer.content,
        status_code=answer.status,
        media_type="application/json",
        headers={REPLAYED: "true"},
    )


_REFUSALS: Final = {
    HTTPStatus.BAD_REQUEST: "What was sent is no text.",
    HTTPStatus.UNAUTHORIZED: "No key, or one that is not good.",
    HTTPStatus.FORBIDDEN: "The key lacks the scope, or this is not allowed.",
    HTTPStatus.NOT_FOUND: "What was named does not exist.",
    HTTPStatus.CONFLICT: "It is in another state, or somebody was faster.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "More than a request may hold.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "What was sent cannot be accepted as it is.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests in a minute.",
    HTTPStatus.SERVICE_UNAVAILABLE: "A part of the system does not answer; repeat the request.",
}


def router(area: str) -> APIRouter:
    """Return a router for one area of the interface."""
    return APIRouter(
        prefix="/api/v1",
        tags=[area],
        route_class=KeptRoute,
        dependencies=[Depends(BEARER)],
        responses={
            status.value: {"model": Refused, "description": said}
            for status, said in _REFUSALS.items()
        },
    )
