"""Withdrawing: what it means, and the act itself."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from adapters.records.practice_views import PracticeViews
from domain.enrollment import Ending, EnrollmentClosed, Party
from domain.grounds import ReasonNotPlain, grounds
from domain.refusals import Invalid, Refusal
from portal.answers import after, page
from portal.faces import OpenSite
from portal.forms import OURS
from portal.practitioner.owning import OwnEnrollment, Practices
from portal.site import now

router = APIRouter(prefix="/my/{enrollment_id}/withdraw", dependencies=[OURS])

NO_REASON = "The practitioner withdrew in the portal and gave no reason."


class NotConfirmed(Invalid):
    """The box that says so was not ticked."""

    code = "withdrawal_not_confirmed"
    sentence = "Nothing was done: tick the box to say that you really withdraw."


@router.get("")
async def before(request: Request, practices: Practices, enrollment_id: OwnEnrollment) -> Response:
    """Say what withdrawing means."""
    return await _page(request, practices, enrollment_id)


@router.post("")
async def withdraw(
    request: Request,
    site: OpenSite,
    practices: Practices,
    enrollment_id: OwnEnrollment,
    reason: Annotated[str, Form()] = "",
    is_sure: Annotated[bool, Form()] = False,
) -> Response:
    """End the journey; the reason is kept with it if there is one."""
    if not is_sure:
        return await _page(request, practices, enrollment_id, NotConfirmed(), reason)
    try:
        why = grounds(reason.strip() or NO_REASON, "the practitioner", now(), Party.PRACTITIONER)
    except ReasonNotPlain as refusal:
        return await _page(request, practices, enrollment_id, refusal, reason)
    try:
        await (await site.desks.practitioner()).withdraw(enrollment_id, why)
    except EnrollmentClosed:
        # Pressed twice, or somebody was faster: the home page says how it ended.
        if (await practices.home(enrollment_id)).ending is not Ending.WITHDRAWN:
            raise
    return after(request, f"/my/{enrollment_id}", "You withdrew. We wrote to you about it.")


async def _page(
    request: Request,
    practices: PracticeViews,
    enrollment_id: str,
    refusal: Refusal | None = None,
    reason: str = "",
) -> Response:
    journey = await practices.home(enrollment_id)
    return await page(
        request,
        "practitioner/withdraw.html",
        face=Party.PRACTITIONER,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        journey=journey,
        refusal=refusal,
        reason=reason,
    )
