"""The calendar before operations: a year with its free days, and closing a day.

A closure shows first which running due times it would move if they were computed now; those that
were promised stay as they are.
"""

import calendar as months
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from adapters.records.closure_book import ClosureBook
from adapters.records.closure_views import ClosureEffects, ClosureViews
from domain.closures import (
    ClosedDay,
    DayKind,
    closure_name,
    refuse_closure,
    year_of,
)
from domain.enrollment import Party
from domain.grounds import REASON_LIMIT, grounds
from domain.refusals import Invalid, Refusal
from domain.values import Value
from portal.answers import after, page
from portal.faces import OpenSite, Operations
from portal.operations.tried import UNTRIED, Tried, tried
from portal.public.pages import OPEN_FORM, Posted
from portal.site import Site, now

router = APIRouter(prefix="/ops/calendar", dependencies=list(OPEN_FORM))

_SATURDAY: Final = 5


class DayNotNamed(Invalid):
    """A day is missing, or is not one of the calendar."""

    code = "day_not_named"
    sentence = "Name the day that is to be closed, such as 2026-12-24."


class DayCell(Value):
    """One day of a month as it is shown; ``kind`` is empty on a business day."""

    day: date
    kind: str = ""
    name: str = ""


Weeks = tuple[tuple[DayCell | None, ...], ...]


@router.get("")
async def year_page(
    request: Request,
    site: OpenSite,
    _: Operations,
    year: Annotated[int | None, Query(ge=1, le=9999)] = None,
) -> Response:
    """Show a year, by default the present one."""
    return await _year_page(request, site, year)


@router.get("/close")
async def ask(
    request: Request,
    site: OpenSite,
    _: Operations,
    day: Annotated[str, Query(max_length=20)] = "",
    name: Annotated[str, Query(max_length=400)] = "",
) -> Response:
    """Show what closing a day would move; nothing is changed."""
    given = {"day": day, "name": name}
    try:
        effects = await _effects(site, given)
    except Refusal as refusal:
        return await _refused(request, site, given, refusal)
    return await _close_page(request, effects)


@router.post("/close")
async def close(request: Request, site: OpenSite, visitor: Operations, given: Posted) -> Response:
    """Close the day; the same closure again changes nothing."""
    try:
        effects = await _effects(site, given)
    except Refusal as refusal:
        return await _refused(request, site, given, refusal)
    try:
        because = grounds(given.get("reason", ""), visitor.name, now())
        closed = await site.desks.calendar.close(effects.day, effects.name, because)
    except Refusal as refusal:
        return await _close_page(request, effects, tried("close", given, refusal))
    said = "is closed now" if closed.is_new else "was closed already"
    said = f"{closed.day.isoformat()} {said}: {closed.name}. Calendar {closed.calendar_version}."
    return after(request, f"/ops/calendar?year={closed.day.year}", said)


async def _effects(site: Site, given: Posted) -> ClosureEffects:
    """Return what a closure would do. Raises as closing itself does."""
    zone = site.settings.programme_zone
    try:
        day = date.fromisoformat(given.get("day", "").strip())
    except ValueError:
        raise DayNotNamed from None
    name = closure_name(given.get("name", ""))
    calendar = await ClosureBook(site.database, zone).calendar()
    refuse_closure(day, name, now().astimezone(site.zone).date(), calendar)
    return await ClosureViews(site.database, zone).effects(day, name)


async def _refused(request: Request, site: Site, given: Posted, refusal: Refusal) -> Response:
    return await _year_page(request, site, None, tried("close", given, refusal))


async def _close_page(
    request: Request, effects: ClosureEffects, refused: Tried = UNTRIED
) -> Response:
    return await page(
        request,
        "operations/calendar/close.html",
        face=Party.OPS,
        status=refused.status,
        effects=effects,
        tried=refused,
        reason_limit=REASON_LIMIT,
    )


async def _year_page(
    request: Request, site: Site, year: int | None, refused: Tried = UNTRIED
) -> Response:
    zone = site.settings.programme_zone
    calendar = await ClosureBook(site.database, zone).calendar()
    today = now().astimezone(site.zone).date()
    found = year_of(calendar, year or today.year)
    first, last = calendar.covers
    return await page(
        request,
        "operations/calendar/year.html",
        face=Party.OPS,
        status=refused.status,
        year=found,
        months=[(_MONTHS[each - 1], _weeks(found.days, found.year, each)) for each in _YEAR],
        notes=await ClosureViews(site.database, zone).notes(),
        earlier=found.year - 1 if found.year > first else None,
        later=found.year + 1 if found.year < last else None,
        today=today,
        tried=refused,
    )


_YEAR: Final = range(1, 13)
# The names of the calendar module would follow the machine's locale.
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def _weeks(days: tuple[ClosedDay, ...], year: int, month: int) -> Weeks:
    """Return the weeks of a month, Monday first; days of its neighbours are left empty."""
    # A closure on a holiday is told as what it is for everybody: the holiday.
    named = {each.day: each for each in sorted(days, key=lambda day: day.kind is DayKind.HOLIDAY)}

    def cell(day: date) -> DayCell | None:
        if day.month != month:
            return None
        if found := named.get(day):
            return DayCell(day=day, kind=found.kind, name=found.name)
        return DayCell(day=day, kind="weekend" if day.weekday() >= _SATURDAY else "")

    weeks = months.Calendar().monthdatescalendar(year, month)
    return tuple(tuple(map(cell, week)) for week in weeks)
