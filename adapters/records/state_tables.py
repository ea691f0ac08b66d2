"""The tables of what states are told of awards, and of transcripts.

A report and its lines are kept as the state received them: nothing ever updates them.
"""

from datetime import date, datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from adapters.records.tables import Base


class StateChoiceRow(Base):
    """What an earner chose for one award; ``state`` is NULL where no state is to hear of it."""

    __tablename__ = "state_choices"

    enrollment_id: Mapped[str] = mapped_column(ForeignKey("awards.enrollment_id"), primary_key=True)
    state: Mapped[str | None] = mapped_column(String(2), index=True)
    credit: Mapped[str] = mapped_column(String(20))
    educator_number: Mapped[str] = mapped_column(String(40))
    chosen_by: Mapped[str] = mapped_column(String(20))
    chosen_at: Mapped[datetime]


class StateReportRow(Base):
    """One report of a month for a state. ``id`` belongs to the press that made it."""

    __tablename__ = "state_reports"
    __table_args__ = (UniqueConstraint("state", "month", "ordinal"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(2))
    month: Mapped[str] = mapped_column(String(7))
    ordinal: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(index=True)
    made_by: Mapped[str]
    lines: Mapped[int]


class StateLineRow(Base):
    """One line as a state received it. That none is told twice is decided here: each award has one
    line of a number for a state, and each line is corrected once at most.
    """

    __tablename__ = "state_lines"
    __table_args__ = (
        UniqueConstraint("enrollment_id", "state", "number"),
        UniqueConstraint("report_id", "position"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    report_id: Mapped[str] = mapped_column(ForeignKey("state_reports.id"))
    position: Mapped[int]
    enrollment_id: Mapped[str] = mapped_column(ForeignKey("awards.enrollment_id"))
    state: Mapped[str] = mapped_column(String(2))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    corrects_id: Mapped[str | None] = mapped_column(ForeignKey("state_lines.id"), unique=True)
    name: Mapped[str]
    educator_number: Mapped[str] = mapped_column(String(40))
    library: Mapped[str]
    slug: Mapped[str]
    version: Mapped[int]
    title: Mapped[str] = mapped_column(String(300))
    completed_on: Mapped[date]
    credit: Mapped[str] = mapped_column(String(20))
    amount: Mapped[int]
    credential_id: Mapped[str]


class TranscriptRow(Base):
    """All awards of a person, signed together. A changed set of awards has one of its own."""

    __tablename__ = "transcripts"
    __table_args__ = (UniqueConstraint("person_id", "fingerprint"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    fingerprint: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    key_id: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    pdf: Mapped[bytes] = mapped_column(LargeBinary)
