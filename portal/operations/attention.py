"""Attention: everything that operations must look at, by its kind, the oldest first."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from adapters.records.keyset import Page
from adapters.records.list_values import AttentionFilter, AttentionItem, SubjectKind
from domain.enrollment import AttentionKind, Party
from portal.answers import page
from portal.faces import OpenSite, Operations
from portal.forms import OURS
from portal.operations.asking import NONE, After, places
from portal.operations.csv_answers import LINES_AT_ONCE, AsShape, Cell, Shape, csv_list
from portal.operations.wording import ATTENTION

router = APIRouter(prefix="/ops/attention", dependencies=[OURS])

COLUMNS = (
    *("since", "attention", "of", "subject", "order", "person", "micro-credential", "stage"),
    "why",
)

_OF_CREDENTIALS = frozenset({AttentionKind.CREDENTIAL_MISSING, AttentionKind.CREDENTIAL_DIFFERS})


@router.get("")
async def attention(
    request: Request,
    site: OpenSite,
    _: Operations,
    kind: Annotated[AttentionKind | None, NONE, Query()] = None,
    after: After = "",
    shape: AsShape = None,
) -> Response:
    """List what is open, of one kind or of all, or everything as CSV."""
    wanted, views = AttentionFilter(kind=kind), site.desks.board
    if shape is Shape.CSV:

        async def ask(cursor: str) -> Page[AttentionItem]:
            return await views.attention(wanted, cursor, LINES_AT_ONCE)

        return await csv_list("attention", COLUMNS, ask, _row, site.zone)
    found = await views.attention(wanted, after)
    return await page(
        request,
        "operations/lists/attention.html",
        face=Party.OPS,
        wanted=wanted,
        lines=[(line, address_of(line)) for line in found.lines],
        counts=await views.attention_counts(),
        words=ATTENTION,
        places=places(request, found.after),
    )


def address_of(line: AttentionItem) -> str:
    """Return the page on which something can be done about it."""
    match line.subject_kind:
        case SubjectKind.ENROLLMENT if line.kind in _OF_CREDENTIALS:
            return f"/ops/credentials/awards/{line.subject}"
        case SubjectKind.ENROLLMENT:
            return f"/ops/journeys/{line.subject}"
        case SubjectKind.ORDER | SubjectKind.LINE:
            return f"/ops/orders/{line.order_id}"
        case _ if line.kind == AttentionKind.WEBHOOK_FAILED:
            return f"/ops/webhooks/endpoints/{line.subject}"
        case _ if line.kind == AttentionKind.SHOP_MESSAGE_REFUSED:
            return "/ops/webhooks/shop"
        case _:
            return "/ops/mail"


def _row(line: AttentionItem) -> Sequence[Cell]:
    return (
        line.opened_at,
        line.kind,
        line.subject_kind,
        line.subject,
        line.order_number,
        line.practitioner,
        line.title,
        line.stage,
        line.why,
    )
