"""The shop's webhooks by their ids: what each was answered, and what ops must look at.

Nothing of a payload is kept but the order's number; who was named in it stands in the order.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.records.database import Database, is_added
from adapters.records.steps.turn import close_attention, open_attention
from adapters.records.webhook_tables import ShopMessageRow
from domain.enrollment import AttentionKind
from domain.orders import Channel
from domain.shop_webhook import Heading, ShopAnswer, ShopKind, WebhookIdReused
from domain.values import Value, opaque_id

OVERTAKEN_FOR: Final = timedelta(hours=1)
"""A refund may overtake its order; when the order has not come by then, it never left."""

UNSIGNED_EVERY: Final = timedelta(seconds=10)
"""At most so often it is written down that somebody sends messages without a signature."""


class Received(Value):
    """One message: its id, what it is about, and what its bytes were."""

    webhook_id: str
    heading: Heading
    fingerprint: str


def received(webhook_id: str, heading: Heading, body: bytes) -> Received:
    """Return what is remembered of a message."""
    return Received(
        webhook_id=webhook_id, heading=heading, fingerprint=hashlib.sha256(body).hexdigest()
    )


def online_order_id(number: str) -> str:
    """Return the id that the shop's order has here, whether it arrived yet or not."""
    return opaque_id("o", Channel.ONLINE, number)


class ShopBook:
    """Where the shop's messages are kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def answer_of(self, message: Received, at: datetime) -> ShopAnswer | None:
        """Return the final answer that a message was given before; ``None``: it is to be taken.

        Raises ``WebhookIdReused`` when its id came with other content.
        """
        async with self._database.reading() as session:
            row = await session.get(ShopMessageRow, message.webhook_id)
        if row is None or not row.is_final:
            return None
        if row.fingerprint != message.fingerprint:
            raise WebhookIdReused(id=message.webhook_id)
        async with self._database.transaction() as session:
            await session.execute(
                update(ShopMessageRow)
                .where(ShopMessageRow.id == message.webhook_id)
                .values(times=ShopMessageRow.times + 1, last_at=at)
            )
        return _answer(row)

    async def keep(
        self, message: Received, answer: ShopAnswer, at: datetime, *, is_final: bool
    ) -> ShopAnswer:
        """Keep an answer; returns the first final one, which every repetition gets.

        What was taken in the end closes the attention that its refusals opened.
        """
        async with self._database.transaction() as session:
            if is_final and message.heading.kind in set(ShopKind):
                await _close_attention(session, message.heading, at)
            row = ShopMessageRow(
                id=message.webhook_id,
                kind=message.heading.kind,
                order_number=message.heading.order_number,
                fingerprint=message.fingerprint,
                first_at=at,
                last_at=at,
                times=1,
                **_fields(answer, is_final=is_final),
            )
            if await is_added(session, row):
                return answer
            kept = await self._locked(session, message.webhook_id)
            kept.times, kept.last_at = kept.times + 1, at
            is_same = kept.fingerprint == message.fingerprint
            if kept.is_final:
                # Its answer stands; another message under its id gets one of its own.
                return _answer(kept) if is_same else answer
            kept.fingerprint = message.fingerprint
            kept.code, kept.status, kept.sentence = answer.code, answer.status, answer.sentence
            kept.order_id, kept.is_final = answer.order_id, is_final
            return answer

    async def note_unsigned(self, answer: ShopAnswer, at: datetime) -> None:
        """Note that messages come which nobody signed: one row an hour, so that ops see it.

        Whoever sends them by the thousand must not make us write by the thousand, so it is noted
        once in a while.
        """
        hour = at.replace(minute=0, second=0, microsecond=0)
        nothing = Received(
            webhook_id=f"unsigned/{hour:%Y-%m-%dT%H}", heading=Heading(), fingerprint=""
        )
        async with self._database.reading() as session:
            noted = await session.get(ShopMessageRow, nothing.webhook_id)
        if noted is None or noted.last_at <= at - UNSIGNED_EVERY:
            await self.keep(nothing, answer, at, is_final=False)

    async def bring_to_ops(
        self, message: Received, code: str, at: datetime, after: timedelta = timedelta()
    ) -> None:
        """Open attention: the shop says something that Laurel cannot do, ``after`` a while."""
        async with self._database.transaction() as session:
            row = await session.get_one(ShopMessageRow, message.webhook_id)
            if row.first_at <= at - after:
                kind, subject = AttentionKind.SHOP_MESSAGE_REFUSED, _subject(message.heading)
                await open_attention(session, subject, kind, at, code)

    async def _locked(self, session: AsyncSession, webhook_id: str) -> ShopMessageRow:
        return await session.get_one(
            ShopMessageRow,
            webhook_id,
            with_for_update=self._database.has_row_locks or None,
            populate_existing=True,
        )


async def _close_attention(session: AsyncSession, heading: Heading, at: datetime) -> None:
    kind = AttentionKind.SHOP_MESSAGE_REFUSED
    await close_attention(session, _subject(heading), kind, at, "taken when it was sent again")


def _subject(heading: Heading) -> str:
    return online_order_id(heading.order_number) if heading.order_number else "shop"


def _fields(answer: ShopAnswer, *, is_final: bool) -> dict[str, str | int | bool | None]:
    return {**answer.model_dump(), "is_final": is_final}


def _answer(row: ShopMessageRow) -> ShopAnswer:
    return ShopAnswer(
        status=row.status, code=row.code, sentence=row.sentence, order_id=row.order_id
    )
