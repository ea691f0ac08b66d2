"""The table of changes of address that practitioners ask for themselves."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from adapters.records.tables import Base


class AddressChangeRow(Base):
    """A new address that was asked for: it counts once it is confirmed, and can be stopped."""

    __tablename__ = "address_changes"

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    enrollment_id: Mapped[str] = mapped_column(ForeignKey("enrollments.id"))
    old_address: Mapped[str] = mapped_column(String(254))
    new_address: Mapped[str] = mapped_column(String(254))
    asked_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
