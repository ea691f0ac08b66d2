"""What lists need to be fast: the words that are searched by, and an index for each order.

An index belongs to the list that it serves, so it stands here and not with its table. What is
finished grows for ever and is looked at seldom; where a list shows what is open, so does its index.
"""

from sqlalchemy import Index, String, text
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from adapters.records.round_tables import RoundRow
from adapters.records.tables import (
    AttentionRow,
    Base,
    DueTimeRow,
    EnrollmentRow,
    NoticeRow,
    OrderRow,
)
from domain.searching import LONGEST_WORD

# Beginnings are found by comparing bytes, whatever language the database sorts by.
_WORD = String(LONGEST_WORD).with_variant(String(LONGEST_WORD, collation="C"), "postgresql")

FAILED = "state IN ('refused', 'bounced', 'unknown') AND superseded_by IS NULL"
DELAYED = "state IN ('intended', 'sending') AND attempts >= 8"
"""Notices in trouble: few, however many were ever sent. Lists ask in exactly these words, or in one
of the states: with a word more PostgreSQL takes them for far fewer, and sorts them all."""


class SearchWordRow(Base):
    """A word by which an enrollment or an order is found; written with what it repeats."""

    __tablename__ = "search_words"
    __table_args__ = (Index("ix_search_words_word", "word", "subject_id"),)

    subject_id: Mapped[str] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(_WORD, primary_key=True)


def _over(condition: str, name: str, *columns: InstrumentedAttribute[object]) -> Index:
    """Return an index over the rows for which a condition holds, on both databases."""
    return Index(name, *columns, sqlite_where=text(condition), postgresql_where=text(condition))


INDEXES = (
    Index("ix_enrollments_due", EnrollmentRow.waiting_until, EnrollmentRow.id),
    Index("ix_enrollments_opened", EnrollmentRow.opened_at, EnrollmentRow.id),
    Index("ix_enrollments_active", EnrollmentRow.last_at, EnrollmentRow.id),
    Index("ix_enrollments_access_due", EnrollmentRow.access_due_at),
    _over(
        "access_met_at IS NULL AND access_breached_at IS NULL AND ended_at IS NULL",
        "ix_enrollments_access_running",
        EnrollmentRow.access_due_at,
    ),
    _over(
        "open_attention > 0",
        "ix_enrollments_with_attention",
        EnrollmentRow.waiting_until,
        EnrollmentRow.id,
    ),
    _over(
        "waiting_until IS NULL AND ended_at IS NULL", "ix_enrollments_timeless", EnrollmentRow.id
    ),
    _over(
        "waiting_until IS NULL AND ended_at IS NOT NULL",
        "ix_enrollments_ended",
        EnrollmentRow.ended_at,
        EnrollmentRow.id,
    ),
    _over(
        "waiting_until IS NULL AND ended_at IS NOT NULL AND open_attention > 0",
        "ix_enrollments_ended_with_attention",
        EnrollmentRow.ended_at,
        EnrollmentRow.id,
    ),
    _over(
        "stage = 'assessing'",
        "ix_enrollments_assessing",
        EnrollmentRow.id,
        EnrollmentRow.round,
        EnrollmentRow.due_id,
        EnrollmentRow.waiting_until,
    ),
    _over("clock = 'overdue'", "ix_due_times_overdue", DueTimeRow.id, DueTimeRow.started_at),
    _over("waiting_since IS NOT NULL", "ix_rounds_queue", RoundRow.waiting_since),
    _over("closed_at IS NULL", "ix_attention_open", AttentionRow.opened_at, AttentionRow.id),
    _over(FAILED, "ix_notices_failed", NoticeRow.intended_at, NoticeRow.id),
    _over(DELAYED, "ix_notices_delayed", NoticeRow.intended_at, NoticeRow.id),
    Index("ix_orders_placed", OrderRow.placed_at, OrderRow.id),
)
"""Each serves one list or one number of the board."""
