"""The roster on real databases: changes that are kept once, and whom each of them wakes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.records.database import Database
from adapters.records.roster_book import AssessorStanding, RosterBook
from adapters.records.round_tables import AssessorRow, AssignmentRow, OpsActionRow
from adapters.unreachable import EngineUnreachable
from domain.assignment import AssignmentState, UnknownAssessor
from domain.grounds import Grounds, grounds
from domain.line_problems import LineProblem
from domain.roster import (
    AssessorStandsTwice,
    CapacityOutOfRange,
    Leave,
    LeaveBackwards,
    LeaveOver,
    LeaveTooLong,
    assessor_id_of,
)
from office.roster import RosterDesk, RosterNotValid
from tests.waiting_rounds import add_waiting_round

ZONE = "America/Chicago"
NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
TODAY = date(2026, 3, 2)
HEADER = "name,email,organization,capacity,libraries,person address"
ADA, BEN = "ada@assess.example.org", "ben@assess.example.org"
ADA_ID, BEN_ID = assessor_id_of(ADA), assessor_id_of(BEN)
DAY = timedelta(days=1)


def grounds_at(at: datetime = NOW) -> Grounds:
    """Return grounds given at an instant."""
    return grounds("The team asked for it.", "operations", at)


def roster_of(*lines: str) -> bytes:
    """Return a roster file with these lines."""
    return "\n".join((HEADER, *lines)).encode()


ADA_LINE = f"Ada Assessor,{ADA},Oak District,2,general,"
BEN_LINE = f"Ben Assessor,{BEN},Fir District,1,general|missouri,"


class Bell:
    """What wakes journeys in a test: remembers whom, or is out of reach."""

    def __init__(self) -> None:
        self.rung: list[tuple[str, ...]] = []
        self.is_reachable = True

    async def wake(self, enrollment_ids: tuple[str, ...]) -> None:
        """Remember who was woken."""
        if not self.is_reachable:
            raise EngineUnreachable
        self.rung.append(enrollment_ids)


@pytest.fixture
def records(database: AsyncEngine) -> Database:
    """Empty records on each kind of database."""
    return Database(database)


@pytest.fixture
def book(records: Database) -> RosterBook:
    """The book that is tried."""
    return RosterBook(records, ZONE)


@pytest.fixture
def bell() -> Bell:
    """Stands where the engine is wired in; the command line's tests use the real one."""
    return Bell()


@pytest.fixture
def desk(book: RosterBook, bell: Bell) -> RosterDesk:
    """The desk above the book."""
    return RosterDesk(book, bell.wake)


async def standing_of(book: RosterBook, assessor_id: str, day: date = TODAY) -> AssessorStanding:
    """Return one assessor as the roster has them on a day."""
    return next(each for each in await book.standings(day) if each.id == assessor_id)


async def kinds_kept(records: Database) -> list[str]:
    """Return the kinds of all actions that were kept, in order."""
    async with records.reading() as session:
        return list(await session.scalars(select(OpsActionRow.kind).order_by(OpsActionRow.at)))


async def test_a_file_is_taken_over_once(desk: RosterDesk, book: RosterBook) -> None:
    """Proves: the same file again changes nobody, and all that it says stands in the roster."""
    first = await desk.import_file(roster_of(ADA_LINE, BEN_LINE), grounds_at())
    again = await desk.import_file(roster_of(ADA_LINE, BEN_LINE), grounds_at(NOW + DAY))
    assert first.taken.added == (ADA_ID, BEN_ID)
    assert again.taken.unchanged == (ADA_ID, BEN_ID)
    assert again.taken.added == again.taken.updated == ()
    ben = await standing_of(book, BEN_ID)
    assert (ben.name, ben.address, ben.organization) == ("Ben Assessor", BEN, "Fir District")
    assert (ben.libraries, ben.capacity, ben.load) == (("general", "missouri"), 1, 0)


async def test_a_file_with_a_bad_line_records_nothing(desk: RosterDesk, book: RosterBook) -> None:
    """Proves: every bad line is named by its number, and the good ones wait with them."""
    bad = roster_of(ADA_LINE, "Ben,nowhere,Fir,1,general,", "Cy,cy@assess.example.org,,99,general,")
    with pytest.raises(RosterNotValid) as refusal:
        await desk.import_file(bad, grounds_at())
    lines = [point.line for point in refusal.value.points if isinstance(point, LineProblem)]
    assert sorted(set(lines)) == [3, 4]
    assert await book.standings(TODAY) == ()


