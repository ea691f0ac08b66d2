"""The roster as operations keep it, and the waiting rounds that hear of a change.

The change is recorded first. When the engine cannot be told, nothing is lost: the sweep wakes what
waits (domain.md, "Assignment").
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date

from adapters.records.roster_book import RosterBook, RosterChange, RosterImport
from adapters.unreachable import EngineUnreachable
from domain.grounds import Grounds, OpsActionKind
from domain.line_problems import FileProblems, LineProblem
from domain.refusals import Invalid
from domain.roster import assessor_named, libraries_named
from domain.roster_file import AssessorLine, Roster, read_roster
from domain.values import Value

Wake = Callable[[tuple[str, ...]], Awaitable[None]]
"""Tells the journeys of these enrollments that a place is free; raises ``EngineUnreachable``."""


class RosterNotValid(Invalid):
    """The file has lines that cannot be taken; nothing of it was."""

    code = "roster_not_valid"
    sentence = "Nothing was recorded: {count} problems in the roster file. Correct all its lines."

    def __init__(self, problems: tuple[LineProblem, ...]) -> None:
        self.points = problems
        super().__init__(count=len(problems))


class RosterOutcome(Value):
    """What became of a change; ``is_engine_told`` is false where the sweep has to wake rounds."""

    change: RosterChange
    is_engine_told: bool = True


class RosterImported(Value):
    """What became of a roster file."""

    taken: RosterImport
    is_engine_told: bool = True


class RosterDesk:
    """Keeps the roster; every act may be repeated. Assessors are named by id or address."""

    def __init__(self, book: RosterBook, wake: Wake) -> None:
        self._book = book
        self._wake = wake

    async def import_file(self, data: bytes, grounds: Grounds) -> RosterImported:
        """Take a roster file as a whole, or refuse it with every problem: ``RosterNotValid``."""
        roster = read_roster(data)
        if isinstance(roster, FileProblems):
            raise RosterNotValid(roster.problems)
        taken = await self._book.take_over(roster, grounds)
        return RosterImported(taken=taken, is_engine_told=await self._tell(taken.woken))

    async def add_assessor(self, line: AssessorLine, grounds: Grounds) -> RosterImported:
        """Put one more assessor into the roster.

        Raises ``AssessorKnown`` and ``AssessorStandsTwice``.
        """
        roster = Roster(lines=(line,))
        taken = await self._book.take_over(roster, grounds, OpsActionKind.ASSESSOR_ADDED)
        return RosterImported(taken=taken, is_engine_told=await self._tell(taken.woken))

    async def set_libraries(
        self, assessor: str, libraries: Sequence[str], grounds: Grounds
    ) -> RosterOutcome:
        """Set for which libraries an assessor is qualified. Raises ``LibrariesNotValid``."""
        assessor_id, named = assessor_named(assessor), libraries_named(libraries)
        return await self._told(await self._book.set_libraries(assessor_id, named, grounds))

    async def add_leave(
        self, assessor: str, first: date, last: date, grounds: Grounds
    ) -> RosterOutcome:
        """Record a leave, both days included."""
        assessor_id = assessor_named(assessor)
        return await self._told(await self._book.add_leave(assessor_id, first, last, grounds))

    async def end_leave(self, assessor: str, grounds: Grounds) -> RosterOutcome:
        """Let an assessor be back from today on."""
        return await self._told(await self._book.end_leave(assessor_named(assessor), grounds))

    async def cancel_leave(
        self, assessor: str, first: date, last: date, grounds: Grounds
    ) -> RosterOutcome:
        """Take a leave back that has not begun yet."""
        assessor_id = assessor_named(assessor)
        return await self._told(await self._book.cancel_leave(assessor_id, first, last, grounds))

    async def set_capacity(self, assessor: str, capacity: int, grounds: Grounds) -> RosterOutcome:
        """Set how many rounds an assessor may hold at a time."""
        assessor_id = assessor_named(assessor)
        return await self._told(await self._book.set_capacity(assessor_id, capacity, grounds))

    async def set_active(
        self, assessor: str, grounds: Grounds, *, is_active: bool
    ) -> RosterOutcome:
        """Let an assessor be offered rounds, or no more."""
        assessor_id = assessor_named(assessor)
        change = await self._book.set_active(assessor_id, grounds, is_active=is_active)
        return await self._told(change)

    async def _told(self, change: RosterChange) -> RosterOutcome:
        return RosterOutcome(change=change, is_engine_told=await self._tell(change.woken))

    async def _tell(self, enrollment_ids: tuple[str, ...]) -> bool:
        if not enrollment_ids:
            return True
        try:
            await self._wake(enrollment_ids)
        except EngineUnreachable:
            return False
        return True
