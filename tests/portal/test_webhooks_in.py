"""The shop's webhooks (trap 6): money that was taken ends in access or in a refund, whatever the
shop sends twice, too late, too early or not as agreed.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, func, select

from adapters.records.keyset import PAGE
from adapters.records.shop_book import ShopBook, online_order_id
from adapters.records.tables import OrderLineRow, OrderRow
from adapters.records.webhook_tables import ShopMessageRow
from adapters.unreachable import EngineUnreachable
from adapters.webhooks.shop_signing import LONGEST_ID, signed
from adapters.webhooks.signing import new_secret
from domain.api_keys import Scope
from domain.enrollment import Ending, Stage
from domain.orders import Order
from domain.shop_webhook import LARGEST_BODY
from office.orders import OrderDesk
from office.shop import ShopDesk
from settings import LOCAL_SHOP_SECRET
from tests.house import House
from tests.portal.programs import program
from tests.portal.served import Portal
from tests.portal.shopping import SECRET, Shop, paid, refunded, said
from workflows import names


@pytest.fixture
def shop(portal: Portal) -> Shop:
    """A shop whose webhooks go to the portal."""
    return Shop(portal.url)


async def known_order(house: House, library: str) -> Order:
    """Return an order of a learner whom the directory knows as verified, for sale here."""
    await house.publish(library)
    order = house.paid_order(library)
    await house.know(order.lines[0].learner)
    return order


async def message_rows(house: House, *numbers: str) -> list[ShopMessageRow]:
    """Return what the log has of orders."""
    async with house.database.reading() as session:
        rows = await session.scalars(
            select(ShopMessageRow)
            .where(ShopMessageRow.order_number.in_(numbers))
            .order_by(ShopMessageRow.first_at)
        )
        return list(rows)


async def test_a_paid_order_ends_in_access(house: House, shop: Shop, library: str) -> None:
    """Proves: when the shop hears 200 the order is recorded and its intake runs; access follows."""
    order = await known_order(house, library)
    answer = await shop.send(paid(order))
    assert answer.status_code == 200
    order_id = answer.json()["order"]
    assert order_id == online_order_id(order.external_id)
    intake = house.client.get_workflow_handle(names.intake_id("online", order.external_id))
    await intake.describe()
    enrollment_id = await house.enrollment_of(order_id)
    await house.until_stage(enrollment_id, Stage.WORKING)


async def test_repetitions_get_the_same_answer(house: House, shop: Shop, library: str) -> None:
    """Proves: the same message again, and ten times at once, is one order with one answer; under a
    new id of the shop's own as well.
    """
    order = await known_order(house, library)
    body = paid(order)
    at_once = await asyncio.gather(*(shop.send(body, webhook_id="msg_same") for _ in range(10)))
    later = await shop.send(body, webhook_id="msg_same")
    renamed = await shop.send(body)
    assert {each.status_code for each in (*at_once, later, renamed)} == {200}
    assert len({each.text for each in (*at_once, later, renamed)}) == 1
    async with house.database.reading() as session:
        orders = select(func.count()).where(OrderRow.external_id == order.external_id)
        assert await session.scalar(orders) == 1
    first, _ = await message_rows(house, order.external_id)
    assert (first.times, first.code) == (11, "order_taken")


async def test_a_refund_that_overtakes_its_order(house: House, shop: Shop, library: str) -> None:
    """Proves: a refund that comes first is answered "later" without an alarm; sent again after the
    order, under the same id, it is carried out.
    """
    order = await known_order(house, library)
    refund = refunded(order.external_id)
    early = await shop.send(refund, webhook_id="msg_refund")
    assert (early.status_code, early.json()["code"]) == (409, "order_not_known_yet")
    order_id = online_order_id(order.external_id)
    assert await house.attention(order_id) == set()

    assert (await shop.send(paid(order))).status_code == 200
    enrollment_id = await house.enrollment_of(order_id)
    await house.until_stage(enrollment_id, Stage.WORKING)
    again = await shop.send(refund, webhook_id="msg_refund")
    assert (again.status_code, again.json()["code"]) == (200, "refund_taken")
    row = await house.until_stage(enrollment_id, Stage.ENDED)
    assert row.ending == Ending.REFUNDED
    assert (await shop.send(paid(order))).status_code == 200
    async with house.database.reading() as session:
        line = await session.get_one(OrderLineRow, f"{order_id}-1")
        assert line.state == "refunded"


async def test_a_refund_whose_order_never_comes_is_brought_to_ops(house: House, shop: Shop) -> None:
    """Proves: what cannot be an overtaking any more opens attention."""
    refund = refunded("S-never")
    await shop.send(refund, webhook_id="msg_never")
    async with house.database.transaction() as session:
        row = await session.get_one(ShopMessageRow, "msg_never")
        row.first_at = row.first_at - timedelta(hours=2)
    assert (await shop.send(refund, webhook_id="msg_never")).status_code == 409
    assert await house.attention(online_order_id("S-never")) == {"shop_message_refused"}


async def test_an_unknown_micro_credential_is_mended_and_taken(
    house: House, shop: Shop, library: str
) -> None:
    """Proves: a paid order for something that is not for sale is refused and brought to ops: money
    came. Once it is for sale, the shop's next try is taken and the attention is closed.
    """
    order = house.paid_order(library)
    body = paid(order)
    refused = await shop.send(body, webhook_id="msg_unknown")
    assert (refused.status_code, refused.json()["code"]) == (422, "not_for_sale")
    order_id = online_order_id(order.external_id)
    assert await house.attention(order_id) == {"shop_message_refused"}
    await house.publish(library)
    assert (await shop.send(body, webhook_id="msg_unknown")).status_code == 200
    assert await house.attention(order_id) == set()
    await house.enrollment_of(order_id)


async def test_one_line_is_refunded_and_an_unknown_one_is_not(
    house: House, shop: Shop, library: str
) -> None:
    """Proves: a refund of a line leaves the others; of a line that does not exist, everything."""
    order = await known_order(house, library)
    second = house.paid_order(library).lines
    both = order.model_copy(update={"lines": (*order.lines, *second)})
    order_id = (await shop.send(paid(both))).json()["order"]
    kept = await house.enrollment_of(order_id, 1)
    ended = await house.enrollment_of(order_id, 2)
    unknown = await shop.send(refunded(order.external_id, 3))
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_line")
    assert (await shop.send(refunded(order.external_id, 2))).status_code == 200
    assert (await house.until_stage(ended, Stage.ENDED)).ending == Ending.REFUNDED
    await house.until_stage(kept, Stage.WORKING)


async def test_an_id_with_other_content_is_no_repetition(
    house: House, shop: Shop, library: str
) -> None:
    """Proves: a second order under a used id is not swallowed with the first one's answer."""
    first, second = await known_order(house, library), house.paid_order(library)
    await shop.send(paid(first), webhook_id="msg_reused")
    answer = await shop.send(paid(second), webhook_id="msg_reused")
    assert (answer.status_code, answer.json()["code"]) == (409, "webhook_id_reused")
    assert await house.attention(online_order_id(second.external_id)) == {"shop_message_refused"}
    changed = first.model_copy(update={"payer_name": "Somebody else"})
    differs = await shop.send(paid(changed))
    assert (differs.status_code, differs.json()["code"]) == (409, "order_differs")


