"""What the open pages read, on both databases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.records.catalog_book import CatalogBook, Change
from adapters.records.database import Database
from adapters.records.order_book import OrderBook
from adapters.records.shop_views import ShopViews
from domain.catalog import CatalogEntry, CatalogKey
from domain.grounds import OpsActionKind
from domain.orders import Channel, Learner, Line, Order
from domain.policy import Policy
from domain.shopping import NotOffered
from tests.house import OPS
from tests.portal.public_pages import for_sale

AT = datetime(2026, 3, 2, 15, tzinfo=UTC)


def always(entry: CatalogEntry) -> Change:
    """Return the change that makes an entry the draft, whatever the draft was."""
    return lambda _: entry


async def published(database: Database, *entries: CatalogEntry) -> None:
    """Put entries up for sale."""
    book = CatalogBook(database)
    for entry in entries:
        await book.change_draft(entry.key, OpsActionKind.PAGE_IMPORTED, always(entry), OPS)
        await book.publish(entry.key, OPS)


async def test_the_shelf_is_in_order_and_shows_the_version_for_sale(database: AsyncEngine) -> None:
    """Proves: the general library stands first, then titles; of each entry the published version;
    and the edition's name changes with each publication alone.
    """
    records = Database(database)
    views = ShopViews(records)
    await published(
        records,
        for_sale(library="arctic", slug="a", title="A"),
        for_sale(slug="b", title="beta"),
        for_sale(slug="c", title="Alpha"),
    )
    assert [str(each.entry.key) for each in await views.for_sale()] == [
        *("general/c", "general/b", "arctic/a"),
    ]
    before = await views.edition()
    assert await views.edition() == before
    await published(records, for_sale(slug="b", title="beta", price_cents=1))
    assert await views.edition() != before
    offer = await views.offer(CatalogKey(library="general", slug="b"))
    assert (offer.version, offer.entry.price_cents) == (2, 1)
    with pytest.raises(NotOffered):
        await views.offer(CatalogKey(library="arctic", slug="b"))


async def test_an_order_is_told_without_anybody_s_name(database: AsyncEngine) -> None:
    """Proves: titles and numbers of lines of the very order, by channel and number."""
    records = Database(database)
    await published(records, for_sale(slug="b", title="Beta"), for_sale(slug="a", title="Alpha"))
    lines = tuple(
        Line(
            learner=Learner(name=f"Nr {number}", address=f"n{number}@school.example.org"),
            library="general",
            slug=slug,
        )
        for number, slug in enumerate("bab")
    )
    order = Order(
        channel=Channel.FORM,
        external_id="F-1",
        payer_name="Pat",
        payer_address="pat@school.example.org",
        lines=lines,
    )
    book = OrderBook(records, "America/Chicago", Policy())
    await book.record(order, AT, settled_at=None)
    views = ShopViews(records)
    placed = await views.placed(Channel.FORM, "F-1")
    assert placed is not None
    assert (placed.lines, placed.titles) == (3, ("Alpha", "Beta"))
    assert (placed.placed_at, placed.settled_at) == (AT, None)
    assert await views.placed(Channel.ONLINE, "F-1") is None
    assert await views.placed(Channel.FORM, "F-2") is None
