"""The calendar before operations: a year, and what closing a day would move."""

from datetime import date, datetime, timedelta

import pytest

from adapters.holiday_table import us_calendar
from adapters.records import closure_views
from adapters.records.closure_book import ClosureBook
from adapters.records.closure_views import ClosureViews
from domain.calendar import ProgrammeCalendar, Unit
from domain.closure_effects import (
    COUNTS_BUSINESS_DAYS,
    calendar_at,
    first_instant_of,
    recounted,
    with_closure,
)
from domain.enrollment import Clock, Stage
from domain.policy import Policy
from tests.house import OPS, House
from tests.portal.pressing import said
from tests.portal.served import Portal
from workflows.clocks import Clocks

ZONE = "America/Chicago"
CALENDAR = us_calendar(version=1, zone=ZONE)
MONDAY = datetime.fromisoformat("2026-05-18T09:00:00-05:00")


def test_a_due_time_is_counted_anew_with_the_day_left_out() -> None:
    """Proves: as many business days as were promised, on the calendar with the closure; counted on
    the calendar of the promise, so that a closure recorded in between changes nothing of it.
    """
    due = CALENDAR.due_after_business_days(MONDAY, 3)
    closed = with_closure(CALENDAR, date(2026, 5, 20), "Storm")
    assert closed.version == 2
    again = recounted(MONDAY, due.at, CALENDAR, closed)
    assert again.at - due.at == timedelta(days=1)
    assert "Wed 20 May is closed: Storm" in again.explanation
    # Promised before the first closure, asked after it: the count is still the promised three.
    recorded = {date(2026, 5, 20): MONDAY, date(2026, 5, 19): MONDAY + timedelta(hours=1)}
    both = with_closure(closed, date(2026, 5, 19), "Flood")
    assert calendar_at(both, 1, recorded).closures == {}
    assert calendar_at(both, 2, recorded).closures == {date(2026, 5, 20): "Storm"}
    assert recounted(MONDAY, due.at, calendar_at(both, 1, recorded), both).at > again.at


def test_the_clocks_that_a_closure_concerns_are_those_of_business_days() -> None:
    """Proves: the list is what the journeys' own clocks ask for, whatever is added to them."""
    clocks = Clocks(Policy(), lambda: MONDAY)
    names = [name for name in dir(Clocks) if not name.startswith("_") and name != "access"]
    made: list[Clock] = [getattr(clocks, name)() for name in names] + [clocks.access(MONDAY)]
    counted = {clock.kind for clock in made if clock.unit is Unit.BUSINESS_DAYS}
    assert counted == COUNTS_BUSINESS_DAYS


@pytest.fixture(autouse=True)
def _shown_beside_the_journeys_of_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the page list all that are concerned: the house is full of other tests' journeys."""
    monkeypatch.setattr(closure_views, "MOST_SHOWN", 10_000)


@pytest.fixture
async def verifying(house: House, library: str) -> str:
    """A journey whose practitioner has ten business days to verify."""
    journey = await house.enrolled(library)
    await house.until_stage(journey, Stage.VERIFYING)
    return journey


async def next_business_day(portal: Portal, after: date) -> date:
    """Return the first day after one on which the programme works."""
    calendar = await calendar_of(portal)
    day = after + timedelta(days=1)
    while not calendar.is_business_day(day):
        day += timedelta(days=1)
    return day


async def calendar_of(portal: Portal) -> ProgrammeCalendar:
    """Return the calendar as it is now."""
    return await ClosureBook(portal.site.database, ZONE).calendar()


async def test_a_closure_is_previewed_then_recorded_and_moves_no_promise(
    house: House, portal: Portal, verifying: str
) -> None:
    """Proves: the preview names the running due time with what it would be if computed now, and
    records nothing; the closure leaves the promised time as it is; the year says who and why.
    """
    ops = await portal.operations()
    today = datetime.now(portal.site.zone).date()
    day = await next_business_day(portal, today)
    promised = (await house.row(verifying)).waiting_until
    assert promised is not None
    address = f"/ops/calendar/close?day={day}&name=Water%20damage"
    await ops.get(address)
    learner = await house.learner_of(verifying)
    assert learner.name in ops.text
    assert "What was promised stays promised" in ops.text
    assert "is closed: Water damage" in ops.text
    effects = await ClosureViews(house.database, ZONE).effects(day, "Water damage")
    (moved,) = [each for each in effects.moved if each.enrollment_id == verifying]
    assert moved.promised == promised
    assert moved.would_be > promised
    assert day not in (await calendar_of(portal)).closures

    fields = {"day": day, "name": "Water damage"}
    await ops.post("/ops/calendar/close", status=422, **fields, reason="")
    assert "No reason is given." in ops.text
    for word in ("now", "already"):
        leads_to = await ops.post("/ops/calendar/close", 303, **fields, reason="A burst pipe.")
        assert f"closed {word}" in await said(ops, leads_to)
    assert "A burst pipe." in ops.text
    assert (await house.row(verifying)).waiting_until == promised
    await ops.get(address)
    assert "it is closed already: Water damage" in ops.text
    later = await house.enrolled("calendar-later")
    view = await portal.site.desks.views.journey(later)
    assert "closed: Water damage" in view.why_then


async def test_days_that_a_clock_does_not_count_move_nothing(
    house: House, portal: Portal, verifying: str
) -> None:
    """Proves: neither the day on which a clock began nor one behind its due time concerns it; the
    day of the due time itself does. Calendar days are never concerned.
    """
    views = ClosureViews(house.database, ZONE)
    row = await house.row(verifying)
    assert row.waiting_until is not None
    due = row.waiting_until.astimezone(portal.site.zone).date()

    async def is_moved(journey: str, day: date) -> bool:
        effects = await views.effects(day, "Closed")
        return journey in {each.enrollment_id for each in effects.moved}

    assert await is_moved(verifying, due)
    assert not await is_moved(verifying, await next_business_day(portal, due))
    assert not await is_moved(verifying, row.opened_at.astimezone(portal.site.zone).date())
    await house.practitioner.verify(verifying, OPS)
    await house.until_stage(verifying, Stage.WORKING)
    assert not await is_moved(verifying, due)


async def test_what_cannot_be_closed_is_said_beside_what_was_typed(portal: Portal) -> None:
    """Proves: no day, a day that is over or beyond the table, and no name are refused with what was
    typed; a weekend says that it moves nothing; years beyond the table are refused.
    """
    ops = await portal.operations()
    for day, name, words in (
        ("", "Storm", "Name the day that is to be closed"),
        ("2021-03-01", "Storm", "it cannot be closed any more"),
        ("2199-03-01", "Storm", "covers the years"),
        ("2044-03-01", " ", "The name of a closure is one line"),
    ):
        source = await ops.get(f"/ops/calendar/close?day={day}&name={name}", status=422)
        assert words in ops.text
        assert f'value="{day}"' in source
    await ops.get("/ops/calendar/close?day=2044-03-05&name=Storm")
    assert "It moves nothing: this is no business day anyway, it lies on a weekend." in ops.text
    await ops.get("/ops/calendar?year=2026")
    assert "Memorial Day" in ops.text
    await ops.get("/ops/calendar?year=1999", status=422)


def test_a_day_begins_where_the_programme_is() -> None:
    """Proves: the first instant of a day is midnight of the zone, in summer and in winter."""
    assert first_instant_of(date(2026, 1, 5), ZONE).isoformat() == "2026-01-05T00:00:00-06:00"
    assert first_instant_of(date(2026, 7, 6), ZONE).isoformat() == "2026-07-06T00:00:00-05:00"
