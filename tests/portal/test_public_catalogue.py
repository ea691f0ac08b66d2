"""The open pages: what is for sale, and how it goes on, with the figures that really hold."""

import pytest

from adapters.records.catalog_book import CatalogBook
from adapters.records.shop_views import ShopViews
from domain.catalog import CatalogEntry
from domain.grounds import OpsActionKind
from domain.policy import Approval, Policy
from domain.words import WORD_RULE
from tests.house import OPS, House
from tests.portal.public_pages import browser_of, for_sale
from tests.portal.served import Portal
from tests.portal.statements import counted_statements


async def drafted(house: House, entry: CatalogEntry) -> CatalogBook:
    """Keep a draft, and return the book that it is in."""
    book = CatalogBook(house.database)
    await book.change_draft(entry.key, OpsActionKind.PAGE_IMPORTED, lambda _: entry, OPS)
    return book


async def test_the_catalogue_shows_what_is_published_and_nothing_else(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: published versions stand there with both prices; a draft is seen by nobody."""
    await house.publish(library, for_sale(title="Steady & <b>Calm</b>"))
    await drafted(house, for_sale(library=library, slug="unfinished", title="Unfinished Business"))
    browser = portal.browser()
    source = await browser.get(f"/catalog?library={library}")
    assert "Steady &amp; &lt;b&gt;Calm" in source
    assert "$95.00 $75.00 for members" in browser.text
    assert "Unfinished" not in browser.text
    await browser.get(f"/catalog/{library}/unfinished", status=404)
    assert "not in our catalogue" in browser.text


async def test_a_newer_draft_changes_nothing_until_it_is_published(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: the page shows the version that a buyer gets, before and after publishing."""
    entry = for_sale(library=library)
    book = await drafted(house, entry)
    await book.publish(entry.key, OPS)
    browser = portal.browser()
    await drafted(house, entry.model_copy(update={"price_cents": 120_00}))
    await browser.get(f"/catalog/{library}/steady-hands")
    assert "$95.00" in browser.text
    assert "This is version 1." in browser.text
    await book.publish(entry.key, OPS)
    await browser.get(f"/catalog/{library}/steady-hands")
    assert "$120.00" in browser.text
    assert "This is version 2." in browser.text


async def test_a_micro_credential_s_page_says_all_that_a_buyer_has_to_know(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: outcomes, details, questions, minimums, price, hours, issuer and stack are there."""
    entry = for_sale(pd_hours=12, issuer="The Sample Issuer", stack="People First")
    await house.publish(library, entry)
    browser = portal.browser()
    source = await browser.get(f"/catalog/{library}/steady-hands")
    for said in (
        *(entry.title, entry.overview, "$95.00", "$75.00", "12 hours", "The Sample Issuer"),
        *("People First", "in 100 words or more", "in 50 words or more", "365 days"),
        *(outcome.text for outcome in entry.outcomes),
        *(detail for outcome in entry.outcomes for detail in outcome.details),
        *entry.parts[0].questions,
    ):
        assert said in browser.text
    assert f'href="/order/{library}/steady-hands"' in source


@pytest.mark.parametrize(
    ("asked", "is_found"),
    [
        ("steady", True),
        ("PLAN week", True),
        ("calmly", True),
        ("zebra", False),
        ("plan zebra", False),
    ],
)
async def test_the_catalogue_is_searched_by_words(
    house: House, portal: Portal, library: str, asked: str, is_found: bool
) -> None:
    """Proves: every word has to stand in title, overview or outcomes, in any case of letters."""
    await house.publish(library, for_sale())
    browser = portal.browser()
    await browser.get(f"/catalog?library={library}&q={asked}")
    assert (f'href="/catalog/{library}/steady-hands"' in browser.last.text) is is_found  # type: ignore[union-attr]
    assert ("Nothing in the catalogue fits that" in browser.text) is not is_found


@pytest.mark.parametrize(
    "address",
    ["/catalog/NOT-ONE/x", "/catalog/general/%00", "/catalog/general/" + "a" * 300, "/order/no/no"],
)
async def test_an_address_that_names_nothing_is_a_kind_page(portal: Portal, address: str) -> None:
    """Proves: whatever stands in an address, the answer is 404 and says what to do."""
    browser = portal.browser()
    await browser.get(address, status=404)
    assert "Look through the catalogue" in browser.text


async def test_an_empty_catalogue_says_so_on_every_page(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves: before the first publication no page is broken, and each says whom to write to."""

    async def nothing(_: ShopViews) -> tuple[()]:
        return ()

    monkeypatch.setattr(ShopViews, "for_sale", nothing)
    browser = portal.browser()
    for address in ("/", "/catalog", "/order-form"):
        await browser.get(address)
        assert "Nothing is for sale at the moment" in browser.text
        assert portal.site.settings.support_address in browser.text
    await browser.get("/how-it-works")
    assert "as many words as its page asks for" in browser.text


async def test_the_figures_of_how_it_works_come_from_the_policy(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: no period is typed into the page; another policy changes what it says."""
    await house.publish(library, for_sale())
    policy = Policy(
        access_business_days=7,
        working_days=211,
        working_reminders=(41, 17),
        grace_days=23,
        assessment_business_days=19,
        resubmission_days=47,
        rounds=6,
        subscription_months=8,
        approval=Approval.ALWAYS,
        approval_business_days=4,
    )
    async with browser_of(portal, policy=policy) as browser:
        await browser.get("/how-it-works")
        for said in (
            *("allow 7 business days", "211 days from access", "41 and 17 days before the end"),
            *("23 days of grace", "19 business days", "47 days", "There are 6 rounds"),
            *("8 months of the learning network", "The approval 4 business days", WORD_RULE),
        ):
            assert said in browser.text
    plain = portal.browser()
    await plain.get("/how-it-works")
    assert "The approval" not in plain.text


async def test_word_minimums_are_those_of_the_catalogue(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: where entries differ, the page says from how many to how many words."""
    parts = for_sale().parts
    longer = (parts[0].model_copy(update={"minimum_words": 54_321}), *parts[1:])
    await house.publish(library, for_sale(slug="long-hands", parts=longer))
    browser = portal.browser()
    await browser.get("/how-it-works")
    assert "to 54,321 words, as its page says" in browser.text


async def test_the_first_page_leads_to_everything(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: a newcomer finds catalogue, explanation, order form and sign-in from "/"."""
    await house.publish(library, for_sale())
    source = await portal.browser().get("/")
    for address in ("/catalog", "/how-it-works", "/order-form", "/sign-in"):
        assert f'href="{address}"' in source


async def test_somebody_signed_in_keeps_their_own_navigation(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: open pages know a practitioner, and show nobody else's name."""
    browser = await portal.practitioner(await house.enrolled(library))
    assert 'href="/my"' in await browser.get("/catalog")
    assert 'href="/my"' not in await portal.browser().get("/catalog")


async def test_a_longer_catalogue_costs_no_more_queries(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: one query while nothing is published, and one more after that, however many entries
    there are (trap 24).
    """
    views = ShopViews(house.database)
    await house.publish(library, for_sale())
    await views.for_sale()
    for number in range(5):
        await house.publish(library, for_sale(slug=f"steady-hands-{number}"))
    counts = []
    for _ in range(2):
        with counted_statements(house.database) as seen:
            offers = await views.for_sale()
        assert len([each for each in offers if each.entry.library == library]) == 6
        counts.append(len([each for each in seen if "catalog_versions" in each]))
    assert counts == [2, 1]
