"""What everybody of a run shares: desks, portals, the log of acts, and a look at the records.

Who looks goes past the proxy; who acts goes through it.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import select
from temporalio.client import Client

from adapters.assembly import database_of
from adapters.records.credential_tables import CredentialRow
from adapters.records.database import Database, is_added
from adapters.records.round_tables import AssignmentRow, RoundRow
from adapters.records.session_book import SessionBook
from adapters.records.staff_book import StaffBook
from adapters.records.state_tables import TranscriptRow
from adapters.records.tables import (
    EnrollmentRow,
    NoticeRow,
    OrderLineRow,
    PersonRow,
    TimelineRow,
)
from domain.enrollment import Party, Stage
from domain.grounds import Grounds, grounds
from domain.notices import NoticeKind
from domain.orders import Learner
from domain.timeline import Happening
from domain.values import opaque_id
from settings import Settings
from tests.chaos.acts import ActLog, persist, until
from tests.chaos.browsers import Visitor, Web, sign_in
from tests.house import OPS, House
from tests.smtp_servers import ScriptedServer

TEEMING: Final = ("general", "missouri", "rural")
"""Libraries whose assessors have few places, so that journeys race for them."""

LASTING: Final = "lasting"
"""The library of journeys that stay with an assessor to the end of the run."""

DESERTED: Final = "deserted"
"""A library without assessors."""

ASSESSORS: Final = 5
PLACES: Final = 2
OPERATORS: Final = 2


@dataclass
class Crowd:
    """Everybody of a run."""

    house: House
    web: Web
    log: ActLog
    observer: Database
    operators: list[Visitor] = field(default_factory=list)
    waiting_for_stop: int = 0
    """How many of those whose days are short stand at the verification."""
    has_started_again: asyncio.Event = field(default_factory=asyncio.Event)
    """Everything runs again after three days."""
    _visitors: dict[tuple[Party, str], Visitor] = field(default_factory=dict)

    @classmethod
    def of(
        cls, client: Client, acting: Settings, looking: Settings, web: Web, log: ActLog
    ) -> "Crowd":
        """Return a crowd whose desks act with one set of settings, and which looks with another."""
        house = House(client, acting, database_of(acting), ScriptedServer())
        return cls(house, web, log, database_of(looking))

    async def open_programme(self) -> None:
        """Publish everywhere, hire assessors, let two of operations sign in."""
        for library in (*TEEMING, LASTING, DESERTED):
            await self.house.publish(library)
        for library in TEEMING:
            for _ in range(ASSESSORS):
                await self.house.hire(library, capacity=PLACES)
        await self.house.hire(LASTING, capacity=100_000)
        staff = StaffBook(self.observer)
        for number in range(1, OPERATORS + 1):
            staff_id = await staff.add(f"Operator Nr{number}", f"operator{number}@example.org", OPS)
            self.operators.append(await self.visitor(Party.OPS, staff_id))

    async def visitor(self, party: Party, subject_id: str) -> Visitor:
        """Return somebody's browser."""
        known = self._visitors.get((party, subject_id))
        if known is None:
            sessions = SessionBook(self.observer)
            known = await sign_in(self.web, sessions, party, subject_id)
            self._visitors[(party, subject_id)] = known
        return known

    async def close(self) -> None:
        """Give the connections back."""
        await self.house.database.close()
        await self.observer.close()

    async def know(self, learner: Learner) -> None:
        """Let the directory know somebody as verified, however often this is tried."""
        async with self.observer.transaction() as session:
            await is_added(
                session,
                PersonRow(
                    id=opaque_id("p", learner.address),
                    name=learner.name,
                    address=learner.address,
                    organization=learner.organization,
                    verified_at=datetime.now(UTC),
                ),
            )

    async def row(self, enrollment_id: str) -> EnrollmentRow:
        """Return the flat row of an enrollment."""

        async def look() -> EnrollmentRow:
            async with self.observer.reading() as session:
                return await session.get_one(EnrollmentRow, enrollment_id)

        found = await persist(look)
        assert found is not None
        return found

    async def line(self, line_id: str) -> OrderLineRow | None:
        """Return the line of an order, once it is there."""

        async def look() -> OrderLineRow | None:
            async with self.observer.reading() as session:
                return await session.get(OrderLineRow, line_id)

        return await persist(look)

    async def assignment(self, enrollment_id: str) -> AssignmentRow | None:
        """Return the live assignment of an enrollment."""

        async def look() -> AssignmentRow | None:
            async with self.observer.reading() as session:
                return await session.scalar(
                    select(AssignmentRow).where(
                        AssignmentRow.enrollment_id == enrollment_id, AssignmentRow.is_live
                    )
                )

        return await persist(look)

    async def credential(self, enrollment_id: str) -> str | None:
        """Return the credential of an award that counts."""

        async def look() -> str | None:
            async with self.observer.reading() as session:
                return await session.scalar(
                    select(CredentialRow.id).where(
                        CredentialRow.enrollment_id == enrollment_id,
                        CredentialRow.revoked_at.is_(None),
                    )
                )

        return await persist(look)

    async def has_transcript(self, person_id: str) -> bool:
        """Tell whether a transcript of somebody is kept."""
        async with self.observer.reading() as session:
            found = await session.scalar(
                select(TranscriptRow.id).where(TranscriptRow.person_id == person_id)
            )
        return found is not None

    async def has_happened(self, enrollment_id: str, kind: Happening) -> bool:
        """Tell whether something stands in the timeline of a journey."""
        async with self.observer.reading() as session:
            found = await session.scalar(
                select(TimelineRow.id).where(
                    TimelineRow.enrollment_id == enrollment_id, TimelineRow.kind == kind
                )
            )
        return found is not None

    async def round(self, enrollment_id: str, number: int) -> RoundRow | None:
        """Return a round."""

        async def look() -> RoundRow | None:
            async with self.observer.reading() as session:
                return await session.get(RoundRow, (enrollment_id, number))

        return await persist(look)

    async def is_reminded(self, enrollment_id: str) -> bool:
        """Tell whether a reminder of the verification was intended."""
        async with self.observer.reading() as session:
            found = await session.scalar(
                select(NoticeRow.id).where(
                    NoticeRow.subject_id == enrollment_id,
                    NoticeRow.kind == NoticeKind.VERIFY_REMINDER,
                )
            )
        return found is not None

    async def until_stage(self, enrollment_id: str, *stages: Stage, number: int = 1) -> Stage:
        """Wait until a journey stands at one of some stages, in a round or a later one."""
        seen: list[Stage] = []

        async def is_there() -> bool:
            row = await self.row(enrollment_id)
            if row.stage in stages and row.round >= number:
                seen[:] = [Stage(row.stage)]
            return bool(seen)

        await until(f"{enrollment_id} at {' or '.join(stages)}", is_there)
        return seen[0]


def because(reason: str, party: Party) -> Grounds:
    """Return why somebody acts."""
    return grounds(reason, f"the {party}", OPS.at, party)
