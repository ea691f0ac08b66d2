"""Verifying while somebody waits: really done, but once for each state of a credential.

A page that many look at at once must not sign or hash for each of them. What was found holds as
long as the credential, its status list and the minute are the same; the signed bytes themselves
never change.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from typing import Final, Protocol

from adapters.records.shared_credentials import SharedCredential
from domain.verification import Verification

MOST_KEPT: Final = 512
"""Findings that a process remembers; about ten kilobytes each."""

_MINUTES: Final = 5
"""For how long a finding is good: an end of validity is noticed within this time."""

_Key = tuple[str, str, int, int]


class Verifier(Protocol):
    """Whoever can tell a good credential from a bad one."""

    async def verify(
        self, document: bytes, status_lists: Mapping[str, bytes], at: datetime
    ) -> Verification:
        """Say what is right and wrong; ``status_lists`` are the lists at hand, by address."""
        ...


class LiveVerification:
    """Verifies our own credentials, and remembers for a moment what it found."""

    def __init__(self, verifier: Verifier, public_url: str) -> None:
        self._verifier = verifier
        self._lists = f"{public_url}/credentials/status/"
        self._found: OrderedDict[_Key, Verification] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()

    async def of(self, credential: SharedCredential, at: datetime) -> Verification:
        """Return what verifying a kept credential finds out."""
        moment = int(at.timestamp()) // (60 * _MINUTES)
        key = (credential.id, credential.status_list_id, credential.status_version, moment)
        async with self._one_at_a_time:
            found = self._found.get(key)
            if found is None:
                found = await self._verified(credential, at)
                self._remember(key, found)
        return found

    async def _verified(self, credential: SharedCredential, at: datetime) -> Verification:
        address = f"{self._lists}{credential.status_list_id}"
        lists = {} if credential.status_body is None else {address: credential.status_body}
        return await self._verifier.verify(credential.body, lists, at)

    def _remember(self, key: _Key, found: Verification) -> None:
        self._found[key] = found
        while len(self._found) > MOST_KEPT:
            self._found.popitem(last=False)
