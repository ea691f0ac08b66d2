"""The roster before operations: everybody with load and pace, what waits, and who joins."""

import csv
import io
from collections.abc import Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from adapters.records.catalog_views import CatalogViews
from adapters.records.roster_views import RosterViews
from domain.enrollment import Party
from domain.grounds import REASON_LIMIT, grounds
from domain.line_problems import FileProblems, LineProblem
from domain.refusals import Refusal
from domain.roster import AssessorKnown, AssessorStandsTwice
from domain.roster_file import MOST_CAPACITY, AssessorLine, read_roster
from office.roster import RosterImported, RosterNotValid
from portal.answers import after, page
from portal.faces import OpenSite, Operations
from portal.operations.tried import UNTRIED, Tried, tried
from portal.public.pages import OPEN_FORM, Posted, posted_file
from portal.public.school_orders import ProblemAt, placed
from portal.site import Site, now

router = APIRouter(prefix="/ops/roster", dependencies=list(OPEN_FORM))

MOST_PROBLEMS: Final = 100
"""Lines with problems that are shown at once."""

_FIELDS: Final = ("name", "email", "organization", "capacity", "libraries", "person_address")


@router.get("")
async def roster(request: Request, site: OpenSite, _: Operations) -> Response:
    """Show everybody of the roster, and the rounds that wait for somebody."""
    views, at = RosterViews(site.database), now()
    lines = await views.roster(at, at.astimezone(site.zone).date())
    return await page(
        request,
        "operations/roster/list.html",
        face=Party.OPS,
        lines=lines,
        waiting=await views.waiting(),
        days_of=days_of,
        at=at,
    )


@router.get("/new")
async def new(request: Request, site: OpenSite, _: Operations) -> Response:
    """Offer the forms with which assessors join: one by one, or a file."""
    return await _new_page(request, site)


@router.post("/new")
async def add(request: Request, site: OpenSite, visitor: Operations, given: Posted) -> Response:
    """Put one assessor into the roster; the rules are those of a line of a roster file."""
    libraries = await libraries_given(request, given)
    kept = {**given, "libraries": " ".join(libraries)}
    read = _line_of(given, libraries)
    try:
        because = grounds(given.get("reason", ""), visitor.name, now())
        if not isinstance(read, AssessorLine):
            return await _new_page(request, site, Tried(form="add", given=kept), wrong=read)
        imported = await site.desks.roster.add_assessor(read, because)
    except (AssessorKnown, AssessorStandsTwice) as refusal:
        return await _new_page(request, site, tried("add", kept, refusal, "email"))
    except Refusal as refusal:
        faults = {} if isinstance(read, AssessorLine) else read
        return await _new_page(request, site, tried("add", kept, refusal), wrong=faults)
    (assessor_id,) = imported.taken.added
    return after(request, f"/ops/roster/{assessor_id}", f"{read.name} is added.{_woken(imported)}")


@router.post("/import")
async def import_file(
    request: Request, site: OpenSite, visitor: Operations, given: Posted
) -> Response:
    """Take a roster file as a whole, or show every problem at its line."""
    data = await posted_file(request, "file") or given.get("roster", "").encode()
    kept = {**given, "roster": data.decode("utf-8-sig", errors="replace")}
    try:
        because = grounds(given.get("reason", ""), visitor.name, now())
        imported = await site.desks.roster.import_file(data, because)
    except RosterNotValid as refusal:
        problems = [point for point in refusal.points if isinstance(point, LineProblem)]
        refused = tried("import", kept, refusal, "roster")
        return await _new_page(request, site, refused, problems=placed(problems, data))
    except Refusal as refusal:
        return await _new_page(request, site, tried("import", kept, refusal))
    taken = imported.taken
    said = (
        f"The roster is taken over: {len(taken.added)} added, {len(taken.updated)} updated, "
        f"{len(taken.unchanged)} unchanged.{_woken(imported)}"
    )
    return after(request, "/ops/roster", said)


def days_of(duration: timedelta) -> str:
    """Return a turnaround as people compare it: days with one decimal, hours below one day."""
    if duration < timedelta(days=1):
        hours = round(duration / timedelta(hours=1))
        return f"{hours} hour" if hours == 1 else f"{hours} hours"
    return f"{duration / timedelta(days=1):.1f} days"


async def libraries_given(request: Request, given: Posted) -> tuple[str, ...]:
    """Return the libraries that were ticked, and those that were typed beside them."""
    ticked = [each for each in (await request.form()).getlist("library") if isinstance(each, str)]
    typed = given.get("other_libraries", "").replace(",", " ").replace("|", " ").split()
    return tuple(dict.fromkeys([*ticked, *(each.lower() for each in typed)]))


def _line_of(given: Posted, libraries: Sequence[str]) -> AssessorLine | dict[str, str]:
    """Return the assessor of a form, or what is wrong with which field."""
    written = io.StringIO(newline="")
    rows = csv.writer(written)
    rows.writerow(_FIELDS)
    cells = {**{name: given.get(name, "") for name in _FIELDS}, "libraries": "|".join(libraries)}
    rows.writerow([cells[name] for name in _FIELDS])
    read = read_roster(written.getvalue().encode(errors="replace"))
    if isinstance(read, FileProblems):
        return {each.column or "name": each.sentence for each in reversed(read.problems)}
    return read.lines[0]


def _woken(imported: RosterImported) -> str:
    count = len(imported.taken.woken)
    if count == 0:
        return ""
    rounds = "1 waiting round is" if count == 1 else f"{count} waiting rounds are"
    if imported.is_engine_told:
        return f" {rounds} offered anew."
    return f" {rounds} offered anew as soon as the engine answers again."


async def _new_page(
    request: Request,
    site: Site,
    refused: Tried = UNTRIED,
    wrong: dict[str, str] | None = None,
    problems: tuple[ProblemAt, ...] = (),
) -> Response:
    return await page(
        request,
        "operations/roster/new.html",
        face=Party.OPS,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else refused.status,
        tried=refused,
        wrong=wrong or {},
        problems=problems,
        most=MOST_PROBLEMS,
        libraries=await CatalogViews(site.database).libraries(),
        most_capacity=MOST_CAPACITY,
        reason_limit=REASON_LIMIT,
    )
