"""What is read of credentials: one by its number, those of an award or a person, and the list."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, defer

from adapters.records import credential_list
from adapters.records.credential_tables import (
    CredentialCorrectionRow,
    CredentialRow,
    StatusListRow,
)
from adapters.records.credential_values import (
    CorrectionLine,
    CredentialFilter,
    CredentialLine,
    CredentialView,
    KeptStatusList,
)
from adapters.records.database import Database
from adapters.records.keyset import PAGE, Page, page_of, unsealed
from adapters.records.round_tables import AwardRow
from adapters.records.tables import (
    AttentionRow,
    CatalogVersionRow,
    EnrollmentRow,
    PersonRow,
    ReasonRow,
)
from domain.credentials import (
    CorrectionKind,
    SignedCredential,
    StatusPlace,
    UnknownCredential,
    UnknownStatusList,
)
from domain.enrollment import AttentionKind

_NEXT = aliased(CredentialRow)

Found = Row[CredentialRow, AwardRow, str, str, str | None]
"""A credential, its award, practitioner, title, and the number of what replaces it."""


class CredentialViews:
    """Reads credentials; never writes. What was signed is handed on as the bytes that were kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def credential(self, credential_id: str) -> CredentialView:
        """Return one credential with its corrections. Refuses ``unknown_credential``."""
        found = await self._found(CredentialRow.id == credential_id)
        if not found:
            raise UnknownCredential(credential=credential_id)
        return found[0]

    async def of_enrollment(self, enrollment_id: str) -> tuple[CredentialView, ...]:
        """Return the chain of an award from its first credential to the one that counts now.

        Empty while the credential is being made, and for an enrollment without an award.
        """
        return await self._found(CredentialRow.enrollment_id == enrollment_id)

    async def of_person(self, person_id: str) -> tuple[CredentialView, ...]:
        """Return every credential of somebody, issued first first."""
        return await self._found(CredentialRow.person_id == person_id)

    async def chain(self, credential_id: str) -> tuple[CredentialView, ...]:
        """Return the chain that a credential belongs to. Refuses ``unknown_credential``."""
        return await self.of_enrollment((await self.credential(credential_id)).enrollment_id)

    async def signed(self, credential_id: str) -> SignedCredential:
        """Return a credential as it was signed. Refuses ``unknown_credential``."""
        async with self._database.reading() as session:
            row = await session.get(CredentialRow, credential_id)
        if row is None:
            raise UnknownCredential(credential=credential_id)
        return SignedCredential(body=row.body, jwt=row.jwt, key_id=row.key_id)

    async def status_list(self, list_id: str) -> KeptStatusList:
        """Return a status list as it was signed last. Refuses ``unknown_status_list``."""
        async with self._database.reading() as session:
            row = await session.get(StatusListRow, list_id)
        if row is None or row.body is None or row.signed_at is None:
            raise UnknownStatusList(list=list_id)
        return KeptStatusList(
            id=row.id, version=row.version, body=row.body, signed_at=row.signed_at
        )

    async def page(
        self, wanted: CredentialFilter, after: str = "", limit: int = PAGE
    ) -> Page[CredentialLine]:
        """Return one page of credentials, issued last first. Refuses ``cursor_not_valid``."""
        last = unsealed(after, credential_list.ORDER)
        query = credential_list.credentials_query(wanted, last, limit)
        async with self._database.reading() as session:
            rows = (await session.execute(query)).all()
        return page_of(rows, limit, credential_list.line_of, credential_list.cursor_of)

    async def why_not_signed(self, enrollment_id: str) -> str:
        """Return what keeps the credential of an award from being signed; ``""`` if nothing does.

        It is what operations read with the open attention.
        """
        query = select(AttentionRow.opened_why).where(
            AttentionRow.subject_id == enrollment_id,
            AttentionRow.kind == AttentionKind.CREDENTIAL_MISSING,
            AttentionRow.closed_at.is_(None),
        )
        async with self._database.reading() as session:
            return await session.scalar(query) or ""

    async def corrections(self, credential_id: str) -> tuple[CorrectionLine, ...]:
        """Return what operations asked for about one credential, oldest first."""
        async with self._database.reading() as session:
            return (await _corrections(session, [credential_id])).get(credential_id, ())

    async def correction(self, correction_id: str) -> CorrectionLine | None:
        """Return one correction; ``None`` when nobody asked for it."""
        query = _corrections_query().where(CredentialCorrectionRow.id == correction_id)
        async with self._database.reading() as session:
            row = (await session.execute(query)).one_or_none()
        return _correction(*row) if row is not None else None

    async def _found(self, condition: ColumnElement[bool]) -> tuple[CredentialView, ...]:
        async with self._database.reading() as session:
            rows = (await session.execute(_query().where(condition))).all()
            corrections = await _corrections(session, [row[0].id for row in rows])
        return tuple(_view(row, corrections.get(row[0].id, ())) for row in rows)


