"""Orders for programs: lists, one order, order forms, settling, refunds, held lines."""

from typing import Annotated

from pydantic import Field, StrictBool, ValidationError

from adapters.records.keyset import PAGE, Page
from adapters.records.list_values import ListedOrder, OrderFilter, OrderStanding
from adapters.records.view_values import OrderView
from domain.line_problems import FileProblems
from domain.order_form import OrderForm, read_learners
from domain.order_refusals import OrderFormNotValid, OrderNotValid
from domain.orders import MOST_LINES, NUMBER_LIMIT, NUMBER_PATTERN, Channel
from domain.values import Value
from portal.api.answering import Reasoned, RequestKey, Told, router
from portal.api.calling import OrderActor, OrderReader, because
from portal.api.paging import After, Lines, Named, Text
from portal.faces import OpenSite

api = router("Orders")


class FormAsked(Reasoned):
    """A school's order form. ``learners`` is the text of a CSV file of learners."""

    number: str = Field(min_length=1, max_length=NUMBER_LIMIT, pattern=NUMBER_PATTERN)
    purchase_order: str = Field(min_length=1, max_length=120)
    payer_name: str = Field(min_length=1, max_length=200)
    payer_address: str = Field(min_length=3, max_length=254)
    payer_organization: str = Field(default="", max_length=200)
    learners: str = Field(min_length=1, max_length=4_000_000)
    is_settled: StrictBool = False


class OrderRecorded(Value):
    """An order that is recorded."""

    order_id: str


class RefundAsked(Reasoned):
    """Which lines are refunded, counted from 1; the whole order when none is named."""

    lines: list[Annotated[int, Field(strict=True, ge=1, le=MOST_LINES)]] = Field(
        default_factory=list, max_length=MOST_LINES
    )


class Released(Value):
    """The enrollment of a line that was held."""

    enrollment_id: str


@api.get("/orders")
async def orders(
    site: OpenSite,
    _: OrderReader,
    standing: OrderStanding | None = None,
    channel: Channel | None = None,
    text: Text = None,
    after: After = "",
    lines: Lines = PAGE,
) -> Page[ListedOrder]:
    """List orders, placed last first."""
    wanted = OrderFilter(standing=standing, channel=channel, text=text)
    return await site.desks.board.orders(wanted, after, lines)


@api.get("/orders/{order_id}")
async def order(site: OpenSite, _: OrderReader, order_id: Named) -> OrderView:
    """Return one order with its lines, by its id or its own number."""
    return await site.desks.views.order(order_id)


@api.post("/order-forms")
async def record_form(
    site: OpenSite, key: OrderActor, _: RequestKey, asked: FormAsked
) -> OrderRecorded:
    """Record a school's order form; every bad line is a point of the refusal."""
    learners = read_learners(asked.learners.encode())
    if isinstance(learners, FileProblems):
        raise OrderFormNotValid(learners.problems)
    try:
        form = OrderForm(
            payer_name=asked.payer_name,
            payer_address=asked.payer_address,
            payer_organization=asked.payer_organization,
            purchase_order=asked.purchase_order,
            lines=learners.lines,
        )
    except ValidationError as invalid:
        raise OrderNotValid.of(invalid) from None
    desk = await site.desks.orders()
    grounds = because(key, asked.reason)
    order_id = await desk.take_order_form(
        form, asked.number, is_settled=asked.is_settled, grounds=grounds
    )
    return OrderRecorded(order_id=order_id)


@api.post("/orders/{order_id}/settle")
async def settle(
    site: OpenSite, key: OrderActor, _: RequestKey, order_id: Named, asked: Reasoned
) -> Told:
    """The money of an order form is there: its journeys start."""
    order = await site.desks.views.order(order_id)
    await (await site.desks.orders()).settle(order.order_id, because(key, asked.reason))
    return Told(sentence="The order is settled; its lines are being started.")


@api.post("/orders/{order_id}/refund")
async def refund(
    site: OpenSite, key: OrderActor, _: RequestKey, order_id: Named, asked: RefundAsked
) -> Told:
    """Refund lines, or the whole order."""
    order = await site.desks.views.order(order_id)
    desk = await site.desks.orders()
    count = await desk.refund(order.order_id, tuple(asked.lines), because(key, asked.reason))
    return Told(sentence=f"Lines that were asked to end: {count}.")


@api.post("/order-lines/{line_id}/release")
async def release(
    site: OpenSite, key: OrderActor, _: RequestKey, line_id: Named, asked: Reasoned
) -> Released:
    """Start a line that is held for operations."""
    desk = await site.desks.orders()
    return Released(enrollment_id=await desk.release(line_id, because(key, asked.reason)))
