"""The pages of webhooks: adding an endpoint, seeing what was sent, sending it again."""

import re
from datetime import UTC, datetime

import pytest

from domain.webhook_targets import TargetRule
from domain.webhooks import CHOSEN_KINDS, DeliveryState, EventKind
from portal.operations import webhooks
from tests.house import OPS, House
from tests.portal.listening import listening, webhook_desk
from tests.portal.receivers import running_receiver
from tests.portal.served import Portal
from tests.portal.shopping import Shop, paid
from tests.waiting import eventually

WHY = "The district's own system asked for it."


async def test_an_endpoint_is_added_tested_changed_and_switched_off(portal: Portal) -> None:
    """Proves: by forms alone: its secret is shown once and signs the test, a new one is made, it is
    switched off and on again, and every step is told with its reason.
    """
    browser = await portal.operations()
    async with running_receiver() as receiver:
        await browser.get("/ops/webhooks")
        shown = await browser.post(
            "/ops/webhooks", status=200, url=receiver.url, kinds=[*CHOSEN_KINDS], reason=WHY
        )
        secret = secret_in(shown)
        address = endpoint_in(shown)
        page = await browser.get(address)
        assert secret not in page

        press = press_in(page, f"{address}/test")
        delivery = await browser.post(f"{address}/test", reason=WHY, press=press)
        assert await browser.post(f"{address}/test", reason=WHY, press=press) == delivery
        endpoint_id = address.rpartition("/")[2]
        await receiver.until(lambda _: bool(receiver.about(endpoint_id)))
        (hook,) = receiver.about(endpoint_id)
        assert hook.verified_by(secret)["type"] == EventKind.TEST
        await until_shown(portal, delivery, "delivered")

        changed = await browser.post(f"{address}/rotate", status=200, reason=WHY)
        assert secret_in(changed) != secret
        assert await browser.post(f"{address}/switch-off", reason=WHY) == address
        assert "It is switched off" in await browser.get(address)
        await browser.post(f"{address}/test", status=409, reason=WHY, press="another")
        await browser.post(f"{address}/switch-on", reason=WHY)
        text = await browser.get(address)
        for step in ("registered", "tested", "secret rotated", "switched off", "switched on"):
            assert step in text
        assert text.count("The district&#39;s own system asked for it.") == 5
        await browser.post(f"{address}/switch-off", reason=WHY)


def secret_in(page: str) -> str:
    """Return the secret that a page shows."""
    (secret,) = re.findall(r"whsec_[A-Za-z0-9+/=]+", page)
    return str(secret)


def endpoint_in(page: str) -> str:
    """Return the address of the endpoint that a page leads to."""
    return str(re.findall(r"/ops/webhooks/endpoints/\w+", page)[-1])


def press_in(page: str, action: str) -> str:
    """Return what a form sends along so that a second press is the same act."""
    form = page[page.index(f'action="{action}"') :]
    found = re.search(r'name="press" value="(\w+)"', form)
    assert found is not None
    return found[1]


async def until_shown(portal: Portal, address: str, words: str) -> None:
    """Wait until a page says something."""
    browser = await portal.operations()

    async def is_shown() -> bool:
        return words in await browser.get(address)

    await eventually(is_shown)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"url": "http://receiver.example.org/"}, "has to begin with https"),
        ({"url": "nowhere"}, "write it like https"),
        ({"kinds": []}, "Choose at least one"),
        ({"reason": " "}, "Say in a few words"),
    ],
)
async def test_a_refused_endpoint_keeps_what_was_typed(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, fields: dict[str, object], sentence: str
) -> None:
    """Proves: the form comes back with the sentence at its field and everything else as it was, on
    an installation that is reached from outside.
    """
    monkeypatch.setattr(webhooks, "webhook_rule_of", lambda _: TargetRule())
    browser = await portal.operations()
    typed = {"url": "https://receiver.example.org/h", "kinds": ["credential.awarded"]}
    page = await browser.post("/ops/webhooks", status=422, **{**typed, "reason": WHY, **fields})
    assert sentence in browser.text
    assert 'aria-invalid="true"' in page or "kinds-wrong" in page


