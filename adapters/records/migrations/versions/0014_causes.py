"""What an entry was caused by, and how one was refused."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("entries", sa.Column("cause", sa.String(length=200)))
    op.add_column("entries", sa.Column("refusal", sa.JSON()))
