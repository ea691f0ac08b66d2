"""Signing in by mail: the same answer for everybody, and a mail for those who are known."""

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

from adapters.records.staff_book import StaffBook
from domain.enrollment import Party
from tests.house import OPS, House
from tests.portal.served import Portal
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("forgotten_tries")


async def told_by_mail(house: House, address: str, pattern: str) -> str:
    """Return what a mail to an address tells, once there is one that does."""
    found: list[str] = []

    async def is_told() -> bool:
        texts = [_text(each.body) for each in house.smtp.received if address in each.recipient]
        found[:] = [match[1] for text in texts if (match := re.search(pattern, text))]
        return bool(found)

    await eventually(is_told)
    return found[-1]


def _text(letter: bytes) -> str:
    body = message_from_bytes(letter, policy=policy.default).get_body(("plain",))
    return str(body.get_content()) if body is not None else ""


async def test_a_fresh_link_lets_its_owner_in_and_stays_good(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: whoever lost the mail gets one; opening it twice, as scanners do, keeps it good."""
    enrollment_id = await house.enrolled(library)
    learner = await house.learner_of(enrollment_id)
    browser = portal.browser()
    await browser.post("/sign-in", status=200, **{"as": "practitioner", "address": learner.address})
    assert "If we know" in browser.text
    link = await told_by_mail(house, learner.address, r"http://[^/]+(/enter/\S+)")
    for _ in range(2):
        await portal.browser().get(link)
    assert await browser.post(link) == "/my"
    await browser.get(f"/my/{enrollment_id}")


async def test_the_answer_does_not_tell_who_is_known(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: known and unknown addresses get the same page, letter by letter but the address."""
    learner = await house.learner_of(await house.enrolled(library))
    pages = []
    for address in (learner.address, "nobody-here@example.org"):
        browser = portal.browser()
        await browser.post("/sign-in", status=200, **{"as": "practitioner", "address": address})
        pages.append(browser.text.replace(address, "X"))
    assert pages[0] == pages[1]


async def test_a_code_lets_operations_in_once(house: House, portal: Portal) -> None:
    """Proves: the code of the mail works once; a wrong one does not, and says what to do."""
    address = "door@example.org"
    await StaffBook(house.database).add("Door Keeper", address, OPS)
    browser = portal.browser()
    await browser.post("/sign-in", status=200, **{"as": "ops", "address": address})
    code = await told_by_mail(house, address, r"(?m)^\s+(\d{8})\s*$")
    await browser.post("/sign-in/code", status=200, address=address, code="00000000")
    assert "does not let you in" in browser.text
    assert await browser.post("/sign-in/code", address=address, code=code, to="/ops/x") == "/ops/x"
    await portal.browser().post("/sign-in/code", status=200, address=address, code=code)


async def test_guessing_a_code_ends_after_five(house: House, portal: Portal) -> None:
    """Proves: after five wrong codes the right one is dead too."""
    address = "guessed@example.org"
    await StaffBook(house.database).add("Guessed At", address, OPS)
    asked = await (await portal.site.door())._sign_ins.ask(Party.OPS, address, datetime.now(UTC))
    assert asked is not None
    browser = portal.browser()
    for _ in range(5):
        await browser.post("/sign-in/code", status=200, address=address, code="1")
    code = portal.site.links.code(asked[0])
    await browser.post("/sign-in/code", status=200, address=address, code=code)
    assert "does not let you in" in browser.text


async def test_mail_cannot_be_set_off_without_end(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: one address gets a handful of mails, however often the form is sent."""
    learner = await house.learner_of(await house.enrolled(library))
    browser = portal.browser()
    for _ in range(7):
        await browser.post(
            "/sign-in", status=200, **{"as": "practitioner", "address": learner.address}
        )

    async def links() -> int:
        mine = (each.body for each in house.smtp.received if learner.address in each.recipient)
        return sum(b"fresh link" in body for body in mine)

    async def is_four() -> bool:
        return await links() == 4

    await eventually(is_four)


async def test_nobody_is_led_to_a_foreign_place(house: House, portal: Portal) -> None:
    """Proves: where somebody is led after signing in is always a page of their own face."""
    address = "led@example.org"
    await StaffBook(house.database).add("Led Astray", address, OPS)
    for wanted in ("https://elsewhere.example.org", "//elsewhere.example.org", "/opsy", "/my"):
        asked = await (await portal.site.door())._sign_ins.ask(
            Party.OPS, address, datetime.now(UTC)
        )
        assert asked is not None
        code = portal.site.links.code(asked[0])
        leads_to = await portal.browser().post(
            "/sign-in/code", address=address, code=code, to=wanted
        )
        assert leads_to == "/ops"
