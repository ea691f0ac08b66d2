"""Corrections of credentials: asked for once, carried out in one transaction, or refused."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.credential_contracts import Corrected
from activities.credential_ports import CarriedOut, Correcting
from adapters.records.announcing import never_started
from adapters.records.credential_facts import facts_of
from adapters.records.credential_tables import CredentialCorrectionRow, CredentialRow
from adapters.records.credential_writing import (
    add_credential,
    announce_issued,
    announce_revoked,
    unpublished_list,
    write_happening,
)
from adapters.records.database import Database, is_added
from adapters.records.dispatching import dispatch_of
from adapters.records.people_book import keep_reason
from adapters.records.tables import EnrollmentRow, NoticeRow, OrderLineRow
from domain.credentials import (
    CorrectionKind,
    CredentialNoLongerCounts,
    CredentialState,
    SignedCredential,
    UnknownCorrection,
    UnknownCredential,
)
from domain.grounds import Grounds
from domain.notices import NoticeKind, NoticeState, Recipient
from domain.timeline import Happening
from domain.values import later_of, opaque_id

_TOLD = {
    CorrectionKind.REVOKE: (Happening.CREDENTIAL_REVOKED, NoticeKind.CREDENTIAL_REVOKED),
    CorrectionKind.REISSUE: (Happening.CREDENTIAL_REISSUED, NoticeKind.CREDENTIAL_REISSUED),
}


class _PlaceTaken(Exception):
    """Nothing of the correction is written: its replacement needs another status place."""


class CorrectionBook:
    """Where corrections are kept. What was revoked stays revoked: another credential follows it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(
        self, correction_id: str, credential_id: str, kind: CorrectionKind, grounds: Grounds
    ) -> None:
        """Keep what operations ask for; the same correction twice is one.

        Refuses ``unknown_credential``.
        """
        async with self._database.transaction() as session:
            if await session.get(CredentialRow, credential_id) is None:
                raise UnknownCredential(credential=credential_id)
            if await session.get(CredentialCorrectionRow, correction_id) is not None:
                return
            reason_id = await keep_reason(
                session,
                correction_id,
                grounds.reason,
                grounds.party,
                grounds.by_name,
                grounds.at,
            )
            row = CredentialCorrectionRow(
                id=correction_id,
                credential_id=credential_id,
                kind=kind,
                reason_id=reason_id,
                asked_at=grounds.at,
            )
            await is_added(session, row)

    async def prepare(self, correction_id: str, at: datetime) -> Correcting | CarriedOut:
        """Return what is to be done, with what a replacement says, or what was done already.

        Refuses ``unknown_correction`` and ``credential_no_longer_counts``.
        """
        async with self._database.transaction() as session:
            correction, credential = await self._in_hand(session, correction_id)
            if correction.done_at is not None:
                return await _carried_out(session, correction, credential)
            if credential.revoked_at is not None:
                raise CredentialNoLongerCounts(state=await _state_of(session, credential))
            if correction.kind == CorrectionKind.REVOKE:
                return Correcting(correction_id=correction_id)
            facts = await facts_of(session, credential.enrollment_id, credential.id, at)
            return Correcting(correction_id=correction_id, facts=facts)

    async def carry_out(
        self, correcting: Correcting, signed: SignedCredential | None, at: datetime
    ) -> CarriedOut | None:
        """Revoke, put the replacement in its place and intend the notice: all of it, or nothing.

        ``None``: the status place of the replacement was taken in between. Refuses
        ``credential_no_longer_counts`` when another correction was faster.
        """
        try:
            async with self._database.transaction() as session:
                correction, credential = await self._in_hand(session, correcting.correction_id)
                if correction.done_at is None:
                    await _carry_out(session, correction, credential, correcting, signed, at)
                return await _carried_out(session, correction, credential)
        except _PlaceTaken:
            return None

    async def refused(self, correction_id: str, why: str, at: datetime) -> None:
        """Keep why nothing was changed; the same correction may be asked for again."""
        async with self._database.transaction() as session:
            row = await session.get(CredentialCorrectionRow, correction_id)
            if row is not None and row.done_at is None:
                row.refused_at, row.refused_why = at, why

    async def _in_hand(
        self, session: AsyncSession, correction_id: str
    ) -> tuple[CredentialCorrectionRow, CredentialRow]:
        """Return a correction and its credential; those of one award come one after the other."""
        correction = await session.get(CredentialCorrectionRow, correction_id)
        if correction is None:
            raise UnknownCorrection(correction=correction_id)
        credential = await session.get_one(CredentialRow, correction.credential_id)
        if self._database.has_row_locks:
            award = select(EnrollmentRow.id).where(EnrollmentRow.id == credential.enrollment_id)
            await session.execute(award.with_for_update())
            await session.refresh(correction)
            await session.refresh(credential)
        return correction, credential


