"""What operations do with credentials: issue what is missing, revoke, and issue anew.

Each act takes a reason and may be repeated: the form that was pressed, or the words of a command,
make the same act. What was signed is never changed; a correction revokes it (badges are kept by
others, who read of it in the status list).
"""

import asyncio
from datetime import timedelta
from typing import Final

from activities.credential_contracts import AwardRef, Corrected
from adapters.records.correction_book import CorrectionBook
from adapters.records.credential_values import CredentialView
from adapters.records.credential_views import CredentialViews
from domain.credentials import (
    CorrectionKind,
    CredentialNoLongerCounts,
    CredentialNotSigned,
    CredentialState,
)
from domain.grounds import Grounds
from domain.values import Value, opaque_id
from office.engine import WorkflowEngine
from office.issuing import corrected, issued, start_correction
from office.requests import Requests, request_key

PATIENCE: Final = timedelta(seconds=20)
"""How long somebody waits for a correction; it goes on when they have left."""


class Correction(Value):
    """What came of a correction that was asked for.

    ``is_done`` is ``False`` while it is still being carried out: it goes on by itself.
    ``replacement_id`` is the credential that counts now, after a reissue.
    """

    correction_id: str
    is_done: bool
    replacement_id: str | None = None


class CredentialDesk:
    """Acts of operations on credentials."""

    def __init__(
        self,
        engine: WorkflowEngine,
        requests: Requests,
        book: CorrectionBook,
        views: CredentialViews,
    ) -> None:
        self._engine = engine
        self._requests = requests
        self._book = book
        self._views = views

    async def issue_again(self, enrollment_id: str, grounds: Grounds) -> CredentialView:
        """Make the credential of an award that has none that counts; returns the one it has now.

        After a revocation it follows the revoked one. Refuses ``unknown_enrollment``,
        ``credential_not_awarded``, and ``credential_not_signed`` with what has to be mended.
        """
        chain = await self._views.of_enrollment(enrollment_id)
        latest = chain[-1] if chain else None
        if latest is not None and latest.state is CredentialState.VALID:
            return latest
        after = latest.id if latest is not None else None
        key = request_key("issue", enrollment_id, after or "", grounds.reason)
        actor = await self._requests.actor(key, grounds)
        award = AwardRef(enrollment_id=enrollment_id, after=after, reason_id=actor.reason_id)
        made = await issued(self._engine.client, award)
        if made.credential_id is None:
            why = await self._views.why_not_signed(enrollment_id)
            raise CredentialNotSigned(why=why)
        return await self._views.credential(made.credential_id)

    async def revoke(self, credential_id: str, grounds: Grounds, press: str = "") -> Correction:
        """Let a credential count no more; its holder is told, with the reason.

        Refuses ``unknown_credential`` and ``credential_no_longer_counts``.
        """
        return await self._correct(CorrectionKind.REVOKE, credential_id, grounds, press)

    async def reissue(self, credential_id: str, grounds: Grounds, press: str = "") -> Correction:
        """Replace a credential by one that says what the records say today.

        Refuses as ``revoke`` does, and ``credential_not_signable``: then nothing was changed.
        """
        return await self._correct(CorrectionKind.REISSUE, credential_id, grounds, press)

    async def _correct(
        self, kind: CorrectionKind, credential_id: str, grounds: Grounds, press: str
    ) -> Correction:
        correction_id = opaque_id("k", kind, credential_id, press or grounds.reason)
        if await self._views.correction(correction_id) is None:
            await self._refuse_what_does_not_count(credential_id)
        await self._book.ask(correction_id, credential_id, kind, grounds)
        await start_correction(self._engine.client, correction_id)
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                done: Corrected = await corrected(self._engine.client, correction_id)
        except TimeoutError:
            return Correction(correction_id=correction_id, is_done=False)
        return Correction(
            correction_id=correction_id, is_done=True, replacement_id=done.replacement_id
        )

    async def _refuse_what_does_not_count(self, credential_id: str) -> None:
        """Leave no record of what cannot be done anyway."""
        state = (await self._views.credential(credential_id)).state
        if state is not CredentialState.VALID:
            raise CredentialNoLongerCounts(state=state)
