"""The reports: what belongs to which month, how long journeys stay where."""

from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.records.database import Database
from adapters.records.report_values import MonthLine, Report, ReportFilter
from adapters.records.report_views import ReportViews
from adapters.records.round_tables import RoundRow
from adapters.records.tables import EnrollmentRow, MicroCredentialRow, TimelineRow
from domain.enrollment import Ending, Stage
from domain.months import Month, PeriodNotValid
from domain.timeline import Happening
from tests.portal.standings import DAY, HOUR, Standings
from tests.traps.books import ZONE, Books

APRIL, MAY = Month(year=2026, number=4), Month(year=2026, number=5)
LAST_OF_APRIL = MAY.begins(ZONE) - timedelta(seconds=1)
FIRST_OF_MAY = MAY.begins(ZONE)
BOTH = ReportFilter(first=APRIL, last=MAY)


@pytest.fixture
async def standings(database: AsyncEngine) -> Standings:
    """Books on either database, with one micro-credential for sale."""
    books = Books(Database(database))
    await books.publish()
    return Standings(books)


async def report_of(standings: Standings, wanted: ReportFilter = BOTH) -> Report:
    """Return a report of the records."""
    return await ReportViews(standings.books.database, ZONE).report(wanted)


async def decided(
    standings: Standings,
    journey: str,
    opened: datetime,
    decided_at: datetime | None,
    is_proficient: bool | None,
    number: int = 1,
) -> None:
    """Add a round of a journey."""
    row = RoundRow(
        enrollment_id=journey,
        number=number,
        library="general",
        is_resubmission=number > 1,
        open_items={},
        opened_at=opened,
        is_proficient=is_proficient,
        decided_at=decided_at,
    )
    await standings.add(row)


async def test_each_fact_belongs_to_the_month_of_the_zone(standings: Standings) -> None:
    """Proves: one second before local midnight is April, midnight is May, whatever UTC says
    (trap 14); each number counts what it is named after, and months without anything are there.
    """
    first = await standings.journey(
        1, opened_at=LAST_OF_APRIL, access_due_at=LAST_OF_APRIL, access_met_at=LAST_OF_APRIL
    )
    await standings.journey(
        2, opened_at=FIRST_OF_MAY, access_due_at=FIRST_OF_MAY, access_breached_at=FIRST_OF_MAY
    )
    await standings.ended(3, Ending.AWARDED, LAST_OF_APRIL, opened_at=APRIL.begins(ZONE))
    await standings.ended(4, Ending.LAPSED, FIRST_OF_MAY, opened_at=APRIL.begins(ZONE) - HOUR)
    await standings.ended(5, Ending.REFUNDED, MAY.next.begins(ZONE), opened_at=FIRST_OF_MAY)
    await decided(standings, first, LAST_OF_APRIL, FIRST_OF_MAY, is_proficient=False)
    await decided(standings, first, FIRST_OF_MAY, FIRST_OF_MAY, is_proficient=True, number=2)
    report = await report_of(standings)
    assert report.months == (
        MonthLine(
            month=APRIL, library="general", enrolled=2, submitted=1, awarded=1, promises_met=1
        ),
        MonthLine(
            month=MAY,
            library="general",
            enrolled=2,
            ended_otherwise=1,
            first_rounds=1,
            promises_breached=1,
        ),
    )
    april, may = report.months
    assert (april.promise_kept, may.promise_kept) == (1.0, 0.0)
    assert (april.first_round_success, may.first_round_success) == (None, 0.0)


async def test_libraries_are_told_apart_and_summed_up(standings: Standings) -> None:
    """Proves: a library without anything has its lines too; sums by month and by library are those
    of the lines; a filter leaves out the other libraries everywhere.
    """
    await standings.add(MicroCredentialRow(id="m2", library="missouri", slug="other"))
    for number in (1, 2, 3):
        journey = await standings.journey(number, opened_at=FIRST_OF_MAY)
        if number == 3:
            await standings.change(EnrollmentRow, journey, library="missouri")
    report = await report_of(standings)
    assert report.libraries == ("general", "missouri")
    assert [(str(e.month), e.library, e.enrolled) for e in report.months] == [
        ("2026-04", "general", 0),
        ("2026-04", "missouri", 0),
        ("2026-05", "general", 2),
        ("2026-05", "missouri", 1),
    ]
    assert [(str(e.month), e.enrolled) for e in report.by_month()] == [
        ("2026-04", 0),
        ("2026-05", 3),
    ]
    assert [(e.library, e.enrolled) for e in report.by_library()] == [
        ("general", 2),
        ("missouri", 1),
    ]
    one = await report_of(standings, BOTH.model_copy(update={"library": "missouri"}))
    assert [(e.library, e.enrolled) for e in one.months] == [("missouri", 0), ("missouri", 1)]


