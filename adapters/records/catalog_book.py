"""The catalogue: one draft for each micro-credential, and its published versions, never changed."""

from collections.abc import Callable
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.database import Database
from adapters.records.ops_actions import keep_action
from adapters.records.tables import CatalogVersionRow, MicroCredentialRow
from domain.catalog import CatalogEntry, CatalogKey, refuse_unless_publishable
from domain.catalog_changes import refuse_unless_seen
from domain.catalog_keys import NoDraft, UnknownMicroCredential, UnknownVersion
from domain.grounds import Grounds, OpsActionKind
from domain.values import Instant, Value, opaque_id

Change = Callable[[CatalogEntry | None], CatalogEntry]
"""A rule that makes the new draft from the one that is kept, if one is; pure, and may refuse."""


class DraftState(StrEnum):
    """How the draft of an entry stands to what is for sale."""

    UNPUBLISHED = "unpublished"
    PUBLISHED = "published"
    CHANGED = "changed"


class DraftChange(Value):
    """The draft after a command, and whether the command changed it."""

    entry: CatalogEntry
    is_changed: bool


class PublishedVersion(Value):
    """One published version. ``is_new`` is false where the same content was published before."""

    number: int
    published_at: Instant
    entry: CatalogEntry
    is_new: bool = False


class CatalogListing(Value):
    """One line of the catalogue: what it is, how far it is, and what it costs (cents)."""

    library: str
    slug: str
    title: str
    outcomes: int
    details: int
    price_cents: int
    draft: DraftState
    published_version: int | None


class Shelf(Value):
    """What the catalogue holds of one micro-credential: its draft and the version for sale."""

    draft: CatalogEntry | None
    published: PublishedVersion | None