async def test_only_the_shop_is_heard(house: House, shop: Shop, library: str) -> None:
    """Proves: a wrong secret, another body, an old or future signature, or none at all records
    nothing of an order; ops see in the log that such messages come.
    """
    order = await known_order(house, library)
    body, now = paid(order), datetime.now(UTC)
    genuine = signed(SECRET, body, now, "msg_1")
    answers = [
        await shop.send(body, secret=new_secret().get_secret_value()),
        await shop.send(body, at=now - timedelta(minutes=6)),
        await shop.send(body, at=now + timedelta(minutes=6)),
        await shop.post(body.replace(b"general", b"missouri") + b" ", genuine),
        await shop.post(body, {}),
        await shop.post(body, {**genuine, "webhook-id": "msg_2"}),
        await shop.post(body, {**genuine, "webhook-signature": "v1,no base64!"}),
        await shop.post(body, {**genuine, "webhook-signature": "nonsense"}),
        await shop.post(body, {**genuine, "webhook-timestamp": "nan"}),
        await shop.post(b"\xff\xfe", genuine),
    ]
    assert {(each.status_code, each.json()["code"]) for each in answers} == {
        (401, "shop_not_signed")
    }
    assert await message_rows(house, order.external_id) == []
    async with house.database.reading() as session:
        noted = await session.get(ShopMessageRow, f"unsigned/{now:%Y-%m-%dT%H}")
    assert noted is not None
    assert noted.code == "shop_not_signed"


