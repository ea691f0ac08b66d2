"""Orders as people place them: paid online, or by a school's order form."""

from collections.abc import Callable
from datetime import UTC, datetime

from pydantic import ValidationError

from activities.contracts import Actor
from adapters.records.order_book import OrderBook
from adapters.records.refund_book import LineToRefund, OrderKey, RefundBook
from domain.addresses import normalized_address
from domain.enrollment import EnrollmentClosed, Party
from domain.grounds import Grounds
from domain.line_problems import LineProblem, ProblemCode
from domain.order_form import OrderForm
from domain.order_refusals import OrderFormNotValid, OrderNotValid
from domain.orders import Channel, Learner, Line, Order
from domain.policy import Policy
from domain.values import Value
from office.engine import WorkflowEngine
from office.requests import Requests, request_key
from workflows.contracts import IntakeInput, Refund, Refunded


class RefundBegun(Value):
    """A refund whose intent is recorded, and the lines whose journeys are still to be asked."""

    order: OrderKey
    lines: tuple[LineToRefund, ...]


class OrderDesk:
    """Takes orders; every act may be repeated."""

    def __init__(
        self,
        engine: WorkflowEngine,
        orders: OrderBook,
        refunds: RefundBook,
        requests: Requests,
        policy: Policy,
    ) -> None:
        self._engine = engine
        self._orders = orders
        self._refunds = refunds
        self._requests = requests
        self._policy = policy

    async def take_paid_order(self, order: Order) -> str:
        """Take an order that the shop says is paid; what its webhook calls.

        The intake is started before anything is acknowledged: whoever gets an answer has a durable
        order (trap 6). Raises ``OrderDiffers``, ``NotForSale``.
        """
        now = datetime.now(UTC)
        order_id = await self._orders.record(order, now, settled_at=now)
        await self._start(order, order_id)
        await self._engine.deliver(await self._orders.untold(order_id))
        return order_id

    async def take_order_form(
        self, form: OrderForm, number: str, *, is_settled: bool, grounds: Grounds | None = None
    ) -> str:
        """Record a school's order form; the journeys start when it is settled.

        With ``grounds``, who recorded it is kept, and who said that the money is there.

        Raises ``OrderFormNotValid`` with every line whose micro-credential is not for sale,
        ``OrderNotValid`` and ``OrderDiffers``.
        """
        await self._refuse_unknown_micro_credentials(form)
        order = _order_of(form, number)
        now = datetime.now(UTC)
        # With grounds the settlement is an act of its own, so that it is kept who said so.
        settled_at = now if is_settled and grounds is None else None
        order_id = await self._orders.record(order, now, settled_at, grounds)
        await self._start(order, order_id)
        if is_settled:  # it may have been recorded before the money came
            await self._tell(await self._refunds.settle(order_id, now, grounds))
        return order_id

    async def _refuse_unknown_micro_credentials(self, form: OrderForm) -> None:
        keys = {(line.library, line.slug) for line in form.lines}
        for_sale = await self._orders.published(keys)
        problems = tuple(
            LineProblem(
                line=line.line_number,
                column="micro_credential",
                code=ProblemCode.NOT_FOR_SALE,
                sentence=(
                    f"{line.library}/{line.slug} is not for sale. Correct it, or publish it first."
                ),
            )
            for line in form.lines
            if (line.library, line.slug) not in for_sale
        )
        if problems:
            raise OrderFormNotValid(problems)

    async def _start(self, order: Order, order_id: str) -> None:
        intake = IntakeInput(order_id=order_id, policy=self._policy)
        await self._engine.start_intake(order.channel, order.external_id, intake)

    async def settle(self, order_id: str, grounds: Grounds) -> None:
        """The money of an order form is there."""
        key = await self._refunds.settle(order_id, datetime.now(UTC), grounds)
        await self._tell(key)

    async def refund(
        self,
        order_id: str,
        numbers: tuple[int, ...],
        grounds: Grounds,
        on_line: Callable[[LineToRefund], None] = lambda _: None,
    ) -> int:
        """Refund lines, or the whole order; returns how many journeys were asked.

        The intent is recorded first; what a crash leaves over, the sweep finishes.
        """
        begun = await self.begin_refund(order_id, numbers, grounds)
        await self.finish_refunds(begun, on_line)
        return len(begun.lines)

    async def begin_refund(
        self, order_id: str, numbers: tuple[int, ...], grounds: Grounds
    ) -> RefundBegun:
        """Record the intent: from here on the sweep finishes what nobody else does.

        Raises ``UnknownOrder`` and ``UnknownLine``.
        """
        key = request_key("refund", order_id, *numbers)
        actor = await self._requests.actor(key, grounds)
        order, lines = await self._refunds.begin_refund(
            order_id, numbers, actor.reason_id or "", datetime.now(UTC), grounds
        )
        return RefundBegun(order=order, lines=lines)

    async def finish_refunds(
        self, begun: RefundBegun, on_line: Callable[[LineToRefund], None] = lambda _: None
    ) -> None:
        """Ask the journeys of a begun refund to end, one after the other."""
        for line in begun.lines:
            await finish_refund(self._requests, self._refunds, line)
            on_line(line)
        await self._tell(begun.order)

    async def release(self, line_id: str, grounds: Grounds) -> str:
        """Start a held line; returns its enrollment."""
        journey = await self._refunds.release(line_id, datetime.now(UTC), grounds)
        await self._engine.start_journeys((journey,))
        return journey.enrollment_id

    async def _tell(self, order: OrderKey) -> None:
        await self._engine.tell_order_changed(order.channel, order.external_id)
        await self._engine.deliver(await self._orders.untold(order.order_id))


def _order_of(form: OrderForm, number: str) -> Order:
    lines = tuple(
        Line(
            learner=Learner(
                name=line.name, address=line.address, organization=form.organization_of(line)
            ),
            library=line.library,
            slug=line.slug,
        )
        for line in form.lines
    )
    try:
        return Order(
            channel=Channel.FORM,
            external_id=number,
            payer_name=form.payer_name,
            payer_address=normalized_address(form.payer_address),
            payer_organization=form.payer_organization,
            purchase_order=form.purchase_order,
            lines=lines,
        )
    except ValidationError as invalid:
        raise OrderNotValid.of(invalid) from None


async def finish_refund(requests: Requests, refunds: RefundBook, line: LineToRefund) -> None:
    """Ask the journey of a line to end; one that has ended meanwhile needs no asking."""
    if line.enrollment_id is None:
        return
    actor = Actor(party=Party.OPS, reason_id=line.reason_id)
    request = Refund(actor=actor, line_id=line.line_id)
    try:
        await requests.send(
            line.enrollment_id, "refund", request, Refunded, request_key("refund", line.line_id)
        )
    except EnrollmentClosed:
        await refunds.finish_refund(line.line_id, datetime.now(UTC))
