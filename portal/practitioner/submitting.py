"""Handing in a part: what is about to be frozen, two statements, one button (trap 13).

What is submitted is what the page showed, or nothing. Reading large files back may take a while:
then a page says that it is not done yet, and the submission goes on by itself.
"""

import asyncio
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from adapters.records.practice_views import PartNotReceived, PracticeViews
from adapters.telemetry import logger_named
from domain.answers import Seen
from domain.assessment import StaleVersion
from domain.enrollment import EnrollmentClosed, NotAtThisStage, Party, StaleRound
from domain.findings import Finding
from domain.refusals import Refusal
from domain.submission import (
    PartAlreadySubmitted,
    PartBlocked,
    PartLocked,
    Statement,
    StatementsMissing,
)
from portal.answers import after, page
from portal.faces import OpenSite
from portal.forms import OURS
from portal.practitioner.checking import finding_lines
from portal.practitioner.owning import AnyPart, OwnEnrollment, Practices
from portal.practitioner.posted import PostedSeen
from portal.site import Site
from workflows.contracts import PartReceived

router = APIRouter(prefix="/my/{enrollment_id}/parts/{part}/submit", dependencies=[OURS])

PATIENCE: Final = timedelta(seconds=20)
"""How long a browser is kept waiting; whatever stands between gives up after half a minute."""

_LOG = logger_named(__name__)
_RUNNING: Final[set[asyncio.Task[PartReceived]]] = set()
"""Submissions whose browser was answered already; a task that nobody holds would be dropped."""


@router.get("")
async def before(
    request: Request,
    site: OpenSite,
    practices: Practices,
    enrollment_id: OwnEnrollment,
    part: AnyPart,
) -> Response:
    """Show what is about to be frozen, or what keeps it from that."""
    return await _page(request, site, practices, enrollment_id, part)


@router.post("")
async def submit(
    request: Request,
    site: OpenSite,
    practices: Practices,
    enrollment_id: OwnEnrollment,
    part: AnyPart,
    seen: PostedSeen,
    agreed: Annotated[list[Statement] | None, Form()] = None,
) -> Response:
    """Freeze what the page showed and hand it in; pressing twice is harmless."""
    statements = frozenset(agreed or ())
    try:
        is_received = await _submitted(site, enrollment_id, seen, statements)
    except (StatementsMissing, PartBlocked) as refusal:
        return await _page(request, site, practices, enrollment_id, part, refusal)
    except StaleVersion:
        said = "Nothing was submitted: this part was changed since you looked. Look at it again."
        return after(request, f"{_address(enrollment_id, part)}/submit", said)
    except (PartAlreadySubmitted, PartLocked, StaleRound, NotAtThisStage, EnrollmentClosed) as late:
        return await _received_before(request, practices, enrollment_id, seen, late)
    if not is_received:
        return await _still_running(request, practices, enrollment_id, part)
    said = f"Part {part} was received."
    return after(request, _receipt(enrollment_id, seen), said)


async def _submitted(
    site: Site, enrollment_id: str, seen: Seen, agreed: frozenset[Statement]
) -> bool:
    """Hand a part in; ``False`` when that takes longer than a browser waits."""
    desk = await site.desks.practitioner()
    task = asyncio.create_task(desk.submit(enrollment_id, seen.part, agreed, seen))
    done, _ = await asyncio.wait({task}, timeout=PATIENCE.total_seconds())
    if not done:
        _RUNNING.add(task)
        task.add_done_callback(_ended_alone)
        return False
    task.result()
    return True


def _ended_alone(task: asyncio.Task[PartReceived]) -> None:
    """Let go of a submission that nobody waits for; its refusal stands on the part's own page."""
    _RUNNING.discard(task)
    failure = None if task.cancelled() else task.exception()
    if isinstance(failure, Refusal):
        _LOG.warning("submission_refused_later", code=failure.code)
    elif failure is not None:
        _LOG.error("submission_failed_later", exc_info=failure)


async def _received_before(
    request: Request,
    practices: PracticeViews,
    enrollment_id: str,
    seen: Seen,
    late: Refusal,
) -> Response:
    """Lead to the receipt of what was handed in before; without one, it was never received."""
    try:
        await practices.receipt(enrollment_id, seen.part, seen.round)
    except PartNotReceived:
        raise late from None
    said = f"Part {seen.part} was received before, and stays as it was then."
    return after(request, _receipt(enrollment_id, seen), said)


async def _still_running(
    request: Request, practices: PracticeViews, enrollment_id: str, part: int
) -> Response:
    return await page(
        request,
        "practitioner/submitting.html",
        face=Party.PRACTITIONER,
        status=HTTPStatus.ACCEPTED,
        view=await practices.part(enrollment_id, part),
    )


async def _page(
    request: Request,
    site: Site,
    practices: PracticeViews,
    enrollment_id: str,
    part: int,
    refusal: Refusal | None = None,
) -> Response:
    about = await practices.before_submitting(enrollment_id, part)
    findings: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()
    if about.view.is_writable:
        findings = await site.desks.parts.preflight(enrollment_id, part)
        warnings = await site.desks.parts.warnings(enrollment_id, part)
    return await page(
        request,
        "practitioner/submit.html",
        face=Party.PRACTITIONER,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        view=about.view,
        about=about,
        findings=finding_lines(about.view, findings),
        warnings=finding_lines(about.view, warnings),
        refusal=refusal,
    )


def _address(enrollment_id: str, part: int) -> str:
    return f"/my/{enrollment_id}/parts/{part}"


def _receipt(enrollment_id: str, seen: Seen) -> str:
    return f"{_address(enrollment_id, seen.part)}/receipt?round={seen.round}"
