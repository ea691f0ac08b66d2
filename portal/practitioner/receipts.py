"""Receipts: what was received of a part, as it was read back from storage (traps 12 and 13)."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from domain.enrollment import Party
from portal.answers import page
from portal.forms import OURS
from portal.practitioner.mail_words import mail_line
from portal.practitioner.owning import AnyPart, OwnEnrollment, Practices

router = APIRouter(prefix="/my/{enrollment_id}/parts/{part}/receipt", dependencies=[OURS])


@router.get("")
async def receipt(
    request: Request,
    practices: Practices,
    enrollment_id: OwnEnrollment,
    part: AnyPart,
    round_number: Annotated[int | None, Query(alias="round", ge=1)] = None,
) -> Response:
    """Show the receipt of a part: of the latest round, or of the one that is named."""
    view = await practices.receipt(enrollment_id, part, round_number)
    return await page(
        request,
        "practitioner/receipt.html",
        face=Party.PRACTITIONER,
        view=view,
        mail=mail_line(view.notice) if view.notice else None,
        size=sum(file.size for file in view.receipt.files),
    )
