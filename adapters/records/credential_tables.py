"""The tables of credentials: what was signed, where its status is published, what was corrected."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from adapters.records.tables import Base


class StatusListRow(Base):
    """One published list of revocations; ``body`` is its signed form, as it is served."""

    __tablename__ = "status_lists"

    id: Mapped[str] = mapped_column(primary_key=True)
    made_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=0)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    signed_at: Mapped[datetime | None]


class CredentialRow(Base):
    """A credential as it was signed; exactly one of an award counts (trap 20)."""

    __tablename__ = "credentials"
    __table_args__ = (
        UniqueConstraint("enrollment_id", "ordinal"),
        UniqueConstraint("status_list_id", "status_index"),
        Index(
            "uq_credentials_that_counts",
            "enrollment_id",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
        Index("ix_credentials_issued", "issued_at", "id"),
        Index("ix_credentials_issued_of_library", "library", "issued_at", "id"),
        Index(
            "ix_credentials_issued_and_revoked",
            "issued_at",
            "id",
            sqlite_where=text("revoked_at IS NOT NULL"),
            postgresql_where=text("revoked_at IS NOT NULL"),
        ),
        Index(
            "ix_credentials_revocation_unpublished",
            "revoked_at",
            sqlite_where=text("revoked_at IS NOT NULL AND revocation_published_at IS NULL"),
            postgresql_where=text("revoked_at IS NOT NULL AND revocation_published_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    enrollment_id: Mapped[str] = mapped_column(ForeignKey("awards.enrollment_id"), index=True)
    ordinal: Mapped[int]
    """1 for the first credential of an award, one more for each that replaces another."""
    replaces_id: Mapped[str | None] = mapped_column(ForeignKey("credentials.id"), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    library: Mapped[str]
    """Of the enrollment: the list of operations is filtered by it."""
    status_list_id: Mapped[str] = mapped_column(ForeignKey("status_lists.id"))
    status_index: Mapped[int]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    jwt: Mapped[str | None] = mapped_column(Text)
    key_id: Mapped[str]
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revocation_published_at: Mapped[datetime | None]
    """When a status list was kept that says so to everybody; empty until then."""
    examined_at: Mapped[datetime] = mapped_column(index=True)
    """When the sweep last compared ``body`` with this row; at first when it was issued."""


class CredentialCorrectionRow(Base):
    """A revocation or reissue by operations: asked for once, carried out step by step.

    Who asked, and in which words, is a reason (``reason_id``) as with every act of operations.
    """

    __tablename__ = "credential_corrections"
    __table_args__ = (
        Index(
            "ix_credential_corrections_open",
            "asked_at",
            sqlite_where=text("done_at IS NULL AND refused_at IS NULL"),
            postgresql_where=text("done_at IS NULL AND refused_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    credential_id: Mapped[str] = mapped_column(ForeignKey("credentials.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    reason_id: Mapped[str]
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    refused_why: Mapped[str] = mapped_column(Text, default="")


class RecipientRow(Base):
    """The opaque number under which a person appears in all of their credentials."""

    __tablename__ = "recipients"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    recipient_id: Mapped[str] = mapped_column(unique=True)
