"""Watching a journey's clock: what is recorded around an instant, and who was really written to.

Everything that a journey does leaves a line or a notice with the instant of its own clock. So
"nothing happened before" is read from those instants: it holds whatever the machine's speed.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from temporalio.service import RPCError, RPCStatusCode

from adapters.records.calendar_book import current_calendar
from adapters.records.round_tables import AssessorRow, AssignmentRow
from adapters.records.tables import (
    DueTimeRow,
    EnrollmentRow,
    NoticeRow,
    OrderRow,
    PersonRow,
    TimelineRow,
)
from adapters.time_skipping import current_time
from domain.calendar import ProgrammeCalendar
from domain.enrollment import Stage
from domain.notices import NoticeState, Recipient
from domain.timeline import Happening
from tests.house import House
from tests.waiting import eventually

SECOND = timedelta(seconds=1)
LATEST = timedelta(minutes=1)
"""A timer fires this long after its instant at the latest, by the journey's clock."""

_TELLING = {
    Happening.STAGE_ENTERED: ("stage", "stage", "clock"),
    Happening.ATTENTION_OPENED: ("attention", "attention"),
    Happening.ATTENTION_CLOSED: ("settled", "attention"),
    Happening.ASSIGNMENT_ENDED: ("assignment", "outcome"),
    Happening.ENDED: ("ended", "ending"),
}
"""How the lines that carry facts are told here: a word, then these facts of the line."""


@asynccontextmanager
async def letters_held(house: House) -> AsyncIterator[None]:
    """The mail server takes letters and answers none of them until the end of the block."""
    house.smtp._gate = asyncio.Event()
    try:
        yield
    finally:
        house.smtp._gate.set()
        house.smtp._gate = None


async def calendar_of(house: House) -> ProgrammeCalendar:
    """Return the calendar on which due times are counted."""
    async with house.database.reading() as session:
        return await current_calendar(session, house.settings.programme_zone)


@dataclass(frozen=True)
class Recorded:
    """Something that the records say of a journey, in few words, with the journey's instant."""

    key: str
    at: datetime
    what: str


def _line(row: TimelineRow) -> Recorded:
    word, *facts = _TELLING.get(Happening(row.kind), (row.kind,))
    told = "/".join(str(row.facts[fact]) for fact in facts)
    return Recorded(key=row.key, at=row.at, what=f"{word} {told}".strip())


def _mail(row: NoticeRow) -> Recorded:
    what = f"mail {row.kind} to {row.recipient} {row.ordinal}"
    return Recorded(key=row.id, at=row.intended_at, what=what)


