"""The tables of webhooks: whom we tell, every delivery and attempt, and what the shop said."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from adapters.records.tables import Base
from domain.values import JsonObject


class WebhookEndpointRow(Base):
    """Somewhere events are sent to; each address is switched on once at most.

    The secret signs, so it has to be readable here. After a rotation the one before it signs along
    until ``previous_until``, so that a receiver can change over in its own time.
    """

    __tablename__ = "webhook_endpoints"
    __table_args__ = (
        Index(
            "uq_webhook_endpoints_active_url",
            "url",
            unique=True,
            sqlite_where=text("is_active"),
            postgresql_where=text("is_active"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(String(500))
    secret: Mapped[str]
    previous_secret: Mapped[str | None]
    previous_until: Mapped[datetime | None]
    kinds: Mapped[JsonObject]
    is_active: Mapped[bool]
    registered_at: Mapped[datetime]
    switched_off_at: Mapped[datetime | None]
    switched_off_why: Mapped[str] = mapped_column(default="")


class WebhookDeliveryRow(Base):
    """One event for one endpoint. The row is the queue and the log.

    ``body`` is what is sent, letter for letter: a resending has to be the same event.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index("ix_webhook_deliveries_recorded_at_id", "recorded_at", "id"),
        Index("ix_webhook_deliveries_state_recorded_at_id", "state", "recorded_at", "id"),
        Index("ix_webhook_deliveries_endpoint_recorded", "endpoint_id", "recorded_at", "id"),
        Index("ix_webhook_deliveries_endpoint_state", "endpoint_id", "state", "recorded_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    endpoint_id: Mapped[str] = mapped_column(ForeignKey("webhook_endpoints.id"))
    event_id: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    subject_id: Mapped[str] = mapped_column(index=True)
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str]
    recorded_at: Mapped[datetime]
    give_up_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    last_attempt_at: Mapped[datetime | None]
    last_status: Mapped[int | None]
    last_reply: Mapped[str] = mapped_column(Text, default="")
    settled_at: Mapped[datetime | None]
    resent_from: Mapped[str | None]


class WebhookAttemptRow(Base):
    """One attempt at a delivery, and what the receiver said."""

    __tablename__ = "webhook_attempts"

    delivery_id: Mapped[str] = mapped_column(ForeignKey("webhook_deliveries.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    verdict: Mapped[str]
    status: Mapped[int | None]
    reply: Mapped[str] = mapped_column(Text)
    duration_ms: Mapped[int]


class ShopMessageRow(Base):
    """A webhook of the shop by its own id, with the answer that it was given.

    A final answer is given again to every repetition. No payload is kept: what was ordered stands
    in the order. Messages without a valid signature are only counted, in one row an hour.
    """

    __tablename__ = "shop_messages"
    __table_args__ = (Index("ix_shop_messages_last_at_id", "last_at", "id"),)

    id: Mapped[str] = mapped_column(String(300), primary_key=True)
    kind: Mapped[str]
    order_number: Mapped[str]
    fingerprint: Mapped[str]
    code: Mapped[str]
    status: Mapped[int]
    sentence: Mapped[str] = mapped_column(Text)
    order_id: Mapped[str | None]
    is_final: Mapped[bool]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    times: Mapped[int]
