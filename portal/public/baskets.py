"""What somebody is about to buy, on its way from page to page: sealed, so that only we write it."""

from typing import Final

from domain.catalog import CatalogKey
from domain.refusals import Invalid
from domain.shopping import Buyer
from domain.values import Value
from portal.site import Site

_PURPOSE: Final = "basket"


class BasketNotGood(Invalid):
    """What a page brought is no basket of ours."""

    code = "basket_not_good"
    sentence = "This page is not complete any more. Start again from the catalogue, please."


class Basket(Value):
    """One micro-credential for one buyer, at the price that the catalogue had (cents)."""

    number: str
    key: CatalogKey
    version: int
    price_cents: int
    buyer: Buyer


def sealed(site: Site, basket: Basket) -> str:
    """Return the basket as a form of ours carries it."""
    return site.seals.closed(_PURPOSE, basket.model_dump_json())


def opened(site: Site, letter: str) -> Basket:
    """Return the basket of a form. Raises ``BasketNotGood`` for one that was not made here."""
    text = site.seals.opened(_PURPOSE, letter)
    if text is None:
        raise BasketNotGood
    return Basket.model_validate_json(text)
