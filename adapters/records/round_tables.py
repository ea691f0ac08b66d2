"""The tables of the work: drafts, files, rounds, assignments, marks, roster, calendar."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from adapters.records.tables import Base
from domain.values import JsonObject


class DraftRow(Base):
    """What was written for one part so far; ``version`` counts the writes (trap 9)."""

    __tablename__ = "drafts"

    enrollment_id: Mapped[str] = mapped_column(ForeignKey("enrollments.id"), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int]
    content: Mapped[JsonObject]
    saved_at: Mapped[datetime]


class ArtifactRow(Base):
    """An uploaded file: its content by hash, its name as given, and what was found in it."""

    __tablename__ = "artifacts"

    id: Mapped[str] = mapped_column(primary_key=True)
    enrollment_id: Mapped[str] = mapped_column(ForeignKey("enrollments.id"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    inspection: Mapped[JsonObject | None]
    uploaded_at: Mapped[datetime]


class PreflightRow(Base):
    """What the last freezing of a draft found in its way."""

    __tablename__ = "preflights"

    id: Mapped[str] = mapped_column(primary_key=True)
    enrollment_id: Mapped[str] = mapped_column(ForeignKey("enrollments.id"), index=True)
    part: Mapped[int]
    findings: Mapped[JsonObject]
    at: Mapped[datetime]


class RevisionRow(Base):
    """A frozen part: immutable. It counts from ``accepted_at`` on, when the journey took it."""

    __tablename__ = "revisions"
    __table_args__ = (
        Index(
            "uq_revisions_accepted",
            "enrollment_id",
            "round",
            "part",
            unique=True,
            sqlite_where=text("accepted_at IS NOT NULL"),
            postgresql_where=text("accepted_at IS NOT NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    enrollment_id: Mapped[str] = mapped_column(ForeignKey("enrollments.id"), index=True)
    round: Mapped[int]
    part: Mapped[int]
    content: Mapped[JsonObject]
    files: Mapped[JsonObject]
    words: Mapped[int]
    frozen_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]


class RoundRow(Base):
    """One attempt: a submission and its assessment."""

    __tablename__ = "rounds"
    __table_args__ = (Index("ix_rounds_waiting", "library", "is_resubmission", "waiting_since"),)

    enrollment_id: Mapped[str] = mapped_column(ForeignKey("enrollments.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    library: Mapped[str]
    is_resubmission: Mapped[bool]
    open_items: Mapped[JsonObject]
    opened_at: Mapped[datetime]
    waiting_since: Mapped[datetime | None]
    marks_version: Mapped[int] = mapped_column(default=0)
    is_proficient: Mapped[bool | None]
    not_met: Mapped[JsonObject | None]
    judged_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]


class AssignmentRow(Base):
    """An offer and what became of it; at most one live one for a round (trap 11)."""

    __tablename__ = "assignments"
    __table_args__ = (
        Index(
            "uq_assignments_live",
            "enrollment_id",
            "round",
            unique=True,
            sqlite_where=text("is_live"),
            postgresql_where=text("is_live"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    enrollment_id: Mapped[str] = mapped_column(ForeignKey("enrollments.id"), index=True)
    round: Mapped[int]
    assessor_id: Mapped[str] = mapped_column(ForeignKey("assessors.id"), index=True)
    state: Mapped[str]
    is_live: Mapped[bool]
    offered_at: Mapped[datetime]
    due_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ranking: Mapped[JsonObject]


class MarkRow(Base):
    """One mark of one assessor in one round; ``decided_at`` when the round was decided.

    ``kind`` is empty while there are only words.
    """

    __tablename__ = "marks"

    enrollment_id: Mapped[str] = mapped_column(ForeignKey("enrollments.id"), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    assessor_id: Mapped[str] = mapped_column(ForeignKey("assessors.id"), primary_key=True)
    item: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str | None]
    obstacle: Mapped[str | None]
    feedback: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    marked_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]


class AwardRow(Base):
    """The credential of an enrollment; exactly one (trap 20)."""

    __tablename__ = "awards"

    enrollment_id: Mapped[str] = mapped_column(ForeignKey("enrollments.id"), primary_key=True)
    round: Mapped[int]
    awarded_at: Mapped[datetime] = mapped_column(index=True)


class AssessorRow(Base):
    """Somebody who assesses. ``load`` counts the live assignments, in the same transaction."""

    __tablename__ = "assessors"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    address: Mapped[str] = mapped_column(String(254), unique=True)
    person_address: Mapped[str] = mapped_column(String(254), default="")
    organization: Mapped[str] = mapped_column(default="")
    organization_key: Mapped[str] = mapped_column(default="")
    capacity: Mapped[int]
    load: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)
    last_offered_at: Mapped[datetime | None]


class QualificationRow(Base):
    """A library that an assessor is qualified for, with what decides when they are asked for it.

    It is repeated here because only rows of one library can be walked in that order; whoever
    changes the assessor calls ``keep_in_order``. It puts in order and keeps nobody out.
    """

    __tablename__ = "qualifications"

    library: Mapped[str] = mapped_column(primary_key=True)
    assessor_id: Mapped[str] = mapped_column(
        ForeignKey("assessors.id"), primary_key=True, index=True
    )
    share_in_use: Mapped[float] = mapped_column(default=0.0, server_default="0")
    last_offered_at: Mapped[datetime | None]


ASKING_ORDER = (
    QualificationRow.share_in_use,
    # Never is earlier than any time: said so that both databases keep it in an index.
    QualificationRow.last_offered_at.is_not(None),
    QualificationRow.last_offered_at,
    QualificationRow.assessor_id,
)
"""The order of ``domain.assignment.rank``, but for who assessed the previous round."""

Index("ix_qualifications_asking_order", QualificationRow.library, *ASKING_ORDER)


class LeaveRow(Base):
    """An assessor is away from the first to the last day, both included."""

    __tablename__ = "leaves"
    __table_args__ = (UniqueConstraint("assessor_id", "first_day", "last_day"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    assessor_id: Mapped[str] = mapped_column(ForeignKey("assessors.id"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]


class ClosureRow(Base):
    """A day on which the programme is closed; each one makes a new version of the calendar."""

    __tablename__ = "closures"

    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str]
    recorded_at: Mapped[datetime]


class SweepRow(Base):
    """What one sweep found."""

    __tablename__ = "sweeps"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    report: Mapped[JsonObject]


class OpsActionRow(Base):
    """An action outside of a journey (roster, catalogue, calendar): who, why, once."""

    __tablename__ = "ops_actions"

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject_id: Mapped[str] = mapped_column(index=True)
    reason_id: Mapped[str]
    at: Mapped[datetime]
