"""Reports and checks for programs."""

from typing import Annotated

from fastapi import Path, Query

from adapters.records.invariants import Breach, Invariant, InvariantBook
from adapters.records.keyset import PAGE, Page
from adapters.records.report_values import Report, ReportFilter
from adapters.records.report_views import ReportViews
from domain.months import month_named
from portal.api.answering import router
from portal.api.calling import ReportReader
from portal.api.paging import After, Lines, Text
from portal.faces import OpenSite
from portal.site import now

api = router("Reports")

MonthText = Annotated[str, Query(pattern=r"^2[01][0-9]{2}-(0[1-9]|1[0-2])$", examples=["2026-11"])]


@api.get("/report")
async def report(
    site: OpenSite,
    _: ReportReader,
    first: MonthText,
    last: MonthText,
    library: Text = None,
) -> Report:
    """Return the report of some months, both included."""
    wanted = ReportFilter(first=month_named(first), last=month_named(last), library=library)
    return await ReportViews(site.database, site.settings.programme_zone).report(wanted)


@api.get("/checks")
async def checks(site: OpenSite, _: ReportReader) -> list[Invariant]:
    """Count the breaches of everything that must always be true."""
    return list(await InvariantBook(site.database).count(now()))


@api.get("/checks/{number}")
async def breaches(
    site: OpenSite,
    _: ReportReader,
    number: Annotated[int, Path(ge=1, le=100)],
    after: After = "",
    lines: Lines = PAGE,
) -> Page[Breach]:
    """List what stands behind one number."""
    return await InvariantBook(site.database).breaches(number, now(), after, lines)
