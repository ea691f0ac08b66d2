"""What everybody may see: what is for sale, and what became of an order that was placed here."""

import hashlib
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.database import Database
from adapters.records.tables import (
    CatalogVersionRow,
    MicroCredentialRow,
    OrderLineRow,
    OrderRow,
)
from domain.catalog import CatalogEntry, CatalogKey
from domain.orders import Channel
from domain.shopping import NotOffered, shelf_order
from domain.values import Value


class Offer(Value):
    """A micro-credential that is for sale, in the version that a buyer gets."""

    entry: CatalogEntry
    version: int


class PlacedOrder(Value):
    """An order as whoever placed it is told of it; nobody's name or address."""

    number: str
    placed_at: datetime
    settled_at: datetime | None
    lines: int
    titles: tuple[str, ...]


class ShopViews:
    """Reads what the open pages show. Published versions never change, so it keeps what it read."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read: dict[str, Offer] = {}

    async def for_sale(self) -> tuple[Offer, ...]:
        """Return all that is for sale, the general library first, by title.

        One query that is answered from keys alone, and one more after a publication.
        """
        async with self._database.reading() as session:
            ids = await _ids_for_sale(session)
            new = ids - self._read.keys()
            rows = await session.scalars(_versions(new)) if new else ()
            read = {row.id: _offer(row) for row in rows}
        known = self._read | read
        self._read = {each: known[each] for each in ids}
        return tuple(sorted(self._read.values(), key=lambda offer: shelf_order(offer.entry)))

    async def offer(self, key: CatalogKey) -> Offer:
        """Return what is for sale under this name, or refuse with ``not_offered``."""
        query = (
            select(CatalogVersionRow)
            .join_from(MicroCredentialRow, CatalogVersionRow, _IS_PUBLISHED)
            .where(MicroCredentialRow.library == key.library, MicroCredentialRow.slug == key.slug)
        )
        async with self._database.reading() as session:
            row = await session.scalar(query)
        if row is None:
            raise NotOffered
        return _offer(row)

    async def edition(self) -> str:
        """Return a name for all that is for sale as it is; versions never change, so it is exact.

        Cheaper than reading the catalogue, for what was made from it and is kept.
        """
        async with self._database.reading() as session:
            ids = sorted(await _ids_for_sale(session))
        return hashlib.sha256("\n".join(ids).encode()).hexdigest()[:16]

    async def placed(self, channel: Channel, number: str) -> PlacedOrder | None:
        """Return the order of this number, if it has arrived."""
        query = (
            select(OrderRow, CatalogVersionRow.title, func.count())
            .join_from(OrderRow, OrderLineRow, OrderLineRow.order_id == OrderRow.id)
            .join(CatalogVersionRow, CatalogVersionRow.id == OrderLineRow.version_id)
            .where(OrderRow.channel == channel, OrderRow.external_id == number)
            .group_by(OrderRow.id, CatalogVersionRow.title)
            .order_by(CatalogVersionRow.title)
        )
        async with self._database.reading() as session:
            rows = (await session.execute(query)).all()
        if not rows:
            return None
        order: OrderRow = rows[0][0]
        return PlacedOrder(
            number=order.external_id,
            placed_at=order.placed_at,
            settled_at=order.settled_at,
            lines=sum(count for *_, count in rows),
            titles=tuple(title for _, title, _ in rows),
        )


_IS_PUBLISHED = (CatalogVersionRow.micro_credential_id == MicroCredentialRow.id) & (
    CatalogVersionRow.number == MicroCredentialRow.published_version
)


async def _ids_for_sale(session: AsyncSession) -> set[str]:
    query = select(CatalogVersionRow.id).join_from(
        MicroCredentialRow, CatalogVersionRow, _IS_PUBLISHED
    )
    return set(await session.scalars(query))


def _versions(ids: set[str]) -> Select[CatalogVersionRow]:
    return select(CatalogVersionRow).where(CatalogVersionRow.id.in_(ids))


def _offer(version: CatalogVersionRow) -> Offer:
    return Offer(entry=CatalogEntry.model_validate(version.content), version=version.number)
