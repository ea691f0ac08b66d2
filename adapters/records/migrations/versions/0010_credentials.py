"""Credentials, their status lists and corrections."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "status_lists",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_lists")),
    )
    op.create_table(
        "recipients",
        sa.Column("person_id", sa.String(length=200), nullable=False),
        sa.Column("recipient_id", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_recipients_person_id_people")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_recipients")),
        sa.UniqueConstraint("recipient_id", name=op.f("uq_recipients_recipient_id")),
    )
    op.create_table(
        "credentials",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("enrollment_id", sa.String(length=200), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("replaces_id", sa.String(length=200), nullable=True),
        sa.Column("person_id", sa.String(length=200), nullable=False),
        sa.Column("library", sa.String(length=200), nullable=False),
        sa.Column("status_list_id", sa.String(length=200), nullable=False),
        sa.Column("status_index", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("jwt", sa.Text(), nullable=True),
        sa.Column("key_id", sa.String(length=200), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revocation_published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("examined_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["awards.enrollment_id"],
            name=op.f("fk_credentials_enrollment_id_awards"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_credentials_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["credentials.id"], name=op.f("fk_credentials_replaces_id_credentials")
        ),
        sa.ForeignKeyConstraint(
            ["status_list_id"],
            ["status_lists.id"],
            name=op.f("fk_credentials_status_list_id_status_lists"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credentials")),
        sa.UniqueConstraint(
            "enrollment_id", "ordinal", name=op.f("uq_credentials_enrollment_id_ordinal")
        ),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_credentials_replaces_id")),
        sa.UniqueConstraint(
            "status_list_id",
            "status_index",
            name=op.f("uq_credentials_status_list_id_status_index"),
        ),
    )
    op.create_index(
        op.f("ix_credentials_enrollment_id"), "credentials", ["enrollment_id"], unique=False
    )
    op.create_index(op.f("ix_credentials_person_id"), "credentials", ["person_id"], unique=False)
    op.create_index(
        "uq_credentials_that_counts",
        "credentials",
        ["enrollment_id"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    _index_lists()
    op.create_table(
        "credential_corrections",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("credential_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reason_id", sa.String(length=200), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["credential_id"],
            ["credentials.id"],
            name=op.f("fk_credential_corrections_credential_id_credentials"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential_corrections")),
    )
    op.create_index(
        op.f("ix_credential_corrections_credential_id"),
        "credential_corrections",
        ["credential_id"],
        unique=False,
    )
    op.create_index(
        "ix_credential_corrections_open",
        "credential_corrections",
        ["asked_at"],
        unique=False,
        sqlite_where=sa.text("done_at IS NULL AND refused_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL AND refused_at IS NULL"),
    )


def _index_lists() -> None:
    """Let the list of operations, its filters and the sweep each walk one index."""
    op.create_index("ix_credentials_issued", "credentials", ["issued_at", "id"], unique=False)
    op.create_index(
        "ix_credentials_issued_of_library",
        "credentials",
        ["library", "issued_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_credentials_issued_and_revoked",
        "credentials",
        ["issued_at", "id"],
        unique=False,
        sqlite_where=sa.text("revoked_at IS NOT NULL"),
        postgresql_where=sa.text("revoked_at IS NOT NULL"),
    )
    op.create_index(
        "ix_credentials_revocation_unpublished",
        "credentials",
        ["revoked_at"],
        unique=False,
        sqlite_where=sa.text("revoked_at IS NOT NULL AND revocation_published_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NOT NULL AND revocation_published_at IS NULL"),
    )
    op.create_index(
        op.f("ix_credentials_examined_at"), "credentials", ["examined_at"], unique=False
    )
