"""What an assessor has to do with a round: asked for every page and every act on one."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Path, Request
from fastapi.responses import Response

from adapters.records.assessing_values import Holding
from adapters.records.assessing_views import AssessingViews
from domain.assignment import AssignmentState
from domain.enrollment import Party
from domain.refusals import NotFound
from portal.answers import after, page
from portal.faces import Assessor, OpenSite
from portal.site import Site


class NoRoundHere(NotFound):
    """The round was never offered to this assessor, or does not exist; nobody learns which."""

    code = "no_round_here"
    sentence = (
        "There is no such round among yours. Open it from “My work”, or from the latest mail about "
        "it."
    )


def views_of(site: Site) -> AssessingViews:
    """Return what assessors look at."""
    return AssessingViews(site.database, site.settings.programme_zone)


async def holding(
    site: OpenSite, visitor: Assessor, enrollment_id: Annotated[str, Path(max_length=40)]
) -> Holding:
    """Return what became of the enrollment's latest assignment to whoever is signed in.

    Raises ``NoRoundHere`` for a round that was never theirs.
    """
    found = await views_of(site).holding(visitor.subject_id, enrollment_id)
    if found is None:
        raise NoRoundHere
    return found


Held = Annotated[Holding, Depends(holding)]
"""A parameter of routes under ``…/{enrollment_id}``: something of it is or was the visitor's."""


def offer_address(enrollment_id: str) -> str:
    """Return where an offer is answered."""
    return f"/assessing/offers/{enrollment_id}"


def round_address(enrollment_id: str, place: str = "") -> str:
    """Return where a round is assessed."""
    return f"/assessing/rounds/{enrollment_id}{place}"


async def elsewhere(request: Request, held: Holding) -> Response:
    """Answer for a page that does not fit what became of the assignment, kindly.

    What is live leads on to where it is now; what has ended says so.
    """
    if held.state is AssignmentState.OFFERED:
        return after(request, offer_address(held.enrollment_id))
    if held.state is AssignmentState.ACCEPTED:
        return after(request, round_address(held.enrollment_id))
    return await page(
        request, "assessor/over.html", face=Party.ASSESSOR, status=HTTPStatus.GONE, held=held
    )
