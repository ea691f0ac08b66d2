"""Ordering online: the catalogue's price, twice is once, and the sandbox pays as a shop would."""

import asyncio
from base64 import b64encode

import pytest
from pydantic import SecretStr, ValidationError

from adapters.records.catalog_book import CatalogBook
from adapters.webhooks.sandbox_shop import NotTaken, SandboxShop, ShopUnheard
from domain.enrollment import Stage
from domain.grounds import OpsActionKind
from domain.shop_webhook import PaidFor, PaidLine, PaidOrder, Payer
from settings import LOCAL_SHOP_SECRET, Settings
from tests.house import OPS, House
from tests.portal.public_pages import (
    PRICE,
    browser_of,
    carried,
    for_sale,
    lines_of,
    orders_of,
    somebody,
)
from tests.portal.served import Browser, Portal


async def checked(browser: Browser, library: str, name: str, address: str) -> dict[str, str]:
    """Fill in the order, and return what the page that checks it carries on."""
    place = f"/order/{library}/steady-hands"
    order = carried(await browser.get(place))
    await browser.post(place, status=200, name=name, address=address, organization="", **order)
    assert browser.last is not None
    return carried(browser.last.text)


async def paid(browser: Browser, basket: str) -> str:
    """Go to the payment, pay, and return where that leads."""
    await browser.post("/sandbox/pay", status=200, basket=basket)
    return await browser.post("/sandbox/pay/answer", basket=basket, decision="pay")


