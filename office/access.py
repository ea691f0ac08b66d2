"""Who of operations may come in, who is signed in, and with which keys programs work.

None of it needs the engine. Each act takes grounds, as every act of operations does.
"""

from datetime import date
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from adapters.records.api_key_book import ApiKeyBook
from adapters.records.session_book import SessionBook
from adapters.records.staff_book import Staff, StaffBook
from domain.api_keys import ApiKey, Scope, key_end
from domain.enrollment import Party
from domain.grounds import Grounds
from domain.staff import OwnAccess
from domain.values import Value


class KeyMade(Value):
    """A key with its secret, which is told at this moment and never again."""

    key: ApiKey
    secret: SecretStr


class AccessDesk:
    """Keeps who and what may come in. ``zone`` is where days end."""

    def __init__(
        self, staff: StaffBook, sessions: SessionBook, keys: ApiKeyBook, zone: ZoneInfo
    ) -> None:
        self._staff = staff
        self._sessions = sessions
        self._keys = keys
        self._zone = zone

    async def add(self, name: str, address: str, grounds: Grounds) -> Staff:
        """Add somebody of operations; who is known by that address stays as they are."""
        return await self._staff.named(await self._staff.add(name, address, grounds))

    async def switch_off(self, who: str, grounds: Grounds, by_id: str = "") -> bool:
        """Let somebody in no more and sign them out; ``who`` is their id or address.

        Raises ``OwnAccess`` where ``by_id`` is the very same, ``LastOfStaff``, ``UnknownStaff``.
        """
        staff = await self._staff.named(who)
        if staff.id == by_id:
            raise OwnAccess
        return await self._staff.switch_off(staff.id, grounds)

    async def switch_on(self, who: str, grounds: Grounds) -> bool:
        """Let somebody in again; ``who`` is their id or address. Raises ``UnknownStaff``."""
        return await self._staff.switch_on((await self._staff.named(who)).id, grounds)

    async def end_session(self, session_id: str, grounds: Grounds) -> None:
        """Sign one browser of somebody out. Raises ``UnknownSession``."""
        await self._sessions.end_one(session_id, grounds)

    async def end_sessions(self, party: Party, subject_id: str, grounds: Grounds) -> int:
        """Sign somebody out everywhere in a role; returns out of how many browsers."""
        return await self._sessions.end_every(party, subject_id, grounds)

    async def make_key(
        self,
        name: str,
        scopes: frozenset[Scope],
        last_day: date | None,
        grounds: Grounds,
        press: str,
    ) -> KeyMade:
        """Make a key for a program; without a last day it has no end.

        Raises ``KeyNameMissing``, ``KeyWithoutScopes``, ``KeyEndNotValid``, ``KeyMadeAlready``.
        """
        ends_at = key_end(last_day, grounds.at, self._zone)
        key, secret = await self._keys.make(name, scopes, ends_at, grounds, press)
        return KeyMade(key=key, secret=SecretStr(secret))

    async def revoke_key(self, key_id: str, grounds: Grounds) -> bool:
        """End a key at once; ``False`` when it was revoked before. Raises ``UnknownKey``."""
        return await self._keys.revoke(key_id, grounds)