async def test_too_much_is_refused_before_it_is_read(house: House, shop: Shop) -> None:
    """Proves: a huge body is not taken into memory as a whole, signed or not."""
    body = said("order.paid", {"order": "S-huge", "filling": "x" * LARGEST_BODY})
    answer = await shop.send(body)
    assert (answer.status_code, answer.json()["code"]) == (413, "shop_message_too_large")
    assert await message_rows(house, "S-huge") == []


async def test_what_cannot_be_read_is_refused_and_no_name_is_kept(
    house: House, shop: Shop, library: str
) -> None:
    """Proves: the answer names the field; neither answer nor log repeat what stood in it."""
    order = await known_order(house, library)
    body = paid(order).replace(b'"library"', b'"libary"')
    answer = await shop.send(body)
    assert (answer.status_code, answer.json()["code"]) == (422, "shop_message_not_valid")
    assert "data.lines.0.library" in answer.json()["sentence"]
    (row,) = await message_rows(house, order.external_id)
    learner = order.lines[0].learner
    kept = f"{answer.text} {row.sentence} {row.code} {row.kind}"
    assert [word for word in (learner.name, learner.address) if word in kept] == []
    assert await house.attention(online_order_id(order.external_id)) == {"shop_message_refused"}


async def test_other_kinds_are_acknowledged(shop: Shop) -> None:
    """Proves: a shop that tells of more is not made to repeat it for days."""
    answer = await shop.send(said("order.shipped", {"order": "S-1"}))
    assert (answer.status_code, answer.json()["code"]) == (200, "not_needed")


async def test_an_engine_that_is_away_is_later_and_not_lost(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: while the engine cannot be reached the shop hears "later"; the same message is taken
    when it is back. Two secrets are good while one is replaced.
    """
    order = await known_order(house, library)
    body, other = paid(order), new_secret()
    is_away = True

    async def open_orders() -> OrderDesk:
        if is_away:
            raise EngineUnreachable
        return await portal.site.desks.orders()

    desk = ShopDesk(open_orders, ShopBook(house.database), (other, LOCAL_SHOP_SECRET))
    headers = signed(SECRET, body, datetime.now(UTC), "msg_away")
    assert (await desk.receive(headers, body)).status == 503
    is_away = False
    headers = signed(other.get_secret_value(), body, datetime.now(UTC), "msg_away")
    assert (await desk.receive(headers, body)).status == 200
    (row,) = await message_rows(house, order.external_id)
    assert (row.code, row.times) == ("order_taken", 2)


async def test_without_a_secret_nothing_is_taken(house: House, portal: Portal) -> None:
    """Proves: an installation that has no secret set says so, and takes nothing on trust."""
    desk = ShopDesk(portal.site.desks.orders, ShopBook(house.database), ())
    answer = await desk.receive({}, b"{}")
    assert (answer.status, answer.code) == (503, "shop_webhook_off")


@pytest.fixture
async def longest_ids(house: House) -> AsyncIterator[list[str]]:
    """More messages than a page has lines, all with ids as long as a shop may choose them."""
    later = datetime.now(UTC) + timedelta(days=300)  # above whatever other tests sent
    ids = ["😀" * (LONGEST_ID - 2) + f"{number:02}" for number in range(PAGE + 1)]
    async with house.database.transaction() as session:
        session.add_all(
            ShopMessageRow(
                id=each,
                kind="order.paid",
                order_number="none",
                fingerprint="f",
                code="",
                status=200,
                sentence="Taken.",
                is_final=True,
                first_at=later,
                last_at=later,
                times=1,
            )
            for each in ids
        )
    yield ids
    async with house.database.transaction() as session:
        await session.execute(delete(ShopMessageRow).where(ShopMessageRow.id.in_(ids)))


async def test_the_longest_ids_have_a_second_page(portal: Portal, longest_ids: list[str]) -> None:
    """Proves: whatever a shop calls its messages, people and programs come to the lines after a
    full page: no bound on the way is narrower than the cursor that the list gives out.
    """
    browser = await portal.operations()
    (older,) = re.findall(r'href="([?]after=[^"]+)"', await browser.get("/ops/webhooks/shop"))
    assert len(older) > 1000
    assert 'href="/ops/webhooks/shop"' in await browser.get(f"/ops/webhooks/shop{older}")
    async with program(portal, Scope.WEBHOOKS_READ) as ours:
        first = await ours.get("/shop-messages")
        second = await ours.get("/shop-messages", after=first["after"])
    assert second["lines"][0]["webhook_id"] == longest_ids[0]
