"""Verifying while somebody waits: really done, but once for each state of a credential.

A page that many look at at once must not sign or hash for each of them. What was found holds as
long as the credential, its status list and the minute are the same; the signed bytes themselves
never change.
"""

import asyncio
from collections import OrderedDict
from datetime import datetime
from typing import Final

from adapters.credentials.schema import schema_problem
from adapters.credentials.verifying import CredentialVerifier
from adapters.records.shared_credentials import SharedCredential, SharedCredentials
from domain.credential_addresses import CredentialAddresses
from domain.verification import Verification

MOST_KEPT: Final = 512
"""Findings that a process remembers; about ten kilobytes each."""

_MINUTES: Final = 5
"""For how long a finding is good: an end of validity is noticed within this time."""

_Key = tuple[str, str, int, int]


class LiveVerification:
    """Verifies our own credentials, and remembers for a moment what it found."""

    def __init__(self, verifier: CredentialVerifier, addresses: CredentialAddresses) -> None:
        self._verifier = verifier
        self._addresses = addresses
        self._found: OrderedDict[_Key, Verification] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()

    async def get_ready(self) -> None:
        """Load what the first check needs; it takes seconds that nobody should wait for."""
        await asyncio.to_thread(schema_problem, {})

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

    async def of_document(
        self, document: bytes, shared: SharedCredentials, at: datetime
    ) -> Verification:
        """Return what verifying a document that somebody brought finds out; nothing is kept."""
        named = await asyncio.to_thread(self._verifier.status_list_named_in, document)
        number = self._addresses.status_list_id(named) if named is not None else None
        lists: dict[str, bytes] = {}
        if named is not None and number is not None:
            kept = await shared.status_list(number)
            lists = {named: kept.body} if kept is not None else {}
        return await self._verifier.verify(document, lists, at)

    async def _verified(self, credential: SharedCredential, at: datetime) -> Verification:
        address = self._addresses.status_list(credential.status_list_id)
        lists = {} if credential.status_body is None else {address: credential.status_body}
        return await self._verifier.verify(credential.body, lists, at)

    def _remember(self, key: _Key, found: Verification) -> None:
        self._found[key] = found
        while len(self._found) > MOST_KEPT:
            self._found.popitem(last=False)
