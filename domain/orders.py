"""Orders, their lines, and what they grant.

An order ends only in access for every line, or in a refund. Access is a function of all valid
orders: refunding one never removes what another still grants (trap 6).
"""

import calendar
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from domain.catalog import is_plain
from domain.refusals import Conflict, Invalid, NotFound
from domain.values import Instant, Value

MOST_LINES = 5000
"""Lines in one order form; a district larger than this sends two."""


NUMBER_LIMIT = 120
"""Characters of an order's own number."""

NUMBER_PATTERN = r"^[A-Za-z0-9._:#/-]+$"
"""What an order's own number is made of."""


class Channel(StrEnum):
    """How an order came in."""

    ONLINE = "online"
    FORM = "form"


class LineState(StrEnum):
    """What became of one line of an order."""

    WAITING = "waiting"
    ENROLLED = "enrolled"
    HELD = "held"
    REFUNDING = "refunding"
    REFUNDED = "refunded"


def _plain(text: str) -> str:
    if not is_plain(text):
        raise ValueError("holds control characters")
    return text


PlainText = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_plain)]
"""A name as people type it, without what would act on the screen or in the mail that shows it."""


class Learner(Value):
    """Who will pursue the micro-credential of a line."""

    name: PlainText = Field(min_length=1, max_length=200)
    address: str
    organization: PlainText = Field(default="", max_length=200)


class Line(Value):
    """One learner and one micro-credential of an order."""

    learner: Learner
    library: str
    slug: str
    price_cents: int = Field(default=0, ge=0)


class Order(Value):
    """What was ordered, by whom, as it arrived. ``external_id`` is the shop's or the school's."""

    channel: Channel
    external_id: str = Field(min_length=1, max_length=NUMBER_LIMIT, pattern=NUMBER_PATTERN)
    payer_name: PlainText = Field(min_length=1, max_length=200)
    payer_address: str
    payer_organization: PlainText = Field(default="", max_length=200)
    purchase_order: PlainText = Field(default="", max_length=120)
    lines: tuple[Line, ...] = Field(min_length=1, max_length=MOST_LINES)


class Grant(Value):
    """Months of the learning network that one valid order line grants from ``granted_at`` on."""

    granted_at: Instant
    months: int


def subscription_until(grants: Iterable[Grant]) -> datetime | None:
    """Return until when the subscription of all ``grants`` together runs; ``None`` without any.

    Each grant extends what runs already, or starts anew where nothing runs (domain.md, "Orders").
    """
    begins: datetime | None = None
    until: datetime | None = None
    months = 0
    for grant in sorted(grants, key=lambda each: each.granted_at):
        if begins is None or until is None or until < grant.granted_at:
            begins, months = grant.granted_at, 0
        # Counted from the beginning: a short month on the way shortens nothing for good.
        months += grant.months
        until = _months_later(begins, months)
    return until


def _months_later(instant: datetime, months: int) -> datetime:
    years, month = divmod(instant.month - 1 + months, 12)
    year = instant.year + years
    last = calendar.monthrange(year, month + 1)[1]
    return instant.replace(year=year, month=month + 1, day=min(instant.day, last))


class UnknownOrder(NotFound):
    """No order has this number."""

    code = "unknown_order"
    sentence = "There is no order {order}. Check the number, or look it up in the list of orders."


class OrderAmbiguous(Conflict):
    """An online order and an order form may carry the same number."""

    code = "order_ambiguous"
    sentence = "Several orders have the number {order}. Use one of their ids instead: {ids}."


class UnknownLine(NotFound):
    """The order has no such line."""

    code = "unknown_line"
    may_pass = True
    sentence = "There is no order line {line}. The page of its order lists them."


class OrderDiffers(Conflict):
    """The same order number arrived with other content."""

    code = "order_differs"
    sentence = (
        "Order {order} is recorded already with other content. "
        "Nothing was changed; correct the number, or refund the first one."
    )


class NotForSale(Invalid):
    """A line names a micro-credential that is not published."""

    code = "not_for_sale"
    sentence = "{key} is not a published micro-credential. Look at the list of the catalogue."


class LineNotHeld(Conflict):
    """Only a held line can be released."""

    code = "line_not_held"
    sentence = "Line {line} is not held; its state is “{state}”."


class StillEnrolled(Conflict):
    """A held line waits while the first enrollment is open."""

    code = "still_enrolled"
    sentence = (
        "The learner's first enrollment {enrollment} is still open; end it or refund this line."
    )


class NotSettled(Conflict):
    """The order was not paid yet."""

    code = "order_not_settled"
    sentence = "Order {order} is not settled yet."


class AlreadyRefunded(Conflict):
    """The line was refunded before."""

    code = "already_refunded"
    sentence = "Line {line} was refunded already."
