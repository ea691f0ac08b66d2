"""The tables of the portal: who works in it, who is signed in, what was asked too often."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from adapters.records.tables import Base
from domain.values import JsonObject


class StaffRow(Base):
    """Somebody of operations. ``address`` is where their codes are sent, in its normal form."""

    __tablename__ = "staff"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    address: Mapped[str] = mapped_column(String(254), unique=True)
    is_active: Mapped[bool] = mapped_column(default=True)
    added_at: Mapped[datetime]


class SessionRow(Base):
    """A browser in which somebody is signed in; its secret is kept as a hash alone."""

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    party: Mapped[str]
    subject_id: Mapped[str] = mapped_column(index=True)
    began_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    means: Mapped[str]
    browser: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[datetime | None]


class SignInRow(Base):
    """A request to be let in by mail: a code for staff, a fresh link for everybody else."""

    __tablename__ = "sign_ins"

    id: Mapped[str] = mapped_column(primary_key=True)
    party: Mapped[str]
    subject_id: Mapped[str] = mapped_column(index=True)
    asked_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class ThrottleRow(Base):
    """How often something was tried in a window of time; ``id`` hashes who and what."""

    __tablename__ = "throttles"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    tries: Mapped[int] = mapped_column(default=0)


class DraftVersionRow(Base):
    """A draft as it was at one version, so that an earlier text can be fetched back."""

    __tablename__ = "draft_versions"

    enrollment_id: Mapped[str] = mapped_column(ForeignKey("enrollments.id"), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[JsonObject]
    words: Mapped[int]
    saved_at: Mapped[datetime]
