"""Papers for a school's office: the order form to print, and a list of learners to fill in."""

import io

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from adapters import order_form_pdf as printing
from adapters.order_form_pdf import FormOnPaper, OfferOnPaper, order_form_pdf
from domain.catalog import CatalogKey
from domain.order_form import Learners, read_learners
from tests.house import House
from tests.portal.public_pages import browser_of, for_sale
from tests.portal.served import Portal

FORM = FormOnPaper(
    programme="A Programme",
    day="Mon 23 Nov 2026",
    send_to="orders@example.org",
    page="https://laurel.example.org/order-form",
    access_days="2 business days",
    months="12 months",
    offers=(
        OfferOnPaper(
            number="1",
            title="Steady #Hands, *calm* $1 @once <b>",
            library="General library",
            hours="10",
            price="$95.00",
            member_price="$75.00",
        ),
    ),
)


def read(pdf: bytes) -> tuple[PdfReader, str]:
    """Return a PDF and all that stands in it."""
    reader = PdfReader(io.BytesIO(pdf))
    return reader, " ".join(" ".join(page.extract_text().split()) for page in reader.pages)


async def test_the_printed_form_carries_the_catalogue_s_prices_and_where_to_send_it(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: what is printed is what is for sale today, with lines for payer and learners."""
    await house.publish(library, for_sale(title="Steady Hands on Paper", pd_hours=12))
    browser = portal.browser()
    answer = await browser.client.get("/order-form.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    reader, text = read(answer.content)
    for said in (
        *("Steady Hands on Paper", "$95.00", "$75.00", "12", "Purchase-order number"),
        *("Name of the learner", portal.site.settings.support_address, f"{portal.url}/order-form"),
    ):
        assert said in text
    assert reader.metadata is not None
    assert reader.metadata.title == f"Order form: {portal.site.settings.programme_name}"


async def test_the_printed_form_is_made_again_only_when_what_is_for_sale_changes(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: a browser that has it gets no second copy; a new price is printed at once."""
    await house.publish(library, for_sale())
    browser = portal.browser()
    first = await browser.client.get("/order-form.pdf")
    kept = {"if-none-match": first.headers["etag"]}
    assert (await browser.client.get("/order-form.pdf", headers=kept)).status_code == 304
    await house.publish(library, for_sale(slug="steadier-hands", title="Steadier Hands"))
    second = await browser.client.get("/order-form.pdf", headers=kept)
    assert second.status_code == 200
    assert "Steadier Hands" in read(second.content)[1]


async def test_the_printed_form_says_the_policy_s_figures(portal: Portal) -> None:
    """Proves: no period is typed into the form."""
    policy = portal.site.settings.policy.model_copy(
        update={"access_business_days": 7, "subscription_months": 9}
    )
    async with browser_of(portal, policy=policy) as browser:
        text = read((await browser.client.get("/order-form.pdf")).content)[1]
    assert "7 business days" in text
    assert "9 months of the learning network" in text


def test_the_pdf_is_made_for_screen_readers() -> None:
    """Proves: it is tagged, has a language and a title that is shown, and says PDF/UA-1."""
    reader, text = read(order_form_pdf(FORM))
    root = reader.root_object
    marked = root["/MarkInfo"]
    assert isinstance(marked, DictionaryObject)
    assert marked["/Marked"]
    assert str(root["/Lang"]) == "en-US"
    assert "/StructTreeRoot" in root
    assert b"<pdfuaid:part>1</pdfuaid:part>" in reader.root_object["/Metadata"].get_data()  # type: ignore[attr-defined]
    assert "Steady #Hands, *calm* $1 @once <b>" in text


def test_the_same_form_is_made_once() -> None:
    """Proves: many people who print it cost one making."""
    printing._made.cache_clear()
    assert order_form_pdf(FORM) is order_form_pdf(FORM.model_copy())
    assert printing._made.cache_info().misses == 1


@pytest.mark.parametrize("title", ["静かな手", "Steady hands 🎉"])
def test_a_title_in_letters_that_no_font_has_is_printed_with_gaps(title: str) -> None:
    """Proves: an unusual title keeps nobody from ordering."""
    offer = FORM.offers[0].model_copy(update={"title": title})
    reader, text = read(order_form_pdf(FORM.model_copy(update={"offers": (offer,)})))
    assert len(reader.pages) == 2
    assert "$95.00" in text


def test_an_empty_catalogue_can_be_printed_too() -> None:
    """Proves: before the first publication the form says so."""
    text = read(order_form_pdf(FORM.model_copy(update={"offers": ()})))[1]
    assert "Nothing is for sale at the moment" in text


async def test_the_list_to_fill_in_is_one_that_is_taken(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: the example that we give away has the form that we ask for."""
    await house.publish(library, for_sale())
    answer = await portal.browser().client.get("/order-form.csv")
    taken = read_learners(answer.content)
    assert isinstance(taken, Learners)
    keys = {CatalogKey(library=line.library, slug=line.slug) for line in taken.lines}
    assert CatalogKey(library=library, slug="steady-hands") in keys
