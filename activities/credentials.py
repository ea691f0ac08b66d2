"""Issuing, correcting and publishing: each may be repeated, and may be stopped at any point.

Nothing counts before it is kept: a signature that was made and not kept is forgotten, and the next
attempt makes another one. What was kept first is what everybody is answered with from then on.
"""

from datetime import UTC, datetime

from temporalio import activity

from activities.credential_contracts import (
    AwardRef,
    Corrected,
    CorrectionRef,
    Issued,
    StatusListPublished,
    StatusListRef,
)
from activities.credential_ports import (
    CarriedOut,
    Correcting,
    CorrectionWriter,
    CredentialSigner,
    CredentialWriter,
    Kept,
    StatusListWriter,
)
from activities.failures import Failure, cross, failed
from activities.interfaces import Credentials
from activities.ports import Engine
from domain.credentials import CredentialNoLongerCounts, CredentialNotAwarded
from domain.enrollment import UnknownEnrollment
from domain.refusals import Refusal

PLACES_TRIED = 5
"""Status places tried in one attempt. A list is half empty at least: one of them is free."""

PUBLISHINGS_TRIED = 10
"""Times that a list is signed anew in one attempt, because another one was faster."""


class CredentialActivities(Credentials):
    """Signs and keeps, once for each award and once for each correction.

    Instants are those of the wall clock, whatever clock a journey has: whoever checks a credential
    lives by that.
    """

    def __init__(
        self,
        credentials: CredentialWriter,
        corrections: CorrectionWriter,
        lists: StatusListWriter,
        signer: CredentialSigner,
        engine: Engine,
    ) -> None:
        self._credentials = credentials
        self._corrections = corrections
        self._lists = lists
        self._signer = signer
        self._engine = engine

    @activity.defn(name="issue_credential")
    async def issue_credential(self, award: AwardRef) -> Issued:
        """Make the credential of an award. What cannot be signed is brought to operations."""
        try:
            kept = await self._issued(award)
        except (UnknownEnrollment, CredentialNotAwarded, CredentialNoLongerCounts) as refusal:
            raise cross(refusal) from refusal
        except Refusal as refusal:
            # The signer's own: a rule that is broken, or no key. Somebody has to mend it.
            await self._credentials.not_signed(award.enrollment_id, str(refusal), _now())
            return Issued()
        await self._engine.deliver(kept.deliveries)
        if kept.unpublished_list is not None:
            await self._published(kept.unpublished_list)
        return Issued(credential_id=kept.credential_id)

    @activity.defn(name="correct_credential")
    async def correct_credential(self, correction: CorrectionRef) -> Corrected:
        """Carry out a correction in one transaction, then do what follows from it."""
        try:
            done = await self._corrected(correction.correction_id)
        except Refusal as refusal:
            await self._corrections.refused(correction.correction_id, str(refusal), _now())
            raise cross(refusal) from refusal
        await self._engine.dispatch(done.notices)
        await self._engine.deliver(done.deliveries)
        return done.corrected

    @activity.defn(name="publish_status_list")
    async def publish_status_list(self, status_list: StatusListRef) -> StatusListPublished:
        """Sign a status list as the records have it now, and keep it as the next version."""
        try:
            version = await self._published(status_list.list_id)
        except Refusal as refusal:
            raise cross(refusal) from refusal
        return StatusListPublished(version=version)

    async def _issued(self, award: AwardRef) -> Kept:
        for _ in range(PLACES_TRIED):
            prepared = await self._credentials.prepare(award.enrollment_id, award.after, _now())
            if isinstance(prepared, Kept):
                return prepared
            signed = await self._signer.sign(prepared)
            kept = await self._credentials.keep(prepared, signed, award.reason_id)
            if kept is not None:
                return kept
        raise failed(Failure.STATUS_PLACES_TAKEN)

    async def _corrected(self, correction_id: str) -> CarriedOut:
        for _ in range(PLACES_TRIED):
            prepared = await self._corrections.prepare(correction_id, _now())
            if isinstance(prepared, CarriedOut):
                return prepared
            done = await self._carried_out(prepared)
            if done is not None:
                return done
        raise failed(Failure.STATUS_PLACES_TAKEN)

    async def _carried_out(self, correcting: Correcting) -> CarriedOut | None:
        facts = correcting.facts
        signed = await self._signer.sign(facts) if facts is not None else None
        return await self._corrections.carry_out(correcting, signed, _now())

    async def _published(self, list_id: str) -> int:
        """Sign until the list that was signed is still the newest when it is kept.

        Whoever loses looks once more, so a revocation of either is in what is published last.
        """
        for _ in range(PUBLISHINGS_TRIED):
            listed = await self._lists.as_it_stands(list_id)
            at = _now()
            signed = await self._signer.sign_status_list(list_id, listed.revoked, at)
            if await self._lists.publish(listed, signed, at):
                return listed.version + 1
        raise failed(Failure.STATUS_LIST_CONTENDED)


def _now() -> datetime:
    return datetime.now(UTC)
