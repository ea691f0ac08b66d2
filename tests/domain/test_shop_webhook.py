"""What a shop says: read strictly, refused with the places that are wrong, and never repeated."""

import json

import pytest

from domain.orders import Channel
from domain.shop_webhook import (
    Heading,
    OrderWasPaid,
    OrderWasRefunded,
    ShopMessageNotValid,
    UnknownShopKind,
    heading_of,
    read_shop_message,
)

PAID: dict[str, object] = {
    "type": "order.paid",
    "timestamp": "2025-03-04T15:00:00Z",
    "data": {
        "order": "S-1001",
        "payer": {"name": "Payer", "address": "Payer@Example.org"},
        "coupon": "a shop may say more",
        "lines": [
            {
                "learner": {"name": " Learner ", "address": "learner@example.org"},
                "library": "general",
                "slug": "steady-hands",
                "price_cents": 9500,
            }
        ],
    },
}


def said(content: object) -> bytes:
    """Return a message as it is sent."""
    return json.dumps(content).encode()


def paid_with(**changes: object) -> bytes:
    """Return a paid order with other fields."""
    data = PAID["data"]
    assert isinstance(data, dict)
    return said({**PAID, "data": {**data, **changes}})


def test_a_paid_order_is_read() -> None:
    """Proves: every field arrives, addresses in their one spelling, whatever else the shop says."""
    message = read_shop_message(said(PAID))
    assert isinstance(message, OrderWasPaid)
    order = message.data.as_order()
    assert (order.channel, order.external_id) == (Channel.ONLINE, "S-1001")
    assert order.payer_address == "payer@example.org"
    (line,) = order.lines
    assert (line.learner.name, line.price_cents) == ("Learner", 9500)
    assert (line.library, line.slug) == ("general", "steady-hands")


def test_a_refund_is_of_lines_or_of_all() -> None:
    """Proves: no lines named is the whole order."""
    whole = read_shop_message(said({"type": "order.refunded", "data": {"order": "S-1"}}))
    lines = {"type": "order.refunded", "data": {"order": "S-1", "lines": [2, 1]}}
    some = read_shop_message(said(lines))
    assert isinstance(whole, OrderWasRefunded)
    assert isinstance(some, OrderWasRefunded)
    assert (whole.data.lines, some.data.lines) == ((), (2, 1))


def test_another_kind_is_known_as_such() -> None:
    """Proves: a shop that tells more than agreed is not refused for it."""
    assert read_shop_message(said({"type": "order.shipped"})) == UnknownShopKind(
        type="order.shipped"
    )


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"", "no JSON"),
        (b"\xff", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[]", "type"),
        (said({"type": 1}), "type"),
        (said({"type": "order.paid"}), "data"),
        (paid_with(order="two words"), "data.order"),
        (paid_with(order=17), "data.order"),
        (paid_with(lines=[]), "data.lines"),
        (paid_with(payer={"name": "P", "address": "nowhere"}), "data.payer.address"),
        (paid_with(payer={"name": "P\x07", "address": "p@example.org"}), "data.payer.name"),
        (paid_with(lines=[{"price_cents": "free"}]), "data.lines.0.price_cents"),
        (said({"type": "order.refunded", "data": {"order": "S", "lines": [0]}}), "data.lines.0"),
        (said({"type": "order.refunded", "data": {"order": "S", "lines": ["1"]}}), "data.lines.0"),
        (
            said({"type": "order.refunded", "data": {"order": "S", "lines": [True]}}),
            "data.lines.0",
        ),
    ],
)
def test_what_is_wrong_is_named_by_its_place(body: bytes, fields: str) -> None:
    """Proves: a refusal says where, and repeats nothing of what was there."""
    with pytest.raises(ShopMessageNotValid, match=fields) as refused:
        read_shop_message(body)
    assert "nowhere" not in str(refused.value)


@pytest.mark.parametrize(
    ("body", "kind", "number"),
    [
        (said(PAID), "order.paid", "S-1001"),
        (said({"type": "x" * 500, "data": {"order": "a name, and an address"}}), "", ""),
        (said({"type": "order.paid", "data": [1]}), "order.paid", ""),
        (b"no json", "", ""),
        (b"[" * 100_000, "", ""),
        (said(["order.paid"]), "", ""),
    ],
)
def test_the_log_gets_kind_and_number_alone(body: bytes, kind: str, number: str) -> None:
    """Proves: what is written down of any message at all is its kind and an order's number."""
    assert heading_of(body) == Heading(kind=kind, order_number=number)


@pytest.mark.parametrize(
    ("kind", "line"), [("order.paid", {}), ("order.refunded", 0)], ids=["paid", "refunded"]
)
def test_too_many_lines_are_counted_and_not_read(kind: str, line: object) -> None:
    """Proves: a message of half a megabyte of wrong lines makes one fault, not one for each."""
    data = {"order": "S-1", "payer": {"name": "P", "address": "p@x.org"}, "lines": [line] * 501}
    with pytest.raises(ShopMessageNotValid) as refusal:
        read_shop_message(said({"type": kind, "data": data}))
    assert str(refusal.value).endswith("these fields: data.lines.")
