"""Qualifications repeat what decides when an assessor is asked, in an index of each library."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

COPIED = """
UPDATE qualifications SET
    share_in_use = (
        SELECT CASE WHEN a.is_active AND a.capacity > 0
            THEN CAST(a.load AS FLOAT) / a.capacity ELSE 2 END
        FROM assessors a WHERE a.id = qualifications.assessor_id
    ),
    last_offered_at = (
        SELECT a.last_offered_at FROM assessors a WHERE a.id = qualifications.assessor_id
    )
"""


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "qualifications", sa.Column("share_in_use", sa.Double(), server_default="0", nullable=False)
    )
    op.add_column("qualifications", sa.Column("last_offered_at", sa.DateTime(timezone=True)))
    op.execute(COPIED)
    op.create_index("ix_qualifications_assessor_id", "qualifications", ["assessor_id"])
    op.create_index(
        "ix_qualifications_asking_order",
        "qualifications",
        [
            "library",
            "share_in_use",
            sa.text("(last_offered_at IS NOT NULL)"),
            "last_offered_at",
            "assessor_id",
        ],
    )
