"""What an assessor has to do, and what they have done."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from adapters.records.keyset import LONGEST_CURSOR
from domain.enrollment import Party
from portal.answers import page
from portal.assessor.holding import views_of
from portal.faces import Assessor, OpenSite
from portal.forms import OURS
from portal.site import now

router = APIRouter(prefix="/assessing", dependencies=[OURS])


@router.get("")
async def my_work(request: Request, site: OpenSite, visitor: Assessor) -> Response:
    """Show open offers, rounds in hand by when they are due, and what was done lately."""
    at = now()
    work = await views_of(site).work(visitor.subject_id, at)
    return await page(request, "assessor/work.html", face=Party.ASSESSOR, work=work, at=at)


@router.get("/done")
async def done(
    request: Request,
    site: OpenSite,
    visitor: Assessor,
    after: Annotated[str, Query(max_length=LONGEST_CURSOR)] = "",
) -> Response:
    """List what is no longer in the assessor's hands, latest first."""
    lines = await views_of(site).done(visitor.subject_id, after)
    return await page(
        request, "assessor/done.html", face=Party.ASSESSOR, lines=lines, is_first=not after
    )


@router.get("/done/{assignment_id}")
async def own_marks(
    request: Request,
    site: OpenSite,
    visitor: Assessor,
    assignment_id: Annotated[str, Path(max_length=40)],
) -> Response:
    """Show what the assessor wrote in a round that ended for them."""
    own = await views_of(site).own_marks(visitor.subject_id, assignment_id)
    return await page(request, "assessor/own_marks.html", face=Party.ASSESSOR, own=own)
