"""The tables of operations' own work: letters as they were handed over, and acts in bulk."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from adapters.records.tables import Base
from domain.values import JsonObject


class LetterRow(Base):
    """What the letter of a notice said when it was last handed over, without its personal link."""

    __tablename__ = "letters"

    notice_id: Mapped[str] = mapped_column(ForeignKey("notices.id"), primary_key=True)
    to_name: Mapped[str]
    to_address: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    handed_at: Mapped[datetime]


class BulkActRow(Base):
    """One act of operations on many enrollments; ``fingerprint`` tells a repeat from another."""

    __tablename__ = "bulk_acts"

    id: Mapped[str] = mapped_column(primary_key=True)
    act: Mapped[JsonObject]
    fingerprint: Mapped[str]
    reason_id: Mapped[str] = mapped_column(ForeignKey("reasons.id"))
    total: Mapped[int]
    begun_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None] = mapped_column(index=True)


class BulkLineRow(Base):
    """One enrollment of a bulk act, and what came of it. ``target`` is fixed at the start."""

    __tablename__ = "bulk_lines"
    __table_args__ = (Index("ix_bulk_lines_bulk_id_state", "bulk_id", "state"),)

    bulk_id: Mapped[str] = mapped_column(ForeignKey("bulk_acts.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    enrollment_id: Mapped[str]
    target: Mapped[str | None]
    state: Mapped[str]
    code: Mapped[str] = mapped_column(default="")
    sentence: Mapped[str] = mapped_column(Text, default="")
    settled_at: Mapped[datetime | None]


class PressRow(Base):
    """A form of operations that was pressed: the same one again is the same act."""

    __tablename__ = "presses"

    id: Mapped[str] = mapped_column(primary_key=True)
    pressed_at: Mapped[datetime]
