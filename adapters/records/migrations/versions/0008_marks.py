"""Words before the mark, and why something is unscorable."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("marks") as marks:
        marks.add_column(sa.Column("obstacle", sa.String(200), nullable=True))
        marks.alter_column("kind", existing_type=sa.String(200), nullable=True)
