"""The files of the evidence, under names of ours."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from adapters.records.round_views import RoundViews
from portal.assessor.holding import Held
from portal.faces import Assessor, OpenSite
from portal.files import kept_file

router = APIRouter(prefix="/assessing/rounds")


@router.api_route("/{enrollment_id}/files/{number}", methods=["GET", "HEAD"])
async def file(
    request: Request,
    site: OpenSite,
    visitor: Assessor,
    held: Held,
    number: Annotated[int, Path(ge=1)],
    save: Annotated[bool, Query()] = False,
) -> Response:
    """Answer with a file of the round in hand; ``?save=1`` to keep it.

    Its own name would say whose it is, so it is numbered; what stands inside of it cannot be
    changed here (docs/portal.md).
    """
    found = await RoundViews(site.database).file(visitor.subject_id, held.enrollment_id, number)
    return await kept_file(
        request,
        site.desks.files,
        found.stored,
        found.inspection,
        found.name,
        is_to_save=save,
    )
