"""Orders before operations: order forms recorded, settled, refunded, held lines released."""

import json

import pytest

from adapters.records.list_values import OrderFilter
from adapters.records.order_views import OrderViews
from domain.enrollment import Ending, Stage
from domain.notices import NoticeKind
from domain.order_numbers import LinesNotUnderstood, lines_named, number_fault
from domain.orders import Channel, LineState
from tests.house import NUMBERS, House
from tests.portal.pressing import hidden, said
from tests.portal.served import Browser, Portal
from tests.waiting import eventually


def form_of(library: str, learners: str, **fields: str) -> dict[str, object]:
    """Return an order form as somebody of operations types it."""
    number = next(NUMBERS)
    return {
        "number": f"F/{number}#a",
        "payer_organization": "Linden District",
        "payer_name": "Office Nr1",
        "payer_address": f"office{number}@example.org",
        "purchase_order": "PO-88",
        "micro_credential": f"{library}/steady-hands",
        "learners": learners,
        "reason": "It came by mail.",
        **fields,
    }


def learners(count: int) -> str:
    """Return lines of new learners."""
    numbers = [next(NUMBERS) for _ in range(count)]
    return "\n".join(f"Learner Nr{each}, learner{each}@example.org" for each in numbers)


async def recorded(ops: Browser, form: dict[str, object]) -> str:
    """Record an order form through its pages; returns the address of its page."""
    source = await ops.post("/ops/orders/new", status=200, **form)
    carried = hidden(source, '<form method="post" action="/ops/orders/new/record">')
    return await ops.post("/ops/orders/new/record", 303, **carried)


