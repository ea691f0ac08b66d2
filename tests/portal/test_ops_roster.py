"""The roster before operations: the list, one assessor, everything that can be changed."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.records.database import Database
from adapters.records.roster_book import RosterBook
from adapters.records.roster_views import RosterLine, RosterViews
from adapters.records.round_tables import AssignmentRow, LeaveRow
from domain.assignment import AssignmentState
from domain.enrollment import Stage
from domain.grounds import grounds
from domain.roster_file import AssessorLine, Roster
from portal.operations.roster import days_of
from tests.house import NUMBERS, Assessor, House
from tests.portal.pressing import said
from tests.portal.served import Browser, Portal
from tests.waiting_rounds import add_waiting_round
from tests.workflows.stages import accepted

NOW = datetime(2026, 5, 20, 15, tzinfo=UTC)
DAY = timedelta(days=1)


async def test_the_list_is_one_query_with_the_pace_of_everybody(database: AsyncEngine) -> None:
    """Proves, on both databases: libraries, leave and the median from accepting to judging (the
    mean of the two in the middle, recused rounds left out) come with one query for the whole
    roster; what waits is counted by library.
    """
    records = Database(database)
    lines = tuple(
        AssessorLine(
            line_number=2,
            name=f"Assessor Nr{each}",
            address=f"assessor{each}@example.org",
            organization="Elm School",
            capacity=each,
            libraries=("missouri", "general")[:each],
        )
        for each in (1, 2)
    )
    book = RosterBook(records, "America/Chicago")
    taken = await book.take_over(Roster(lines=lines), grounds("Needed.", "Ops", NOW))
    first, second = taken.added
    for number, (days, state) in enumerate(
        [(1, "completed"), (9, "completed"), (2, "completed"), (4, "completed"), (0, "recused")]
    ):
        journey = await add_waiting_round(records, f"r{number}", NOW, is_waiting=number == 0)
        async with records.transaction() as session:
            session.add(assignment(f"a{number}", journey, second, days, AssignmentState(state)))
    async with records.transaction() as session:
        for days in (30, 3):
            leave = (NOW + days * DAY).date()
            session.add(LeaveRow(assessor_id=first, first_day=leave, last_day=leave))

    asked: list[str] = []
    event.listen(
        database.sync_engine, "before_cursor_execute", lambda *given: asked.append(given[2])
    )
    slow, fast = await RosterViews(records).roster(NOW, NOW.date())
    assert len([each for each in asked if each.startswith(("SELECT", "WITH"))]) == 1

    assert (slow.libraries, slow.judged, slow.turnaround) == (("missouri",), 0, None)
    assert slow.next_leave is not None
    assert slow.next_leave.first_day == (NOW + 3 * DAY).date()
    assert not slow.is_away
    assert (fast.libraries, fast.judged) == (("general", "missouri"), 4)
    assert fast.turnaround is not None
    assert abs(fast.turnaround - 3 * DAY) < timedelta(seconds=1)
    (waiting,) = await RosterViews(records).waiting()
    assert (waiting.library, waiting.rounds, waiting.since) == ("general", 1, NOW)


def assignment(
    name: str, journey: str, assessor_id: str, days: int, state: AssignmentState
) -> AssignmentRow:
    """Return an ended assignment that took so many days."""
    return AssignmentRow(
        id=name,
        enrollment_id=journey,
        round=1,
        assessor_id=assessor_id,
        state=state,
        is_live=False,
        offered_at=NOW,
        due_at=NOW,
        accepted_at=NOW,
        ended_at=NOW + days * DAY,
        ranking={},
    )


@pytest.mark.parametrize(
    ("took", "words"),
    [(timedelta(hours=1), "1 hour"), (timedelta(hours=5.4), "5 hours"), (2.25 * DAY, "2.2 days")],
)
def test_a_turnaround_is_said_as_people_compare_it(took: timedelta, words: str) -> None:
    """Proves: hours below a day, days with one decimal above."""
    assert days_of(took) == words


async def line_of(house: House, assessor_id: str) -> RosterLine:
    """Return an assessor's line as it is now."""
    at = datetime.now(UTC)
    return (await RosterViews(house.database).assessor(assessor_id, at, at.date())).line


