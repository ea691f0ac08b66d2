"""The tables: people, catalogue, orders, and one flat row for each enrollment.

Names are the words of the rules. Every uniqueness that the business relies on is a constraint here,
not a check before an insert (traps 2, 6, 11).
"""

from datetime import UTC, date, datetime

from sqlalchemy import (
    JSON,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from domain.values import JsonObject

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Moment(TypeDecorator[datetime]):
    """An aware instant, kept in UTC; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC on the way in."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to an aware instant on the way out."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: Moment, date: Date, JsonObject: JSON, str: String(200)}  # noqa: RUF012


class PersonRow(Base):
    """Somebody who pursues or pays. ``address`` is the identity, in its normal form."""

    __tablename__ = "people"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    address: Mapped[str] = mapped_column(String(254), unique=True)
    organization: Mapped[str] = mapped_column(default="")
    verified_at: Mapped[datetime | None]


class MicroCredentialRow(Base):
    """A micro-credential; its identity is library and slug, never the title."""

    __tablename__ = "micro_credentials"
    __table_args__ = (UniqueConstraint("library", "slug"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    library: Mapped[str]
    slug: Mapped[str]
    draft: Mapped[JsonObject | None]
    published_version: Mapped[int | None]


class CatalogVersionRow(Base):
    """One published, immutable version; an enrollment pins the one it was bought under."""

    __tablename__ = "catalog_versions"
    __table_args__ = (UniqueConstraint("micro_credential_id", "number"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    micro_credential_id: Mapped[str] = mapped_column(ForeignKey("micro_credentials.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(300))
    library: Mapped[str]
    content: Mapped[JsonObject]
    published_at: Mapped[datetime]


class OrderRow(Base):
    """An order as it arrived; ``fingerprint`` tells whether a repetition says the same."""

    __tablename__ = "orders"
    __table_args__ = (UniqueConstraint("channel", "external_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str]
    external_id: Mapped[str]
    fingerprint: Mapped[str]
    payer_name: Mapped[str]
    payer_address: Mapped[str] = mapped_column(String(254))
    payer_organization: Mapped[str] = mapped_column(default="")
    purchase_order: Mapped[str] = mapped_column(default="")
    placed_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    is_complete: Mapped[bool] = mapped_column(default=False, index=True)


class OrderLineRow(Base):
    """One learner and micro-credential of an order, and what became of it."""

    __tablename__ = "order_lines"
    __table_args__ = (UniqueConstraint("order_id", "number"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    number: Mapped[int]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    version_id: Mapped[str] = mapped_column(ForeignKey("catalog_versions.id"))
    micro_credential_id: Mapped[str] = mapped_column(ForeignKey("micro_credentials.id"))
    price_cents: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(index=True)
    enrollment_id: Mapped[str | None] = mapped_column(index=True)
    held_until: Mapped[datetime | None]
    refund_reason_id: Mapped[str | None]
    refunding_since: Mapped[datetime | None]
    refunded_at: Mapped[datetime | None]


class SubscriptionGrantRow(Base):
    """Months of the learning network that one order line grants; until when is derived."""

    __tablename__ = "subscription_grants"

    line_id: Mapped[str] = mapped_column(ForeignKey("order_lines.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    granted_at: Mapped[datetime]
    months: Mapped[int]
    revoked_at: Mapped[datetime | None]


class EnrollmentRow(Base):
    """One flat row for each enrollment: all lists are served from here (trap 24)."""

    __tablename__ = "enrollments"
    __table_args__ = (
        Index(
            "uq_enrollments_open",
            "person_id",
            "micro_credential_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_enrollments_stage_waiting_until", "stage", "waiting_until"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    micro_credential_id: Mapped[str] = mapped_column(ForeignKey("micro_credentials.id"))
    version_id: Mapped[str] = mapped_column(ForeignKey("catalog_versions.id"))
    line_id: Mapped[str] = mapped_column(ForeignKey("order_lines.id"))
    journey: Mapped[JsonObject]
    library: Mapped[str] = mapped_column(index=True)
    opened_at: Mapped[datetime]
    stage: Mapped[str] = mapped_column(default="starting")
    waiting_on: Mapped[str] = mapped_column(default="engine")
    waiting_until: Mapped[datetime | None]
    due_id: Mapped[str | None]
    round: Mapped[int] = mapped_column(default=1)
    last_sequence: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime]
    access_due_at: Mapped[datetime | None]
    access_met_at: Mapped[datetime | None]
    access_breached_at: Mapped[datetime | None]
    portal_used_at: Mapped[datetime | None]
    open_attention: Mapped[int] = mapped_column(default=0)
    ending: Mapped[str | None]
    ended_at: Mapped[datetime | None] = mapped_column(index=True)


class DueTimeRow(Base):
    """A due time as it was computed: calendar, version, and a sentence that explains it."""

    __tablename__ = "due_times"

    id: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[str] = mapped_column(index=True)
    clock: Mapped[str]
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    zone: Mapped[str]
    calendar_name: Mapped[str]
    calendar_version: Mapped[int]
    explanation: Mapped[str] = mapped_column(Text)
    reminders: Mapped[JsonObject] = mapped_column(default=dict)


class ReasonRow(Base):
    """Why somebody did something, in their words, and in whose name."""

    __tablename__ = "reasons"

    id: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    by_party: Mapped[str]
    by_name: Mapped[str]
    at: Mapped[datetime]


class TimelineRow(Base):
    """Something that happened in a journey, in order."""

    __tablename__ = "timeline"
    __table_args__ = (UniqueConstraint("enrollment_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    enrollment_id: Mapped[str] = mapped_column(ForeignKey("enrollments.id"))
    key: Mapped[str]
    at: Mapped[datetime]
    kind: Mapped[str]
    party: Mapped[str]
    reason_id: Mapped[str | None]
    round: Mapped[int | None]
    facts: Mapped[JsonObject]


class AttentionRow(Base):
    """Something ops must look at; at most one open of a kind for each subject."""

    __tablename__ = "attention"
    __table_args__ = (
        Index(
            "uq_attention_open",
            "subject_id",
            "kind",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    subject_id: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    opened_at: Mapped[datetime]
    opened_why: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None]
    closed_why: Mapped[str] = mapped_column(Text, default="")


class NoticeRow(Base):
    """One intended e-mail. The row is the queue and the log (traps 1 to 3, 25)."""

    __tablename__ = "notices"

    id: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[str] = mapped_column(index=True)
    order_id: Mapped[str]
    kind: Mapped[str]
    recipient: Mapped[str]
    round: Mapped[int | None]
    part: Mapped[int | None]
    ordinal: Mapped[int]
    assignment_id: Mapped[str | None]
    state: Mapped[str] = mapped_column(index=True)
    intended_at: Mapped[datetime]
    due_id: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    repeats: Mapped[int] = mapped_column(default=0)
    claim: Mapped[str | None]
    settled_at: Mapped[datetime | None]
    reply: Mapped[str] = mapped_column(Text, default="")
    superseded_by: Mapped[str | None]
