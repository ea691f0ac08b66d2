"""Part 2: outcomes and details against evidence, and the files that the evidence is in."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response

from adapters.records.portfolio_values import PortfolioView
from adapters.records.portfolio_views import PortfolioViews
from domain.enrollment import Party
from domain.media import taken_suffixes
from domain.uploads import LARGEST_ARTIFACT
from portal.answers import after, page
from portal.assessor.showing import opened_at
from portal.faces import OpenSite
from portal.files import kept_file
from portal.forms import OURS
from portal.practitioner.owning import OwnEnrollment
from portal.practitioner.posted import field_id
from portal.site import now
from portal.uploads.bodies import TOKEN_BESIDE_THE_BODY, body_size
from portal.uploads.multipart import FormFiles

PREFIX: Final = "/my/{enrollment_id}/parts/2"

router = APIRouter(prefix=PREFIX, dependencies=[OURS])
files_router = APIRouter(dependencies=[TOKEN_BESIDE_THE_BODY, OURS])


async def own_portfolio(site: OpenSite, enrollment_id: OwnEnrollment) -> PortfolioView:
    """Return part 2 of the visitor's own enrollment as it stands."""
    return await PortfolioViews(site.database).portfolio(enrollment_id, now())


OwnPortfolio = Annotated[PortfolioView, Depends(own_portfolio)]
"""A parameter of routes under ``/my/{enrollment_id}/parts/2``."""


@router.get("")
async def portfolio(request: Request, view: OwnPortfolio) -> Response:
    """Show the details with their evidence, and the files."""
    return await portfolio_page(request, view)


async def portfolio_page(request: Request, view: PortfolioView, **more: object) -> Response:
    """Answer with the page of part 2."""
    return await page(
        request,
        "practitioner/portfolio.html",
        face=Party.PRACTITIONER,
        view=view,
        field_id=field_id,
        opened_at=opened_at,
        largest=LARGEST_ARTIFACT,
        suffixes=taken_suffixes(),
        script_facts=_upload_facts(view),
        **more,  # type: ignore[arg-type]
    )


@router.get("/files")
async def files(request: Request, view: OwnPortfolio) -> Response:
    """Show the files alone, for the script that asks how far they are."""
    return await page(
        request, "practitioner/_portfolio_files.html", face=Party.PRACTITIONER, view=view
    )


@files_router.post(f"{PREFIX}/files")
async def upload(request: Request, site: OpenSite, enrollment_id: OwnEnrollment) -> Response:
    """Take files from a plain form, as they come."""
    await site.uploads.refuse_without_room(enrollment_id, body_size(request) or 0)
    desk = await site.desks.practitioner()
    kept = [
        await desk.upload(enrollment_id, each.name, each.chunks)
        async for each in FormFiles(request)
    ]
    names = {0: "No file was chosen.", 1: "The file is here."}
    said = names.get(len(kept), f"{len(kept)} files are here.")
    return after(request, f"/my/{enrollment_id}/parts/2#files", said)


@router.post("/uploads/{upload_id}/remove")
async def remove_upload(
    request: Request,
    site: OpenSite,
    enrollment_id: OwnEnrollment,
    upload_id: Annotated[str, Path(max_length=40)],
) -> Response:
    """Give up an upload that did not arrive completely."""
    await site.uploads.discard(enrollment_id, upload_id)
    return after(request, f"/my/{enrollment_id}/parts/2#files", "The unfinished upload is removed.")


@files_router.api_route("/my/{enrollment_id}/files/{artifact_id}", methods=["GET", "HEAD"])
async def file(
    request: Request,
    site: OpenSite,
    enrollment_id: OwnEnrollment,
    artifact_id: Annotated[str, Path(max_length=40)],
    save: bool = False,
) -> Response:
    """Give the practitioner their own file, to be shown or, with ``save``, to be kept."""
    found = await PortfolioViews(site.database).file(enrollment_id, artifact_id)
    return await kept_file(
        request, site.desks.files, found.stored, found.inspection, found.name, is_to_save=save
    )


def _upload_facts(view: PortfolioView) -> dict[str, object]:
    """Return what the script that uploads has to know of its page."""
    address = f"/my/{view.enrollment_id}"
    return {
        "uploads": f"{address}/uploads",
        "files": f"{address}/parts/2/files",
        "largest": LARGEST_ARTIFACT,
        "sign_in": f"/sign-in?as=practitioner&to={address}/parts/2",
    }