class CatalogBook:
    """Where the catalogue is kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def change_draft(
        self, key: CatalogKey, kind: OpsActionKind, change: Change, grounds: Grounds
    ) -> DraftChange:
        """Replace the draft by what ``change`` makes of it; an equal one changes nothing."""
        async with self._database.transaction() as session:
            row = await self._locked(session, key)
            known = _draft_of(row)
            entry = change(known)
            if entry == known:
                return DraftChange(entry=entry, is_changed=False)
            if row is None:
                row = MicroCredentialRow(
                    id=opaque_id("m", key.library, key.slug), library=key.library, slug=key.slug
                )
                session.add(row)
            row.draft = entry.model_dump(mode="json")
            await session.flush()
            await keep_action(session, kind, row.id, grounds)
            return DraftChange(entry=entry, is_changed=True)

    async def publish(self, key: CatalogKey, grounds: Grounds, seen: str = "") -> PublishedVersion:
        """Put the draft up for sale under the next number; the same content keeps its number.

        ``seen`` is the fingerprint of the draft that somebody decided about. Raises the refusal of
        the gravest thing that is missing, or ``DraftMovedOn``, and then nothing is published.
        """
        async with self._database.transaction() as session:
            row = await self._locked(session, key)
            draft = _draft_of(row)
            if row is None:
                raise UnknownMicroCredential(key=key)
            if draft is None:
                raise NoDraft(key=key)
            refuse_unless_seen(draft, seen)
            refuse_unless_publishable(draft)
            versions = await _versions(session, row)
            same = next((each for each in versions if _entry_of(each) == draft), None)
            version = same or _next_version(row, draft, len(versions) + 1, grounds)
            if same is None:
                session.add(version)
            if row.published_version != version.number:
                row.published_version = version.number
                await session.flush()
                await keep_action(session, OpsActionKind.VERSION_PUBLISHED, row.id, grounds)
            return _published(version, is_new=same is None)

    async def listing(self) -> tuple[CatalogListing, ...]:
        """Return every micro-credential, by library and slug."""
        async with self._database.reading() as session:
            rows = await session.execute(
                select(MicroCredentialRow, CatalogVersionRow)
                .outerjoin(
                    CatalogVersionRow,
                    (CatalogVersionRow.micro_credential_id == MicroCredentialRow.id)
                    & (CatalogVersionRow.number == MicroCredentialRow.published_version),
                )
                .order_by(MicroCredentialRow.library, MicroCredentialRow.slug)
            )
            return tuple(_listing(row, version) for row, version in rows)

    async def shelf(self, key: CatalogKey) -> Shelf:
        """Return the draft and the version for sale, or refuse what is not in the catalogue."""
        async with self._database.reading() as session:
            row = await _row(session, key)
            version = await _version(session, row, row.published_version)
            published = _published(version) if version else None
            return Shelf(draft=_draft_of(row), published=published)

    async def draft(self, key: CatalogKey) -> CatalogEntry | None:
        """Return the draft that is kept under a name, or ``None``."""
        query = select(MicroCredentialRow).where(
            MicroCredentialRow.library == key.library, MicroCredentialRow.slug == key.slug
        )
        async with self._database.reading() as session:
            return _draft_of(await session.scalar(query))

    async def version(self, key: CatalogKey, number: int) -> PublishedVersion:
        """Return one published version as it was published, or refuse."""
        async with self._database.reading() as session:
            version = await _version(session, await _row(session, key), number)
            if version is None:
                raise UnknownVersion(key=key, number=number)
            return _published(version)

    async def _locked(self, session: AsyncSession, key: CatalogKey) -> MicroCredentialRow | None:
        query = select(MicroCredentialRow).where(
            MicroCredentialRow.library == key.library, MicroCredentialRow.slug == key.slug
        )
        return await session.scalar(
            query.with_for_update() if self._database.has_row_locks else query
        )


async def _row(session: AsyncSession, key: CatalogKey) -> MicroCredentialRow:
    row = await session.scalar(
        select(MicroCredentialRow).where(
            MicroCredentialRow.library == key.library, MicroCredentialRow.slug == key.slug
        )
    )
    if row is None:
        raise UnknownMicroCredential(key=key)
    return row


async def _versions(session: AsyncSession, row: MicroCredentialRow) -> list[CatalogVersionRow]:
    found = await session.scalars(
        select(CatalogVersionRow)
        .where(CatalogVersionRow.micro_credential_id == row.id)
        .order_by(CatalogVersionRow.number)
    )
    return list(found)


async def _version(
    session: AsyncSession, row: MicroCredentialRow, number: int | None
) -> CatalogVersionRow | None:
    # A number that no column holds is no version; PostgreSQL would refuse the question itself.
    if number is None or not 1 <= number < 2**31:
        return None
    return await session.scalar(
        select(CatalogVersionRow).where(
            CatalogVersionRow.micro_credential_id == row.id, CatalogVersionRow.number == number
        )
    )


def _next_version(
    row: MicroCredentialRow, entry: CatalogEntry, number: int, grounds: Grounds
) -> CatalogVersionRow:
    return CatalogVersionRow(
        id=opaque_id("c", row.id, str(number)),
        micro_credential_id=row.id,
        number=number,
        title=entry.title,
        library=entry.library,
        content=entry.model_dump(mode="json"),
        published_at=grounds.at,
    )


def _draft_of(row: MicroCredentialRow | None) -> CatalogEntry | None:
    return CatalogEntry.model_validate(row.draft) if row is not None and row.draft else None


def _entry_of(version: CatalogVersionRow) -> CatalogEntry:
    return CatalogEntry.model_validate(version.content)


def _published(version: CatalogVersionRow, *, is_new: bool = False) -> PublishedVersion:
    return PublishedVersion(
        number=version.number,
        published_at=version.published_at,
        entry=_entry_of(version),
        is_new=is_new,
    )


def _listing(row: MicroCredentialRow, version: CatalogVersionRow | None) -> CatalogListing:
    draft, published = _draft_of(row), _entry_of(version) if version else None
    entry = draft or published
    state = DraftState.CHANGED
    if published is None:
        state = DraftState.UNPUBLISHED
    elif draft is None or draft == published:
        state = DraftState.PUBLISHED
    return CatalogListing(
        library=row.library,
        slug=row.slug,
        title=entry.title if entry else "",
        outcomes=len(entry.outcomes) if entry else 0,
        details=sum(len(each.details) for each in entry.outcomes) if entry else 0,
        price_cents=entry.price_cents if entry else 0,
        draft=state,
        published_version=row.published_version,
    )
