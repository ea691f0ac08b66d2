"""A practitioner's own journeys, and where each of them stands."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from domain.enrollment import Party
from domain.grounds import grounds
from portal.answers import after, page
from portal.faces import OpenSite, Practitioner
from portal.forms import OURS
from portal.practitioner.mail_words import is_any_lost, mail_lines
from portal.practitioner.owning import OwnEnrollment, Practices
from portal.practitioner.standing import spoken_stage, standing_of
from portal.practitioner.steps import line_of
from portal.site import now

router = APIRouter(prefix="/my", dependencies=[OURS])


@router.get("")
async def journeys(request: Request, site: OpenSite, visitor: Practitioner) -> Response:
    """List the journeys of whoever is signed in."""
    enrollments = await site.access.enrollments_of(visitor.subject_id)
    return await page(
        request,
        "practitioner/journeys.html",
        face=Party.PRACTITIONER,
        enrollments=enrollments,
        spoken=spoken_stage,
    )


@router.get("/{enrollment_id}")
async def home(request: Request, practices: Practices, enrollment_id: OwnEnrollment) -> Response:
    """Show where one journey stands, what to do next, by when and why."""
    journey = await practices.home(enrollment_id)
    return await page(
        request,
        "practitioner/home.html",
        face=Party.PRACTITIONER,
        journey=journey,
        standing=standing_of(journey),
        line=line_of(journey),
        is_late=journey.due is not None and journey.due.at < now(),
        waiting=[part for part in journey.parts if part.is_waiting_to_be_submitted],
        mails=mail_lines(journey.notices),
        is_mail_lost=is_any_lost(journey.notices),
    )


@router.post("/{enrollment_id}/verify")
async def verify(request: Request, site: OpenSite, enrollment_id: OwnEnrollment) -> Response:
    """Verify the account: whoever is signed in came by a mail to its address."""
    reason = grounds(
        "Pressed the button in the portal.", "the practitioner", now(), Party.PRACTITIONER
    )
    await (await site.desks.practitioner()).verify(enrollment_id, reason)
    return after(request, f"/my/{enrollment_id}", "Your account is verified.")
