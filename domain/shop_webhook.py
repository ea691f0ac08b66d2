"""What a shop says by webhook: an order is paid, or was refunded. And what it is answered.

    POST, signed by Standard Webhooks
    {"type": "order.paid",     "data": {"order": "S-1001",
                                        "payer": {"name": …, "address": …, "organization": …},
                                        "lines": [{"learner": {"name": …, "address": …},
                                                   "library": …, "slug": …, "price_cents": 9500}]}}
    {"type": "order.refunded", "data": {"order": "S-1001", "lines": [2]}}

Lines are numbered from 1 in the order in which they were paid; a refund without ``lines`` is one of
the whole order. A shop may send more than this: what is not known is passed over.
"""

import json
import re
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
)

from domain.addresses import AddressNotValid, normalized_address
from domain.orders import Channel, Learner, Line, Order, PlainText
from domain.refusals import Conflict, Invalid, NotAllowed
from domain.values import Value

LARGEST_BODY: Final = 512 * 1024
"""Bytes of one message; an order of the longest allowed length has some hundred kibibytes."""

MOST_SHOP_LINES: Final = 500
"""Lines of an order that is paid online; more than that come by order form."""

ORDER_NUMBER: Final = r"^[A-Za-z0-9._:#/-]{1,120}$"
"""As ``domain.orders.Order`` takes it."""


class ShopKind(StrEnum):
    """What a shop may say."""

    PAID = "order.paid"
    REFUNDED = "order.refunded"


def _address(text: str) -> str:
    try:
        return normalized_address(text)
    except AddressNotValid:
        # As a fault of this field among others, not as an answer of its own.
        raise ValueError("is no e-mail address") from None


Address = Annotated[str, AfterValidator(_address)]
"""An address in its one spelling."""


def _within_an_order(lines: object) -> object:
    """Count lines before any of them is looked at: each wrong one would become a fault."""
    if isinstance(lines, list) and len(lines) > MOST_SHOP_LINES:
        raise ValueError("are too many")
    return lines


_Countable = BeforeValidator(_within_an_order)


