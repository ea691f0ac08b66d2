"""The list of credentials as one query: the page's numbers first, then what stands on its lines."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Row, Select, exists, select
from sqlalchemy.orm import aliased

from adapters.records.credential_tables import CredentialRow
from adapters.records.credential_values import CredentialFilter, CredentialLine
from adapters.records.keyset import Cursor, at_most, earlier_than, inline
from adapters.records.search_book import fits
from adapters.records.tables import CatalogVersionRow, EnrollmentRow, PersonRow
from domain.credentials import CredentialState
from domain.values import Instant

ORDER = "issued"
"""Issued last first; the only order."""

_NEXT = aliased(CredentialRow)

ListedRow = Row[str, str, str, Instant, Instant | None, str | None, str, str]
"""Number, enrollment, library, issued, revoked, what replaces it, practitioner, title."""


def credentials_query(
    wanted: CredentialFilter, after: Cursor | None, limit: int
) -> Select[str, str, str, Instant, Instant | None, str | None, str, str]:
    """Return the query for one page and one line more, which tells whether there is another."""
    page = _numbers(wanted, after, limit + 1).subquery("page")
    return (
        select(
            CredentialRow.id,
            CredentialRow.enrollment_id,
            CredentialRow.library,
            CredentialRow.issued_at,
            CredentialRow.revoked_at,
            _NEXT.id,
            PersonRow.name,
            CatalogVersionRow.title,
        )
        .join(page, page.c.id == CredentialRow.id)
        .join(PersonRow, PersonRow.id == CredentialRow.person_id)
        .join(EnrollmentRow, EnrollmentRow.id == CredentialRow.enrollment_id)
        .join(CatalogVersionRow, CatalogVersionRow.id == EnrollmentRow.version_id)
        .outerjoin(_NEXT, _NEXT.replaces_id == CredentialRow.id)
        .order_by(CredentialRow.issued_at.desc(), CredentialRow.id.desc())
        .limit(at_most(limit + 1))
    )


def line_of(row: ListedRow) -> CredentialLine:
    """Return one line of the list."""
    number, enrollment_id, library, issued_at, revoked_at, follows, practitioner, title = row
    return CredentialLine(
        id=number,
        enrollment_id=enrollment_id,
        practitioner=practitioner,
        title=title,
        library=library,
        state=state_of(revoked_at, follows),
        issued_at=issued_at,
        revoked_at=revoked_at,
    )


def cursor_of(row: ListedRow) -> Cursor:
    """Return the cursor behind a line."""
    return Cursor(order=ORDER, at=row[3], id=row[0])


def state_of(revoked_at: Instant | None, replaced_by: str | None) -> CredentialState:
    """Return whether a credential counts, from its revocation and from what follows it."""
    if revoked_at is None:
        return CredentialState.VALID
    return CredentialState.REVOKED if replaced_by is None else CredentialState.REPLACED


def _numbers(wanted: CredentialFilter, after: Cursor | None, limit: int) -> Select[str]:
    numbers = select(CredentialRow.id.label("id")).where(*_conditions(wanted))
    if after is not None:
        numbers = numbers.where(earlier_than(CredentialRow.issued_at, CredentialRow.id, after))
    newest_first = (CredentialRow.issued_at.desc(), CredentialRow.id.desc())
    return numbers.order_by(*newest_first).limit(at_most(limit))


def _conditions(wanted: CredentialFilter) -> Sequence[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.library:
        conditions.append(CredentialRow.library == inline(wanted.library))
    if wanted.issued_since:
        conditions.append(CredentialRow.issued_at >= wanted.issued_since)
    if wanted.issued_before:
        conditions.append(CredentialRow.issued_at < wanted.issued_before)
    if wanted.text:
        conditions += fits(wanted.text, CredentialRow.enrollment_id)
    return [*conditions, *_of_state(wanted.state)]


def _of_state(state: CredentialState | None) -> Sequence[ColumnElement[bool]]:
    is_revoked = CredentialRow.revoked_at.is_not(None)
    is_replaced = exists().where(_NEXT.replaces_id == CredentialRow.id)
    match state:
        case None:
            return ()
        case CredentialState.VALID:
            return (CredentialRow.revoked_at.is_(None),)
        case CredentialState.REVOKED:
            return (is_revoked, ~is_replaced)
        case CredentialState.REPLACED:
            return (is_revoked, is_replaced)
