"""The catalogue as operations look at it: versions with who pursues them, and who did what."""

from collections.abc import Iterable

from sqlalchemy import func, select

from adapters.records.catalog_book import CatalogBook, CatalogListing, Shelf
from adapters.records.database import Database
from adapters.records.tables import CatalogVersionRow, EnrollmentRow, MicroCredentialRow
from adapters.records.view_logs import actions_of
from adapters.records.view_values import ActionLine
from domain.catalog import CatalogKey
from domain.catalog_keys import UnknownMicroCredential
from domain.values import Instant, Value


class VersionLine(Value):
    """One published version, and how many enrollments are bound to it."""

    number: int
    title: str
    published_at: Instant
    is_for_sale: bool
    open: int
    enrollments: int


class EntryFacts(Value):
    """Everything about one micro-credential; the newest version comes first."""

    key: CatalogKey
    shelf: Shelf
    versions: tuple[VersionLine, ...]
    actions: tuple[ActionLine, ...]


class CatalogCounts(Value):
    """How many enrollments of a micro-credential there are, open ones and all."""

    open: int = 0
    enrollments: int = 0


class CatalogViews:
    """Reads; never writes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._book = CatalogBook(database)

    async def listing(self) -> tuple[tuple[CatalogListing, CatalogCounts], ...]:
        """Return every micro-credential, by library and slug, with its enrollments."""
        counts: dict[tuple[str, str], CatalogCounts] = {}
        query = (
            select(
                MicroCredentialRow.library,
                MicroCredentialRow.slug,
                func.count().filter(EnrollmentRow.ended_at.is_(None)),
                func.count(),
            )
            .join(EnrollmentRow, EnrollmentRow.micro_credential_id == MicroCredentialRow.id)
            .group_by(MicroCredentialRow.library, MicroCredentialRow.slug)
        )
        async with self._database.reading() as session:
            for library, slug, is_open, every in await session.execute(query):
                counts[library, slug] = CatalogCounts(open=is_open, enrollments=every)
        return tuple(
            (each, counts.get((each.library, each.slug), CatalogCounts()))
            for each in await self._book.listing()
        )

    async def libraries(self) -> tuple[str, ...]:
        """Return every library that the catalogue has."""
        query = select(MicroCredentialRow.library).distinct().order_by(MicroCredentialRow.library)
        async with self._database.reading() as session:
            return tuple(await session.scalars(query))

    async def entry(self, key: CatalogKey) -> EntryFacts:
        """Return one micro-credential. Raises ``UnknownMicroCredential``."""
        shelf = await self._book.shelf(key)
        is_of_version = EnrollmentRow.version_id == CatalogVersionRow.id
        async with self._database.reading() as session:
            row = await session.scalar(
                select(MicroCredentialRow).where(
                    MicroCredentialRow.library == key.library, MicroCredentialRow.slug == key.slug
                )
            )
            if row is None:
                raise UnknownMicroCredential(key=key)
            versions = await session.execute(
                select(
                    CatalogVersionRow.number,
                    CatalogVersionRow.title,
                    CatalogVersionRow.published_at,
                    func.count(EnrollmentRow.id).filter(EnrollmentRow.ended_at.is_(None)),
                    func.count(EnrollmentRow.id),
                )
                .outerjoin(EnrollmentRow, is_of_version)
                .where(CatalogVersionRow.micro_credential_id == row.id)
                .group_by(CatalogVersionRow.id)
                .order_by(CatalogVersionRow.number.desc())
            )
            return EntryFacts(
                key=key,
                shelf=shelf,
                versions=tuple(_lines(versions, row.published_version)),
                actions=await actions_of(session, row.id),
            )


def _lines(
    rows: Iterable[tuple[int, str, Instant, int, int]], published: int | None
) -> Iterable[VersionLine]:
    for number, title, published_at, is_open, every in rows:
        yield VersionLine(
            number=number,
            title=title,
            published_at=published_at,
            is_for_sale=number == published,
            open=is_open,
            enrollments=every,
        )