async def test_a_newcomer_orders_pays_and_is_enrolled_at_the_catalogue_s_price(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: from the form to a journey, through the shop's signed webhook; the receipt names
    neither name nor address, and nobody reads it who was not sent there.
    """
    await house.publish(library, for_sale())
    name, address = somebody()
    browser = portal.browser()
    kept = await checked(browser, library, name, f"  {address.upper()} ")
    assert (name in browser.text, address in browser.text) == (True, True)
    assert "Price $95.00" in browser.text
    thanks = await paid(browser, kept["basket"])
    await browser.get(thanks)
    assert "is paid and recorded: Steady Hands" in browser.text
    assert name not in browser.text
    assert address not in browser.text
    await portal.browser().get(thanks[:-2], status=404)
    (order,) = await orders_of(house, address)
    assert (order.payer_name, order.settled_at is not None) == (name, True)
    enrollment_id = await house.enrollment_of(order.id)
    await house.until_stage(enrollment_id, Stage.VERIFYING)
    (verify,) = await house.notices(enrollment_id, "verify_account")
    assert verify.recipient == "practitioner"


async def test_pressing_twice_is_one_order(house: House, portal: Portal, library: str) -> None:
    """Proves: two presses at once, and one after going back, meet the same order."""
    await house.publish(library, for_sale())
    name, address = somebody()
    browser = portal.browser()
    kept = await checked(browser, library, name, address)
    first, second = await asyncio.gather(
        *(
            browser.client.post(
                "/sandbox/pay/answer",
                data={"form_token": browser.token, "decision": "pay", "basket": kept["basket"]},
            )
            for _ in range(2)
        )
    )
    assert {first.status_code, second.status_code} == {303}
    assert first.headers["location"] == second.headers["location"]
    assert await paid(browser, kept["basket"]) == first.headers["location"]
    (order,) = await orders_of(house, address)
    assert await lines_of(house, order.id) == 1


async def test_declining_orders_nothing_and_may_be_taken_back(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: a declined payment leaves no trace, and the same order can still be paid."""
    await house.publish(library, for_sale())
    name, address = somebody()
    browser = portal.browser()
    kept = await checked(browser, library, name, address)
    await browser.post("/sandbox/pay/answer", status=200, basket=kept["basket"], decision="decline")
    assert "Nothing was paid, and nothing was ordered" in browser.text
    assert await orders_of(house, address) == []
    await paid(browser, kept["basket"])
    assert len(await orders_of(house, address)) == 1


async def test_going_back_after_paying_changes_nothing_that_was_paid(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: the same number with other content is refused in words; the first order stands."""
    await house.publish(library, for_sale())
    (name, address), (_, other) = somebody(), somebody()
    browser = portal.browser()
    place = f"/order/{library}/steady-hands"
    order = carried(await browser.get(place))
    baskets = []
    for each in (address, other):
        await browser.post(place, status=200, name=name, address=each, organization="", **order)
        assert browser.last is not None
        baskets.append(carried(browser.last.text)["basket"])
    await paid(browser, baskets[0])
    await browser.post("/sandbox/pay/answer", status=409, basket=baskets[1], decision="pay")
    assert "was recorded before, and with other content" in browser.text
    assert await orders_of(house, other) == []


@pytest.mark.parametrize("field", ["basket", "order"])
async def test_what_a_form_carries_is_ours_or_refused(
    house: House, portal: Portal, library: str, field: str
) -> None:
    """Proves: neither price nor number can be written by whoever sends the form."""
    await house.publish(library, for_sale())
    browser = portal.browser()
    kept = await checked(browser, library, *somebody())
    changed = "A" + kept[field][1:] if kept[field][0] != "A" else "B" + kept[field][1:]
    place = {"basket": "/sandbox/pay", "order": f"/order/{library}/steady-hands"}[field]
    await browser.post(place, status=422, **{**kept, field: changed})
    await browser.post(place, status=422, **{**kept, field: ""})
    assert "is not complete any more" in browser.text


async def test_a_price_that_changes_on_the_way_is_not_paid(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: nobody pays a price that the catalogue does not have any more."""
    entry = for_sale(library=library)
    book = CatalogBook(house.database)
    kind = OpsActionKind.PAGE_IMPORTED
    await book.change_draft(entry.key, kind, lambda _: entry, OPS)
    await book.publish(entry.key, OPS)
    name, address = somebody()
    browser = portal.browser()
    kept = await checked(browser, library, name, address)
    dearer = entry.model_copy(update={"price_cents": PRICE + 1})
    await book.change_draft(entry.key, kind, lambda _: dearer, OPS)
    await book.publish(entry.key, OPS)
    for place in ("/sandbox/pay", "/sandbox/pay/answer"):
        await browser.post(place, status=409, basket=kept["basket"], decision="pay")
        assert "The catalogue changed while you were ordering" in browser.text
    assert await orders_of(house, address) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": " ", "address": "a@b.example.org"}, "Your name : Please fill this in."),
        ({"name": "Ann", "address": "nobody"}, "This is not an e-mail address."),
        ({"name": "Ann", "address": ""}, "Your e-mail address : Please fill this in."),
        ({"name": "A\0nn", "address": "a@b.example.org"}, "This holds a hidden character."),
        ({"name": "A" * 201, "address": "a@b.example.org"}, "longer than 200 characters"),
        ({"address": "a@b.example.org"}, "Your name : Please fill this in."),
    ],
)
async def test_a_field_that_cannot_be_taken_is_named_and_the_rest_is_kept(
    house: House, portal: Portal, library: str, given: dict[str, str], said: str
) -> None:
    """Proves: what is wrong stands at its field, what was typed is still there, and so is the
    order's number.
    """
    await house.publish(library, for_sale())
    browser = portal.browser()
    place = f"/order/{library}/steady-hands"
    order = carried(await browser.get(place))
    source = await browser.post(place, status=422, organization="Linden School", **given, **order)
    assert said in browser.text
    assert 'aria-invalid="true"' in source
    assert 'value="Linden School"' in source
    assert carried(source) == order