@dataclass(frozen=True)
class Clockwork:
    """One journey under observation."""

    house: House
    enrollment_id: str

    async def recorded(self) -> tuple[Recorded, ...]:
        """Return everything recorded so far, in order."""
        async with self.house.database.reading() as session:
            lines = await session.scalars(
                select(TimelineRow)
                .where(TimelineRow.enrollment_id == self.enrollment_id)
                .order_by(TimelineRow.id)
            )
            notices = await session.scalars(
                select(NoticeRow).where(NoticeRow.subject_id == self.enrollment_id)
            )
            return (*map(_line, lines), *map(_mail, notices))

    async def passes(self, instant: datetime, *expected: str) -> None:
        """One second before ``instant`` nothing is recorded; after it exactly ``expected`` is.

        Every notice among it reaches the mailbox of its recipient, once.
        """
        before = set(await self.recorded())
        await self._forward_to(instant - SECOND)
        early = [each for each in set(await self.recorded()) - before if each.at < instant]
        assert early == [], f"before {instant}: {early}"
        await self._forward_to(instant + SECOND)
        await self.brings(before, *expected, no_earlier_than=instant)

    async def brings(
        self,
        before: set[Recorded],
        *expected: str,
        no_earlier_than: datetime | None = None,
    ) -> None:
        """Wait for what is recorded beside ``before``; it is exactly ``expected``, and sent."""

        async def is_there() -> bool:
            return len(set(await self.recorded()) - before) >= len(expected)

        await eventually(is_there)
        news = set(await self.recorded()) - before
        told = sorted(each.what for each in news)
        assert told == sorted(expected), f"{told} and not {sorted(expected)}"
        if no_earlier_than is not None:
            early = [each for each in news if each.at < no_earlier_than]
            late = [each for each in news if each.at >= no_earlier_than + LATEST]
            assert (early, late) == ([], []), f"not at {no_earlier_than}: {early} {late}"
        mails = {each.key for each in news if each.what.startswith("mail ")}
        if mails:
            await self.arrived(mails)

    async def arrived(self, keys: set[str]) -> None:
        """Each of these notices was accepted, and reached its recipient's address once."""
        for notice in await self.house.all_settled(self.enrollment_id):
            if notice.id in keys:
                assert notice.state == NoticeState.ACCEPTED, f"{notice.kind} is {notice.state}"
                told = [
                    letter.recipient
                    for letter in self.house.smtp.received
                    if f"<{notice.id}@".encode() in letter.body
                ]
                expected = [f"RCPT TO:<{await self._address(notice)}>"]
                assert told == expected, f"{notice.kind}: {told} and not {expected}"

    async def is_silent_for_good(self) -> None:
        """No clock is left that could be moved a year on, and nothing more is recorded or sent."""
        await self.house.all_settled(self.enrollment_id)
        before, letters = await self.recorded(), await self.letters()
        with pytest.raises(RPCError) as refused:
            await self.house.forward(self.enrollment_id, timedelta(days=366))
        assert refused.value.status is RPCStatusCode.NOT_FOUND
        await self.house.all_settled(self.enrollment_id)
        assert (await self.recorded(), await self.letters()) == (before, letters)

    async def letters(self) -> int:
        """Return how many letters about this journey the mail server has taken."""
        notices = [f"<{each.id}@".encode() for each in await self.house.notices(self.enrollment_id)]
        return sum(any(n in each.body for n in notices) for each in self.house.smtp.received)

    async def now(self) -> datetime:
        """Return the time by the journey's clock."""
        return await current_time(self.house.client, f"enrollment/{self.enrollment_id}")

    async def entered(self, stage: Stage) -> datetime:
        """Return when the journey last came to ``stage``: its last line, from the records."""
        lines = await self.house.timeline(self.enrollment_id)
        kinds = {Stage.OFFERED: Happening.OFFERED, Stage.QUEUED: Happening.NOBODY_TO_OFFER}
        kind = kinds.get(stage, Happening.STAGE_ENTERED)
        return next(
            line.at
            for line in reversed(lines)
            if line.kind == kind and line.facts.get("stage", stage) == stage
        )

    async def after(self, stage: Stage, business_days: int) -> datetime:
        """Return the close of business so many business days after ``stage`` was entered."""
        calendar = await calendar_of(self.house)
        return calendar.due_after_business_days(await self.entered(stage), business_days).at

    async def due(self) -> DueTimeRow:
        """Return the running due time as it is stored, with its explanation."""
        async with self.house.database.reading() as session:
            row = await session.get_one(EnrollmentRow, self.enrollment_id)
            return await session.get_one(DueTimeRow, row.due_id)

    async def _forward_to(self, instant: datetime) -> None:
        """Move the clock, unless it went there by itself meanwhile."""
        ahead = instant - await self.now()
        if ahead > timedelta(0):
            await self.house.forward(self.enrollment_id, ahead)

    async def _address(self, notice: NoticeRow) -> str:
        """Return where a notice belongs, looked up apart from what the sender did."""
        async with self.house.database.reading() as session:
            match Recipient(notice.recipient):
                case Recipient.PRACTITIONER:
                    row = await session.get_one(EnrollmentRow, self.enrollment_id)
                    return (await session.get_one(PersonRow, row.person_id)).address
                case Recipient.PAYER:
                    return (await session.get_one(OrderRow, notice.order_id)).payer_address
                case Recipient.ASSESSOR:
                    assignment = await session.get_one(AssignmentRow, notice.assignment_id)
                    return (await session.get_one(AssessorRow, assignment.assessor_id)).address
                case Recipient.APPROVER | Recipient.OPS:
                    return self.house.settings.ops_address
