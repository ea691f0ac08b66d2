"""Whole addresses among the words that are searched by."""

import sqlalchemy as sa
from alembic import op

from domain.searching import search_words

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

BATCH = 500

ENROLLMENTS = """
SELECT e.id, p.address FROM enrollments e JOIN people p ON p.id = e.person_id
WHERE e.id > :after ORDER BY e.id LIMIT :batch
"""
ORDERS = "SELECT id, payer_address FROM orders WHERE id > :after ORDER BY id LIMIT :batch"
WRITTEN = """
INSERT INTO search_words (subject_id, word) VALUES (:subject, :word) ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    """Apply."""
    for query in (ENROLLMENTS, ORDERS):
        _fill(query)


def _fill(query: str) -> None:
    connection = op.get_bind()
    after = ""
    while rows := connection.execute(sa.text(query), {"after": after, "batch": BATCH}).all():
        after = rows[-1][0]
        words = [
            {"subject": subject, "word": word}
            for subject, address in rows
            for word in search_words(address)
            if "@" in word
        ]
        if words:
            connection.execute(sa.text(WRITTEN), words)