async def test_an_assessor_is_added_by_a_form_once(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: what cannot be taken is said at its field with what was typed still there; the same
    address is not added twice; the history says who added whom.
    """
    await house.publish(library)
    ops = await portal.operations()
    typed = {
        "name": "=Pia Orr",
        "email": f"pia{next(NUMBERS)}@example.org",
        "organization": "Oak District",
        "capacity": "many",
        "reason": "New this term.",
    }
    source = await ops.post("/ops/roster/new", status=422, **typed, library=library)
    for field in ("name", "capacity"):
        assert f'id="{field}-wrong"' in source
    assert 'value="many"' in source
    assert f'value="{library}" checked' in source
    right = {**typed, "name": "Pia Orr", "capacity": "3"}
    source = await ops.post("/ops/roster/new", status=422, **right)
    assert 'id="add-libraries-wrong"' in source
    address = await ops.post("/ops/roster/new", 303, **right, library=library)
    assert "Pia Orr is added." in await said(ops, address)
    assert "Assessor added by Operator" in ops.text
    await ops.post("/ops/roster/new", status=409, **right, library=library)
    assert "stands in the roster already" in ops.text


async def test_a_roster_file_is_taken_whole_or_not_at_all(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: problems are shown at their lines and nothing is recorded; the right file is."""
    number = next(NUMBERS)
    header = "name,email,organization,capacity,libraries\n"
    good = f"Ida Fern,ida{number}@example.org,Elm,2,{library}\n"
    bad = f"Jon Gray,jon{number}@example.org,Elm,99,{library}\n"
    ops = await portal.operations()
    await ops.post("/ops/roster/import", status=422, roster=header + good + bad, reason="Autumn.")
    assert "Line 3" in ops.text
    assert "“99” is not a capacity" in ops.text
    await ops.get("/ops/roster")
    assert f"ida{number}" not in ops.text
    assert "Ida Fern" not in ops.text
    address = await ops.post("/ops/roster/import", roster=header + good, reason="Autumn.")
    assert "1 added, 0 updated" in await said(ops, address)
    assert "Ida Fern" in ops.text


async def change(ops: Browser, who: Assessor, act: str, status: int = 303, **fields: object) -> str:
    """Send one of the forms of an assessor's page."""
    address = f"/ops/roster/{who.id}"
    return await ops.post(f"{address}/{act}", status=status, **{"reason": "Agreed.", **fields})


async def test_leave_capacity_libraries_and_activity_are_changed_with_a_reason(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: each form does what it says and is kept with who and why; without a reason, or with
    what cannot be meant, nothing is changed, and the page says it beside what was typed.
    """
    who, ops = await house.hire(library), await portal.operations()
    today = datetime.now(portal.site.zone).date()
    later = today + 9 * DAY
    await change(ops, who, "leave", status=422, first=later, last=today)
    assert "ends before it begins" in ops.text
    await change(ops, who, "leave", status=422, first="soon", last=today)
    assert "Give the first and the last day" in ops.text
    await change(ops, who, "leave", first=today, last=today)
    await change(ops, who, "leave", first=later, last=later)
    assert (await line_of(house, who.id)).is_away
    await change(ops, who, "leave/end")
    await change(ops, who, "leave/cancel", first=later, last=later)
    assert (await line_of(house, who.id)).next_leave is None

    for capacity in ("51", "-1", "few"):
        source = await change(ops, who, "capacity", status=422, capacity=capacity)
        assert f'value="{capacity}"' in source
    await change(ops, who, "capacity", status=422, capacity="4", reason=" ")
    assert "No reason is given." in ops.text
    await change(ops, who, "capacity", capacity="4")
    await change(ops, who, "libraries", status=422)
    await change(ops, who, "libraries", library=library, other_libraries="second-library, third")
    await change(ops, who, "active", is_active="false")
    line = await line_of(house, who.id)
    assert (line.capacity, line.is_active) == (4, False)
    assert line.libraries == tuple(sorted((library, "second-library", "third")))

    address = await change(ops, who, "active", is_active="false")
    assert "it is so already" in await said(ops, address)
    for what in ("Leave recorded", "Leave ended", "Capacity set", "Qualifications set"):
        assert f"{what} by Operator" in ops.text
    await ops.get("/ops/roster/s-unknown", status=404)


async def test_a_freed_place_is_offered_and_open_work_is_shown(
    house: House, portal: Portal, library: str
) -> None:
    """Proves: raising a capacity wakes the round that waits; the assessor's page then lists it with
    its due time and the way to offer it anew.
    """
    placed = await accepted(house, library)
    who, ops = placed.assessor, await portal.operations()
    await change(ops, who, "capacity", capacity="1")
    waiting = await house.submitted(library)
    await house.until_stage(waiting, Stage.QUEUED)
    await ops.get("/ops/roster")
    assert f"in the library {library}" in ops.text
    address = await change(ops, who, "capacity", capacity="2")
    assert "1 waiting round may be offered now." in await said(ops, address)
    await house.until_stage(waiting, Stage.OFFERED)
    source = await ops.get(address)
    for journey in (placed.enrollment_id, waiting):
        assert f"/ops/journeys/{journey}/acts/reassign" in source
    assert "2 of 2" in ops.text