async def test_somebody_known_by_address_is_updated(desk: RosterDesk, book: RosterBook) -> None:
    """Proves: another spelling of the address is the same assessor; libraries are those named."""
    await desk.import_file(roster_of(BEN_LINE), grounds_at())
    changed = f"Benjamin Assessor,{BEN.upper()},Ash District,3,missouri,"
    outcome = await desk.import_file(roster_of(changed), grounds_at(NOW + DAY))
    assert outcome.taken.updated == (BEN_ID,)
    ben = await standing_of(book, BEN_ID)
    assert (ben.name, ben.organization) == ("Benjamin Assessor", "Ash District")
    assert (ben.libraries, ben.capacity) == (("missouri",), 3)


async def test_a_file_keeps_what_it_does_not_say(
    desk: RosterDesk, book: RosterBook, records: Database
) -> None:
    """Proves: an import forgets no other address (trap 18), and activates nobody."""
    await desk.import_file(roster_of(ADA_LINE + "ada@school.example.org"), grounds_at())
    await desk.set_active(ADA, grounds_at(), is_active=False)
    outcome = await desk.import_file(roster_of(ADA_LINE), grounds_at(NOW + DAY))
    assert outcome.taken.unchanged == (ADA_ID,)
    changed = await desk.import_file(roster_of(ADA_LINE.replace(",2,", ",3,")), grounds_at())
    assert changed.taken.updated == (ADA_ID,)
    assert not (await standing_of(book, ADA_ID)).is_active
    async with records.reading() as session:
        ada = await session.get_one(AssessorRow, ADA_ID)
        assert ada.person_address == "ada@school.example.org"
        assert ada.organization_key == "oak district"


async def test_one_person_stands_in_the_roster_once(desk: RosterDesk, book: RosterBook) -> None:
    """Proves: an address that belongs to another assessor is refused, in either direction."""
    await desk.import_file(roster_of(ADA_LINE + "ada@school.example.org"), grounds_at())
    for line in (
        "Ada Again,ada@school.example.org,Oak District,2,general,",
        f"Ben Assessor,{BEN},Fir District,1,general,{ADA}",
    ):
        with pytest.raises(AssessorStandsTwice, match="Line 2 "):
            await desk.import_file(roster_of(line), grounds_at())
    assert len(await book.standings(TODAY)) == 1


async def test_new_places_wake_who_waited_longest(
    desk: RosterDesk, bell: Bell, records: Database
) -> None:
    """Proves: one round for each free place is woken, by waiting time, resubmissions on ties."""
    for name, age, resubmission in (("new", 1, False), ("tie", 3, False), ("again", 3, True)):
        await add_waiting_round(records, name, NOW - age * DAY, is_resubmission=resubmission)
    await add_waiting_round(records, "oldest", NOW - 9 * DAY)
    outcome = await desk.import_file(roster_of(ADA_LINE), grounds_at())
    assert outcome.taken.woken == ("e-oldest", "e-again")
    more = await desk.set_capacity(ADA, 3, grounds_at())
    assert more.change.woken == ("e-oldest", "e-again", "e-tie")
    assert bell.rung == [outcome.taken.woken, more.change.woken]


async def test_two_assessors_of_one_file_wake_different_rounds(
    desk: RosterDesk, records: Database
) -> None:
    """Proves: places are counted together, so three places wake three rounds, not two twice."""
    for age in range(1, 5):
        await add_waiting_round(records, f"w{age}", NOW - age * DAY)
    outcome = await desk.import_file(roster_of(ADA_LINE, BEN_LINE), grounds_at())
    assert sorted(outcome.taken.woken) == ["e-w2", "e-w3", "e-w4"]


async def test_rounds_that_an_assessor_may_not_have_are_left_asleep(
    desk: RosterDesk, records: Database
) -> None:
    """Proves: library, waiting, organization, own person and a declined offer all count."""
    await desk.import_file(roster_of(BEN_LINE), grounds_at())
    await desk.set_capacity(BEN, 0, grounds_at())
    await add_waiting_round(records, "abroad", NOW - 9 * DAY, library="texas")
    await add_waiting_round(records, "served", NOW - 9 * DAY, is_waiting=False)
    await add_waiting_round(records, "colleague", NOW - 9 * DAY, organization="FIR  district")
    await add_waiting_round(records, "left", NOW - 9 * DAY)
    await add_waiting_round(records, "fine", NOW - DAY, library="missouri")
    async with records.transaction() as session:
        session.add(
            AssignmentRow(
                id="a-left",
                enrollment_id="e-left",
                round=1,
                assessor_id=BEN_ID,
                state=AssignmentState.DECLINED,
                is_live=False,
                offered_at=NOW,
                due_at=NOW,
                ranking={},
            )
        )
    outcome = await desk.set_capacity(BEN, 9, grounds_at())
    assert outcome.change.woken == ("e-fine",)


