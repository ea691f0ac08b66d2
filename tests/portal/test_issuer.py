"""Operations sign in with their organisation's account, against a real issuer on loopback."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from adapters.issuer import Issuer
from adapters.records.staff_book import StaffBook
from tests.house import OPS, House
from tests.portal.local_issuer import CLIENT_ID, CLIENT_SECRET, LocalIssuer, new_key, running_issuer
from tests.portal.served import Browser, Portal, running_portal

pytestmark = pytest.mark.usefixtures("forgotten_tries")

MEMBER = "issued@example.org"


@pytest.fixture(scope="module")
async def issued(house: House) -> AsyncIterator[tuple[Portal, LocalIssuer]]:
    """A portal of the house that trusts a local issuer, and a member of operations."""
    await StaffBook(house.database).add("Issued Member", MEMBER, OPS)
    async with running_issuer() as issuer, running_portal(house) as portal:
        trusted = Issuer(
            issuer.url, CLIENT_ID, CLIENT_SECRET, f"{portal.url}/sign-in/issuer/callback"
        )
        portal.serve(replace(portal.site, issuer=trusted))
        yield portal, issuer


@pytest.fixture
def issuer(issued: tuple[Portal, LocalIssuer]) -> LocalIssuer:
    """The issuer, saying what is right."""
    issuer = issued[1]
    right = LocalIssuer(issuer.url, email=MEMBER, key=issuer.key)
    for name in ("email", "is_verified", "audience", "nonce", "expires_in", "signing_key"):
        setattr(issuer, name, getattr(right, name))
    return issuer


@pytest.fixture
def browser(issued: tuple[Portal, LocalIssuer]) -> Browser:
    """A browser before the door."""
    return issued[0].browser()


async def come_back(browser: Browser, to: str = "") -> str:
    """Sign in at the issuer as a browser does; returns where its answer leads on our site."""
    led = await browser.client.get(f"/sign-in/issuer?to={to}")
    assert led.status_code == 303
    answered = await browser.client.get(led.headers["location"])
    location: str = answered.headers["location"]
    return location


async def test_a_member_comes_in_and_goes_where_they_wanted(
    issuer: LocalIssuer, browser: Browser
) -> None:
    """Proves: a real, signed identity of a known member opens a session; the same answer, shown
    again, does not.
    """
    answer = await come_back(browser, "/ops/journeys")
    led = await browser.client.get(answer)
    assert (led.status_code, led.headers["location"]) == (303, "/ops/journeys")
    assert any("laurel_ops" in name for name in browser.client.cookies)
    await browser.get(answer, status=403)


@pytest.mark.parametrize(
    ("fact", "wrong"),
    [
        ("audience", "somebody-else"),
        ("nonce", "of-another-request"),
        ("expires_in", -3600),
        ("is_verified", False),
        ("is_verified", "true"),
        ("email", "no address"),
        pytest.param("signing_key", new_key("first"), id="signing_key"),
    ],
)
async def test_an_identity_that_is_not_right_opens_nothing(
    issuer: LocalIssuer, browser: Browser, fact: str, wrong: object
) -> None:
    """Proves: audience, nonce, time, verified address and signature are each looked at."""
    setattr(issuer, fact, wrong)
    await browser.get(await come_back(browser), status=403)
    assert "did not confirm" in browser.text
    assert not any("laurel_ops" in name for name in browser.client.cookies)


async def test_somebody_who_is_not_of_operations_stays_out(
    issuer: LocalIssuer, browser: Browser
) -> None:
    """Proves: being known to the organisation is not enough."""
    issuer.email = "cook@example.org"
    await browser.get(await come_back(browser), status=403)
    assert "not listed in operations" in browser.text


async def test_the_answer_to_another_browser_is_refused(
    issuer: LocalIssuer, browser: Browser, issued: tuple[Portal, LocalIssuer]
) -> None:
    """Proves: nobody can be signed in as somebody else by being sent a link of theirs."""
    answer = await come_back(browser)
    await issued[0].browser().get(answer, status=403)


async def test_the_issuer_may_change_its_keys(issuer: LocalIssuer, browser: Browser) -> None:
    """Proves: a new key is looked up when it is first met."""
    issuer.key = new_key("second")
    led = await browser.client.get(await come_back(browser))
    assert led.status_code == 303


async def test_without_an_issuer_the_door_says_so(portal: Portal) -> None:
    """Proves: an installation without one leads to the codes."""
    browser = portal.browser()
    await browser.get("/sign-in/issuer", status=404)
    assert "code by mail" in browser.text