async def _carry_out(
    session: AsyncSession,
    correction: CredentialCorrectionRow,
    credential: CredentialRow,
    correcting: Correcting,
    signed: SignedCredential | None,
    at: datetime,
) -> None:
    if credential.revoked_at is not None:
        raise CredentialNoLongerCounts(state=await _state_of(session, credential))
    enrollment = await session.get_one(EnrollmentRow, credential.enrollment_id)
    credential.revoked_at = correction.done_at = at
    correction.refused_at, correction.refused_why = None, ""
    # Only one of an award may count, so the old one goes first.
    await session.flush()
    replacement = None
    if correcting.facts is not None and signed is not None:
        facts, ordinal = correcting.facts, credential.ordinal + 1
        replacement = await add_credential(session, enrollment, facts, signed, ordinal)
        if replacement is None:
            raise _PlaceTaken
    await _tell(session, enrollment, correction, credential, replacement, at)


async def _state_of(session: AsyncSession, credential: CredentialRow) -> CredentialState:
    """Return what became of a credential that was revoked."""
    follows = await _replacement_of(session, credential)
    return CredentialState.REVOKED if follows is None else CredentialState.REPLACED


async def _replacement_of(session: AsyncSession, credential: CredentialRow) -> CredentialRow | None:
    replacement: CredentialRow | None = await session.scalar(
        select(CredentialRow).where(CredentialRow.replaces_id == credential.id)
    )
    return replacement


async def _tell(
    session: AsyncSession,
    enrollment: EnrollmentRow,
    correction: CredentialCorrectionRow,
    credential: CredentialRow,
    replacement: CredentialRow | None,
    at: datetime,
) -> None:
    """Write the line, the notice and the events of a correction, with the correction itself."""
    happening, notice_kind = _TOLD[CorrectionKind(correction.kind)]
    key = f"correction-{correction.id}"
    write_happening(session, enrollment, happening, key, at, correction.reason_id)
    line = await session.get_one(OrderLineRow, enrollment.line_id)
    session.add(
        NoticeRow(
            id=_notice_id(correction),
            subject_id=enrollment.id,
            order_id=line.order_id,
            kind=notice_kind,
            recipient=Recipient.PRACTITIONER,
            ordinal=credential.ordinal,
            state=NoticeState.INTENDED,
            intended_at=later_of(at, enrollment.last_at),
        )
    )
    await announce_revoked(session, enrollment, credential, at)
    if replacement is not None:
        await announce_issued(session, enrollment, replacement)
    await session.flush()


async def _carried_out(
    session: AsyncSession, correction: CredentialCorrectionRow, credential: CredentialRow
) -> CarriedOut:
    """Return what follows from a correction, the same whenever it is asked for."""
    follows = (
        await _replacement_of(session, credential)
        if correction.kind == CorrectionKind.REISSUE
        else None
    )
    lists = {credential.status_list_id}
    if follows is not None:
        lists |= {await unpublished_list(session, follows) or credential.status_list_id}
    notice = await session.get_one(NoticeRow, _notice_id(correction))
    is_out = notice.state in (NoticeState.INTENDED, NoticeState.SENDING)
    return CarriedOut(
        corrected=Corrected(
            replacement_id=follows.id if follows is not None else None,
            status_lists=tuple(sorted(lists)),
        ),
        notices=(dispatch_of(notice),) if is_out else (),
        deliveries=await never_started(session, credential.enrollment_id),
    )


def _notice_id(correction: CredentialCorrectionRow) -> str:
    return opaque_id("n", "credential-correction", correction.id)
