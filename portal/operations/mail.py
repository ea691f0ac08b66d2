"""Mail in trouble: what was refused, came back, is unknown, or does not get out."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from adapters.records.keyset import Page
from adapters.records.list_values import MailTrouble, NoticeFilter, NoticeTrouble
from domain.enrollment import Party
from portal.answers import page
from portal.faces import OpenSite, Operations
from portal.forms import OURS
from portal.operations.asking import NONE, After, places
from portal.operations.csv_answers import LINES_AT_ONCE, AsShape, Cell, Shape, csv_list

router = APIRouter(prefix="/ops/mail", dependencies=[OURS])

COLUMNS = (
    *("intended", "mail", "trouble", "to", "name", "address", "attempts", "server's reply"),
    *("settled", "seen to", "enrollment", "order", "notice"),
)

TROUBLES: dict[MailTrouble, str] = {
    MailTrouble.REFUSED: "The mail server said no for good. Correct the address.",
    MailTrouble.BOUNCED: "It was accepted and came back. Correct the address.",
    MailTrouble.UNKNOWN: "Nobody knows whether it arrived. Ask, then send it again or close it.",
    MailTrouble.DELAYED: "The server does not take it; it is still being tried, for days.",
}
"""What each trouble is, and what to do; a test holds it complete."""


@router.get("")
async def mail(
    request: Request,
    site: OpenSite,
    _: Operations,
    trouble: Annotated[MailTrouble | None, NONE, Query()] = None,
    seen: Annotated[bool, Query()] = False,
    after: After = "",
    shape: AsShape = None,
) -> Response:
    """List notices in trouble, intended last first, or all that fit as CSV."""
    wanted, views = NoticeFilter(trouble=trouble, with_seen=seen), site.desks.board
    if shape is Shape.CSV:

        async def ask(cursor: str) -> Page[NoticeTrouble]:
            return await views.notices(wanted, cursor, LINES_AT_ONCE)

        return await csv_list("mail", COLUMNS, ask, _row, site.zone)
    found = await views.notices(wanted, after)
    return await page(
        request,
        "operations/lists/mail.html",
        face=Party.OPS,
        wanted=wanted,
        lines=found.lines,
        counts=await views.trouble_counts(),
        words=TROUBLES,
        places=places(request, found.after),
    )


def _row(line: NoticeTrouble) -> Sequence[Cell]:
    return (
        line.intended_at,
        line.kind,
        line.trouble,
        line.recipient,
        line.recipient_name,
        line.address,
        line.attempts,
        line.reply,
        line.settled_at,
        line.is_seen,
        line.enrollment_id,
        line.order_id,
        line.notice_id,
    )
