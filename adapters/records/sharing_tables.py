"""The table of what practitioners choose to show of their credentials."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from adapters.records.tables import Base


class SharingRow(Base):
    """The choices for one award; without a row those of ``domain.sharing.UNCHOSEN`` hold."""

    __tablename__ = "credential_sharing"

    enrollment_id: Mapped[str] = mapped_column(ForeignKey("awards.enrollment_id"), primary_key=True)
    visibility: Mapped[str] = mapped_column(String(20))
    shows_name: Mapped[bool]
    shows_details: Mapped[bool]
    gives_files: Mapped[bool]
    version: Mapped[int]
    changed_at: Mapped[datetime]
