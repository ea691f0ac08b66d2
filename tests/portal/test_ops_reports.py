"""Reports as pages: their figures, the charts drawn from them, and their files."""

import csv
import re
from collections.abc import AsyncIterator
from io import StringIO
from itertools import pairwise
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from adapters.records.round_tables import RoundRow
from adapters.records.tables import EnrollmentRow, TimelineRow
from domain.enrollment import Ending, Stage
from domain.months import Month, month_of
from domain.timeline import Happening
from portal.operations.charts import (
    LEFT,
    WIDTH,
    Series,
    columns,
    nice_top,
    rows,
    share_said,
    time_said,
)
from portal.operations.reports import MONTHS_AT_FIRST
from portal.site import now
from tests.portal.quiet import Quiet, quiet_portal
from tests.portal.standings import DAY, HOUR
from tests.servers import SqliteTemplate
from tests.traps.books import ZONE

MAY = Month(year=2026, number=5)
BEGINS = MAY.begins(ZONE) + HOUR


@pytest.fixture
async def quiet(
    temporal: WorkflowEnvironment, sqlite_template: SqliteTemplate, tmp_path: Path
) -> AsyncIterator[Quiet]:
    """A portal whose records are this test's own."""
    async with quiet_portal(temporal, sqlite_template, tmp_path) as quiet:
        yield quiet


async def in_may(quiet: Quiet) -> None:
    """Let something of everything happen in May 2026."""
    standings = quiet.standings
    for number in (1, 2, 3):
        await standings.journey(
            number, opened_at=BEGINS, access_due_at=BEGINS, access_met_at=BEGINS
        )
    await standings.ended(4, Ending.AWARDED, BEGINS, opened_at=BEGINS)
    journey = await standings.ended(5, Ending.LAPSED, BEGINS, opened_at=BEGINS, last_at=BEGINS)
    await standings.add(
        RoundRow(
            enrollment_id=journey,
            number=1,
            library="general",
            is_resubmission=False,
            open_items={},
            opened_at=BEGINS,
            is_proficient=True,
            decided_at=BEGINS,
        ),
        TimelineRow(
            enrollment_id=journey,
            key="1.1",
            at=BEGINS - 3 * DAY,
            kind=Happening.STAGE_ENTERED,
            party="engine",
            facts={"stage": Stage.WORKING.value},
        ),
        TimelineRow(
            enrollment_id=journey,
            key="2.1",
            at=BEGINS,
            kind=Happening.ENDED,
            party="engine",
            facts={},
        ),
    )


def cells_of(page: str, first: str) -> list[str]:
    """Return the cells of the table's row that begins so."""
    row = page.partition(f'<th scope="row">{first}</th>')[2].partition("</tr>")[0]
    return re.findall(r"<td[^>]*>([^<]*)</td>", row)


async def test_a_report_shows_its_figures_with_charts_and_tables(quiet: Quiet) -> None:
    """Proves: the table has the figures of the month, every chart is drawn from them with words on
    its bars, and time in stage is told in days.
    """
    await in_may(quiet)
    page = await quiet.ops.get("/ops/reports?first=2026-04&last=2026-06")
    assert cells_of(page, "2026-05") == [
        *("5", "1", "1", "1"),
        *("1", "100 %", "3", "0", "100 %"),
    ]
    assert cells_of(page, "2026-04") == ["0", "0", "0", "0", "0", "–", "0", "0", "–"]
    assert cells_of(page, "working") == ["1", "3.0 days", "3.0 days"]
    for says in (
        "2026-05, enrolled: 5",
        "2026-05, proficient: 100 %",
        "2026-05, met: 100 %",
        "working, median: 3.0 days · 3.0 days",
    ):
        assert f"<title>{says}</title>" in page
    assert page.count("<figure") == 4
    assert "style=" not in page


async def test_a_report_of_nothing_says_so(quiet: Quiet) -> None:
    """Proves: without anything there are tables of zeros and dashes, and no empty drawing; the
    months are this one and those before.
    """
    page = await quiet.ops.get("/ops/reports")
    assert page.count("Nothing to draw in these months.") == 4
    assert "No stay ended in these months." in page
    this = month_of(now(), ZONE)
    months = re.findall(r'<th scope="row">(\d{4}-\d{2})</th>', page)
    assert months == [str(this.moved(each)) for each in range(1 - MONTHS_AT_FIRST, 1)]