async def test_nobody_is_woken_for_a_practitioner_s_own_round(
    desk: RosterDesk, records: Database
) -> None:
    """Proves: an assessor's other address keeps their own submission from them."""
    await add_waiting_round(records, "ada", NOW - DAY)
    line = ADA_LINE + "ada@school.example.org"
    assert (await desk.import_file(roster_of(line), grounds_at())).taken.woken == ()


async def test_leave_gives_no_place_and_return_does(desk: RosterDesk, book: RosterBook) -> None:
    """Proves: leave is kept once, both days count, and a return is felt the same day."""
    await desk.import_file(roster_of(ADA_LINE), grounds_at())
    for minute, is_changed in ((1, True), (2, False)):
        at = NOW + timedelta(minutes=minute)
        outcome = await desk.add_leave(ADA, TODAY - DAY, TODAY, grounds_at(at))
        assert outcome.change.is_changed is is_changed
    assert (await standing_of(book, ADA_ID, TODAY)).is_on_leave
    assert not (await standing_of(book, ADA_ID, TODAY + DAY)).leaves
    back = await desk.end_leave(ADA_ID, grounds_at())
    again = await desk.end_leave(ADA_ID, grounds_at())
    assert (back.change.is_changed, again.change.is_changed) == (True, False)
    assert not (await standing_of(book, ADA_ID, TODAY)).is_on_leave
    assert (await standing_of(book, ADA_ID, TODAY - DAY)).leaves == (
        Leave(first_day=TODAY - DAY, last_day=TODAY - DAY),
    )


async def test_a_return_wakes_who_waits_and_leave_does_not(
    desk: RosterDesk, records: Database
) -> None:
    """Proves: while an assessor is away nobody is woken for them, and on return somebody is."""
    await desk.import_file(roster_of(ADA_LINE), grounds_at())
    await add_waiting_round(records, "patient", NOW - DAY)
    away = await desk.add_leave(ADA, TODAY, TODAY + 9 * DAY, grounds_at())
    raised = await desk.set_capacity(ADA, 4, grounds_at())
    assert away.change.woken == raised.change.woken == ()
    assert (await desk.end_leave(ADA, grounds_at())).change.woken == ("e-patient",)


async def test_a_return_ends_every_leave_of_today_and_no_other(
    desk: RosterDesk, book: RosterBook
) -> None:
    """Proves: overlapping leaves end together, also where they leave the same days behind."""
    await desk.import_file(roster_of(ADA_LINE), grounds_at())
    spans = ((-5, 3), (-5, 9), (-5, -1 + 1), (0, 2), (20, 30))
    for minute, (first, last) in enumerate(spans):
        at = NOW + timedelta(minutes=minute)
        await desk.add_leave(ADA, TODAY + first * DAY, TODAY + last * DAY, grounds_at(at))
    await desk.end_leave(ADA, grounds_at())
    assert (await standing_of(book, ADA_ID, TODAY - 9 * DAY)).leaves == (
        Leave(first_day=TODAY - 5 * DAY, last_day=TODAY - DAY),
        Leave(first_day=TODAY + 20 * DAY, last_day=TODAY + 30 * DAY),
    )


async def test_the_day_is_the_programme_s_own(desk: RosterDesk, book: RosterBook) -> None:
    """Proves: late in the evening of the last day, when UTC is a day on, somebody is still away."""
    await desk.import_file(roster_of(ADA_LINE), grounds_at())
    await desk.add_leave(ADA, TODAY, TODAY, grounds_at())
    evening = datetime(2026, 3, 3, 4, tzinfo=UTC)  # 22:00 on the day before in Chicago
    assert (await desk.end_leave(ADA, grounds_at(evening))).change.is_changed
    with pytest.raises(LeaveOver):
        await desk.add_leave(ADA, TODAY, TODAY, grounds_at(evening + timedelta(hours=3)))


