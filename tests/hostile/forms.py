"""Forms, before any page of ours reads them: texts that can be kept, or an answer that says no.

The first line is the kind of content that the request states; the rest is its body."""

import asyncio

from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Message

from portal.bounded import MOST_BYTES, BoundedBodies
from tests.hostile.limits import MIB, Bound
from tests.hostile.target import Growing, Target
from tests.hostile.texts import HOSTILE, bytes_of, can_be_kept, spoiled

ANSWERS = frozenset({200, 400, 413, 415})
MULTIPART = b"multipart/form-data; boundary=B"
URLENCODED = b"application/x-www-form-urlencoded"
LONGEST_PART = 1024 * 1024
"""Bytes of one field that the framework takes."""

FIELD = b'--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n%s\r\n--B--\r\n'


async def _read(request: Request) -> Response:
    async with request.form() as form:
        for name, value in form.multi_items():
            assert can_be_kept(name)
            assert not isinstance(value, str) or can_be_kept(value)
    return JSONResponse({})


_SITE = BoundedBodies(Starlette(routes=[Route("/", _read, methods=["POST"])]))


def holds(content: bytes) -> None:
    """Answered, and never with a failure of ours."""
    kind, _, body = content.partition(b"\n")
    headers = [(b"content-type", kind), (b"content-length", b"%d" % len(body))]
    assert asyncio.run(_answered(headers, body)) in ANSWERS


async def _answered(headers: list[tuple[bytes, bytes]], body: bytes) -> int:
    statuses: list[int] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        statuses.extend([message["status"]] if "status" in message else [])

    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers}
    await _SITE(scope, receive, send)
    return statuses[0]


_CHARSETS = (
    "utf-8",
    "UTF-8",
    "punycode",
    "undefined",
    "utf-7",
    "unicode_escape",
    "idna",
    "utf-16",
    "x",
)
_VALUES = HOSTILE.map(bytes_of) | st.sampled_from(
    [b"+2AA-", b"\\ud800", b"-a9", b"%ED%A0%80", b"\xff"]
)


@st.composite
def _forms(draw: st.DrawFn) -> bytes:
    """Return a form of either kind, in whichever letters it says."""
    charset = draw(st.sampled_from(_CHARSETS)).encode()
    said = draw(
        st.sampled_from([b"", b"; charset=", b';charset="', b"; charset*=utf-8''", b"; Charset = "])
    )
    if draw(st.booleans()):
        return MULTIPART + (said and said + charset) + b"\n" + FIELD % draw(_VALUES)
    return URLENCODED + said + charset + b"\na=" + draw(_VALUES)


def _multipart(value: bytes, charset: bytes = b"") -> bytes:
    return MULTIPART + (charset and b"; charset=" + charset) + b"\n" + FIELD % value


SEEDS = (
    _multipart(b"a text"),
    _multipart(b"+2AA-", b"utf-7"),
    URLENCODED + b"\na=%F0%9F%8E%89&b=1&c",
    _multipart(b'x\r\n--B\r\nContent-Disposition: form-data; name="f"; filename="p"\r\n\r\ny'),
)
_PART = b'--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'

TARGET = Target(
    holds=holds,
    made=_forms() | spoiled(st.sampled_from(SEEDS)),
    seeds=SEEDS,
    growing=(
        Growing("punycode", lambda n: _multipart(b"a-" + b"9" * n, b"punycode"), 10_000),
        Growing("idna", lambda n: _multipart(b"a." * n, b"idna"), 10_000),
        Growing("fields", lambda n: URLENCODED + b"\n" + b"a=1&" * n, 240),
        Growing("parts", lambda n: MULTIPART + b"\n" + _PART * n + b"--B--\r\n", 240),
        Growing("boundaries", lambda n: _multipart(b"\r\n--" * n), 20_000),
        Growing("escapes", lambda n: URLENCODED + b"\na=" + b"%f0" * n, 50_000),
        Growing("too long", lambda n: _multipart(b"x" * n), MOST_BYTES // 3),
    ),
    largest=(
        lambda: _multipart(b"x" * LONGEST_PART),
        lambda: _multipart(b"\r\n--" * (LONGEST_PART // 4)),
        lambda: MULTIPART + b"\n" + _PART * (MOST_BYTES // len(_PART)),
        lambda: MULTIPART + b"\n" + b"\r\n" * (MOST_BYTES // 2),
        lambda: URLENCODED + b"\n" + b"a=1&" * (MOST_BYTES // 4),
        lambda: URLENCODED + b"\na=" + b"%f0" * (LONGEST_PART // 3),
        lambda: URLENCODED + b"\na=" + b"%f0" * (MOST_BYTES // 3 - 1),
    ),
    bound=Bound(memory=96 * MIB),
    examples=80,
    words=(
        b"multipart/form-data",
        b"boundary=",
        b"charset=",
        b"Content-Disposition: form-data; ",
        b"--B",
    ),
)
