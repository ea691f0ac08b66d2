"""The open pages: what is for sale, and how it goes on, with the figures that really hold."""

import re

import pytest

from adapters.records.shop_views import ShopViews
from domain.catalog import CatalogKey
from domain.policy import Approval, Policy
from domain.shopping import NotOffered
from domain.words import WORD_RULE
from office.catalog import Terms
from tests.house import OPS, House
from tests.portal.public_pages import browser_of, for_sale
from tests.portal.served import Portal


async def test_the_catalogue_lists_what_is_published_and_nothing_else(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: everybody sees published versions with both prices; a draft is seen by nobody."""
    await house.publish(library, for_sale(title="Steady & Calm"))
    draft = for_sale(library=library, slug="unfinished-business", title="Unfinished Business")
    await portal.site.desks.catalog._book.change_draft(  # noqa: SLF001
        draft.key, OPS.kind if hasattr(OPS, "kind") else _IMPORTED, lambda _: draft, OPS
    )
    browser = portal.browser()
    await browser.get(f"/catalog?library={library}")
    assert "Steady & Calm" in browser.text
    assert "$95.00" in browser.text
    assert "$75.00 for members" in browser.text
    assert "Unfinished" not in browser.text
    await browser.get(f"/catalog/{library}/unfinished-business", status=404)
    assert "not in our catalogue" in browser.text