class _FromShop(BaseModel):
    """Sent by a system of somebody else's, who may add to it at any time."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Payer(_FromShop):
    """Who paid."""

    name: PlainText = Field(min_length=1, max_length=200)
    address: Address
    organization: PlainText = Field(default="", max_length=200)


class PaidFor(_FromShop):
    """Who learns."""

    name: PlainText = Field(min_length=1, max_length=200)
    address: Address
    organization: PlainText = Field(default="", max_length=200)


class PaidLine(_FromShop):
    """One learner and one micro-credential, with what was paid for it."""

    learner: PaidFor
    library: str = Field(min_length=1, max_length=100)
    slug: str = Field(min_length=1, max_length=100)
    price_cents: int = Field(ge=0, le=100_000_000)


class PaidOrder(_FromShop):
    """An order that the shop was paid for."""

    order: str = Field(pattern=ORDER_NUMBER)
    payer: Payer
    lines: Annotated[tuple[PaidLine, ...], _Countable] = Field(min_length=1, strict=False)

    def as_order(self) -> Order:
        """Return the order as Laurel takes it."""
        return Order(
            channel=Channel.ONLINE,
            external_id=self.order,
            payer_name=self.payer.name,
            payer_address=self.payer.address,
            payer_organization=self.payer.organization,
            lines=tuple(_line_of(line) for line in self.lines),
        )


def _line_of(line: PaidLine) -> Line:
    learner = Learner(
        name=line.learner.name,
        address=line.learner.address,
        organization=line.learner.organization,
    )
    return Line(learner=learner, library=line.library, slug=line.slug, price_cents=line.price_cents)


class RefundedOrder(_FromShop):
    """Lines whose money the shop gave back; none named means all of them."""

    order: str = Field(pattern=ORDER_NUMBER)
    lines: Annotated[tuple[Annotated[int, Field(ge=1)], ...], _Countable] = Field(
        default=(), strict=False
    )


class OrderWasPaid(_FromShop):
    """An order was paid: access is owed from now on."""

    type: Literal["order.paid"]
    data: PaidOrder


class OrderWasRefunded(_FromShop):
    """The money was given back: access ends."""

    type: Literal["order.refunded"]
    data: RefundedOrder


class UnknownShopKind(Value):
    """Something that Laurel has no use for."""

    type: str


ShopMessage = OrderWasPaid | OrderWasRefunded | UnknownShopKind

_MESSAGE: TypeAdapter[OrderWasPaid | OrderWasRefunded] = TypeAdapter(
    Annotated[OrderWasPaid | OrderWasRefunded, Field(discriminator="type")]
)


class ShopAnswer(Value):
    """What the shop is answered. ``code`` is stable; anything but 2xx asks it to try again."""

    status: int
    code: str
    sentence: str
    order_id: str | None = None


class Heading(Value):
    """What a message is about, as far as it can be read at all: for the log, no personal data."""

    kind: str = ""
    order_number: str = ""


class ShopWebhookOff(NotAllowed):
    """Without a secret nobody can tell who sent a message."""

    code = "shop_webhook_off"
    sentence = "No secret is set for the shop's webhooks. Set LAUREL_SHOP_WEBHOOK_SECRET."


class ShopNotSigned(NotAllowed):
    """The message is not signed by the shop, or was signed too long ago."""

    code = "shop_not_signed"
    sentence = (
        "The signature does not fit, or is more than five minutes old. Sign the exact bytes that "
        "are sent, with the secret that is set here, each time they are sent."
    )


class ShopMessageTooLarge(Invalid):
    """No order is that long."""

    code = "shop_message_too_large"
    sentence = "A message may have {most} bytes at most. Send a larger order as an order form."


class ShopMessageNotValid(Invalid):
    """The message cannot be read as one of the two kinds; ``points`` say where."""

    code = "shop_message_not_valid"
    sentence = "The message does not have the agreed form. Correct these fields: {fields}."


class OrderNotKnownYet(Conflict):
    """A refund that overtook its order; the shop sends it again later."""

    code = "order_not_known_yet"
    sentence = "Order {order} has not arrived here yet. Send this again after `order.paid`."


class WebhookIdReused(Conflict):
    """The same id arrived with other content, so it is no repetition."""

    code = "webhook_id_reused"
    sentence = "A different message had the id {id} before. Give each message an id of its own."


def read_shop_message(body: bytes) -> ShopMessage:
    """Read a message, or refuse it with the places that are wrong: ``shop_message_not_valid``.

    The refusal names fields and never repeats what was in them.
    """
    try:
        content: object = json.loads(body)
    except (ValueError, RecursionError):
        raise ShopMessageNotValid(fields="the whole message, which is no JSON") from None
    kind = content.get("type") if isinstance(content, dict) else None
    if isinstance(kind, str) and kind not in set(ShopKind):
        return UnknownShopKind(type=kind)
    try:
        return _MESSAGE.validate_python(content)
    except ValidationError as invalid:
        raise ShopMessageNotValid(fields=_places(invalid)) from None


def _places(invalid: ValidationError) -> str:
    places = sorted({_place(error["loc"]) for error in invalid.errors(include_input=False)})
    return ", ".join(places[:10])


def _place(steps: tuple[int | str, ...]) -> str:
    """Return a place as a path; the first step only repeats the kind."""
    return ".".join(str(step) for step in steps if step not in set(ShopKind)) or "type"


def heading_of(body: bytes) -> Heading:
    """Return what a message says it is about, as far as that may stand in a log."""
    try:
        content: object = json.loads(body)
    except (ValueError, RecursionError):
        return Heading()
    if not isinstance(content, dict):
        return Heading()
    kind, data = content.get("type"), content.get("data")
    number = data.get("order") if isinstance(data, dict) else None
    return Heading(
        kind=kind if isinstance(kind, str) and re.fullmatch(r"[a-z._]{1,60}", kind) else "",
        order_number=number
        if isinstance(number, str) and re.fullmatch(ORDER_NUMBER, number)
        else "",
    )
