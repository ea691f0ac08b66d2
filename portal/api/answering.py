"""Routes of the interface: every POST is claimed under its key, and its answer is kept.

A refusal is not kept: it recorded nothing, and the same request may succeed later.
"""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from adapters.records.api_answer_book import GivenAnswer
from domain.api_keys import LONGEST_REQUEST_KEY, RequestKeyMissing
from domain.grounds import REASON_LIMIT
from domain.refusals import Invalid
from portal.api.calling import BEARER, caller_of, request_key_of
from portal.site import now, site_of

MOST_BYTES: Final = 5 * 1024 * 1024
"""A request's content: a file of learners or a page of the catalogue fits."""

RequestKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=LONGEST_REQUEST_KEY,
        pattern=r"^[\x21-\x7e]+$",
        description="A new one for a new act; the same one to repeat it and get its answer.",
    ),
]


class RequestTooLarge(Invalid):
    """No act needs as much."""

    code = "request_too_large"
    sentence = "A request holds five megabytes at most. Send less at once."


class Refused(BaseModel):
    """How every refusal looks."""

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
    """A route whose POSTs may be repeated."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[None, None, Response]]:
        """Return the handler, wrapped for acts."""
        act = super().get_route_handler()

        async def repeatable(request: Request) -> Response:
            if request.method != "POST":
                return await act(request)
            return await _once(request, act)

        return repeatable


async def _once(
    request: Request, act: Callable[[Request], Coroutine[None, None, Response]]
) -> Response:
    key = await caller_of(request)
    request_key = request_key_of(request)
    if not 1 <= len(request_key) <= LONGEST_REQUEST_KEY or not request_key.isprintable():
        raise RequestKeyMissing
    if int(request.headers.get("content-length") or 0) > MOST_BYTES:
        raise RequestTooLarge
    book = site_of(request).api_answers
    whole = f"{request.url.path}?{request.url.query}\n".encode() + await request.body()
    given = await book.claim(key.id, request_key, whole, now())
    if given is not None:
        return _json(given, is_repeated=True)
    try:
        response = await act(request)
    except BaseException:
        await book.give_back(key.id, request_key)
        raise
    answer = GivenAnswer(status=response.status_code, content=bytes(response.body).decode())
    await book.keep(key.id, request_key, answer)
    return response


def _json(answer: GivenAnswer, *, is_repeated: bool) -> Response:
    return Response(
        answer.content,
        status_code=answer.status,
        media_type="application/json",
        headers={"idempotency-replayed": "true"} if is_repeated else {},
    )


_REFUSALS: Final = {
    HTTPStatus.UNAUTHORIZED: "No key, or one that is not good.",
    HTTPStatus.FORBIDDEN: "The key lacks the scope, or this is not allowed.",
    HTTPStatus.NOT_FOUND: "What was named does not exist.",
    HTTPStatus.CONFLICT: "It is in another state, or somebody was faster.",
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
