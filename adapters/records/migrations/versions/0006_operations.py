"""Letters as they were sent, and acts in bulk."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    # Due times that were computed before have no reminders on record; the journey still has them.
    op.add_column(
        "due_times", sa.Column("reminders", sa.JSON(), nullable=False, server_default="{}")
    )
    op.create_table(
        "letters",
        sa.Column("notice_id", sa.String(length=200), nullable=False),
        sa.Column("to_name", sa.String(length=200), nullable=False),
        sa.Column("to_address", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notices.id"], name=op.f("fk_letters_notice_id_notices")
        ),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_letters")),
    )
    op.create_table(
        "bulk_acts",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("act", sa.JSON(), nullable=False),
        sa.Column("fingerprint", sa.String(length=200), nullable=False),
        sa.Column("reason_id", sa.String(length=200), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["reason_id"], ["reasons.id"], name=op.f("fk_bulk_acts_reason_id_reasons")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_acts")),
    )
    op.create_index(op.f("ix_bulk_acts_ended_at"), "bulk_acts", ["ended_at"], unique=False)
    op.create_table(
        "bulk_lines",
        sa.Column("bulk_id", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("enrollment_id", sa.String(length=200), nullable=False),
        sa.Column("target", sa.String(length=200), nullable=True),
        sa.Column("state", sa.String(length=200), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["bulk_id"], ["bulk_acts.id"], name=op.f("fk_bulk_lines_bulk_id_bulk_acts")
        ),
        sa.PrimaryKeyConstraint("bulk_id", "number", name=op.f("pk_bulk_lines")),
    )
    op.create_index("ix_bulk_lines_bulk_id_state", "bulk_lines", ["bulk_id", "state"], unique=False)
    op.create_table(
        "presses",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("pressed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presses")),
    )