def _query() -> Select[CredentialRow, AwardRow, str, str, str | None]:
    return (
        select(CredentialRow, AwardRow, PersonRow.name, CatalogVersionRow.title, _NEXT.id)
        .options(defer(CredentialRow.body))
        .join(AwardRow, AwardRow.enrollment_id == CredentialRow.enrollment_id)
        .join(EnrollmentRow, EnrollmentRow.id == CredentialRow.enrollment_id)
        .join(PersonRow, PersonRow.id == CredentialRow.person_id)
        .join(CatalogVersionRow, CatalogVersionRow.id == EnrollmentRow.version_id)
        .outerjoin(_NEXT, _NEXT.replaces_id == CredentialRow.id)
        .order_by(CredentialRow.issued_at, CredentialRow.enrollment_id, CredentialRow.ordinal)
    )


def _view(found: Found, corrections: tuple[CorrectionLine, ...]) -> CredentialView:
    row, award, practitioner, title, replaced_by = found
    return CredentialView(
        id=row.id,
        enrollment_id=row.enrollment_id,
        person_id=row.person_id,
        practitioner=practitioner,
        title=title,
        library=row.library,
        round=award.round,
        ordinal=row.ordinal,
        state=credential_list.state_of(row.revoked_at, replaced_by),
        awarded_at=award.awarded_at,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        is_revocation_public=(row.revoked_at is None) == (row.revocation_published_at is None),
        key_id=row.key_id,
        has_jwt=row.jwt is not None,
        status=StatusPlace(list_id=row.status_list_id, index=row.status_index),
        replaces=row.replaces_id,
        replaced_by=replaced_by,
        corrections=corrections,
    )


def _corrections_query() -> Select[CredentialCorrectionRow, ReasonRow]:
    return select(CredentialCorrectionRow, ReasonRow).join(
        ReasonRow, ReasonRow.id == CredentialCorrectionRow.reason_id
    )


async def _corrections(
    session: AsyncSession, credential_ids: Sequence[str]
) -> dict[str, tuple[CorrectionLine, ...]]:
    """Return the corrections of some credentials in one query."""
    if not credential_ids:
        return {}
    found = await session.execute(
        _corrections_query()
        .where(CredentialCorrectionRow.credential_id.in_(credential_ids))
        .order_by(CredentialCorrectionRow.asked_at, CredentialCorrectionRow.id)
    )
    told: dict[str, tuple[CorrectionLine, ...]] = {}
    for row, reason in found:
        told[row.credential_id] = (*told.get(row.credential_id, ()), _correction(row, reason))
    return told


def _correction(row: CredentialCorrectionRow, reason: ReasonRow) -> CorrectionLine:
    return CorrectionLine(
        id=row.id,
        credential_id=row.credential_id,
        kind=CorrectionKind(row.kind),
        by_name=reason.by_name,
        reason=reason.text,
        asked_at=row.asked_at,
        done_at=row.done_at,
        refused_at=row.refused_at,
        refused_why=row.refused_why,
    )
