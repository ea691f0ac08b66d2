"""An offer: what is asked, until when, and the answer to it. Looking at it changes nothing."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from adapters.records.assessing_values import Holding
from adapters.records.offer_views import OfferViews
from domain.assignment import AssignmentState
from domain.enrollment import Party
from domain.grounds import Grounds, ReasonNotPlain, grounds
from domain.stepping_back import SPOKEN, WhyNotMissing, stepping_back_because
from portal.answers import after, page
from portal.assessor.holding import Held, elsewhere, round_address
from portal.faces import Assessor, OpenSite
from portal.forms import OURS
from portal.site import Site, now

router = APIRouter(prefix="/assessing/offers", dependencies=[OURS])

SeenRound = Annotated[int, Form(alias="round", ge=1)]
"""The round that the page spoke of when the button was pressed (trap 10)."""


class WhyWritten(BaseModel):
    """Why somebody declines or steps back, as their form says it of a round."""

    round: int = Field(ge=1)
    why: str = ""
    words: str = ""

    def grounds(self, by_name: str, at: datetime) -> Grounds:
        """Return the grounds of the act. Raises ``WhyNotMissing``, ``ReasonNotPlain``."""
        return grounds(stepping_back_because(self.why, self.words), by_name, at, Party.ASSESSOR)


@router.get("/{enrollment_id}")
async def offer(request: Request, site: OpenSite, held: Held) -> Response:
    """Show what is asked; an offer that was accepted leads on to its round."""
    if held.state is not AssignmentState.OFFERED:
        return await elsewhere(request, held)
    return await _offer(request, site, held, WhyWritten(round=held.round))


@router.post("/{enrollment_id}/accept")
async def accept(
    request: Request, site: OpenSite, visitor: Assessor, held: Held, seen: SeenRound
) -> Response:
    """Take the round."""
    if held.state is not AssignmentState.OFFERED:
        return await elsewhere(request, held)
    desk = await site.desks.assessor()
    await desk.accept(visitor.subject_id, held.enrollment_id, seen)
    return after(
        request,
        round_address(held.enrollment_id),
        "The round is yours. Thank you. What you mark is kept as you go.",
    )


@router.post("/{enrollment_id}/decline")
async def decline(
    request: Request,
    site: OpenSite,
    visitor: Assessor,
    held: Held,
    written: Annotated[WhyWritten, Form()],
) -> Response:
    """Leave the round to the next assessor."""
    if held.state is not AssignmentState.OFFERED:
        return await elsewhere(request, held)
    try:
        because = written.grounds(visitor.name, now())
    except (WhyNotMissing, ReasonNotPlain) as refusal:
        return await _offer(request, site, held, written, str(refusal))
    desk = await site.desks.assessor()
    await desk.decline(visitor.subject_id, held.enrollment_id, because, written.round)
    said = "You have declined. The next assessor is asked; nothing is left to do."
    return after(request, "/assessing", said)


async def _offer(
    request: Request, site: Site, held: Holding, written: WhyWritten, wrong: str = ""
) -> Response:
    views = OfferViews(site.database, site.settings.programme_zone)
    return await page(
        request,
        "assessor/offer.html",
        face=Party.ASSESSOR,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        offer=await views.offer(held.assignment_id, now()),
        whys=SPOKEN,
        written=written,
        wrong=wrong,
    )
