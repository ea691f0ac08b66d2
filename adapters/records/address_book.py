"""Changes of address that practitioners ask for: kept, confirmed, and stopped or taken back."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from activities.ports import Dispatch
from adapters.records.address_tables import AddressChangeRow
from adapters.records.database import Database
from adapters.records.dispatching import dispatch_of
from adapters.records.ops_book import AddressInUse, corrected
from adapters.records.portal_tables import SessionRow, SignInRow
from adapters.records.resending import letters_needed, send_again
from adapters.records.tables import EnrollmentRow, NoticeRow, PersonRow, TimelineRow
from domain.address_changes import (
    CONFIRM_WITHIN,
    STOP_WITHIN,
    AddressChange,
    AddressUnchanged,
    ChangeStopped,
    ChangeTooOld,
    NewAddressTaken,
)
from domain.addresses import normalized_address
from domain.enrollment import Party, UnknownEnrollment
from domain.notices import NoticeKind, NoticeState, Recipient


class AddressBook:
    """Where changes of address are kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(
        self, enrollment_id: str, address: str, at: datetime
    ) -> tuple[AddressChange, tuple[Dispatch, ...]]:
        """Keep what was asked for, with a mail to the new address and one to the old.

        Whether somebody else has the new address is not looked at: the answer would tell. Raises
        ``AddressNotValid``, ``AddressUnchanged``.
        """
        wanted = normalized_address(address)
        async with self._database.transaction() as session:
            enrollment = await session.get(EnrollmentRow, enrollment_id)
            if enrollment is None:
                raise UnknownEnrollment(enrollment=enrollment_id)
            person = await session.get_one(PersonRow, enrollment.person_id)
            if person.address == wanted:
                raise AddressUnchanged
            await _stop_waiting(session, person.id, at)
            row = AddressChangeRow(
                id=f"h{uuid4().hex[:20]}",
                person_id=person.id,
                enrollment_id=enrollment_id,
                old_address=person.address,
                new_address=wanted,
                asked_at=at,
                ends_at=at + CONFIRM_WITHIN,
            )
            session.add(row)
            kinds = (NoticeKind.ADDRESS_CONFIRM, NoticeKind.ADDRESS_CHANGE)
            notices = [_notice(row.id, kind, at) for kind in kinds]
            session.add_all(notices)
            return _change(row), tuple(dispatch_of(each) for each in notices)

    async def change(self, change_id: str) -> AddressChange:
        """Return a change. Raises ``ChangeTooOld`` for one that is not known any more."""
        async with self._database.reading() as session:
            row = await session.get(AddressChangeRow, change_id)
            if row is None:
                raise ChangeTooOld
            return _change(row)

    async def waiting(self, person_id: str, at: datetime) -> AddressChange | None:
        """Return the change that waits to be confirmed, if there is one."""
        async with self._database.reading() as session:
            row = await session.scalar(
                select(AddressChangeRow).where(
                    AddressChangeRow.person_id == person_id,
                    AddressChangeRow.confirmed_at.is_(None),
                    AddressChangeRow.stopped_at.is_(None),
                    AddressChangeRow.ends_at > at,
                )
            )
            return _change(row) if row is not None else None

    async def confirm(
        self, change_id: str, key: str, reason_id: str, at: datetime
    ) -> tuple[Dispatch, ...]:
        """Let the new address count; what did not arrive at the old one goes out again.

        Confirming twice is harmless. Raises ``ChangeTooOld``, ``ChangeStopped``,
        ``NewAddressTaken``.
        """
        async with self._database.transaction() as session:
            row = await self._locked(session, change_id)
            if row.stopped_at is not None:
                raise ChangeStopped
            if row.confirmed_at is not None:
                return ()
            if row.ends_at <= at:
                raise ChangeTooOld
            row.confirmed_at = at
            return await _address_is(session, row, row.new_address, key, reason_id, at)

    async def stop(
        self, change_id: str, key: str, reason_id: str, at: datetime
    ) -> tuple[Dispatch, ...]:
        """Stop a change, or take it back; whoever is signed in is signed out everywhere.

        Later changes of the same person go with it, but not what operations corrected since.
        Raises ``ChangeTooOld``, ``NewAddressTaken``.
        """
        async with self._database.transaction() as session:
            row = await self._locked(session, change_id)
            if row.asked_at + STOP_WITHIN <= at:
                raise ChangeTooOld
            row.stopped_at = row.stopped_at or at
            await _stop_waiting(session, row.person_id, at)
            await _let_nobody_stay(session, row.person_id, at)
            if not await _came_from(session, row):
                return ()
            return await _address_is(session, row, row.old_address, key, reason_id, at)

    async def _locked(self, session: AsyncSession, change_id: str) -> AddressChangeRow:
        lock = self._database.has_row_locks or None
        row = await session.get(AddressChangeRow, change_id, with_for_update=lock)
        if row is None:
            raise ChangeTooOld
        await session.get_one(PersonRow, row.person_id, with_for_update=lock)
        return row


