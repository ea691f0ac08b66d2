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
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    enrollment_id: Mapped[str] = mapped_column(ForeignKey("awards.enrollment_id"), index=True)
    ordinal: Mapped[int]
    """1 for the first credential of an award, one more for each that replaces another."""
    replaces_id: Mapped[str | None] = mapped_column(ForeignKey("credentials.id"), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    status_list_id: Mapped[str] = mapped_column(ForeignKey("status_lists.id"))
    status_index: Mapped[int]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    jwt: Mapped[str | None] = mapped_column(Text)
    key_id: Mapped[str]
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class CredentialCorrectionRow(Base):
    """A revocation or reissue by operations: asked for once, carried out step by step."""

    __tablename__ = "credential_corrections"

    id: Mapped[str] = mapped_column(primary_key=True)
    credential_id: Mapped[str] = mapped_column(ForeignKey("credentials.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[str]
    reason: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class RecipientRow(Base):
    """The opaque number under which a person appears in all of their credentials."""

    __tablename__ = "recipients"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    recipient_id: Mapped[str] = mapped_column(unique=True)
