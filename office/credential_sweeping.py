"""What the sweep does for credentials: award, credential and status list say the same (trap 20)."""

from collections.abc import Callable
from datetime import UTC, datetime

from temporalio.client import Client

from adapters.records.credential_drift import CredentialDrift
from domain.values import Value
from office.issuing import start_correction, start_issuing, start_publishing

UNTRUE_LIST = "the published status list says another thing than the records"
OTHER_BODY = "what was kept under its number names another credential or status place"
MISMATCHED = "a credential without an award, or two that count"


class CredentialsSwept(Value):
    """What one sweep started, and how many credentials do not say what is recorded."""

    issuing: int
    corrections: int
    lists: int
    differing: int


class CredentialSweep:
    """Compares in both directions. What can be made or published is; the rest is for people."""

    def __init__(self, drift: CredentialDrift, client: Client) -> None:
        self._drift = drift
        self._client = client

    async def compare(self, alive: Callable[[], None]) -> CredentialsSwept:
        """Run every comparison, by the wall clock: signatures live by it, whatever the engine's."""
        at = datetime.now(UTC)
        issuing = await self._issue_missing(at, alive)
        corrections = await self._drift.unfinished_corrections(at)
        for correction_id in corrections:
            alive()
            await start_correction(self._client, correction_id)
        untrue = await self._drift.untrue_lists()
        lists = sorted({*await self._drift.late_lists(at), *untrue})
        for list_id in lists:
            alive()
            await start_publishing(self._client, list_id)
        differing = {each: UNTRUE_LIST for owners in untrue.values() for each in owners}
        differing |= dict.fromkeys(await self._drift.examine(at), OTHER_BODY)
        differing |= dict.fromkeys(await self._drift.mismatched(), MISMATCHED)
        for enrollment_id, why in sorted(differing.items()):
            alive()
            await self._drift.alert(enrollment_id, at, why)
        return CredentialsSwept(
            issuing=issuing,
            corrections=len(corrections),
            lists=len(lists),
            differing=len(differing),
        )

    async def _issue_missing(self, at: datetime, alive: Callable[[], None]) -> int:
        """Have made what is missing; one that cannot be signed is tried again by each sweep."""
        started, after = 0, ""
        while page := await self._drift.missing(at, after):
            after = page[-1]
            for enrollment_id in page:
                alive()
                started += await start_issuing(self._client, enrollment_id)
        return started
