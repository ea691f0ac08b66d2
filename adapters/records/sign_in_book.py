"""Requests to be let in by mail: who asked, until when it is good, whether it was used."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.ports import Dispatch
from adapters.records.database import Database
from adapters.records.dispatching import dispatch_of
from adapters.records.portal_tables import SignInRow, StaffRow
from adapters.records.round_tables import AssessorRow
from adapters.records.tables import NoticeRow, PersonRow
from domain.enrollment import Party
from domain.notices import NoticeKind, NoticeState, Recipient
from domain.sign_ins import CODE_LASTS, LINK_LASTS, MOST_ATTEMPTS
from domain.values import Instant, Value


class SignIn(Value):
    """A request to be let in."""

    id: str
    party: Party
    subject_id: str
    ends_at: Instant


class SignInBook:
    """Where requests to be let in are kept, with the mail that answers each."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(self, party: Party, address: str, at: datetime) -> tuple[str, Dispatch] | None:
        """Record that somebody asked, and intend the mail; None when nobody has the address.

        ``address`` is in its normal form. Returns the request's id and what is to be dispatched.
        """
        kind = NoticeKind.SIGN_IN_CODE if party is Party.OPS else NoticeKind.SIGN_IN_LINK
        async with self._database.transaction() as session:
            subject_id = await _owner(session, party, address)
            if subject_id is None:
                return None
            sign_in_id = f"i{uuid4().hex[:16]}"
            lasts = CODE_LASTS if party is Party.OPS else LINK_LASTS
            session.add(
                SignInRow(
                    id=sign_in_id,
                    party=party,
                    subject_id=subject_id,
                    asked_at=at,
                    ends_at=at + lasts,
                )
            )
            notice = NoticeRow(
                id=f"n{sign_in_id}",
                subject_id=sign_in_id,
                order_id=sign_in_id,
                kind=kind,
                recipient=Recipient(party.value),
                ordinal=0,
                state=NoticeState.INTENDED,
                intended_at=at,
            )
            session.add(notice)
            return sign_in_id, dispatch_of(notice)

    async def latest(self, party: Party, address: str, at: datetime) -> SignIn | None:
        """Return the newest request of whoever has the address, while it is good and unused."""
        async with self._database.reading() as session:
            subject_id = await _owner(session, party, address)
            row = await session.scalar(
                select(SignInRow)
                .where(
                    SignInRow.party == party,
                    SignInRow.subject_id == (subject_id or ""),
                    SignInRow.ends_at > at,
                    SignInRow.used_at.is_(None),
                )
                .order_by(SignInRow.asked_at.desc())
                .limit(1)
            )
            return _sign_in(row) if row is not None else None

    async def good(self, sign_in_id: str, at: datetime) -> SignIn | None:
        """Return a request while it is good."""
        async with self._database.reading() as session:
            row = await session.get(SignInRow, sign_in_id)
            return _sign_in(row) if row is not None and row.ends_at > at else None

    async def attempted(self, sign_in_id: str, at: datetime, *, is_right: bool) -> bool:
        """Count an attempt; ``True`` when it is right, and the first right one in time."""
        async with self._database.transaction() as session:
            lock = self._database.has_row_locks or None
            row = await session.get(SignInRow, sign_in_id, with_for_update=lock)
            if row is None or row.used_at is not None or row.ends_at <= at:
                return False
            row.attempts += 1
            if row.attempts > MOST_ATTEMPTS or not is_right:
                return False
            row.used_at = at
            return True


async def whom_to_tell(session: AsyncSession, sign_in_id: str) -> tuple[str, str, datetime]:
    """Return name and address of whoever asked to be let in, and until when it is good."""
    row = await session.get_one(SignInRow, sign_in_id)
    owner: PersonRow | AssessorRow | StaffRow
    match Party(row.party):
        case Party.ASSESSOR:
            owner = await session.get_one(AssessorRow, row.subject_id)
        case Party.OPS:
            owner = await session.get_one(StaffRow, row.subject_id)
        case _:
            owner = await session.get_one(PersonRow, row.subject_id)
    return owner.name, owner.address, row.ends_at


async def _owner(session: AsyncSession, party: Party, address: str) -> str | None:
    """Return whose address it is; who works here no more is not let in."""
    query = select(PersonRow.id).where(PersonRow.address == address)
    if party is Party.ASSESSOR:
        query = select(AssessorRow.id).where(AssessorRow.address == address, AssessorRow.is_active)
    elif party is Party.OPS:
        query = select(StaffRow.id).where(StaffRow.address == address, StaffRow.is_active)
    found: str | None = await session.scalar(query)
    return found


def _sign_in(row: SignInRow) -> SignIn:
    return SignIn(id=row.id, party=Party(row.party), subject_id=row.subject_id, ends_at=row.ends_at)