async def test_activity_and_capacity_change_once(
    desk: RosterDesk, book: RosterBook, records: Database
) -> None:
    """Proves: repeated commands keep no second action, and each change is kept with its kind."""
    await desk.import_file(roster_of(ADA_LINE), grounds_at())
    at = NOW
    for is_active, expected in ((False, True), (False, False), (True, True), (True, False)):
        at += timedelta(minutes=1)
        outcome = await desk.set_active(ADA, grounds_at(at), is_active=is_active)
        assert outcome.change.is_changed is expected
    for capacity, expected in ((2, False), (0, True), (50, True), (50, False)):
        at += timedelta(minutes=1)
        outcome = await desk.set_capacity(ADA, capacity, grounds_at(at))
        assert outcome.change.is_changed is expected
    assert await kinds_kept(records) == [
        "assessor_imported",
        "assessor_deactivated",
        "assessor_activated",
        "capacity_set",
        "capacity_set",
    ]
    assert (await standing_of(book, ADA_ID)).capacity == 50


async def test_an_inactive_or_full_assessor_wakes_nobody(
    desk: RosterDesk, records: Database
) -> None:
    """Proves: no round is sent looking for a place that is not there."""
    await desk.import_file(roster_of(ADA_LINE), grounds_at())
    await add_waiting_round(records, "patient", NOW - DAY)
    async with records.transaction() as session:
        await session.execute(update(AssessorRow).values(load=2))
    await desk.set_active(ADA, grounds_at(), is_active=False)
    full = await desk.set_active(ADA, grounds_at(NOW + DAY), is_active=True)
    assert (full.change.woken, full.change.load) == ((), 2)
    raised = await desk.set_capacity(ADA, 3, grounds_at())
    assert raised.change.woken == ("e-patient",)


async def test_a_change_is_recorded_when_the_engine_is_away(
    desk: RosterDesk, book: RosterBook, bell: Bell, records: Database
) -> None:
    """Proves: an engine out of reach loses no change; the answer says that the sweep must wake."""
    await add_waiting_round(records, "patient", NOW - DAY)
    bell.is_reachable = False
    outcome = await desk.import_file(roster_of(ADA_LINE), grounds_at())
    assert (outcome.is_engine_told, outcome.taken.woken) == (False, ("e-patient",))
    assert (await standing_of(book, ADA_ID)).capacity == 2


async def test_what_cannot_be_meant_is_refused(
    desk: RosterDesk, book: RosterBook, records: Database
) -> None:
    """Proves: unknown people, impossible leaves and capacities are refusals that keep nothing."""
    with pytest.raises(UnknownAssessor):
        await desk.set_capacity(ADA, 2, grounds_at())
    await desk.import_file(roster_of(ADA_LINE), grounds_at())
    with pytest.raises(UnknownAssessor):
        await desk.end_leave("nobody", grounds_at())
    for capacity in (-1, 51, 10**20):
        with pytest.raises(CapacityOutOfRange):
            await desk.set_capacity(ADA, capacity, grounds_at())
    for first, last, kind in (
        (TODAY + DAY, TODAY, LeaveBackwards),
        (TODAY - 9 * DAY, TODAY - DAY, LeaveOver),
        (TODAY, date(9999, 1, 1), LeaveTooLong),
    ):
        with pytest.raises(kind):
            await desk.add_leave(ADA, first, last, grounds_at())
    assert await kinds_kept(records) == ["assessor_imported"]


async def test_a_leave_that_has_not_begun_is_taken_back(book: RosterBook, desk: RosterDesk) -> None:
    """Proves: a planned leave goes away as if it had never been, once; one that has begun is not
    taken back, because rounds were already offered to others for it.
    """
    await desk.import_file(roster_of(ADA_LINE), grounds_at())
    planned = (TODAY + timedelta(days=5), TODAY + timedelta(days=9))
    await desk.add_leave(ADA, *planned, grounds_at())
    assert (await desk.cancel_leave(ADA, *planned, grounds_at())).change.is_changed
    assert not (await desk.cancel_leave(ADA, *planned, grounds_at())).change.is_changed
    running = (TODAY, TODAY + timedelta(days=9))
    await desk.add_leave(ADA, *running, grounds_at())
    assert not (await desk.cancel_leave(ADA, *running, grounds_at())).change.is_changed
    (ada,) = await book.standings(TODAY)
    assert [(each.first_day, each.last_day) for each in ada.leaves] == [running]
