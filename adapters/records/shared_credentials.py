"""Credentials as their public pages need them: one query for all that a check of one looks at."""

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from adapters.records.credential_tables import CredentialRow, StatusListRow
from adapters.records.database import Database
from adapters.records.sharing_book import sharing_of
from adapters.records.sharing_tables import SharingRow
from adapters.records.tables import CatalogVersionRow, EnrollmentRow, MicroCredentialRow
from domain.catalog import CatalogEntry, CatalogKey
from domain.credentials import CredentialState, UnknownCredential
from domain.sharing import Sharing
from domain.shopping import NotOffered
from domain.values import Instant, Value

Found = Select[CredentialRow, int, bytes | None, SharingRow | None, str | None]


@dataclass(frozen=True)
class SharedCredential:
    """A credential with its status and with what its holder shows of it.

    ``body`` and ``status_body`` are kept bytes, handed on as they are. ``replaced_by`` and
    ``replaces`` are the neighbours in the chain of corrections.
    """

    id: str
    enrollment_id: str
    person_id: str
    body: bytes
    jwt: str | None
    key_id: str
    issued_at: Instant
    revoked_at: Instant | None
    replaces: str | None
    replaced_by: str | None
    status_list_id: str
    status_version: int
    status_body: bytes | None
    sharing: Sharing

    @property
    def state(self) -> CredentialState:
        """Whether it counts, as the records have it."""
        if self.revoked_at is None:
            return CredentialState.VALID
        return CredentialState.REPLACED if self.replaced_by else CredentialState.REVOKED


class PublishedList(Value):
    """A status list as it is served: the bytes that were signed, and which signing it was."""

    version: int
    body: bytes


class Criteria(Value):
    """A published version of a micro-credential, for sale still or not any more."""

    entry: CatalogEntry
    version: int
    published_at: Instant
    is_for_sale: bool


class SharedCredentials:
    """Reads what everybody may look at, and what holders see of their own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def credential(self, credential_id: str) -> SharedCredential:
        """Return a credential. Raises ``UnknownCredential``.

        Whether it may be shown to whoever asks is decided by whoever calls this.
        """
        found = await self._found(_query().where(CredentialRow.id == credential_id))
        if not found:
            raise UnknownCredential(credential=credential_id)
        return found[0]

    async def of_award(self, enrollment_id: str) -> tuple[SharedCredential, ...]:
        """Return every credential of an award, the latest first; none while it is being made."""
        return await self._found(
            _query()
            .where(CredentialRow.enrollment_id == enrollment_id)
            .order_by(CredentialRow.ordinal.desc())
        )

    async def entry(self, enrollment_id: str) -> CatalogEntry:
        """Return the version that an award is about, with its outcomes and their details."""
        query = (
            select(CatalogVersionRow.content)
            .join(EnrollmentRow, EnrollmentRow.version_id == CatalogVersionRow.id)
            .where(EnrollmentRow.id == enrollment_id)
        )
        async with self._database.reading() as session:
            return CatalogEntry.model_validate((await session.scalars(query)).one())

    async def status_list(self, list_id: str) -> PublishedList | None:
        """Return a status list as it was signed last; None without a signed one."""
        async with self._database.reading() as session:
            row = await session.get(StatusListRow, list_id)
        if row is None or row.body is None:
            return None
        return PublishedList(version=row.version, body=row.body)

    async def criteria(self, key: CatalogKey, number: int) -> Criteria:
        """Return a published version, of which credentials speak. Raises ``NotOffered``."""
        query = (
            select(CatalogVersionRow, MicroCredentialRow.published_version)
            .join(
                MicroCredentialRow, MicroCredentialRow.id == CatalogVersionRow.micro_credential_id
            )
            .where(
                MicroCredentialRow.library == key.library,
                MicroCredentialRow.slug == key.slug,
                CatalogVersionRow.number == number,
            )
        )
        async with self._database.reading() as session:
            row = (await session.execute(query)).one_or_none()
        if row is None:
            raise NotOffered
        version, for_sale = row
        return Criteria(
            entry=CatalogEntry.model_validate(version.content),
            version=version.number,
            published_at=version.published_at,
            is_for_sale=for_sale == version.number,
        )

    async def _found(self, query: Found) -> tuple[SharedCredential, ...]:
        async with self._database.reading() as session:
            rows = (await session.execute(query)).all()
        return tuple(_shared(*row) for row in rows)


_NEXT = aliased(CredentialRow)


def _query() -> Found:
    return (
        select(CredentialRow, StatusListRow.version, StatusListRow.body, SharingRow, _NEXT.id)
        .join(StatusListRow, StatusListRow.id == CredentialRow.status_list_id)
        .outerjoin(SharingRow, SharingRow.enrollment_id == CredentialRow.enrollment_id)
        .outerjoin(_NEXT, _NEXT.replaces_id == CredentialRow.id)
    )


def _shared(
    row: CredentialRow,
    status_version: int,
    status_body: bytes | None,
    sharing: SharingRow | None,
    replaced_by: str | None,
) -> SharedCredential:
    return SharedCredential(
        id=row.id,
        enrollment_id=row.enrollment_id,
        person_id=row.person_id,
        body=row.body,
        jwt=row.jwt,
        key_id=row.key_id,
        issued_at=row.issued_at,
        revoked_at=row.revoked_at,
        replaces=row.replaces_id,
        replaced_by=replaced_by,
        status_list_id=row.status_list_id,
        status_version=status_version,
        status_body=status_body,
        sharing=sharing_of(sharing),
    )
