"""How award, credential and status list can come apart: one query for each way (trap 20).

A credential that was revoked stays the credential of its award: an award without one that counts
is no breach, an award that never had any is.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, func, select

from adapters.records.credential_tables import CredentialRow
from adapters.records.round_tables import AwardRow

CREDENTIALS_SENTENCE = "Every award has its credential, and every credential its award and status."

PASSING = timedelta(minutes=5)
"""What is being signed, or published, at this moment is no breach."""


def awards_without_credential(now: datetime) -> Select[str]:
    """Return the awards that have no credential, and had time enough to get it."""
    has_any = exists().where(CredentialRow.enrollment_id == AwardRow.enrollment_id)
    return select(AwardRow.enrollment_id).where(AwardRow.awarded_at < now - PASSING, ~has_any)


def credentials_without_award() -> Select[str]:
    """Return credentials of what was never awarded."""
    is_awarded = exists().where(AwardRow.enrollment_id == CredentialRow.enrollment_id)
    return select(CredentialRow.enrollment_id).where(~is_awarded)


def two_that_count() -> Select[str]:
    """Return awards of which more than one credential counts."""
    return (
        select(CredentialRow.enrollment_id)
        .where(CredentialRow.revoked_at.is_(None))
        .group_by(CredentialRow.enrollment_id)
        .having(func.count() > 1)
    )


def unpublished_revocations(now: datetime) -> Select[str]:
    """Return awards of which a credential was revoked, and everybody still reads otherwise."""
    return select(CredentialRow.enrollment_id).where(
        CredentialRow.revoked_at < now - PASSING, is_unpublished()
    )


def published_without_revocation() -> Select[str]:
    """Return awards of which a credential counts, and everybody reads that it does not."""
    return select(CredentialRow.enrollment_id).where(
        CredentialRow.revocation_published_at.is_not(None), CredentialRow.revoked_at.is_(None)
    )


def is_unpublished() -> ColumnElement[bool]:
    """Whether a revocation waits for its status list; written as the index over these has it."""
    return CredentialRow.revoked_at.is_not(None) & CredentialRow.revocation_published_at.is_(None)