async def test_deliveries_are_found_and_sent_again(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: the log of one journey shows each event with its reply; one is sent again from its
    page; filters and pages hold, and a state that does not exist is refused.
    """
    browser = await portal.operations()
    async with listening(house, (EventKind.STAGE_CHANGED,)) as listener:
        enrollment_id = await house.enrolled(library)
        (delivery,) = await listener.deliveries(enrollment_id)
        await listener.until(delivery.id, DeliveryState.DELIVERED)
        page = await browser.get(f"/ops/webhooks/deliveries?about={enrollment_id}&state=delivered")
        assert f"/ops/webhooks/deliveries/{delivery.id}" in page
        await browser.get(f"/ops/webhooks/deliveries?about={enrollment_id}&state=failed")
        assert "No delivery is like that" in browser.text
        await browser.get("/ops/webhooks/deliveries?state=&endpoint=&about=")
        await browser.get("/ops/webhooks/deliveries?state=nonsense", status=422)
        await browser.get("/ops/webhooks/deliveries?after=nonsense", status=422)

        detail = await browser.get(f"/ops/webhooks/deliveries/{delivery.id}")
        assert f"/ops/journeys/{enrollment_id}" in detail
        assert "204" in browser.text
        press = press_in(detail, f"/ops/webhooks/deliveries/{delivery.id}/resend")
        where = f"/ops/webhooks/deliveries/{delivery.id}/resend"
        again = await browser.post(where, reason=WHY, press=press)
        assert again != f"/ops/webhooks/deliveries/{delivery.id}"
        await until_shown(portal, again, "delivered")
        await browser.get("/ops/webhooks/deliveries/unknown", status=404)
        await browser.get("/ops/webhooks/endpoints/unknown", status=404)


async def test_pages_of_the_log_go_on_where_the_last_one_ended(
    house: House, portal: Portal
) -> None:
    """Proves: "older" leads to deliveries that the first page did not show."""
    browser = await portal.operations()
    desk = webhook_desk(house)
    async with listening(house, (EventKind.AWARDED,)) as listener:
        for number in range(52):
            await desk.test(listener.endpoint_id, f"press {number}", OPS)
        own = f"/ops/webhooks/deliveries?endpoint={listener.endpoint_id}"
        first = await browser.get(own)
        older = re.findall(r'href="(\?[^"]*after=[^"]+)"', first)[0].replace("&amp;", "&")
        second = await browser.get(f"/ops/webhooks/deliveries{older}")
    shown = [set(re.findall(r"/deliveries/(w\w+)", page)) for page in (first, second)]
    assert [len(each) for each in shown] == [50, 2]
    assert shown[0].isdisjoint(shown[1])


async def test_the_shops_log_shows_how_it_was_answered(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: operations see each message with its answer, and nothing of whom it named."""
    await house.publish(library)
    order = house.paid_order(library)
    shop = Shop(portal.url)
    answer = await shop.send(paid(order))
    await shop.post(b"{}", {"webhook-id": "x"})
    browser = await portal.operations()
    page = await browser.get("/ops/webhooks/shop")
    assert f"/ops/orders/{answer.json()['order']}" in page
    assert order.external_id in browser.text
    assert "shop not signed" in browser.text
    assert order.payer_address not in page
    assert f"{datetime.now(UTC):%Y}" in page


@pytest.mark.parametrize(
    "address",
    ["/ops/webhooks", "/ops/webhooks/deliveries", "/ops/webhooks/shop"],
)
async def test_only_operations_see_them(
    house: House, portal: Portal, library: str, address: str
) -> None:
    """Proves: neither a practitioner nor a stranger sees endpoints or logs."""
    practitioner = await portal.practitioner(await house.enrolled(library))
    await practitioner.get(address, status=401)
    await portal.browser().get(address, status=401)
