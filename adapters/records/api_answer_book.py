"""Answers that programs were given: a repeated request meets the answer of the first one."""

import hashlib
from datetime import datetime

from sqlalchemy import delete, update

from adapters.records.api_tables import ApiAnswerRow
from adapters.records.database import Database, is_added
from domain.api_keys import ANSWER_KEPT, IN_FLIGHT, RequestInFlight, RequestKeyReused
from domain.values import Value


class GivenAnswer(Value):
    """The answer that a request got."""

    status: int
    content: str


class ApiAnswerBook:
    """Where answers are kept; a request is claimed before it is carried out."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(
        self, key_id: str, request_key: str, request: bytes, at: datetime
    ) -> GivenAnswer | None:
        """Claim a request; returns the answer that it had before, None when it is ours to do.

        Raises ``RequestKeyReused`` and ``RequestInFlight``.
        """
        fingerprint = hashlib.sha256(request).hexdigest()
        async with self._database.transaction() as session:
            await session.execute(
                delete(ApiAnswerRow).where(ApiAnswerRow.begun_at < at - ANSWER_KEPT)
            )
            row = ApiAnswerRow(
                key_id=key_id, request_key=request_key, fingerprint=fingerprint, begun_at=at
            )
            if await is_added(session, row):
                return None
            lock = self._database.has_row_locks or None
            known = await session.get_one(
                ApiAnswerRow, (key_id, request_key), with_for_update=lock, populate_existing=True
            )
            if known.fingerprint != fingerprint:
                raise RequestKeyReused
            if known.status is not None:
                return GivenAnswer(status=known.status, content=known.content)
            if known.begun_at > at - IN_FLIGHT:
                raise RequestInFlight
            known.begun_at = at  # whoever had it is gone; the act itself is the same if repeated
            return None

    async def keep(self, key_id: str, request_key: str, answer: GivenAnswer) -> None:
        """Keep the answer of a request that was carried out."""
        async with self._database.transaction() as session:
            await session.execute(
                update(ApiAnswerRow)
                .where(ApiAnswerRow.key_id == key_id, ApiAnswerRow.request_key == request_key)
                .values(status=answer.status, content=answer.content)
            )

    async def give_back(self, key_id: str, request_key: str) -> None:
        """Give a request back that was refused or failed: nothing was done."""
        async with self._database.transaction() as session:
            await session.execute(
                delete(ApiAnswerRow).where(
                    ApiAnswerRow.key_id == key_id,
                    ApiAnswerRow.request_key == request_key,
                    ApiAnswerRow.status.is_(None),
                )
            )