async def test_every_problem_of_an_order_form_is_shown_at_its_line(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: bad lines, a bad number and a missing reason are all said at once, each at its place;
    what was typed stays, and nothing is recorded.
    """
    await house.publish(library)
    ops = await portal.operations()
    typed = "Ann Bee, ann@example.org\nCarl Dee, no-address\nEve Eff"
    form = form_of(library, typed, number="has spaces", reason="")
    source = await ops.post("/ops/orders/new", status=422, **form)
    for expected in ("Line 2", "Carl Dee, no-address", "Line 3", "The e-mail address is missing"):
        assert expected in ops.text
    assert "Use letters, digits" in ops.text
    assert "No reason is given." in ops.text
    assert "Carl Dee, no-address\nEve Eff</textarea>" in source
    assert (await portal.site.desks.board.orders(wanted_of("has spaces"))).lines == ()


async def test_an_order_form_is_looked_at_then_recorded_once(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: the preview records nothing; recorded, the order has its lines, its recorder and the
    reason; the same form again is the same order, another content is refused at the number.
    """
    await house.publish(library)
    ops = await portal.operations()
    form = form_of(library, learners(2))
    await ops.post("/ops/orders/new", status=200, **form)
    assert "2 learners" in ops.text
    assert (await portal.site.desks.board.orders(wanted_of(form["number"]))).lines == ()
    address = await recorded(ops, form)
    assert address == await recorded(ops, form)
    assert "Its lines start once it is settled." in await said(ops, address)
    assert f"Order form {form['number']}" in ops.text
    assert "not started" in ops.text
    assert "Order recorded by Operator" in ops.text
    assert "It came by mail." in ops.text
    other = {**form, "learners": learners(1)}
    source = await ops.post("/ops/orders/new", status=200, **other)
    assert "is recorded already" in ops.text
    carried = hidden(source, '<form method="post" action="/ops/orders/new/record">')
    await ops.post("/ops/orders/new/record", status=422, **carried)
    assert "recorded already with other content" in ops.text


async def test_settling_starts_the_lines_with_who_and_why(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: the act's page changes nothing and asks for a reason; pressed twice, the order is
    settled once, its journeys start, and its page says who settled it and why.
    """
    await house.publish(library)
    ops = await portal.operations()
    address = await recorded(ops, form_of(library, learners(2)))
    order_id = address.rpartition("/")[2]
    await ops.get(f"{address}/acts/settle")
    assert "2 lines start." in ops.text
    await ops.post(f"{address}/acts/settle", status=422, reason=" ")
    assert "No reason is given." in ops.text
    assert (await OrderViews(house.database).order(order_id)).settled_at is None
    for _ in range(2):
        assert await ops.post(f"{address}/acts/settle", reason="The cheque came.") == address
    assert await house.enrollment_of(order_id, 2)
    await ops.get(address)
    assert "The cheque came." in ops.text
    assert ops.text.count("Order settled by Operator") == 1
    await ops.get(f"{address}/acts/settle")
    assert "settled already" in ops.text


async def test_a_form_recorded_as_paid_starts_at_once(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: the ticked box settles the order in the name of who ticked it."""
    await house.publish(library)
    ops = await portal.operations()
    address = await recorded(ops, form_of(library, learners(1), settled="yes"))
    await house.enrollment_of(address.rpartition("/")[2])
    await ops.get(address)
    assert "Order settled by Operator" in ops.text


async def test_lines_are_refunded_as_previewed(house: House, portal: Portal, library: str) -> None:
    """Proves: the preview says which journeys end and which mails go, and changes nothing; the
    refund ends the chosen journey, leaves the others, and the events end when nothing is open.
    """
    await house.publish(library)
    ops = await portal.operations()
    address = await recorded(ops, form_of(library, learners(3), settled="yes"))
    order_id = address.rpartition("/")[2]
    journeys = [await house.enrollment_of(order_id, number) for number in (1, 2, 3)]
    for each in journeys:
        await house.until_stage(each, Stage.VERIFYING)
    await ops.get(f"{address}/refund?line=1&numbers=3")
    assert "Refund 2 lines" in ops.text
    assert "2 × “refunded” to the practitioner" in ops.text
    assert "2 journeys end, access taken back" in ops.text
    assert (await OrderViews(house.database).order(order_id)).refunded == 0
    await ops.post(f"{address}/refund", status=422, numbers="1,3", reason="")
    await ops.post(f"{address}/refund", numbers="1,3", reason="They left.")

    async def is_done() -> bool:
        return (await OrderViews(house.database).counts(order_id)).get(LineState.REFUNDED) == 2

    await eventually(is_done)
    assert (await house.row(journeys[0])).ending == Ending.REFUNDED
    assert (await house.row(journeys[1])).ending is None
    source = await ops.get(f"{address}/events")
    told = json.loads(source.removeprefix("data: "))
    assert told == {"settled": 2, "counts": {"refunded": 2, "still open": 0}, "is_ended": True}
    await ops.get(f"{address}?state=refunded")
    assert "They left." in ops.text
    await ops.get(f"{address}/refund?line=1")
    assert "Nothing would be changed" in ops.text


async def test_a_refund_needs_lines_that_the_order_has(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: no lines, words, and numbers of other orders refund nothing; the whole order has to
    be said in so many words, and an unpaid one is refunded at once.
    """
    await house.publish(library)
    ops = await portal.operations()
    address = await recorded(ops, form_of(library, learners(2)))
    await ops.get(f"{address}/refund")
    assert "Say which lines are to be refunded" in ops.text
    await ops.get(f"{address}/refund?numbers=all")
    assert "Name lines by their numbers" in ops.text
    await ops.get(f"{address}/refund?numbers=7", status=404)
    await ops.post(f"{address}/refund", status=422, numbers="", reason="Because.")
    await ops.get(f"{address}/refund?whole=true")
    assert "2 lines never started" in ops.text
    await ops.post(f"{address}/refund", whole="true", reason="Never paid.")
    order = await OrderViews(house.database).order(address.rpartition("/")[2])
    assert (order.refunded, order.refundable) == (2, 0)


async def test_a_held_line_is_released_when_the_first_enrollment_is_over(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: the held line stands with its attention; releasing it too early is refused in words;
    when the first enrollment has ended, it starts.
    """
    await house.publish(library)
    ops = await portal.operations()
    line = learners(1)
    first = await recorded(ops, form_of(library, line, settled="yes"))
    await house.enrollment_of(first.rpartition("/")[2])
    second = await recorded(ops, form_of(library, line, settled="yes"))
    order_id = second.rpartition("/")[2]

    async def is_held() -> bool:
        return LineState.HELD in await OrderViews(house.database).counts(order_id)

    await eventually(is_held)
    source = await ops.get(second)
    assert "second enrollment" in ops.text
    assert f"{second}/acts/release?line=1" in source
    await ops.post(f"{second}/acts/release", status=409, line=1, reason="Wants it again.")
    assert "first enrollment" in ops.text
    assert "Wants it again." in ops.text
    await ops.get(f"{first}/refund?whole=true")
    assert "0 journeys end, access taken back 1 goes on under another order" in ops.text
    await ops.post(f"{first}/refund", whole="true", reason="The wrong order.")
    await house.enrollment_of(order_id)
    await ops.get(f"{second}/acts/release?line=1")
    assert "The line is not held" in ops.text


async def test_the_mail_of_an_order_is_sent_again_once(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: the order's mail goes out once more for however many presses; a mail of another
    subject, and attention that is not open, are not found (trap 10). Online orders are shown too.
    """
    journey = await house.enrolled(library)
    view = await portal.site.desks.views.journey(journey)
    await house.all_settled(view.order_id)
    (mail,) = await house.notices(view.order_id, NoticeKind.ORDER_RECEIVED)
    ops = await portal.operations()
    address = f"/ops/orders/{view.order_id}"
    await ops.get(address)
    assert f"Online order {view.order.split()[-1]}" in ops.text
    resend = f"{address}/acts/resend"
    source = await ops.get(f"{resend}?notice={mail.id}")
    carried = hidden(source, f'<form method="post" action="{resend}')
    for _ in range(2):
        await ops.post(resend, 303, reason="They lost it.", **carried)
    await house.all_settled(view.order_id)
    assert len(await house.notices(view.order_id, NoticeKind.ORDER_RECEIVED)) == 2
    (foreign, *_) = await house.notices(journey)
    await ops.get(f"{resend}?notice={foreign.id}", status=404)
    close = f"{address}/acts/close_attention?attention=mail_refused&subject={view.order_id}"
    await ops.get(close, status=404)
    await ops.get("/ops/orders/o-unknown", status=404)


def test_numbers_of_lines_are_read_or_refused() -> None:
    """Proves: ranges and lists are read in order and once; anything else is refused."""
    assert lines_named("7-9, 3 ; 8,") == (3, 7, 8, 9)
    assert lines_named("") == ()
    for text in ("all", "0", "3-1", "1-9999", "1 2"):
        with pytest.raises(LinesNotUnderstood):
            lines_named(text)
    assert number_fault("F/17:a#1") == ""
    assert "longer than" in number_fault("F" * 121)
    assert number_fault("a b")
    assert number_fault(" ")


def wanted_of(text: object) -> OrderFilter:
    """Return the filter that finds an order form by its number."""
    return OrderFilter(channel=Channel.FORM, text=str(text))
