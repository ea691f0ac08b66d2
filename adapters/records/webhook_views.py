"""What operations look at of webhooks: endpoints, deliveries with their attempts, the shop's log.

Reads, never writes. No secret leaves through here.
"""

import json
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, and_, func, select

from adapters.records.announcing import kinds_of
from adapters.records.database import Database
from adapters.records.keyset import PAGE, Cursor, Page, earlier_than, page_of, unsealed
from adapters.records.view_logs import actions_of
from adapters.records.webhook_tables import (
    ShopMessageRow,
    WebhookAttemptRow,
    WebhookDeliveryRow,
    WebhookEndpointRow,
)
from adapters.records.webhook_values import (
    AttemptLine,
    DeliveryFilter,
    DeliveryLine,
    DeliveryView,
    EndpointLine,
    EndpointView,
    ShopLine,
)
from domain.webhooks import DeliveryState, EventKind, UnknownDelivery, UnknownEndpoint

RECENT: Final = timedelta(days=7)
"""How far back failures are counted in the list of endpoints."""

_DELIVERIES: Final = "deliveries"
_SHOP: Final = "shop"


class WebhookViews:
    """Reads the logs of webhooks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def endpoints(self, now: datetime) -> tuple[EndpointLine, ...]:
        """Return every endpoint, those that are switched on first; one query."""
        async with self._database.reading() as session:
            rows = (await session.execute(_endpoints(now))).all()
        return tuple(_endpoint_line(*row) for row in rows)

    async def endpoint(self, endpoint_id: str, now: datetime) -> EndpointView:
        """Return one endpoint. Raises ``UnknownEndpoint``."""
        async with self._database.reading() as session:
            query = _endpoints(now).where(WebhookEndpointRow.id == endpoint_id)
            row = (await session.execute(query)).one_or_none()
            if row is None:
                raise UnknownEndpoint(endpoint=endpoint_id)
            actions = await actions_of(session, endpoint_id)
            return EndpointView(endpoint=_endpoint_line(*row), actions=actions)

    async def endpoint_names(self) -> tuple[tuple[str, str], ...]:
        """Return id and address of every endpoint, for choosing one."""
        row = WebhookEndpointRow
        query = select(row.id, row.url).order_by(row.url, row.registered_at.desc())
        async with self._database.reading() as session:
            return tuple((each.id, each.url) for each in await session.execute(query))

    async def deliveries(
        self, wanted: DeliveryFilter, after: str = "", limit: int = PAGE
    ) -> Page[DeliveryLine]:
        """Return a page of deliveries, the newest first; one query. Refuses a broken cursor."""
        row = WebhookDeliveryRow
        query = select(row, WebhookEndpointRow.url).join(
            WebhookEndpointRow, WebhookEndpointRow.id == row.endpoint_id
        )
        if wanted.state is not None:
            query = query.where(row.state == wanted.state)
        if wanted.endpoint_id:
            query = query.where(row.endpoint_id == wanted.endpoint_id)
        if wanted.subject_id:
            query = query.where(row.subject_id == wanted.subject_id)
        cursor = unsealed(after, _DELIVERIES)
        if cursor is not None:
            query = query.where(earlier_than(row.recorded_at, row.id, cursor))
        query = query.order_by(row.recorded_at.desc(), row.id.desc()).limit(limit + 1)
        async with self._database.reading() as session:
            rows = (await session.execute(query)).all()
        return page_of(
            rows,
            limit,
            lambda found: _delivery_line(*found),
            lambda found: Cursor(order=_DELIVERIES, at=found[0].recorded_at, id=found[0].id),
        )

    async def delivery(self, delivery_id: str) -> DeliveryView:
        """Return one delivery with its attempts. Raises ``UnknownDelivery``."""
        async with self._database.reading() as session:
            row = await session.get(WebhookDeliveryRow, delivery_id)
            if row is None:
                raise UnknownDelivery(delivery=delivery_id)
            endpoint = await session.get_one(WebhookEndpointRow, row.endpoint_id)
            attempts = await session.scalars(
                select(WebhookAttemptRow)
                .where(WebhookAttemptRow.delivery_id == delivery_id)
                .order_by(WebhookAttemptRow.number)
            )
            return DeliveryView(
                line=_delivery_line(row, endpoint.url),
                event_id=row.event_id,
                body=json.dumps(json.loads(row.body), indent=2, ensure_ascii=False),
                give_up_at=row.give_up_at,
                settled_at=row.settled_at,
                resent_from=row.resent_from,
                is_endpoint_active=endpoint.is_active,
                attempts=tuple(_attempt_line(each) for each in attempts),
            )

    async def shop_messages(self, after: str = "", limit: int = PAGE) -> Page[ShopLine]:
        """Return a page of what the shop sent, the last first; one query."""
        row = ShopMessageRow
        query = select(row)
        cursor = unsealed(after, _SHOP)
        if cursor is not None:
            query = query.where(earlier_than(row.last_at, row.id, cursor))
        query = query.order_by(row.last_at.desc(), row.id.desc()).limit(limit + 1)
        async with self._database.reading() as session:
            rows = (await session.scalars(query)).all()
        return page_of(
            rows,
            limit,
            _shop_line,
            lambda found: Cursor(order=_SHOP, at=found.last_at, id=found.id),
        )


def _endpoints(now: datetime) -> Select[WebhookEndpointRow, int, int, datetime | None]:
    """Return the query for endpoints; each count is a look into an index, however long the log."""
    row = WebhookDeliveryRow
    of_endpoint = row.endpoint_id == WebhookEndpointRow.id
    counted = select(func.count()).select_from(row).where(of_endpoint)
    is_recent_failure = and_(row.state == DeliveryState.FAILED, row.recorded_at > now - RECENT)
    delivered = select(row.settled_at).where(of_endpoint, row.state == DeliveryState.DELIVERED)
    return select(
        WebhookEndpointRow,
        counted.where(row.state == DeliveryState.PENDING).scalar_subquery(),
        counted.where(is_recent_failure).scalar_subquery(),
        delivered.order_by(row.recorded_at.desc()).limit(1).scalar_subquery(),
    ).order_by(
        WebhookEndpointRow.is_active.desc(),
        WebhookEndpointRow.registered_at.desc(),
        WebhookEndpointRow.id,
    )


def _endpoint_line(
    row: WebhookEndpointRow, pending: int, failed: int, last: datetime | None
) -> EndpointLine:
    return EndpointLine(
        endpoint_id=row.id,
        url=row.url,
        kinds=tuple(kind for kind in EventKind if kind in kinds_of(row)),
        is_active=row.is_active,
        registered_at=row.registered_at,
        switched_off_at=row.switched_off_at,
        switched_off_why=row.switched_off_why,
        previous_until=row.previous_until,
        pending=pending,
        failed=failed,
        last_delivered_at=last,
    )


def _delivery_line(row: WebhookDeliveryRow, url: str) -> DeliveryLine:
    return DeliveryLine(
        delivery_id=row.id,
        endpoint_id=row.endpoint_id,
        url=url,
        kind=row.kind,
        subject_id=row.subject_id,
        state=DeliveryState(row.state),
        recorded_at=row.recorded_at,
        attempts=row.attempts,
        last_attempt_at=row.last_attempt_at,
        last_status=row.last_status,
        last_reply=row.last_reply,
    )


def _attempt_line(row: WebhookAttemptRow) -> AttemptLine:
    return AttemptLine(
        number=row.number,
        at=row.at,
        verdict=row.verdict,
        status=row.status,
        reply=row.reply,
        duration_ms=row.duration_ms,
    )


def _shop_line(row: ShopMessageRow) -> ShopLine:
    return ShopLine(
        webhook_id=row.id,
        kind=row.kind,
        order_number=row.order_number,
        order_id=row.order_id,
        code=row.code,
        status=row.status,
        sentence=row.sentence,
        first_at=row.first_at,
        last_at=row.last_at,
        times=row.times,
    )
