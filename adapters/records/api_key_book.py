"""Keys of programs: made and revoked by operations, looked up with every request."""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import or_, select, update

from adapters.records.api_tables import ApiKeyRow
from adapters.records.database import Database, is_added
from adapters.records.ops_actions import keep_action
from domain.api_keys import (
    PREFIX,
    ApiKey,
    KeyMadeAlready,
    KeyNameMissing,
    KeyWithoutScopes,
    Scope,
    UnknownKey,
)
from domain.catalog import is_plain
from domain.grounds import Grounds, OpsActionKind
from domain.values import opaque_id

_USE_NOTED_EVERY = timedelta(minutes=5)
"""When a key was used is written now and then, not with every request."""

_LONGEST_NAME = 100


class ApiKeyBook:
    """Where keys are kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def make(
        self,
        name: str,
        scopes: frozenset[Scope],
        ends_at: datetime | None,
        grounds: Grounds,
        press: str = "",
    ) -> tuple[ApiKey, str]:
        """Make a key; returns it with its secret, which is told now and never again.

        ``press`` is the form that was sent: sent twice, it makes one key. Raises
        ``KeyNameMissing``, ``KeyWithoutScopes`` and ``KeyMadeAlready``.
        """
        name = " ".join(name.split())
        if not 1 <= len(name) <= _LONGEST_NAME or not is_plain(name):
            raise KeyNameMissing
        if not scopes:
            raise KeyWithoutScopes
        secret = PREFIX + secrets.token_urlsafe(32)
        row = ApiKeyRow(
            id=opaque_id("y", press or uuid4().hex),
            name=name,
            secret_hash=_hashed(secret),
            scopes={"scopes": sorted(scopes)},
            made_at=grounds.at,
            made_by=grounds.by_name,
            ends_at=ends_at,
        )
        async with self._database.transaction() as session:
            if not await is_added(session, row):
                raise KeyMadeAlready
            await keep_action(session, OpsActionKind.KEY_MADE, row.id, grounds)
        return _key(row), secret

    async def revoke(self, key_id: str, grounds: Grounds) -> bool:
        """End a key at once; ``False`` when it had ended. Raises ``UnknownKey``."""
        async with self._database.transaction() as session:
            row = await session.get(ApiKeyRow, key_id)
            if row is None:
                raise UnknownKey(key=key_id)
            if row.revoked_at is not None:
                return False
            row.revoked_at = grounds.at
            await keep_action(session, OpsActionKind.KEY_REVOKED, row.id, grounds)
            return True

    async def everything(self) -> tuple[ApiKey, ...]:
        """Return all keys, those that are good first, then the newest."""
        query = select(ApiKeyRow).order_by(
            ApiKeyRow.revoked_at.is_not(None), ApiKeyRow.made_at.desc(), ApiKeyRow.id
        )
        async with self._database.reading() as session:
            return tuple(_key(row) for row in await session.scalars(query))

    async def good(self, secret: str, at: datetime) -> ApiKey | None:
        """Return the key of a secret while it is good, and note now and then that it is used."""
        query = select(ApiKeyRow).where(
            ApiKeyRow.secret_hash == _hashed(secret),
            ApiKeyRow.revoked_at.is_(None),
            or_(ApiKeyRow.ends_at.is_(None), ApiKeyRow.ends_at > at),
        )
        async with self._database.reading() as session:
            row = await session.scalar(query)
        if row is None:
            return None
        if row.last_used_at is None or row.last_used_at < at - _USE_NOTED_EVERY:
            await self._note_use(row.id, at)
        return _key(row)

    async def _note_use(self, key_id: str, at: datetime) -> None:
        async with self._database.transaction() as session:
            await session.execute(
                update(ApiKeyRow).where(ApiKeyRow.id == key_id).values(last_used_at=at)
            )


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _key(row: ApiKeyRow) -> ApiKey:
    scopes = row.scopes["scopes"]
    return ApiKey(
        id=row.id,
        name=row.name,
        scopes=frozenset(Scope(each) for each in (scopes if isinstance(scopes, list) else [])),
        made_at=row.made_at,
        made_by=row.made_by,
        ends_at=row.ends_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )
