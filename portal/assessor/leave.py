"""When an assessor is away: recorded by themselves, and what it means for what they hold."""

from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from domain.enrollment import Party
from domain.grounds import Grounds, grounds
from domain.refusals import Invalid
from domain.roster import LeaveBackwards, LeaveOver, LeaveTooLong
from portal.answers import after, page
from portal.assessor.holding import views_of
from portal.faces import Assessor, OpenSite
from portal.forms import OURS
from portal.site import Site, now

router = APIRouter(prefix="/assessing/leave", dependencies=[OURS])

Day = Annotated[str, Form(max_length=20)]


class DayNotUnderstood(Invalid):
    """A day is missing, or is not one of the calendar."""

    code = "day_not_understood"
    sentence = "Give the first and the last day of your leave, such as 2026-07-01."


@router.get("")
async def leave(request: Request, site: OpenSite, visitor: Assessor) -> Response:
    """Show the leave that is recorded, and the form for another."""
    return await _leave(request, site, visitor.subject_id)


@router.post("")
async def add(
    request: Request, site: OpenSite, visitor: Assessor, first: Day = "", last: Day = ""
) -> Response:
    """Record a leave, both days included."""
    at = now()
    try:
        outcome = await site.desks.roster.add_leave(
            visitor.subject_id, _day(first), _day(last), _because(visitor.name, at)
        )
    except (DayNotUnderstood, LeaveBackwards, LeaveOver, LeaveTooLong) as refusal:
        return await _leave(request, site, visitor.subject_id, first, last, str(refusal))
    said = "Your leave is recorded." if outcome.change.is_changed else "It was recorded already."
    return after(request, "/assessing/leave", said)


@router.post("/end")
async def end(request: Request, site: OpenSite, visitor: Assessor) -> Response:
    """Be back from today on."""
    because = _because(visitor.name, now())
    outcome = await site.desks.roster.end_leave(visitor.subject_id, because)
    said = "Welcome back. You are offered rounds again." if outcome.change.is_changed else ""
    return after(request, "/assessing/leave", said or "No leave of yours was running.")


@router.post("/cancel")
async def cancel(
    request: Request, site: OpenSite, visitor: Assessor, first: Day = "", last: Day = ""
) -> Response:
    """Take a leave back that has not begun."""
    outcome = await site.desks.roster.cancel_leave(
        visitor.subject_id, _day(first), _day(last), _because(visitor.name, now())
    )
    said = "Taken back." if outcome.change.is_changed else "There was no such leave to take back."
    return after(request, "/assessing/leave", said)


async def _leave(
    request: Request,
    site: Site,
    assessor_id: str,
    first: str = "",
    last: str = "",
    wrong: str = "",
) -> Response:
    at = now()
    work = await views_of(site).work(assessor_id, at)
    return await page(
        request,
        "assessor/leave.html",
        face=Party.ASSESSOR,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        work=work,
        today=at.astimezone(site.zone).date(),
        zone=site.zone,
        at=at,
        first=first,
        last=last,
        wrong=wrong,
    )


def _because(name: str, at: datetime) -> Grounds:
    return grounds("Recorded by the assessor in the portal.", name, at, Party.ASSESSOR)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise DayNotUnderstood from None
