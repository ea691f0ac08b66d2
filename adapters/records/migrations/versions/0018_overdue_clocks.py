"""An index of the clocks that are called overdue, few among all that ever ran."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_index(
        "ix_due_times_overdue",
        "due_times",
        ["id", "started_at"],
        sqlite_where=sa.text("clock = 'overdue'"),
        postgresql_where=sa.text("clock = 'overdue'"),
    )
