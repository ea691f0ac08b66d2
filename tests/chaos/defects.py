"""Three defects that the harness must find, each put into its own workers and nowhere else.

They are what comparable systems really did: mail recorded as sent before anybody took it, a look
before an insert in place of a constraint, a reminder that is sent on its date or never.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from unittest.mock import patch
from uuid import uuid4

from aiosmtplib import SMTPResponse
from sqlalchemy import Select, select, text
from temporalio import workflow
from temporalio.worker import UnsandboxedWorkflowRunner

import worker
from activities.contracts import Entry, Offer
from activities.ports import Written
from activities.steps import OfferRound
from adapters.mail.smtp_connection import Connection
from adapters.records import journey_book
from adapters.records.database import Database
from adapters.records.journey_book import JourneyBook
from adapters.records.round_tables import AssignmentRow, RoundRow
from adapters.records.steps import rounds
from adapters.records.steps.places import eligible, waiting_round
from adapters.records.steps.turn import Turn
from adapters.records.tables import EnrollmentRow
from domain.assignment import AssignmentState
from domain.enrollment import Party, Stage
from tests.chaos.clocks import SHORT_DAY
from workflows.deadline import Deadline

FINAL_DOT = b".\r\n"


class Defect(StrEnum):
    """What is wrong in a worker."""

    ACCEPTED_BEFORE_REPLY = "accepted_before_reply"
    CHECK_THEN_INSERT = "check_then_insert"
    EXACT_DATE = "exact_date"

    def put_in(self) -> None:
        """Make this process defective."""
        match self:
            case Defect.ACCEPTED_BEFORE_REPLY:
                patch.object(Connection, "_last_word", _assumed_word).start()
            case Defect.CHECK_THEN_INSERT:
                _check_then_insert()
            case Defect.EXACT_DATE:
                patch.object(Deadline, "come", _instants_of_today).start()
                # The sandbox would load the workflow's own modules anew, without the defect.
                patch.object(worker, "sandboxed_runner", UnsandboxedWorkflowRunner).start()


async def _assumed_word(connection: Connection, answer: object) -> SMTPResponse:
    """Trap 1: the letter was written, so it is called accepted."""
    del answer
    connection._writer.write(FINAL_DOT)
    return SMTPResponse(250, "2.0.0 surely taken")


def _instants_of_today(deadline: Deadline) -> tuple[datetime, ...]:
    """Trap 4: a reminder goes out on its own day; whoever looks a day later has missed it."""
    now: datetime = workflow.now()
    day = SHORT_DAY if deadline._due.at - now < timedelta(hours=1) else timedelta(days=1)
    deadline._pending = [each for each in deadline._pending if now - each.at < day]
    instants = {each.at for each in deadline._pending} | {deadline._due.at}
    return tuple(sorted(each for each in instants if each <= now))


DROP_CONSTRAINT = text("DROP INDEX IF EXISTS uq_assignments_live")
"""What the harness runs on the records before it lets workers assign without a constraint."""


def _check_then_insert() -> None:
    """Trap 11: whether a round has a live assignment is looked up first, then one is inserted.

    The look is a transaction of its own, before the turn is written: of two workers that look
    before either has committed, both insert. Nothing is locked either: a lock that the product
    takes for other reasons would still stand in the way.
    """
    patch.object(Database, "has_row_locks", new=False).start()
    enter = JourneyBook.enter

    async def looking_first(
        book: JourneyBook, entry: Entry, *, is_delayed: bool = False
    ) -> Written:
        for step in entry.steps:
            if isinstance(step, OfferRound) and step.ordinal == 1:
                await _insert_unless_live(book, entry, step)
        return await enter(book, entry, is_delayed=is_delayed)

    patch.object(JourneyBook, "enter", looking_first).start()
    journey_book._APPLIERS[OfferRound] = _adopt


async def _insert_unless_live(book: JourneyBook, entry: Entry, step: OfferRound) -> None:
    async with book._database.transaction() as session:
        if await session.scalar(_live(entry.enrollment_id, step.round)) is not None:
            return
        enrollment = await session.get_one(EnrollmentRow, entry.enrollment_id)
        waiting = await waiting_round(session, enrollment, step.round)
        best = await session.scalar(eligible(waiting, entry.at, book._zone))
        if best is None:
            return
        best.load += 1
        session.add(
            AssignmentRow(
                id=f"a{uuid4().hex[:12]}",
                enrollment_id=enrollment.id,
                round=step.round,
                assessor_id=best.id,
                state=AssignmentState.OFFERED,
                is_live=True,
                offered_at=entry.at,
                due_at=entry.at,
                ranking={"ranking": []},
            )
        )


async def _adopt(turn: Turn, step: OfferRound) -> None:
    """Offer the round to whoever was inserted; without anybody, as the product does."""
    inserted = await turn.session.scalar(_live(turn.enrollment.id, step.round))
    if step.ordinal != 1 or inserted is None:
        return await rounds.offer_round(turn, step)
    row = await turn.session.get_one(RoundRow, (turn.enrollment.id, step.round))
    row.waiting_since = None
    turn.enrollment.stage, turn.enrollment.waiting_on = Stage.OFFERED, Party.ASSESSOR
    turn.start_clock(step.offer)
    turn.answered(offer=Offer(assignment_id=inserted.id, assessor_id=inserted.assessor_id))
    await rounds._tell_of_offer(turn, step, inserted.id)
    return None


def _live(enrollment_id: str, number: int) -> Select[AssignmentRow]:
    return select(AssignmentRow).where(
        AssignmentRow.enrollment_id == enrollment_id,
        AssignmentRow.round == number,
        AssignmentRow.is_live,
    )
