"""One assessor before operations: work, pace, leave, and everything that can be changed."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import Response

from adapters.records.catalog_views import CatalogViews
from adapters.records.roster_views import RosterViews
from domain.enrollment import Party
from domain.grounds import REASON_LIMIT, Grounds, grounds
from domain.refusals import Invalid, Refusal
from domain.roster import CapacityOutOfRange
from domain.roster_file import MOST_CAPACITY
from office.roster import RosterDesk, RosterOutcome
from portal.answers import after, page
from portal.faces import OpenSite, Operations
from portal.operations.roster import days_of, libraries_given
from portal.operations.tried import UNTRIED, Tried, tried
from portal.public.pages import OPEN_FORM, Posted
from portal.site import Site, now

router = APIRouter(prefix="/ops/roster", dependencies=list(OPEN_FORM))

AssessorId = Annotated[str, Path(max_length=40)]

Change = Callable[[RosterDesk, Grounds], Awaitable[RosterOutcome]]


class DaysNotUnderstood(Invalid):
    """A day is missing, or is not one of the calendar."""

    code = "days_not_understood"
    sentence = "Give the first and the last day of the leave, such as 2026-07-01."


@router.get("/{assessor_id}")
async def assessor(
    request: Request, site: OpenSite, _: Operations, assessor_id: AssessorId
) -> Response:
    """Show one assessor."""
    return await _assessor_page(request, site, assessor_id)


@router.post("/{assessor_id}/leave")
async def add_leave(
    request: Request, site: OpenSite, visitor: Operations, assessor_id: AssessorId, given: Posted
) -> Response:
    """Record that somebody is away, both days included."""

    async def change(desk: RosterDesk, because: Grounds) -> RosterOutcome:
        first, last = _day(given.get("first", "")), _day(given.get("last", ""))
        return await desk.add_leave(assessor_id, first, last, because)

    return await _changed(
        request, site, visitor.name, assessor_id, "leave", given, change, "The leave is recorded."
    )


@router.post("/{assessor_id}/leave/end")
async def end_leave(
    request: Request, site: OpenSite, visitor: Operations, assessor_id: AssessorId, given: Posted
) -> Response:
    """Let somebody be back from today on."""

    async def change(desk: RosterDesk, because: Grounds) -> RosterOutcome:
        return await desk.end_leave(assessor_id, because)

    said = "The leave has ended; rounds are offered again."
    return await _changed(request, site, visitor.name, assessor_id, "back", given, change, said)


@router.post("/{assessor_id}/leave/cancel")
async def cancel_leave(
    request: Request, site: OpenSite, visitor: Operations, assessor_id: AssessorId, given: Posted
) -> Response:
    """Take a leave back that has not begun; it is named by its days."""
    first, last = given.get("first", ""), given.get("last", "")

    async def change(desk: RosterDesk, because: Grounds) -> RosterOutcome:
        return await desk.cancel_leave(assessor_id, _day(first), _day(last), because)

    form = f"cancel-{first}-{last}"
    said = "The leave is taken back."
    return await _changed(request, site, visitor.name, assessor_id, form, given, change, said)


@router.post("/{assessor_id}/capacity")
async def set_capacity(
    request: Request, site: OpenSite, visitor: Operations, assessor_id: AssessorId, given: Posted
) -> Response:
    """Set how many rounds somebody may hold at a time."""

    async def change(desk: RosterDesk, because: Grounds) -> RosterOutcome:
        text = given.get("capacity", "").strip()
        if not text.isdecimal() or len(text) > 4:
            raise CapacityOutOfRange(capacity="This", most=MOST_CAPACITY)
        return await desk.set_capacity(assessor_id, int(text), because)

    return await _changed(
        request, site, visitor.name, assessor_id, "capacity", given, change, "The capacity is set."
    )


@router.post("/{assessor_id}/libraries")
async def set_libraries(
    request: Request, site: OpenSite, visitor: Operations, assessor_id: AssessorId, given: Posted
) -> Response:
    """Set for which libraries somebody is qualified."""
    libraries = await libraries_given(request, given)

    async def change(desk: RosterDesk, because: Grounds) -> RosterOutcome:
        return await desk.set_libraries(assessor_id, libraries, because)

    kept = {**given, "libraries": " ".join(libraries)}
    said = "The libraries are set; what is held already stays."
    return await _changed(request, site, visitor.name, assessor_id, "libraries", kept, change, said)


@router.post("/{assessor_id}/active")
async def set_active(
    request: Request,
    site: OpenSite,
    visitor: Operations,
    assessor_id: AssessorId,
    given: Posted,
    is_active: Annotated[bool, Form()],
) -> Response:
    """Let somebody be offered rounds, or no more."""

    async def change(desk: RosterDesk, because: Grounds) -> RosterOutcome:
        return await desk.set_active(assessor_id, because, is_active=is_active)

    said = "Rounds are offered again." if is_active else "Nothing more is offered."
    return await _changed(request, site, visitor.name, assessor_id, "active", given, change, said)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise DaysNotUnderstood from None


async def _changed(
    request: Request,
    site: Site,
    name: str,
    assessor_id: str,
    form: str,
    given: Posted,
    change: Change,
    said: str,
) -> Response:
    """Do a change of the roster; a refusal shows the page again with what was typed."""
    try:
        because = grounds(given.get("reason", ""), name, now())
        outcome = await change(site.desks.roster, because)
    except Refusal as refusal:
        return await _assessor_page(request, site, assessor_id, tried(form, given, refusal))
    return after(request, f"/ops/roster/{assessor_id}", _said(outcome, said))


def _said(outcome: RosterOutcome, said: str) -> str:
    found = outcome.change
    if not found.is_changed:
        return "Nothing was to be changed: it is so already."
    if not found.woken:
        return said
    rounds = "1 waiting round" if len(found.woken) == 1 else f"{len(found.woken)} waiting rounds"
    told = "now" if outcome.is_engine_told else "as soon as the engine answers again"
    return f"{said} {rounds} may be offered {told}."


async def _assessor_page(
    request: Request, site: Site, assessor_id: str, refused: Tried = UNTRIED
) -> Response:
    at = now()
    today = at.astimezone(site.zone).date()
    facts = await RosterViews(site.database).assessor(assessor_id, at, today)
    known = await CatalogViews(site.database).libraries()
    return await page(
        request,
        "operations/roster/one.html",
        face=Party.OPS,
        status=refused.status,
        facts=facts,
        assessor=facts.line,
        libraries=tuple(dict.fromkeys([*known, *facts.line.libraries])),
        today=today,
        at=at,
        days_of=days_of,
        tried=refused,
        most_capacity=MOST_CAPACITY,
        reason_limit=REASON_LIMIT,
    )