async def test_a_report_of_one_library_leaves_out_the_others(quiet: Quiet) -> None:
    """Proves: the filter stands in the address and holds for the file as well."""
    await in_may(quiet)
    for row in await quiet.books.rows(EnrollmentRow):
        await quiet.standings.change(EnrollmentRow, row.id, library="missouri")
    query = "first=2026-05&last=2026-05&library=general"
    page = await quiet.ops.get(f"/ops/reports?{query}")
    assert cells_of(page, "2026-05")[0] == "0"
    sheet = list(
        csv.DictReader(StringIO((await quiet.ops.get(f"/ops/reports?{query}&as=csv"))[1:]))
    )
    assert [(line["library"], line["enrolled"]) for line in sheet] == [("general", "0")]


async def test_both_tables_are_files(quiet: Quiet) -> None:
    """Proves: months and time in stage come as files with the same figures, shares as numbers."""
    await in_may(quiet)
    address = "/ops/reports?first=2026-05&last=2026-05&as=csv&table="
    (month,) = csv.DictReader(StringIO((await quiet.ops.get(f"{address}months"))[1:]))
    assert (month["month"], month["awarded"], month["first-round success"]) == ("2026-05", "1", "1")
    stays = list(csv.DictReader(StringIO((await quiet.ops.get(f"{address}stages"))[1:])))
    assert {(each["month"], each["library"], each["median hours"]) for each in stays} == {
        ("all", "all", "72"),
        ("2026-05", "all", "72"),
        ("all", "general", "72"),
    }


def test_columns_are_as_high_as_their_values() -> None:
    """Proves: heights are in proportion, series stand beside each other inside the picture, what is
    not there is not drawn, and a share of nothing still shows.
    """
    values = (Series(name="a", tone="first", values=(10, 20, None)),)
    also = (Series(name="b", tone="second", values=(0, 5, 40)),)
    chart = columns("Things", ["x", "y", "z"], [*values, *also])
    by_name = {bar.says: bar for bar in chart.bars}
    assert by_name.keys() == {"x, a: 10", "y, a: 20", "y, b: 5", "z, b: 40"}
    assert by_name["y, a: 20"].height == pytest.approx(2 * by_name["x, a: 10"].height)
    assert by_name["z, b: 40"].height == pytest.approx(8 * by_name["y, b: 5"].height)
    feet = {round(bar.y + bar.height, 6) for bar in chart.bars}
    assert len(feet) == 1
    ordered = sorted(chart.bars, key=lambda bar: bar.x)
    for left, right in pairwise(ordered):
        assert left.x + left.width <= right.x
    assert ordered[0].x >= LEFT
    assert ordered[-1].x + ordered[-1].width <= WIDTH
    none = columns("Shares", ["x"], [Series(name="a", tone="first", values=(0.0,))], is_share=True)
    assert [bar.says for bar in none.bars] == ["x, a: 0 %"]
    assert columns("Nothing", [], [Series(name="a", tone="first", values=())]).is_empty


def test_rows_are_as_wide_as_their_values() -> None:
    """Proves: widths are in proportion, and the words at the end of a row belong to it."""
    series = [
        Series(name="median", tone="third", values=(10, 40)),
        Series(name="most", tone="first", values=(20, None)),
    ]
    chart = rows("Times", ["a", "b"], series, ["told a", "told b"])
    widths = {bar.says: bar.width for bar in chart.bars}
    assert widths.keys() == {"a, median: told a", "b, median: told b", "a, most: told a"}
    assert widths["b, median: told b"] == pytest.approx(4 * widths["a, median: told a"])
    assert [label.text for label in chart.figures] == ["told a", "told b"]


@pytest.mark.parametrize("most", [0, 1, 3, 4, 5, 9, 12, 37, 80, 81, 199, 4100, 123456])
def test_a_scale_is_round_and_tall_enough(most: int) -> None:
    """Proves: every value fits under the top, which parts into four whole steps, and no more than
    two thirds of the picture stay empty.
    """
    top = nice_top(most)
    assert top >= most
    assert (top / 4) % 1 == 0
    assert most <= 4 or most > top / 3


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 minutes"),
        (720, "12 minutes"),
        (5400, "1.5 hours"),
        (36 * 3600 - 1, "36.0 hours"),
        (36 * 3600, "1.5 days"),
        (86400 * 100, "100.0 days"),
    ],
)
def test_a_length_of_time_is_said_by_its_unit(seconds: float, said: str) -> None:
    """Proves: the unit fits the length, so that a figure is neither long nor lost."""
    assert time_said(seconds) == said


def test_a_share_that_is_none_is_a_dash() -> None:
    """Proves: nothing decided is not nought percent."""
    assert (share_said(None), share_said(0.0), share_said(0.876)) == ("–", "0 %", "88 %")
