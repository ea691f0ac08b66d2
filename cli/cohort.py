"""The sample cohort: a programme in the middle of its year, played at the desks of the office.

Forty practitioners, eight assessors, two of operations. It is played once; what was interrupted
goes on at the next start.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from adapters.records.link_signing import Links
from adapters.records.staff_book import StaffBook
from adapters.records.whereabouts import WhereaboutsBook
from cli.cohort_courses import Course
from cli.cohort_journey import Journey, grounds_of, record_form
from cli.cohort_people import (
    ON_LEAVE,
    ON_SALE,
    OPERATIONS,
    PRACTITIONERS,
    SIGN_IN_ASSESSOR,
    UNPAID_FORM,
    person,
)
from cli.cohort_plan import ACTS, FOR_THE_LINKS, FRESH, OFFERED
from cli.cohort_work import ROSTER, sample_page
from domain.assignment import AssignmentState
from domain.enrollment import Party
from domain.roster import assessor_id_of
from domain.values import Value
from office.desks import Desks

AT_ONCE: Final = 8
"""Journeys that are played at the same time; enough to keep a small machine busy."""

AWAY_FOR: Final = timedelta(days=60)
"""The leave of one assessor: longer than any clock of an open journey is moved ahead."""

BEGUN: Final = "begun"
PROGRAMME: Final = "programme"
UNPAID: Final = "unpaid form"
STEPS_FOR_LINKS: Final = len(FOR_THE_LINKS) + 1
STEPS: Final = len(PRACTITIONERS) + 2
"""How often ``advance`` is called for what the links lead to, and for the whole cohort."""


class SignIns(Value):
    """One link for each role."""

    practitioner: str
    assessor: str
    operations: str


class Played:
    """What was played already: one line in a file for each part, written when it is complete.

    The records alone could not tell: a journey that somebody took on from where the cohort left it
    must never be played back.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._names = set(file.read_text().splitlines()) if file.exists() else set()

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def add(self, name: str) -> None:
        """Note a part as complete."""
        self._names.add(name)
        with self._file.open("a") as file:
            file.write(f"{name}\n")


class Cohort:
    """Plays the cohort into one office; ``advance`` is told of every part that is complete."""

    def __init__(self, desks: Desks, played: Path) -> None:
        self._desks = desks
        self._played = Played(played)
        self._lanes = asyncio.Semaphore(AT_ONCE)

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to play."""
        names = (PROGRAMME, UNPAID, *(each.external_id for each in PRACTITIONERS))
        return all(name in self._played for name in names)

    async def may_play(self) -> bool:
        """Whether this house is the cohort's: it was begun here, or nothing else was."""
        return BEGUN in self._played or await WhereaboutsBook(self._desks.database).is_empty()

    async def play_for_links(self, advance: Callable[[], None]) -> None:
        """Play what the sign-in links lead to: the programme, and three journeys."""
        if BEGUN not in self._played:
            await asyncio.to_thread(self._played.add, BEGUN)
        await self._once(PROGRAMME, self._prepare_programme, advance)
        await self._act(FOR_THE_LINKS, advance)

    async def play_others(self, advance: Callable[[], None]) -> None:
        """Play everybody else."""
        for act in ACTS:
            await self._act(act, advance)
        await self._once(UNPAID, self._record_unpaid_form, advance)

    async def sign_ins(self, links: Links) -> SignIns:
        """Return a link for each role; the assessor's leads to an offer, if there is one."""
        journeys = {number: Journey(self._desks, person(number)) for number in (FRESH, OFFERED)}
        for journey in journeys.values():
            await journey.buy()  # which only finds what was bought
        fresh = journeys[FRESH]
        assessor_id = assessor_id_of(SIGN_IN_ASSESSOR)
        staff = OPERATIONS[0]
        book = StaffBook(self._desks.database)
        why = grounds_of("Prepared for the sample cohort.", Party.OPS)
        staff_id = await book.add(staff.name, staff.address, why)
        return SignIns(
            practitioner=links.link("portal", (await fresh.at()).person_id, fresh.enrollment_id),
            assessor=links.link(
                "offers",
                assessor_id,
                await self._offer_to(assessor_id) or journeys[OFFERED].enrollment_id,
            ),
            operations=links.link("ops", staff_id, "sign-in"),
        )

    async def _offer_to(self, assessor_id: str) -> str | None:
        offers = await self._desks.marks.offers(assessor_id)
        open_ones = [each for each in offers if each.state is AssignmentState.OFFERED]
        return next((each.enrollment_id for each in (*open_ones, *offers)), None)

    async def _prepare_programme(self) -> None:
        """Publish the catalogue, import the roster, let one assessor be away, add operations."""
        why = grounds_of("Prepared for the sample cohort.", Party.OPS)
        catalog, roster = self._desks.catalog, self._desks.roster
        for key in ON_SALE:
            page, supplement = await asyncio.to_thread(sample_page, key)
            await catalog.import_page(page, why, supplement=supplement)
            await catalog.publish(key, why)
        await roster.import_file(await asyncio.to_thread(ROSTER.read_bytes), why)
        today = why.at.astimezone(ZoneInfo(self._desks.zone)).date()
        await roster.add_leave(ON_LEAVE, today, today + AWAY_FOR, why)
        for staff in OPERATIONS:
            await StaffBook(self._desks.database).add(staff.name, staff.address, why)

    async def _record_unpaid_form(self) -> None:
        await record_form(self._desks, UNPAID_FORM, is_settled=False)

    async def _act(self, courses: Mapping[int, Course], advance: Callable[[], None]) -> None:
        """Play courses together; each comes to its end, then the first failure is raised."""

        async def play(number: int, course: Course) -> None:
            async with self._lanes:
                journey = Journey(self._desks, person(number))
                await self._once(journey.person.external_id, lambda: course(journey), advance)

        parts = [play(number, course) for number, course in courses.items()]
        for outcome in await asyncio.gather(*parts, return_exceptions=True):
            if isinstance(outcome, BaseException):
                raise outcome

    async def _once(
        self, name: str, play: Callable[[], Awaitable[None]], advance: Callable[[], None]
    ) -> None:
        if name not in self._played:
            await play()
            await asyncio.to_thread(self._played.add, name)
        advance()
