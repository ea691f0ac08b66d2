"""What is on its way to a journey, and what the journey wrote, turn by turn."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from adapters.records.tables import Base
from domain.values import JsonObject


class RequestRow(Base):
    """An act that was sent to a journey and is not answered; an answered one is gone.

    ``sequence`` is how many entries the journey had written when it was sent.
    """

    __tablename__ = "requests"

    id: Mapped[str] = mapped_column(primary_key=True)
    enrollment_id: Mapped[str] = mapped_column(ForeignKey("enrollments.id"))
    update: Mapped[str]
    request: Mapped[JsonObject]
    sequence: Mapped[int]
    asked_at: Mapped[datetime] = mapped_column(index=True)


class EntryRow(Base):
    """An entry that was written, with its answer: a repeated one is answered as the first was.

    ``refusal`` holds the kind and the sentence of one that was refused; it wrote nothing else.
    """

    __tablename__ = "entries"

    enrollment_id: Mapped[str] = mapped_column(ForeignKey("enrollments.id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True)
    answer: Mapped[JsonObject]
    cause: Mapped[str | None]
    refusal: Mapped[JsonObject | None]
