"""Other systems are told what happened: genuine, complete, again after a failure, and no names."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from adapters.records.delivery_book import DeliveryBook
from adapters.records.order_book import OrderBook
from adapters.records.webhook_tables import (
    WebhookAttemptRow,
    WebhookDeliveryRow,
    WebhookEndpointRow,
)
from adapters.records.webhook_views import WebhookViews
from domain.enrollment import Stage
from domain.grounds import grounds
from domain.policy import Policy
from domain.webhooks import (
    DeliveryState,
    DeliveryStillOut,
    EndpointExists,
    EndpointSwitchedOff,
    EventKind,
)
from office.scheduling import sweep_now
from tests.house import OPS, House
from tests.portal.listening import listening, webhook_desk
from tests.waiting import eventually
from tests.workflows.test_happy_journey import assess


def data_of(hook_content: dict[str, object]) -> dict[str, object]:
    """Return what an event tells."""
    data = hook_content["data"]
    assert isinstance(data, dict)
    return data


async def test_a_whole_journey_is_told_in_events(house: House, library: str) -> None:
    """Proves: payment, each stage and the award reach the endpoint, signed, in an order that can be
    restored from their sequence; each event has an id of its own, and none names a person.
    """
    assessor = await house.hire(library)
    async with listening(house) as listener:
        enrollment_id = await house.enrolled(library)
        await house.practitioner.verify(enrollment_id, OPS)
        await house.until_stage(enrollment_id, Stage.WORKING)
        await house.submit_all(enrollment_id)
        await assess(house, assessor, enrollment_id)
        await house.until_stage(enrollment_id, Stage.ENDED)
        (awarded,) = await listener.heard(enrollment_id, EventKind.AWARDED)
        stages = await listener.heard(enrollment_id, EventKind.STAGE_CHANGED, times=6)
        order_id = (await house.row(enrollment_id)).line_id.rpartition("-")[0]
        (settled,) = await listener.heard(order_id, EventKind.ORDER_SETTLED)

    told = sorted((data_of(hook.content) for hook in stages), key=lambda each: each["sequence"])  # type: ignore[arg-type,return-value]
    assert [each["stage"] for each in told] == [
        *("verifying", "granting_access", "working", "offered", "assessing", "ended")
    ]
    assert told[-1]["ending"] == "awarded"
    assert {each["slug"] for each in told} == {"steady-hands"}
    assert data_of(awarded.content)["round"] == 1
    assert data_of(settled.content)["lines"] == 1
    everything = b"".join(hook.body for hook in listener.receiver.about(enrollment_id))
    learner = await house.learner_of(enrollment_id)
    for word in (learner.name, learner.address, assessor.name, assessor.address, assessor.id):
        assert word.encode() not in everything
    ids = [hook.event_id for hook in (*stages, awarded, settled)]
    assert len(set(ids)) == len(ids)


async def test_a_receiver_that_fails_is_told_again(house: House, library: str) -> None:
    """Proves: after a 500 the same event comes again, with its id and a fresh signature; the log
    has both attempts with what the receiver said.
    """
    async with listening(house, (EventKind.STAGE_CHANGED,)) as listener:
        listener.receiver.answers = [500]
        listener.receiver.reply = b"out of order"
        enrollment_id = await house.enrolled(library)
        hooks = await listener.heard(enrollment_id, EventKind.STAGE_CHANGED, times=2)
        (delivery,) = await listener.deliveries(enrollment_id)
        delivery = await listener.until(delivery.id, DeliveryState.DELIVERED)
    assert hooks[0].event_id == hooks[1].event_id
    assert hooks[0].headers["webhook-signature"] != hooks[1].headers["webhook-signature"]
    async with house.database.reading() as session:
        query = select(WebhookAttemptRow).where(WebhookAttemptRow.delivery_id == delivery.id)
        attempts = (await session.scalars(query.order_by(WebhookAttemptRow.number))).all()
    assert [(each.status, each.reply) for each in attempts] == [(500, "out of order"), (204, "")]
    assert delivery.attempts == 2


async def test_a_receiver_that_is_gone_is_switched_off(house: House, library: str) -> None:
    """Proves: a 410 ends it: the endpoint is switched off, ops hear of it, what was on its way is
    cancelled and nothing more is recorded; switched on again by ops, it is told of what comes.
    """
    async with listening(house, (EventKind.STAGE_CHANGED,)) as listener:
        listener.receiver.answers = [410]
        enrollment_id = await house.enrolled(library)
        (delivery,) = await listener.deliveries(enrollment_id)
        await listener.until(delivery.id, DeliveryState.FAILED)
        assert await house.attention(listener.endpoint_id) == {"webhook_failed"}
        with pytest.raises(EndpointSwitchedOff):
            await webhook_desk(house).test(listener.endpoint_id, "again", OPS)

        await house.practitioner.verify(enrollment_id, OPS)
        await house.until_stage(enrollment_id, Stage.WORKING)
        assert len(await listener.deliveries(enrollment_id)) == 1

        await webhook_desk(house).switch_on(listener.endpoint_id, OPS)
        assert await house.attention(listener.endpoint_id) == set()
        await house.practitioner.withdraw(enrollment_id, OPS)
        (_, ended) = await listener.heard(enrollment_id, EventKind.STAGE_CHANGED, times=2)
    assert data_of(ended.content)["ending"] == "withdrawn"


async def test_what_is_cancelled_is_not_sent(house: House, library: str) -> None:
    """Proves: an endpoint that is switched off while an event waits for its next attempt gets no
    further one.
    """
    async with listening(house, (EventKind.STAGE_CHANGED,)) as listener:
        listener.receiver.answers = [500] * 50
        enrollment_id = await house.enrolled(library)
        await listener.heard(enrollment_id, EventKind.STAGE_CHANGED)
        await webhook_desk(house).switch_off(listener.endpoint_id, OPS)
        (delivery,) = await listener.deliveries(enrollment_id)
        assert delivery.state == DeliveryState.CANCELLED
        state = await DeliveryBook(house.database).prepare(delivery.id, datetime.now(UTC))
        assert state is DeliveryState.CANCELLED


async def test_an_event_is_sent_again_on_request(house: House, library: str) -> None:
    """Proves: a resending is a delivery of its own that carries the very same event; pressed twice
    it is one; what is still being tried is refused.
    """
    desk = webhook_desk(house)
    async with listening(house, (EventKind.STAGE_CHANGED,)) as listener:
        enrollment_id = await house.enrolled(library)
        (first,) = await listener.deliveries(enrollment_id)
        await listener.until(first.id, DeliveryState.DELIVERED)
        sent = [await desk.resend(first.id, "one press", OPS) for _ in range(2)]
        assert len({each.delivery_id for each in sent}) == 1
        again = await listener.until(sent[0].delivery_id, DeliveryState.DELIVERED)
        assert again.resent_from == first.id
        hooks = await listener.heard(enrollment_id, EventKind.STAGE_CHANGED, times=2)
        assert (hooks[0].event_id, hooks[0].body) == (hooks[1].event_id, hooks[1].body)

        listener.receiver.held = asyncio.Event()
        third = await desk.resend(first.id, "another press", OPS)
        await listener.heard(enrollment_id, EventKind.STAGE_CHANGED, times=3)
        with pytest.raises(DeliveryStillOut):
            await desk.resend(third.delivery_id, "third press", OPS)
        listener.receiver.held.set()
        await listener.until(third.delivery_id, DeliveryState.DELIVERED)


async def test_a_new_secret_signs_beside_the_old_one(house: House) -> None:
    """Proves: after a rotation, even one pressed twice, a receiver with the old secret and one with
    the new accept the same event; a second endpoint of the same address is refused.
    """
    desk = webhook_desk(house)
    async with listening(house, (EventKind.AWARDED,)) as listener:
        with pytest.raises(EndpointExists):
            await desk.register(listener.receiver.url, frozenset({EventKind.AWARDED}), OPS)
        await desk.rotate(listener.endpoint_id, OPS)
        new = (await desk.rotate(listener.endpoint_id, OPS)).secret.get_secret_value()
        await desk.test(listener.endpoint_id, "press", OPS)
        (hook,) = await listener.receiver.until(lambda hooks: len(hooks) == 1)
    assert hook.verified_by(listener.secret) == hook.verified_by(new)
    assert hook.content["type"] == EventKind.TEST
    assert new != listener.secret


async def test_killed_between_the_record_and_the_dispatch(house: House, library: str) -> None:
    """Proves: an order whose process died after the commit is told all the same, once, by the next
    sweep: the delivery was recorded with the order.
    """
    await house.publish(library)
    order = house.paid_order(library)
    book = OrderBook(house.database, house.settings.programme_zone, Policy())
    async with listening(house, (EventKind.ORDER_SETTLED,)) as listener:
        order_id = await book.record(order, datetime.now(UTC), settled_at=datetime.now(UTC))
        (delivery,) = await listener.deliveries(order_id)
        await set_back(house, delivery.id, timedelta(hours=1))

        assert (await sweep_now(house.client)).deliveries_dispatched >= 1
        await listener.until(delivery.id, DeliveryState.DELIVERED)
        await sweep_now(house.client)
        assert len(await listener.heard(order_id, EventKind.ORDER_SETTLED)) == 1


async def set_back(house: House, delivery_id: str, by: timedelta) -> None:
    """Let a delivery have been recorded earlier."""
    async with house.database.transaction() as session:
        row = await session.get_one(WebhookDeliveryRow, delivery_id)
        row.recorded_at, row.give_up_at = row.recorded_at - by, row.give_up_at - by


async def test_after_three_days_it_is_given_up_and_ops_hear(house: House, library: str) -> None:
    """Proves: a delivery whose time is over fails by the sweep, however its tries ended, and opens
    attention; the next event that is taken closes it.
    """
    async with listening(house, (EventKind.STAGE_CHANGED,)) as listener:
        listener.receiver.answers = [500] * 3
        enrollment_id = await house.enrolled(library)
        await listener.heard(enrollment_id, EventKind.STAGE_CHANGED)
        (delivery,) = await listener.deliveries(enrollment_id)
        await set_back(house, delivery.id, timedelta(days=4))
        await sweep_now(house.client)
        await listener.until(delivery.id, DeliveryState.FAILED)
        assert "webhook_failed" in await house.attention(listener.endpoint_id)
        listener.receiver.answers = []
        await webhook_desk(house).test(listener.endpoint_id, "press", OPS)

        async def is_closed() -> bool:
            return await house.attention(listener.endpoint_id) == set()

        await eventually(is_closed)


async def test_a_refund_is_told_line_by_line(house: House, library: str) -> None:
    """Proves: refunding an order tells of each line, with how many are left, whether its journey
    ran or not, and of the ending of its journey.
    """
    async with listening(house) as listener:
        enrollment_id = await house.enrolled(library)
        order_id = (await house.row(enrollment_id)).line_id.rpartition("-")[0]
        await house.orders.refund(order_id, (), OPS)
        (refunded,) = await listener.heard(order_id, EventKind.ORDER_REFUNDED)
        stages = await listener.heard(enrollment_id, EventKind.STAGE_CHANGED, times=2)
    data = data_of(refunded.content)
    assert (data["line"], data["lines_left"], data["enrollment_id"]) == (1, 0, enrollment_id)
    assert {data_of(hook.content)["ending"] for hook in stages} == {None, "refunded"}


async def test_every_act_is_kept_with_its_grounds(house: House) -> None:
    """Proves: who registered, changed or switched off an endpoint, and why, can be read later; the
    secret stands in none of it.
    """
    why = grounds("The district asked for it.", "Operator", datetime.now(UTC))
    desk = webhook_desk(house)
    async with listening(house, (EventKind.AWARDED,)) as listener:
        secret = (await desk.rotate(listener.endpoint_id, why)).secret
        view = await WebhookViews(house.database).endpoint(listener.endpoint_id, why.at)
    assert {action.what for action in view.actions} == {
        "endpoint_registered",
        "endpoint_secret_rotated",
    }
    assert "The district asked for it." in {action.why for action in view.actions}
    assert secret.get_secret_value() not in view.model_dump_json()
    async with house.database.reading() as session:
        row = await session.get_one(WebhookEndpointRow, listener.endpoint_id)
        assert row.secret == secret.get_secret_value()
        assert not row.is_active
