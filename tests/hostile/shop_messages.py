"""The shop's webhooks: a message is an order, a refund, of no use, or ``shop_message_not_valid``;
and nobody without the secret gets one past the signature.

The first byte chooses: a body to be read, headers that nobody signed (one a line, then the body),
or a message that was signed, of which one thing is exchanged for what is given."""

import json
from datetime import UTC, datetime

from hypothesis import strategies as st
from pydantic import SecretStr

from adapters.webhooks.shop_signing import signed, verified_id
from adapters.webhooks.signing import ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER
from domain.orders import Order
from domain.refusals import Invalid
from domain.shop_webhook import (
    OrderWasPaid,
    ShopMessageNotValid,
    ShopNotSigned,
    heading_of,
    read_shop_message,
)
from tests.hostile.target import Growing, Target, assert_coded
from tests.hostile.texts import HOSTILE, bytes_of, spoiled, text_of

SECRET = "whsec_" + "A" * 43 + "="
PERSON = {"name": "Ada Example", "address": "ada@example.org", "organization": "A School"}
LINE = {"learner": PERSON, "library": "missouri", "slug": "meetings", "price_cents": 9500}
PAID = {"type": "order.paid", "data": {"order": "S-1", "payer": PERSON, "lines": [LINE]}}
REFUNDED = {"type": "order.refunded", "data": {"order": "S-1", "lines": [2]}}
BODIES = tuple(json.dumps(each).encode() for each in (PAID, REFUNDED))
NAMES = (ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER)


def holds(content: bytes) -> None:
    """Read, refuse with a code, or do not believe."""
    chosen, rest = (content[:1] or b"0")[0] % 3, content[1:]
    if chosen == 0:
        _reads(rest)
    elif chosen == 1:
        _believes_nobody(rest)
    else:
        _believes_no_change(rest)


def _reads(body: bytes) -> None:
    heading = heading_of(body)
    assert heading.kind.isascii()
    assert heading.order_number.isascii()
    try:
        message = read_shop_message(body)
    except ShopMessageNotValid as refusal:
        assert_coded(refusal)
        return
    if isinstance(message, OrderWasPaid):
        try:
            order = message.data.as_order()
        except Invalid as refusal:
            assert_coded(refusal)
            return
        assert Order.model_validate_json(order.model_dump_json()) == order


def _believes_nobody(content: bytes) -> None:
    *given, body = content.split(b"\n", 3)
    headers = dict(zip(NAMES, (each.decode("latin-1") for each in given), strict=False))
    _assert_not_believed(headers, body)


def _believes_no_change(content: bytes) -> None:
    """Exchange the id, the time, the signature or the body, as the first byte says."""
    headers = _signed()
    place, other = (content[:1] or b"0")[0] % 4, content[1:]
    if place == 3:
        if other != BODIES[0]:
            _assert_not_believed(headers, other)
        return
    text = text_of(other)
    if text != headers[NAMES[place]]:
        _assert_not_believed({**headers, NAMES[place]: text}, BODIES[0])


def _signed() -> dict[str, str]:
    headers = signed(SECRET, BODIES[0], datetime.now(UTC), "m-1")
    assert verified_id([SecretStr(SECRET)], headers, BODIES[0]) == "m-1"
    return headers


def _assert_not_believed(headers: dict[str, str], body: bytes) -> None:
    try:
        verified_id([SecretStr(SECRET)], headers, body)
    except ShopNotSigned as refusal:
        assert_coded(refusal)
        return
    raise AssertionError("a message that nobody signed was believed")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | HOSTILE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(HOSTILE, inner, max_size=2),
    max_leaves=4,
)


@st.composite
def _messages(draw: st.DrawFn) -> bytes:
    """Return an order with anything at any of its places."""
    person = {name: draw(st.just(value) | _JSON) for name, value in PERSON.items()}
    line = {name: draw(st.just(value) | _JSON) for name, value in LINE.items()}
    line["learner"] = draw(st.just(person) | _JSON)
    order = {"order": draw(st.just("S-1") | _JSON), "payer": person, "lines": [line]}
    kind = draw(st.sampled_from(["order.paid", "order.refunded", "x"]) | _JSON)
    return b"0" + json.dumps({"type": kind, "data": draw(st.just(order) | _JSON)}).encode()


def _with(word: bytes, other: bytes) -> bytes:
    assert word in BODIES[0]
    return b"0" + BODIES[0].replace(word, other)


TARGET = Target(
    holds=holds,
    made=_messages()
    | spoiled(st.sampled_from(BODIES).map(lambda body: b"0" + body))
    | st.lists(HOSTILE, min_size=4, max_size=4).map(lambda each: b"1" + bytes_of("\n".join(each)))
    | st.tuples(st.sampled_from("0123"), HOSTILE).map(lambda each: bytes_of("2" + "".join(each))),
    seeds=(
        *(b"0" + body for body in BODIES),
        b"1m-1\n1700000000\nv1,AAAA v1a,BBBB\n" + BODIES[1],
        b"22v1,",
    ),
    growing=(
        Growing("nesting", lambda n: b"0" + b"[" * n, 100_000),
        Growing("accents", lambda n: _with(b"Ada", b"\\u0315\\u0316" * n), 5_000),
        Growing("address", lambda n: _with(b"ada", b"\\u0315\\u0316" * n), 5_000),
        Growing("lines", lambda n: b"0" + BODIES[1].replace(b"2", b"0" + b",0" * n), 3_000),
        Growing("signatures", lambda n: b"1m\n1\n" + b"v1,QUFB " * n + b"\n{}", 5_000),
    ),
    largest=(
        lambda: b"0" + BODIES[1].replace(b"2", b"0" + b",0" * 250_000),
        lambda: _with(json.dumps([LINE]).encode(), b"[" + b"{}," * 160_000 + b"{}]"),
    ),
    words=(
        b'"type"',
        b'"data"',
        b'"lines"',
        b"order.paid",
        b"order.refunded",
        b"\\ud800",
        b"1e999",
    ),
)
