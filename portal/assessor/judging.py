"""The end of an assessment: handing the judgement in, or stepping back from the round."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from adapters.records.assessing_values import AssessedRound, Holding
from adapters.records.round_views import RoundViews
from domain.assessment import MarkKind, StaleVersion, spoken_kind
from domain.assignment import AssignmentState
from domain.enrollment import Party
from domain.grounds import ReasonNotPlain
from domain.stepping_back import SPOKEN, WhyNotMissing
from portal.answers import after, page
from portal.assessor.holding import Held, elsewhere, round_address
from portal.assessor.offers import SeenRound, WhyWritten
from portal.faces import Assessor, OpenSite
from portal.forms import OURS
from portal.site import now

router = APIRouter(prefix="/assessing/rounds", dependencies=[OURS])

_CHANGED = (
    "Nothing was handed in: a mark was changed after this page was made. Look at the marks as they "
    "are now, and hand them in again."
)


@router.get("/{enrollment_id}/judge")
async def look(request: Request, site: OpenSite, visitor: Assessor, held: Held) -> Response:
    """Show the marks together, and what they come to."""
    if held.state is not AssignmentState.ACCEPTED:
        return await elsewhere(request, held)
    found = await RoundViews(site.database).round(visitor.subject_id, held.enrollment_id)
    return await _summary(request, found)


@router.post("/{enrollment_id}/judge")
async def judge(
    request: Request,
    site: OpenSite,
    visitor: Assessor,
    held: Held,
    seen: SeenRound,
    marks_version: Annotated[int, Form(ge=0)],
) -> Response:
    """Hand the marks in, as the page showed them."""
    if held.state is not AssignmentState.ACCEPTED:
        return await elsewhere(request, held)
    desk = await site.desks.assessor()
    try:
        recorded = await desk.judge(visitor.subject_id, held.enrollment_id, marks_version, seen)
    except StaleVersion:
        found = await RoundViews(site.database).round(visitor.subject_id, held.enrollment_id)
        return await _summary(request, found, HTTPStatus.CONFLICT, _CHANGED)
    said = "proficient" if recorded.judgement.proficient else "not yet"
    then = (
        "An approver looks at it now; nobody else hears of it before that."
        if recorded.awaits_approval
        else "The practitioner is told now. Thank you for your work."
    )
    return after(request, "/assessing", f"Handed in: {said}. {then}")


@router.get("/{enrollment_id}/recuse")
async def consider_recusing(request: Request, held: Held) -> Response:
    """Show what stepping back means."""
    if held.state is not AssignmentState.ACCEPTED:
        return await elsewhere(request, held)
    return await _recusing(request, held, WhyWritten(round=held.round))


@router.post("/{enrollment_id}/recuse")
async def recuse(
    request: Request,
    site: OpenSite,
    visitor: Assessor,
    held: Held,
    written: Annotated[WhyWritten, Form()],
) -> Response:
    """Step back; what was marked is kept."""
    if held.state is not AssignmentState.ACCEPTED:
        return await elsewhere(request, held)
    try:
        because = written.grounds(visitor.name, now())
    except (WhyNotMissing, ReasonNotPlain) as refusal:
        return await _recusing(request, held, written, str(refusal))
    desk = await site.desks.assessor()
    await desk.recuse(visitor.subject_id, held.enrollment_id, because, written.round)
    return after(
        request,
        "/assessing",
        "You have stepped back. The next assessor is asked; what you marked is kept.",
    )


async def _recusing(
    request: Request, held: Holding, written: WhyWritten, wrong: str = ""
) -> Response:
    return await page(
        request,
        "assessor/recuse.html",
        face=Party.ASSESSOR,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        held=held,
        whys=SPOKEN,
        written=written,
        wrong=wrong,
    )


async def _summary(
    request: Request,
    found: AssessedRound,
    status: HTTPStatus = HTTPStatus.OK,
    warning: str = "",
) -> Response:
    missing = [each for each in found.open_items if each.mark.kind is None]
    silent = [
        each
        for each in found.open_items
        if each.mark.kind not in {None, MarkKind.MET} and not each.mark.feedback.strip()
    ]
    return await page(
        request,
        "assessor/judge.html",
        face=Party.ASSESSOR,
        status=status,
        found=found,
        address=round_address(found.enrollment_id),
        warning=warning,
        missing=missing,
        silent=silent,
        not_met=[each for each in found.open_items if each.mark.kind is not MarkKind.MET],
        spoken_kind=spoken_kind,
    )
