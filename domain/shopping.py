"""What newcomers are shown before they buy, and what they are asked: prices, words, a buyer."""

from collections.abc import Iterable, Mapping
from typing import Final

from pydantic import Field, TypeAdapter, ValidationError

from domain.addresses import Address, AddressNotValid, normalized_address
from domain.catalog import GENERAL_LIBRARY, CatalogEntry
from domain.orders import PlainText
from domain.refusals import Conflict, NotFound
from domain.values import Value

LONGEST_NAME: Final = 200
"""Characters of a name or a school, as ``domain.orders`` takes them."""

_PLAIN: Final = TypeAdapter(PlainText)


class NotOffered(NotFound):
    """The address names nothing that is for sale, whatever else the catalogue may hold."""

    code = "not_offered"
    sentence = (
        "This micro-credential is not in our catalogue, or not at present. Look through the "
        "catalogue, or write to us if somebody sent you here."
    )


class OfferChanged(Conflict):
    """The catalogue has a newer version than the one that was looked at."""

    code = "offer_changed"
    sentence = (
        "The catalogue changed while you were ordering, so nothing was ordered and nothing was "
        "paid. Open the micro-credential again and look at what it says and costs now."
    )


class SentBefore(Conflict):
    """The same order was recorded with other content."""

    code = "sent_before"
    sentence = (
        "Order {order} was recorded before, and with other content: that is what counts. To order "
        "something else, begin anew from the catalogue; to change the order, write to us."
    )


class OnlineOrderClosed(NotFound):
    """This installation has no shop of its own at this address."""

    code = "online_order_closed"
    sentence = (
        "Nothing can be bought on this page. Choose the micro-credential in the catalogue: its "
        "page says how it is ordered."
    )


class Buyer(Value):
    """Somebody who buys for themselves: the name on the credential, and where mail goes."""

    name: PlainText = Field(min_length=1, max_length=LONGEST_NAME)
    address: Address
    organization: PlainText = Field(default="", max_length=LONGEST_NAME)


def read_buyer(given: Mapping[str, str]) -> Buyer | dict[str, str]:
    """Return the buyer of a filled-in page, or what is wrong with each field, by its name."""
    wrong = {
        name: sentence
        for name, sentence in (
            ("name", text_fault(given.get("name", ""), is_required=True)),
            ("address", address_fault(given.get("address", ""))),
            ("organization", text_fault(given.get("organization", ""))),
        )
        if sentence
    }
    if wrong:
        return wrong
    return Buyer(
        name=given["name"], address=given["address"], organization=given.get("organization", "")
    )


def text_fault(text: str, *, is_required: bool = False, longest: int = LONGEST_NAME) -> str:
    """Return what is wrong with a short text that somebody typed; empty if nothing is."""
    if is_required and not text.strip():
        return "Please fill this in."
    if len(text.strip()) > longest:
        return f"This is longer than {longest} characters. Please shorten it."
    try:
        _PLAIN.validate_python(text)
    except ValidationError:
        return "This holds a hidden character. Please type it instead of pasting it."
    return ""


def address_fault(text: str) -> str:
    """Return what is wrong with an e-mail address that somebody typed; empty if nothing is."""
    if not text.strip():
        return "Please fill this in."
    try:
        normalized_address(text)
    except AddressNotValid as refusal:
        return str(refusal)
    return ""


def member_price_of(entry: CatalogEntry) -> int | None:
    """Return the price for members in cents; None where members pay what everybody pays."""
    price = entry.member_price_cents
    return price if 0 < price < entry.price_cents else None


def minimum_words(entries: Iterable[CatalogEntry], part: int) -> tuple[int, int] | None:
    """Return the lowest and the highest minimum of a written part; None if no entry has one."""
    minimums = [
        each.minimum_words
        for entry in entries
        for each in entry.parts
        if each.number == part and each.minimum_words is not None
    ]
    return (min(minimums), max(minimums)) if minimums else None


def says(entry: CatalogEntry, wanted: str) -> bool:
    """Whether every word of ``wanted`` stands somewhere in what the catalogue says of ``entry``."""
    outcomes = (outcome.text for outcome in entry.outcomes)
    text = " ".join((entry.title, entry.stack, entry.slug, entry.overview, *outcomes)).casefold()
    return all(word in text for word in wanted.casefold().split())


def shelf_order(entry: CatalogEntry) -> tuple[bool, str, str, str]:
    """Sort by library, the general one first, then by title."""
    return entry.library != GENERAL_LIBRARY, entry.library, entry.title.casefold(), entry.slug
