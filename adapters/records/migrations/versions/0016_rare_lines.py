"""Indexes of what is rare among much: failed and delayed notices, ended journeys with attention.

They take the place of the one over all notices that are not at rest, which each mail entered and
left: lists no longer ask for those.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _create_index_over(
        "state IN ('refused', 'bounced', 'unknown') AND superseded_by IS NULL",
        "ix_notices_failed",
        "notices",
        ["intended_at", "id"],
    )
    _create_index_over(
        "state IN ('intended', 'sending') AND attempts >= 8",
        "ix_notices_delayed",
        "notices",
        ["intended_at", "id"],
    )
    op.drop_index("ix_notices_not_at_rest", "notices")
    _create_index_over(
        "waiting_until IS NULL AND ended_at IS NOT NULL AND open_attention > 0",
        "ix_enrollments_ended_with_attention",
        "enrollments",
        ["ended_at", "id"],
    )


def _create_index_over(condition: str, name: str, table: str, columns: list[str]) -> None:
    op.create_index(
        name,
        table,
        columns,
        sqlite_where=sa.text(condition),
        postgresql_where=sa.text(condition),
    )