async def test_change_something_leads_back_to_the_filled_in_form(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: nothing has to be typed twice, and the number stays."""
    await house.publish(library, for_sale())
    name, address = somebody()
    browser = portal.browser()
    kept = await checked(browser, library, name, address)
    source = await browser.post(
        f"/order/{library}/steady-hands", status=200, **{**kept, "change": "yes"}
    )
    assert f'value="{name}"' in source
    assert f'value="{address}"' in source
    assert carried(source)["order"] == kept["order"]


async def test_with_a_shop_the_button_leads_there_and_there_is_no_sandbox(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: one setting sends every buyer to the real shop, at the right micro-credential."""
    await house.publish(library, for_sale())
    shop = "https://shop.example.org/{library}?buy={slug}"
    async with browser_of(portal, shop_url=shop) as browser:
        source = await browser.get(f"/catalog/{library}/steady-hands")
        expected = f"https://shop.example.org/{library}?buy=steady-hands"
        assert f'href="{expected}"' in source
        await browser.get(f"/order/{library}/steady-hands", status=303)
        assert browser.last is not None
        assert browser.last.headers["location"] == expected
        await browser.post(f"/order/{library}/steady-hands", status=404, name="Ann")


@pytest.mark.parametrize(
    "address",
    [
        *("https://shop.example.org", "https://shop.example.org/{slug}", "{library}/{slug}"),
        *("javascript:{library}{slug}", "https://x.example.org/{library}/{slug}/{0}", "https://{"),
    ],
)
def test_a_shop_s_address_that_could_not_lead_anywhere_is_refused_at_start(address: str) -> None:
    """Proves: a mistyped address is found before the first buyer is sent there."""
    with pytest.raises(ValidationError, match="shop_url"):
        Settings(shop_url=address)


async def test_elsewhere_there_is_neither_sandbox_nor_a_button_to_it(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: an installation that others can reach has no page that pays without paying."""
    await house.publish(library, for_sale())
    async with browser_of(portal, public_url="https://laurel.example.org") as browser:
        source = await browser.get(f"/catalog/{library}/steady-hands")
        assert "Order for myself" not in source
        assert "Order for a school" in source
        for place in (f"/order/{library}/steady-hands", "/sandbox/pay"):
            await browser.get(place, status=404)
        await browser.post("/sandbox/pay/answer", status=404, decision="pay")


async def test_the_payment_page_opened_by_itself_leads_to_the_catalogue(portal: Portal) -> None:
    """Proves: a bookmark of the payment page breaks nothing."""
    browser = portal.browser()
    await browser.get("/sandbox/pay", status=303)
    await browser.get("/catalog")


async def test_a_form_that_is_far_too_long_is_not_read(portal: Portal) -> None:
    """Proves: a stranger cannot fill memory or disk through an open form."""
    browser = portal.browser()
    await browser.get("/catalog")
    answer = await browser.client.post(
        "/order/general/x", data={"form_token": browser.token, "name": "a" * 800_000}
    )
    assert answer.status_code == 413


def an_order() -> PaidOrder:
    """Return what a shop says of one paid line."""
    buyer = PaidFor(name="Ann", address="ann@a.example.org")
    line = PaidLine(learner=buyer, library="general", slug="steady-hands", price_cents=1)
    payer = Payer(name="Ann", address="ann@a.example.org")
    return PaidOrder(order="W-1", payer=payer, lines=(line,))


async def test_nobody_answering_is_said_and_nothing_is_lost() -> None:
    """Proves: a site that does not answer its sandbox is a failure with a name."""
    with pytest.raises(ShopUnheard):
        await SandboxShop("http://127.0.0.1:9", LOCAL_SHOP_SECRET).tell_paid(an_order())


async def test_a_message_that_the_site_does_not_take_is_said_with_its_reason(
    portal: Portal,
) -> None:
    """Proves: the sandbox has no way in of its own: signed with another secret it is refused."""
    foreign = SecretStr("whsec_" + b64encode(b"somebody else's secret, not ours").decode())
    with pytest.raises(NotTaken, match="signature does not fit"):
        await SandboxShop(portal.url, foreign).tell_paid(an_order())
