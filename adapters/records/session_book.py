"""Sessions: who is signed in, in which browser, until when; each can be ended at any time.

The browser holds a random secret, the records its hash: whoever reads the table cannot sign in.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, select, update

from adapters.records.database import Database
from adapters.records.ops_actions import keep_action
from adapters.records.portal_tables import SessionRow, StaffRow
from adapters.records.round_tables import AssessorRow
from adapters.records.tables import PersonRow
from domain.enrollment import Party
from domain.grounds import Grounds, OpsActionKind
from domain.staff import UnknownSession
from domain.values import Instant, Value

LASTS = {
    Party.PRACTITIONER: timedelta(days=30),
    Party.ASSESSOR: timedelta(days=30),
    Party.OPS: timedelta(hours=12),
}
"""How long somebody stays signed in: months of drafting for some, one working day for others."""

_LONGEST_BROWSER = 200
_MOST = 500
"""Sessions of a list; more than that nobody looks through."""


class Means(StrEnum):
    """How somebody signed in."""

    LINK = "link"
    CODE = "code"
    ISSUER = "issuer"


class Visitor(Value):
    """Somebody who is signed in: in which role, as whom, and what to call them."""

    session_id: str
    party: Party
    subject_id: str
    name: str
    ends_at: Instant


class SessionLine(Value):
    """One signed-in browser, as its owner and operations see it."""

    session_id: str
    party: Party
    subject_id: str
    means: Means
    browser: str
    began_at: Instant
    ends_at: Instant


class OwnedSession(Value):
    """A signed-in browser with whose it is."""

    line: SessionLine
    name: str
    address: str


class SessionBook:
    """Where sessions are kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(
        self, party: Party, subject_id: str, means: Means, browser: str, at: datetime
    ) -> tuple[str, datetime]:
        """Sign somebody in; returns the secret for their browser, and until when it holds."""
        secret = secrets.token_urlsafe(32)
        ends_at = at + LASTS[party]
        async with self._database.transaction() as session:
            session.add(
                SessionRow(
                    id=_hashed(secret),
                    party=party,
                    subject_id=subject_id,
                    began_at=at,
                    ends_at=ends_at,
                    means=means,
                    browser=browser[:_LONGEST_BROWSER],
                )
            )
        return secret, ends_at

    async def visitor(self, party: Party, secret: str, at: datetime) -> Visitor | None:
        """Return who is signed in with this secret in this role; one query, nothing is written.

        None too for somebody who may not come any more: an inactive member of operations.
        """
        name, own_id = _WHO[party]
        query = select(SessionRow, name).where(
            own_id == SessionRow.subject_id,
            SessionRow.id == _hashed(secret),
            SessionRow.party == party,
            SessionRow.ended_at.is_(None),
            SessionRow.ends_at > at,
        )
        if party is Party.OPS:
            query = query.where(StaffRow.is_active)
        async with self._database.reading() as session:
            found = (await session.execute(query)).first()
        if found is None:
            return None
        row, called = found
        return Visitor(
            session_id=row.id,
            party=party,
            subject_id=row.subject_id,
            name=called,
            ends_at=row.ends_at,
        )

    async def end(self, session_id: str, at: datetime) -> None:
        """Sign one browser out."""
        async with self._database.transaction() as session:
            await session.execute(
                update(SessionRow)
                .where(SessionRow.id == session_id, SessionRow.ended_at.is_(None))
                .values(ended_at=at)
            )

    async def end_all(self, party: Party, subject_id: str, at: datetime) -> None:
        """Sign somebody out everywhere."""
        async with self._database.transaction() as session:
            await session.execute(
                update(SessionRow)
                .where(
                    SessionRow.party == party,
                    SessionRow.subject_id == subject_id,
                    SessionRow.ended_at.is_(None),
                )
                .values(ended_at=at)
            )

    async def end_one(self, session_id: str, grounds: Grounds) -> None:
        """Sign one browser of somebody else out. Raises ``UnknownSession`` when it has ended."""
        async with self._database.transaction() as session:
            subject_id = await session.scalar(
                update(SessionRow)
                .where(SessionRow.id == session_id, *_is_running(grounds.at))
                .values(ended_at=grounds.at)
                .returning(SessionRow.subject_id)
            )
            if subject_id is None:
                raise UnknownSession
            await keep_action(session, OpsActionKind.SESSION_ENDED, subject_id, grounds)

    async def end_every(self, party: Party, subject_id: str, grounds: Grounds) -> int:
        """Sign somebody else out everywhere; returns out of how many browsers."""
        async with self._database.transaction() as session:
            ended = await session.scalars(
                update(SessionRow)
                .where(
                    SessionRow.party == party,
                    SessionRow.subject_id == subject_id,
                    *_is_running(grounds.at),
                )
                .values(ended_at=grounds.at)
                .returning(SessionRow.id)
            )
            count = len(ended.all())
            if count:
                await keep_action(session, OpsActionKind.SESSIONS_ENDED, subject_id, grounds)
            return count

    async def running_before(self, party: Party, at: datetime) -> tuple[OwnedSession, ...]:
        """Return every browser in which somebody is signed in in a role, newest first."""
        return await self._owned(party, at)

    async def running_at(self, address: str, at: datetime) -> tuple[OwnedSession, ...]:
        """Return where whoever has an address (in its normal form) is signed in, in any role."""
        parties = (Party.PRACTITIONER, Party.ASSESSOR, Party.OPS)
        found = [await self._owned(party, at, address) for party in parties]
        return tuple(each for of_party in found for each in of_party)

    async def _owned(
        self, party: Party, at: datetime, address: str | None = None
    ) -> tuple[OwnedSession, ...]:
        owner = _OWNERS[party]
        query = (
            select(SessionRow, owner.name, owner.address)
            .join(owner, owner.id == SessionRow.subject_id)
            .where(SessionRow.party == party, *_is_running(at))
            .order_by(SessionRow.began_at.desc(), SessionRow.id)
            .limit(_MOST)
        )
        if address is not None:
            query = query.where(owner.address == address)
        async with self._database.reading() as session:
            return tuple(
                OwnedSession(line=_line(row), name=name, address=whose)
                for row, name, whose in await session.execute(query)
            )

    async def running(self, party: Party, subject_id: str, at: datetime) -> tuple[SessionLine, ...]:
        """Return the browsers in which somebody is signed in, newest first."""
        async with self._database.reading() as session:
            rows = await session.scalars(
                select(SessionRow)
                .where(
                    SessionRow.party == party,
                    SessionRow.subject_id == subject_id,
                    SessionRow.ended_at.is_(None),
                    SessionRow.ends_at > at,
                )
                .order_by(SessionRow.began_at.desc(), SessionRow.id)
            )
            return tuple(_line(row) for row in rows)


_OWNERS: dict[Party, type[PersonRow | AssessorRow | StaffRow]] = {
    Party.PRACTITIONER: PersonRow,
    Party.ASSESSOR: AssessorRow,
    Party.OPS: StaffRow,
}


def _is_running(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return SessionRow.ended_at.is_(None), SessionRow.ends_at > at


_WHO = {
    Party.PRACTITIONER: (PersonRow.name, PersonRow.id),
    Party.ASSESSOR: (AssessorRow.name, AssessorRow.id),
    Party.OPS: (StaffRow.name, StaffRow.id),
}


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _line(row: SessionRow) -> SessionLine:
    return SessionLine(
        session_id=row.id,
        party=Party(row.party),
        subject_id=row.subject_id,
        means=Means(row.means),
        browser=row.browser,
        began_at=row.began_at,
        ends_at=row.ends_at,
    )