async def _address_is(
    session: AsyncSession,
    row: AddressChangeRow,
    address: str,
    key: str,
    reason_id: str,
    at: datetime,
) -> tuple[Dispatch, ...]:
    enrollment = await session.get_one(EnrollmentRow, row.enrollment_id)
    try:
        sent = await corrected(session, enrollment, address, key, reason_id, at, _send_failed)
    except AddressInUse:
        raise NewAddressTaken from None
    await session.flush()
    await session.execute(
        update(TimelineRow)
        .where(TimelineRow.reason_id == reason_id)
        .values(party=Party.PRACTITIONER)
        .execution_options(synchronize_session=False)
    )
    return sent


async def _send_failed(
    session: AsyncSession, journey: EnrollmentRow, key: str, reason_id: str, at: datetime
) -> list[Dispatch]:
    """Intend again what did not arrive.

    Nothing more: whoever confirms is in the portal already, and each letter carries a link.
    """
    lost = {NoticeState.REFUSED, NoticeState.BOUNCED}
    return [
        await send_again(session, notice, f"{key}-{notice.id}", reason_id, at)
        for notice in await letters_needed(session, journey)
        if notice.state in lost
    ]


async def _stop_waiting(session: AsyncSession, person_id: str, at: datetime) -> None:
    """Only the latest change can be confirmed."""
    await session.execute(
        update(AddressChangeRow)
        .where(
            AddressChangeRow.person_id == person_id,
            AddressChangeRow.confirmed_at.is_(None),
            AddressChangeRow.stopped_at.is_(None),
        )
        .values(stopped_at=at)
        .execution_options(synchronize_session=False)
    )


async def _came_from(session: AsyncSession, row: AddressChangeRow) -> bool:
    """Whether the address of today came from this change or from a later one."""
    person = await session.get_one(PersonRow, row.person_id)
    came = await session.scalar(
        select(AddressChangeRow.id).where(
            AddressChangeRow.person_id == row.person_id,
            AddressChangeRow.asked_at >= row.asked_at,
            AddressChangeRow.confirmed_at.is_not(None),
            AddressChangeRow.new_address == person.address,
        )
    )
    return came is not None


async def _let_nobody_stay(session: AsyncSession, person_id: str, at: datetime) -> None:
    """End every session, and every link that was asked for and not used up by time."""
    await session.execute(
        update(SessionRow)
        .where(
            SessionRow.party == Party.PRACTITIONER,
            SessionRow.subject_id == person_id,
            SessionRow.ended_at.is_(None),
        )
        .values(ended_at=at)
    )
    await session.execute(
        update(SignInRow)
        .where(
            SignInRow.party == Party.PRACTITIONER,
            SignInRow.subject_id == person_id,
            SignInRow.ends_at > at,
        )
        .values(ends_at=at)
    )


async def address_of(session: AsyncSession, notice: NoticeRow) -> tuple[str, str, AddressChange]:
    """Return whom and where a notice about a change of address goes to, and the change."""
    row = await session.get_one(AddressChangeRow, notice.subject_id)
    person = await session.get_one(PersonRow, row.person_id)
    is_to_new = notice.kind == NoticeKind.ADDRESS_CONFIRM
    return person.name, row.new_address if is_to_new else row.old_address, _change(row)


def _notice(change_id: str, kind: NoticeKind, at: datetime) -> NoticeRow:
    return NoticeRow(
        id=f"n{uuid4().hex[:20]}",
        subject_id=change_id,
        order_id=change_id,
        kind=kind,
        recipient=Recipient.PRACTITIONER,
        ordinal=0,
        state=NoticeState.INTENDED,
        intended_at=at,
    )


def _change(row: AddressChangeRow) -> AddressChange:
    return AddressChange(
        id=row.id,
        enrollment_id=row.enrollment_id,
        person_id=row.person_id,
        old_address=row.old_address,
        new_address=row.new_address,
        asked_at=row.asked_at,
        confirmed_at=row.confirmed_at,
        stopped_at=row.stopped_at,
    )
