"""One act on one journey: first what it would do, then doing it with a reason.

The form that does it carries what was previewed and at which turn of the journey. When the journey
has moved on since, nothing is done and the effects are shown anew, with the reason still there.
"""

from http import HTTPStatus
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import Response
from pydantic import BeforeValidator

from domain.enrollment import AttentionKind, Party
from domain.grounds import REASON_LIMIT, grounds
from domain.previews import Act, ActKind, JourneyMovedOn
from domain.refusals import Refusal
from portal.answers import after, page
from portal.faces import OpenSite, Operations
from portal.failures import status_of
from portal.forms import OURS
from portal.operations.journey import EnrollmentId
from portal.operations.wording import ACTS, ATTENTION
from portal.site import Site, now

router = APIRouter(prefix="/ops/journeys", dependencies=[OURS])

DAYS_AT_FIRST = 7
"""How long an extension is until somebody says otherwise."""

Kind = Annotated[ActKind, Path()]
_NONE = BeforeValidator(lambda given: given or None)


async def asked_act(
    kind: Kind,
    days: Annotated[int, Query(ge=-1, le=100_000)] = DAYS_AT_FIRST,
    to: Annotated[str | None, _NONE, Query(max_length=40)] = None,
    notice: Annotated[str | None, _NONE, Query(max_length=40)] = None,
    address: Annotated[str, Query(max_length=300)] = "",
    attention: Annotated[AttentionKind | None, _NONE, Query()] = None,
    subject: Annotated[str | None, _NONE, Query(max_length=40)] = None,
) -> Act:
    """Return the act that an address asks about."""
    return Act(
        kind=kind,
        days=days if kind is ActKind.EXTEND else 0,
        assessor_id=to,
        notice_id=notice,
        address=address.strip(),
        attention=attention,
        subject_id=subject,
    )


async def posted_act(
    kind: Kind,
    days: Annotated[int, Form(ge=-1, le=100_000)] = 0,
    to: Annotated[str | None, _NONE, Form(max_length=40)] = None,
    notice: Annotated[str | None, _NONE, Form(max_length=40)] = None,
    address: Annotated[str, Form(max_length=300)] = "",
    attention: Annotated[AttentionKind | None, _NONE, Form()] = None,
    subject: Annotated[str | None, _NONE, Form(max_length=40)] = None,
    round_number: Annotated[int | None, _NONE, Form(alias="round")] = None,
    judgement: Annotated[int | None, _NONE, Form()] = None,
) -> Act:
    """Return the act that a form does: what its preview was of."""
    return Act(
        kind=kind,
        days=days,
        assessor_id=to,
        notice_id=notice,
        address=address.strip(),
        attention=attention,
        subject_id=subject,
        round=round_number,
        judgement=judgement,
    )


AskedAct = Annotated[Act, Depends(asked_act)]
PostedAct = Annotated[Act, Depends(posted_act)]
Press = Annotated[str, Form(max_length=64)]
AsOf = Annotated[int, Form(ge=0)]
Reason = Annotated[str, Form()]


@router.get("/{enrollment_id}/acts/{kind}")
async def ask(
    request: Request, site: OpenSite, _: Operations, enrollment_id: EnrollmentId, act: AskedAct
) -> Response:
    """Show what an act would do now; nothing is changed."""
    return await _act_page(request, site, enrollment_id, act)


@router.post("/{enrollment_id}/acts/{kind}")
async def do(
    request: Request,
    site: OpenSite,
    visitor: Operations,
    enrollment_id: EnrollmentId,
    act: PostedAct,
    reason: Reason = "",
    press: Press = "",
    as_of: AsOf = 0,
) -> Response:
    """Do what was previewed; the journey's page says what came of it."""
    try:
        because = grounds(reason, visitor.name, now())
        said = await site.desks.acting.do(act, enrollment_id, because, press, as_of)
    except Refusal as refusal:
        return await _act_page(request, site, enrollment_id, act, refusal, reason)
    return after(request, f"/ops/journeys/{enrollment_id}", said)


async def _act_page(
    request: Request,
    site: Site,
    enrollment_id: str,
    act: Act,
    refusal: Refusal | None = None,
    reason: str = "",
) -> Response:
    needs_more = act.kind is ActKind.CORRECT_ADDRESS and not act.address
    previews = site.desks.previews
    preview = None if needs_more else await previews.preview(act, enrollment_id, now())
    return await page(
        request,
        "operations/journey/act.html",
        face=Party.OPS,
        status=status_of(refusal) if refusal else HTTPStatus.OK,
        journey=await site.desks.views.journey(enrollment_id),
        assessors=await previews.assessors(act, enrollment_id, now()),
        act=act,
        words=ACTS[act.kind],
        attention_words=ATTENTION,
        preview=preview,
        refusal=refusal,
        has_moved_on=isinstance(refusal, JourneyMovedOn),
        reason=reason,
        reason_limit=REASON_LIMIT,
        press=uuid4().hex,
    )
