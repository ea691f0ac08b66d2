"""Orders: paid online, by order form, settled, refunded, released."""

from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError

from cli.desks import order_desk, views_of
from cli.files import read_named_file
from cli.office import Office, grounds_now, in_office, reaching_engine
from cli.output import (
    BY_DEFAULT,
    AsJson,
    ByName,
    Reason,
    complain,
    print_json,
    print_list,
    print_table,
    progress,
    say,
    shown_instant,
)
from domain.addresses import normalized_address
from domain.order_form import OrderForm
from domain.order_refusals import OrderFormNotValid, OrderNotValid
from domain.orders import Channel, Order
from domain.values import Value

if TYPE_CHECKING:
    from adapters.records.view_values import OrderView

group = typer.Typer(help="Orders: take, settle, refund.", no_args_is_help=True)

ORDER_FORM_LIMIT = 5 * 1024 * 1024


class OrderTaken(Value):
    """An order that is recorded and whose intake runs."""

    order_id: str


@group.command()
def pay(
    number: Annotated[str, typer.Argument(help="The shop's own number of the order.")],
    micro_credential: Annotated[str, typer.Option(help="LIBRARY/SLUG that was bought.")],
    name: Annotated[str, typer.Option(help="The learner's name.")],
    email: Annotated[str, typer.Option(help="The learner's address.")],
    organization: Annotated[str, typer.Option(help="The learner's school or district.")] = "",
    payer_name: Annotated[str, typer.Option(help="Who paid, if not the learner.")] = "",
    payer_email: Annotated[str, typer.Option(help="The payer's address.")] = "",
    price_cents: Annotated[int, typer.Option(help="What was paid, in cents.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Take a paid online order, as the shop's webhook does; the same number twice is one order."""
    library, _, slug = micro_credential.partition("/")
    order = _order(
        channel=Channel.ONLINE,
        external_id=number,
        payer_name=payer_name or name,
        payer_address=normalized_address(payer_email or email),
        payer_organization=organization,
        lines=(
            {
                "learner": {
                    "name": name,
                    "address": normalized_address(email),
                    "organization": organization,
                },
                "library": library,
                "slug": slug,
                "price_cents": price_cents,
            },
        ),
    )

    async def act(office: Office) -> str:
        async with reaching_engine():
            return await (await order_desk(office)).take_paid_order(order)

    _taken(in_office(act), as_json, is_settled=True)


def _order(**fields: object) -> Order:
    try:
        return Order.model_validate(fields)
    except ValidationError as invalid:
        raise OrderNotValid.of(invalid) from None


@group.command()
def form(
    file: Annotated[str, typer.Argument(help="CSV of learners, or - for standard input.")],
    number: Annotated[str, typer.Option(help="The order form's own number.")],
    purchase_order: Annotated[str, typer.Option(help="The school's purchase order.")],
    payer_name: Annotated[str, typer.Option(help="Who will pay.")],
    payer_email: Annotated[str, typer.Option(help="The payer's address.")],
    payer_organization: Annotated[str, typer.Option(help="School or district.")] = "",
    settled: Annotated[bool, typer.Option("--settled", help="The money is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Record a school's order form; every bad line is reported and nothing is half-recorded."""
    from domain.line_problems import FileProblems
    from domain.order_form import read_learners

    learners = read_learners(read_named_file(file, ORDER_FORM_LIMIT))
    if isinstance(learners, FileProblems):
        raise OrderFormNotValid(learners.problems)
    try:
        order_form = OrderForm(
            payer_name=payer_name,
            payer_address=payer_email,
            payer_organization=payer_organization,
            purchase_order=purchase_order,
            lines=learners.lines,
        )
    except ValidationError as invalid:
        raise OrderNotValid.of(invalid) from None

    async def act(office: Office) -> str:
        async with reaching_engine():
            desk = await order_desk(office)
            return await desk.take_order_form(order_form, number, is_settled=settled)

    _taken(in_office(act), as_json, is_settled=settled)


def _taken(order_id: str, as_json: bool, *, is_settled: bool) -> None:
    if as_json:
        print_json(OrderTaken(order_id=order_id))
    elif is_settled:
        say(f"Order {order_id} is recorded; its lines are being started.")
    else:
        say(f"Order {order_id} is recorded; its lines start once it is settled.")


@group.command()
def settle(order_id: str, reason: Reason, by: ByName = BY_DEFAULT) -> None:
    """The money of an order form is there: its journeys start."""
    grounds = grounds_now(reason, by)

    async def act(office: Office) -> None:
        async with reaching_engine():
            order = await views_of(office).order(order_id)
            await (await order_desk(office)).settle(order.order_id, grounds)

    in_office(act)
    say(f"Order {order_id} is settled.")


@group.command()
def refund(
    order_id: str,
    reason: Reason,
    line: Annotated[list[int] | None, typer.Option(help="Line number; all without it.")] = None,
    by: ByName = BY_DEFAULT,
) -> None:
    """Refund lines of an order, or all of it; access ends unless another order grants it."""
    grounds = grounds_now(reason, by)
    numbers = tuple(sorted(set(line or ())))

    async def act(office: Office) -> int:
        async with reaching_engine():
            order = await views_of(office).order(order_id)
            desk = await order_desk(office)
            with progress("Refunding", len(numbers) or len(order.lines)) as advance:
                return await desk.refund(order.order_id, numbers, grounds, lambda _: advance())

    asked = in_office(act)
    say(f"Refunded. Journeys that were asked to end: {asked}.")


@group.command()
def release(line_id: str, reason: Reason, by: ByName = BY_DEFAULT) -> None:
    """Start a line that was held because its learner had an open enrollment in the same."""
    grounds = grounds_now(reason, by)

    async def act(office: Office) -> str:
        async with reaching_engine():
            return await (await order_desk(office)).release(line_id, grounds)

    say(f"Enrollment {in_office(act)} is started.")


@group.command("list")
def list_orders(
    after: Annotated[str, typer.Option(help="Go on after this order id.")] = "",
    as_json: AsJson = False,
) -> None:
    """List orders, a hundred at a time."""

    async def act(office: Office) -> "tuple[tuple[OrderView, ...], str]":
        return await views_of(office).orders(after), office.zone

    orders, zone = in_office(act)
    if as_json:
        print_list(orders)
        return
    if not orders:
        complain("There are no orders yet. Take one with `starter.py orders pay`.")
        return
    print_table(
        ("order", "channel", "number", "payer", "placed", "settled"),
        [
            (
                each.order_id,
                each.channel,
                each.external_id,
                each.payer,
                shown_instant(each.placed_at, zone),
                shown_instant(each.settled_at, zone) if each.settled_at else "not yet",
            )
            for each in orders
        ],
    )


@group.command()
def show(order_id: str, as_json: AsJson = False) -> None:
    """Show one order with its lines, by its id or its own number."""

    async def act(office: Office) -> "tuple[OrderView, str]":
        return await views_of(office).order(order_id), office.zone

    order, zone = in_office(act)
    if as_json:
        print_json(order)
        return
    settled = "settled" if order.settled_at else "not settled yet"
    say(f"{order.channel} order {order.external_id} ({order.order_id}), {settled}")
    print_table(
        ("line", "learner", "micro-credential", "state", "enrollment", "line id"),
        [
            (
                each.number,
                each.learner,
                each.micro_credential,
                each.state,
                each.enrollment_id,
                each.line_id,
            )
            for each in order.lines
        ],
    )
    if order.actions:
        print_table(
            ("when", "what", "who", "why"),
            [
                (shown_instant(each.at, zone), each.what.replace("_", " "), each.by, each.why)
                for each in order.actions
            ],
        )
