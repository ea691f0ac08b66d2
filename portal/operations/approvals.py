"""The approver's page: a judgement with its marks and the work, to confirm or to pass back.

Blind like the assessment itself: an enrollment number, files under names of ours, no person and no
school. A mail that asks for an approval leads here and signs nobody in.
"""

from enum import StrEnum
from http import HTTPStatus
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import Response

from adapters.records.case_values import Case
from adapters.records.case_views import CaseViews
from adapters.records.round_views import NoSuchFile, RoundViews
from domain.enrollment import Party, Stage
from domain.grounds import REASON_LIMIT, grounds
from domain.previews import Act, ActKind, Preview
from domain.refusals import Refusal
from portal.answers import after, page
from portal.assessor.showing import opened_at
from portal.faces import OpenSite, Operations
from portal.failures import status_of
from portal.files import kept_file
from portal.forms import OURS
from portal.operations.journey import EnrollmentId
from portal.operations.journey_acts import AsOf, Press, Reason
from portal.site import Site, now

router = APIRouter(prefix="/ops/approvals", dependencies=[OURS])


class Decision(StrEnum):
    """What an approver can do with a judgement; named as the acts are."""

    APPROVE = ActKind.APPROVE.value
    PASS_BACK = ActKind.PASS_BACK.value


@router.get("/{enrollment_id}")
async def judgement(
    request: Request, site: OpenSite, _: Operations, enrollment_id: EnrollmentId
) -> Response:
    """Show the judgement that waits for an approver, or say that none does."""
    return await _judgement_page(request, site, enrollment_id)


@router.post("/{enrollment_id}")
async def decide(
    request: Request,
    site: OpenSite,
    visitor: Operations,
    enrollment_id: EnrollmentId,
    decision: Annotated[Decision, Form()],
    round_number: Annotated[int, Form(alias="round")],
    number: Annotated[int, Form(alias="judgement")],
    reason: Reason = "",
    press: Press = "",
    as_of: AsOf = 0,
) -> Response:
    """Confirm the judgement that was shown, or pass it back."""
    act = Act(kind=ActKind(decision.value), round=round_number, judgement=number)
    try:
        because = grounds(reason, visitor.name, now())
        said = await site.desks.acting.do(act, enrollment_id, because, press, as_of)
    except Refusal as refusal:
        return await _judgement_page(request, site, enrollment_id, refusal, decision, reason)
    return after(request, f"/ops/journeys/{enrollment_id}", said)


@router.api_route("/{enrollment_id}/files/{number}", methods=["GET", "HEAD"])
async def file(
    request: Request,
    site: OpenSite,
    _: Operations,
    enrollment_id: EnrollmentId,
    number: Annotated[int, Path(ge=1)],
    save: Annotated[bool, Query()] = False,
) -> Response:
    """Answer with a file of the work that was judged, under its number."""
    case = await CaseViews(site.database).case(enrollment_id)
    if not _waits(case) or case.held is None:
        raise NoSuchFile
    found = await RoundViews(site.database).file(case.held.assessor_id, enrollment_id, number)
    return await kept_file(
        request, site.desks.files, found.stored, found.inspection, found.name, is_to_save=save
    )


def _waits(case: Case) -> bool:
    return case.stage is Stage.APPROVING and case.held is not None and case.judged is not None


async def _judgement_page(
    request: Request,
    site: Site,
    enrollment_id: str,
    refusal: Refusal | None = None,
    tried: Decision | None = None,
    reason: str = "",
) -> Response:
    case = await CaseViews(site.database).case(enrollment_id)
    status = status_of(refusal) if refusal else HTTPStatus.OK
    if not _waits(case) or case.held is None:
        return await page(
            request,
            "operations/approvals/none.html",
            face=Party.OPS,
            status=status,
            case=case,
            refusal=refusal,
        )
    return await page(
        request,
        "operations/approvals/judgement.html",
        face=Party.OPS,
        status=status,
        case=case,
        found=await RoundViews(site.database).round(case.held.assessor_id, enrollment_id),
        previews=await _previews(site, enrollment_id),
        address=f"/ops/approvals/{enrollment_id}",
        opened_at=opened_at,
        refusal=refusal,
        tried=tried,
        reason=reason,
        reason_limit=REASON_LIMIT,
        press=uuid4().hex,
        at=now(),
    )


async def _previews(site: Site, enrollment_id: str) -> dict[Decision, Preview]:
    previews = site.desks.previews
    return {
        each: await previews.preview(Act(kind=ActKind(each.value)), enrollment_id, now())
        for each in Decision
    }