async def course(
    standings: Standings, journey: str, began: datetime, *stays: tuple[Stage, float]
) -> None:
    """Write a timeline that stays so many hours at each stage, with lines that bring no stage."""
    at, rows = began, []
    for number, (stage, hours) in enumerate(stays):
        kind, facts = {
            Stage.OFFERED: (Happening.OFFERED, {}),
            Stage.QUEUED: (Happening.NOBODY_TO_OFFER, {}),
            Stage.ENDED: (Happening.ENDED, {"ending": "awarded"}),
        }.get(stage, (Happening.STAGE_ENTERED, {"stage": stage.value}))
        for key, what, told in ((f"{number}.1", kind, facts), (f"{number}.2", "part_received", {})):
            rows.append(
                TimelineRow(
                    enrollment_id=journey, key=key, at=at, kind=what, party="engine", facts=told
                )
            )
        at += hours * HOUR
    await standings.add(*rows)
    await standings.change(EnrollmentRow, journey, last_at=at)


async def test_a_stay_lasts_from_one_stage_to_the_next(standings: Standings) -> None:
    """Proves: a stage that is entered again with another clock is one stay; offers and the queue
    count although they name no stage; a stay belongs to the month in which it ended, and one that
    lasts still belongs to none.
    """
    journey = await standings.journey(1)
    began = LAST_OF_APRIL - 10 * HOUR
    await course(
        standings,
        journey,
        began,
        (Stage.GRANTING_ACCESS, 1),
        (Stage.WORKING, 4),
        (Stage.WORKING, 20),
        (Stage.QUEUED, 2),
        (Stage.OFFERED, 3),
        (Stage.OFFERED, 5),
        (Stage.ASSESSING, 30 * 24),
    )
    report = await report_of(standings)
    found = {
        (each.stage, str(each.month)): (each.stays, round(each.median_seconds))
        for each in report.stages
        if each.month is not None
    }
    assert found == {
        (Stage.GRANTING_ACCESS, "2026-04"): (1, 3600),
        (Stage.WORKING, "2026-05"): (1, 24 * 3600),
        (Stage.QUEUED, "2026-05"): (1, 2 * 3600),
        (Stage.OFFERED, "2026-05"): (1, 8 * 3600),
    }


async def test_median_and_ninetieth_are_nearest_ranks(standings: Standings) -> None:
    """Proves: of any number of stays, the figures are the stays that half and nine of ten did not
    exceed; over everything, by month and by library alike.
    """
    hours = [7, 1, 3, 12, 5, 2, 30, 4, 6, 8, 9]
    for number, each in enumerate(hours, start=1):
        journey = await standings.journey(number)
        await course(standings, journey, FIRST_OF_MAY, (Stage.REVISING, each), (Stage.ENDED, 0))
        report = await report_of(standings)
        taken = sorted(hours[:number])
        expected = [taken[ceil(share * number) - 1] * 3600 for share in (0.5, 0.9)]
        lines = [line for line in report.stages if line.stage == Stage.REVISING]
        assert len(lines) == 3
        for line in lines:
            assert line.stays == number
            assert [round(line.median_seconds), round(line.ninetieth_seconds)] == expected
    assert {(str(line.month or ""), line.library or "") for line in lines} == {
        ("", ""),
        ("2026-05", ""),
        ("", "general"),
    }


async def test_a_period_that_cannot_be_meant_is_refused(standings: Standings) -> None:
    """Proves: a report never runs backwards or without bound."""
    for first, last in ((MAY, APRIL), (MAY.moved(-24), MAY)):
        with pytest.raises(PeriodNotValid):
            await report_of(standings, ReportFilter(first=first, last=last))


def test_the_days_of_these_tests_are_what_they_are_called() -> None:
    """Proves: April ends and May begins where the tests say, in another UTC day than locally."""
    for earlier, later in pairwise((APRIL.begins(ZONE), LAST_OF_APRIL, FIRST_OF_MAY)):
        assert earlier < later
    assert LAST_OF_APRIL.day == 1
    assert LAST_OF_APRIL + DAY > FIRST_OF_MAY
