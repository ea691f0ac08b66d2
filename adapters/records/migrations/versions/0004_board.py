"""What the lists of operations need to be fast: words to search by, an index for each order."""

import sqlalchemy as sa
from alembic import op

from domain.searching import search_words

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BATCH = 500

ENROLLMENTS = """
SELECT e.id, p.name, p.address, o.external_id, o.purchase_order
FROM enrollments e
JOIN people p ON p.id = e.person_id
JOIN order_lines l ON l.id = e.line_id
JOIN orders o ON o.id = l.order_id
WHERE e.id > :after ORDER BY e.id LIMIT :batch
"""
ORDERS = """
SELECT id, external_id, purchase_order, payer_name, payer_address, payer_organization
FROM orders WHERE id > :after ORDER BY id LIMIT :batch
"""


def upgrade() -> None:
    """Apply."""
    word = sa.String(60).with_variant(sa.String(60, collation="C"), "postgresql")
    words = op.create_table(
        "search_words",
        sa.Column("subject_id", sa.String(200), nullable=False),
        sa.Column("word", word, nullable=False),
        sa.PrimaryKeyConstraint("subject_id", "word", name=op.f("pk_search_words")),
    )
    for query in (ENROLLMENTS, ORDERS):
        _fill(words, query)
    op.create_index("ix_search_words_word", "search_words", ["word", "subject_id"])

    op.create_index("ix_enrollments_due", "enrollments", ["waiting_until", "id"])
    op.create_index("ix_enrollments_opened", "enrollments", ["opened_at", "id"])
    op.create_index("ix_enrollments_active", "enrollments", ["last_at", "id"])
    op.create_index("ix_enrollments_access_due", "enrollments", ["access_due_at"])
    _create_index_over(
        "access_met_at IS NULL AND access_breached_at IS NULL AND ended_at IS NULL",
        "ix_enrollments_access_running",
        "enrollments",
        ["access_due_at"],
    )
    _create_index_over(
        "open_attention > 0",
        "ix_enrollments_with_attention",
        "enrollments",
        ["waiting_until", "id"],
    )
    _create_index_over(
        "waiting_until IS NULL AND ended_at IS NULL",
        "ix_enrollments_timeless",
        "enrollments",
        ["id"],
    )
    _create_index_over(
        "waiting_until IS NULL AND ended_at IS NOT NULL",
        "ix_enrollments_ended",
        "enrollments",
        ["ended_at", "id"],
    )
    _create_index_over(
        "stage = 'assessing'",
        "ix_enrollments_assessing",
        "enrollments",
        ["id", "round", "due_id", "waiting_until"],
    )
    _create_index_over("waiting_since IS NOT NULL", "ix_rounds_queue", "rounds", ["waiting_since"])
    _create_index_over("closed_at IS NULL", "ix_attention_open", "attention", ["opened_at", "id"])
    _create_index_over(
        "state NOT IN ('accepted', 'cancelled')",
        "ix_notices_not_at_rest",
        "notices",
        ["intended_at", "id"],
    )
    op.create_index("ix_orders_placed", "orders", ["placed_at", "id"])


def _create_index_over(condition: str, name: str, table: str, columns: list[str]) -> None:
    op.create_index(
        name,
        table,
        columns,
        sqlite_where=sa.text(condition),
        postgresql_where=sa.text(condition),
    )


def _fill(words: sa.Table, query: str) -> None:
    """Write the words of what is there already; each row begins with its own number."""
    connection = op.get_bind()
    after = ""
    while rows := connection.execute(sa.text(query), {"after": after, "batch": BATCH}).all():
        after = rows[-1][0]
        op.bulk_insert(
            words,
            [{"subject_id": row[0], "word": word} for row in rows for word in search_words(*row)],
        )
