"""The order form of a school, as a page: taken whole or not at all, twice is once, paid later."""

import pytest
from sqlalchemy import select

from adapters.records.tables import OrderLineRow, PersonRow
from domain.notices import NoticeState
from domain.orders import LineState
from tests.house import OPS, House
from tests.portal.public_pages import browser_of, carried, for_sale, lines_of, orders_of, somebody
from tests.portal.served import Browser, Portal
from tests.waiting import eventually


def office(library: str, address: str, learners: str) -> dict[str, str]:
    """Return the fields of a form that is filled in, but for the order's number."""
    return {
        "payer_organization": "Linden District",
        "payer_name": "Pat Payer",
        "payer_address": address,
        "purchase_order": "PO 2026/17",
        "micro_credential": f"{library}/steady-hands",
        "learners": learners,
    }


async def started(browser: Browser) -> str:
    """Open the form and return the number that it carries."""
    return carried(await browser.get("/order-form"))["order"]


async def sent(browser: Browser, **fields: str) -> str:
    """Check the form, send it from the page that checks it, and return where that leads."""
    source = await browser.post("/order-form", status=200, **fields)
    return await browser.post("/order-form/send", status=303, **carried(source))


async def test_a_school_orders_and_every_line_waits_for_the_payment(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: the form becomes an unsettled order; nobody has access and no learner gets mail
    until operations settle it, and then every line becomes a journey.
    """
    await house.publish(library, for_sale())
    _, payer = somebody()
    (ann, ann_at), (bo, bo_at) = somebody(), somebody()
    browser = portal.browser()
    fields = office(library, payer, f"{ann}, {ann_at}\n{bo}, {bo_at}, , Other School\n")
    await browser.post("/order-form", status=200, order=await started(browser), **fields)
    for said in ("2 learners", "$190.00", ann, bo_at, "Other School", "PO 2026/17"):
        assert said in browser.text
    assert await orders_of(house, payer) == []
    assert browser.last is not None
    receipt = await browser.post("/order-form/send", status=303, **carried(browser.last.text))
    await browser.get(receipt)
    assert "2 lines, Steady Hands" in browser.text
    assert "The order waits for its payment" in browser.text
    assert not [secret for secret in (payer, ann, ann_at, "Linden") if secret in browser.text]
    (order,) = await orders_of(house, payer)
    assert (order.settled_at, order.purchase_order) == (None, "PO 2026/17")
    states = [line.state for line in await _lines(house, order.id)]
    assert states == [LineState.WAITING, LineState.WAITING]
    await house.orders.settle(order.id, OPS)
    await house.enrollment_of(order.id, 2)
    await browser.get(receipt)
    assert "The order was paid on" in browser.text


async def test_the_contact_is_told_what_was_recorded_and_whose_addresses_they_are_is_not(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: a stranger who orders for a known address is not told the name that belongs to it,
    and the mail says that the order waits for its payment.
    """
    await house.publish(library, for_sale())
    known = await house.learner_of(await house.enrolled(library))
    _, payer = somebody()
    browser = portal.browser()
    fields = office(library, payer, f"Whoever, {known.address}\n")
    await sent(browser, order=await started(browser), **fields)
    (order,) = await orders_of(house, payer)

    async def is_told() -> bool:
        notices = await house.notices(order.id, "order_received")
        return [notice.state for notice in notices] == [NoticeState.ACCEPTED]

    await eventually(is_told)
    (letter,) = [each.body for each in house.smtp.received if payer in each.recipient]
    text = letter.replace(b"=\r\n", b"")
    assert known.address.encode() in text
    assert known.name.encode() not in text
    assert b"waits for its payment" in text


async def test_sending_twice_is_one_order_and_other_content_is_refused(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: the number is made with the form; what was recorded first stands."""
    await house.publish(library, for_sale())
    _, payer = somebody()
    browser = portal.browser()
    number = await started(browser)
    fields = office(library, payer, "{}, {}\n".format(*somebody()))
    first = await sent(browser, order=number, **fields)
    assert await sent(browser, order=number, **fields) == first
    more = {**fields, "learners": fields["learners"] + "{}, {}\n".format(*somebody())}
    await browser.post("/order-form/send", status=409, order=number, **more)
    assert "was recorded before, and with other content" in browser.text
    (order,) = await orders_of(house, payer)
    assert await lines_of(house, order.id) == 1


async def test_every_bad_line_is_named_and_nothing_is_recorded(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: one bad line keeps all back; each is shown with its number, its text and a sentence;
    and what was typed is still there. Skipping the check page changes nothing.
    """
    await house.publish(library, for_sale())
    _, payer = somebody()
    _, right = somebody()
    typed = f"Ann, {right}\nBo & <Co>, nobody\n\nCy, cy@c.example.org, {library}/no-such\n"
    fields = {**office(library, payer, typed), "order": await started(browser := portal.browser())}
    for place in ("/order-form", "/order-form/send"):
        source = await browser.post(place, status=422, **fields)
        assert "2 lines have to be corrected" in browser.text
        assert "Line 2 Bo & <Co>, nobody “nobody” cannot be taken." in browser.text
        assert f"Line 4 Cy, cy@c.example.org, {library}/no-such" in browser.text
        assert "is not in the catalogue" in browser.text
        assert "Bo &amp; &lt;Co&gt;, nobody\n" in source
    assert await orders_of(house, payer) == []
    async with house.database.reading() as session:
        assert await session.scalar(select(PersonRow).where(PersonRow.address == right)) is None


@pytest.mark.parametrize(
    ("field", "given", "said"),
    [
        ("payer_organization", " ", "School or organization : Please fill this in."),
        ("payer_name", "", "Contact for payment : Please fill this in."),
        ("payer_address", "pat", "E-mail address of the contact : This is not an e-mail address."),
        (
            "purchase_order",
            "1" * 121,
            "Purchase-order number : This is longer than 120 characters.",
        ),
        ("purchase_order", "\u202e17", "Purchase-order number : This holds a hidden character."),
        ("learners", " \n", "Learners : Please name at least one learner"),
    ],
)
async def test_a_field_that_cannot_be_taken_is_named(
    house: House, portal: Portal, library: str, field: str, given: str, said: str
) -> None:
    """Proves: each field says what is wrong with it, and nothing else is lost."""
    await house.publish(library, for_sale())
    browser = portal.browser()
    fields = {**office(library, "pat@linden.example.org", "Ann, ann@a.example.org\n"), field: given}
    source = await browser.post("/order-form", status=422, order=await started(browser), **fields)
    assert said in browser.text
    assert f'href="#{field}"' in source
    assert 'value="Linden District"' in source or field == "payer_organization"


async def test_a_file_takes_the_place_of_what_was_typed(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: a CSV is read like the text, and its lines go on to the next page."""
    await house.publish(library, for_sale())
    browser = portal.browser()
    ann, ann_at = somebody()
    content = f"name,email,micro-credential\n{ann},{ann_at},{library}/steady-hands\n".encode()
    fields = {**office("", "pat@linden.example.org", "ignored"), "micro_credential": ""}
    answer = await browser.client.post(
        "/order-form",
        data={"form_token": browser.token, "order": await started(browser), **fields}
        | {"form_token": browser.token},
        files={"file": ("learners.csv", content, "text/csv")},
    )
    assert answer.status_code == 200
    assert carried(answer.text)["learners"] == content.decode()
    assert ann_at in answer.text


async def test_a_file_that_is_no_text_is_refused_in_words(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: a workbook sent as CSV is no crash."""
    await house.publish(library, for_sale())
    browser = portal.browser()
    number = await started(browser)
    answer = await browser.client.post(
        "/order-form",
        data={
            "form_token": browser.token,
            "order": number,
            **office(library, "p@a.example.org", ""),
        },
        files={"file": ("learners.xlsx", b"PK\x03\x04\xff\xfe\x00", "application/zip")},
    )
    assert answer.status_code == 422
    assert "CSV UTF-8" in answer.text


async def test_changing_something_keeps_everything(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: the way back from the check page loses no field and no line."""
    await house.publish(library, for_sale())
    browser = portal.browser()
    fields = office(library, "pat@linden.example.org", "Ann, ann@a.example.org\n")
    source = await browser.post("/order-form", status=200, order=await started(browser), **fields)
    back = await browser.post("/order-form", status=200, change="yes", **carried(source))
    assert "Ann, ann@a.example.org\n" in back
    assert 'value="PO 2026/17"' in back
    assert f'value="{library}/steady-hands" selected' in back


async def test_a_number_of_somebody_else_s_making_is_refused(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: nobody can take, or try out, the number of another order."""
    await house.publish(library, for_sale())
    browser = portal.browser()
    await started(browser)
    fields = office(library, "pat@linden.example.org", "Ann, ann@a.example.org\n")
    for number in ("F-2345678923", "", "RjI=.AAAA"):
        await browser.post("/order-form/send", status=422, order=number, **fields)
        assert "Open the form again" in browser.text


async def test_a_receipt_is_read_by_nobody_who_was_not_sent_there(portal: Portal) -> None:
    """Proves: order numbers cannot be tried out at the receipt's address."""
    await portal.browser().get("/order-form/receipt/F-2345678923/AAAA", status=404)


async def test_mail_to_one_contact_is_limited(house: House, portal: Portal, library: str) -> None:
    """Proves: the form cannot be used to fill somebody's mailbox."""
    await house.publish(library, for_sale())
    _, payer = somebody()
    async with browser_of(portal, caller="203.0.113.9") as browser:
        fields = office(library, payer, "{}, {}\n".format(*somebody()))
        for _ in range(4):
            await sent(browser, order=await started(browser), **fields)
        source = await browser.post(
            "/order-form", status=200, order=await started(browser), **fields
        )
        await browser.post("/order-form/send", status=429, **carried(source))
    assert len(await orders_of(house, payer)) == 4


async def _lines(house: House, order_id: str) -> list[OrderLineRow]:
    async with house.database.reading() as session:
        rows = await session.scalars(select(OrderLineRow).where(OrderLineRow.order_id == order_id))
        return list(rows)
