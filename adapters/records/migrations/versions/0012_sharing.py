"""What practitioners choose to show of a credential."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "credential_sharing",
        sa.Column("enrollment_id", sa.String(length=200), nullable=False),
        sa.Column("visibility", sa.String(length=20), nullable=False),
        sa.Column("shows_name", sa.Boolean(), nullable=False),
        sa.Column("shows_details", sa.Boolean(), nullable=False),
        sa.Column("gives_files", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["awards.enrollment_id"],
            name=op.f("fk_credential_sharing_enrollment_id_awards"),
        ),
        sa.PrimaryKeyConstraint("enrollment_id", name=op.f("pk_credential_sharing")),
    )
