"""The tables of the interface for programs: keys, and the answers that were given."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from adapters.records.tables import Base
from domain.values import JsonObject


class ApiKeyRow(Base):
    """A key; its secret is kept as a hash alone."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[JsonObject]
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    ends_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class ApiAnswerRow(Base):
    """A request under its key, with its answer once there is one."""

    __tablename__ = "api_answers"

    key_id: Mapped[str] = mapped_column(ForeignKey("api_keys.id"), primary_key=True)
    request_key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    begun_at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[int | None]
    content: Mapped[str] = mapped_column(Text, default="")
